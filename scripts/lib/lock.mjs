import { linkSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EnvironmentProblem } from './say.mjs';

/** Number and start time tell a process from a later one with the same number. */
function startTimeOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return fields[19] ?? '';
  } catch {
    if (process.platform === 'linux') return null;
    try {
      process.kill(pid, 0);
      return '';
    } catch {
      return null;
    }
  }
}

function ownerOf(path) {
  try {
    const [pid, startTime] = readFileSync(path, 'utf8').split(' ');
    return { pid: Number(pid), alive: startTimeOf(Number(pid)) === startTime };
  } catch {
    return null;
  }
}

function tryTake(path, mine) {
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    return false;
  }
}

/** Moves a dead owner's lock aside; should it prove to be a live one taken in the meantime, it is put back. */
function breakIfDead(path) {
  const owner = ownerOf(path);
  if (!owner || owner.alive) return;
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
    if (ownerOf(aside)?.alive) tryTake(path, aside);
    unlinkSync(aside);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

/** What killed processes have left of their tries. */
function sweep(path) {
  const prefix = `${basename(path)}.`;
  for (const name of readdirSync(dirname(path))) {
    const file = join(dirname(path), name);
    if (!name.startsWith(prefix) || ownerOf(file)?.alive !== false) continue;
    try {
      unlinkSync(file);
    } catch {
      // gone already
    }
  }
}

/** Runs `work` while no other process of this tree does. For Node 20, which has no file locks. */
export async function withLock(path, work, onWait) {
  const mine = `${path}.${process.pid}`;
  try {
    writeFileSync(mine, `${process.pid} ${startTimeOf(process.pid) ?? ''}`);
  } catch (error) {
    throw new EnvironmentProblem(
      `无法写入 ${path}（${error.code}），请以安装者身份运行，并确认磁盘未满。`,
      `${path} cannot be written (${error.code}). Run this as the user who installed it, and check the free disk space.`,
    );
  }
  const remove = (file) => {
    try {
      unlinkSync(file);
    } catch {
      // gone already
    }
  };
  try {
    const started = Date.now();
    let told = false;
    while (!tryTake(path, mine)) {
      if (!told) onWait?.(ownerOf(path)?.pid);
      told = true;
      if (Date.now() - started > 900_000) {
        throw new EnvironmentProblem(
          `等待 ${path} 超时，请稍后再试。`,
          `Waited too long for ${path}. Try again later.`,
        );
      }
      breakIfDead(path);
      await sleep(200);
    }
    try {
      sweep(path);
      return await work();
    } finally {
      remove(path);
    }
  } finally {
    remove(mine);
  }
}
