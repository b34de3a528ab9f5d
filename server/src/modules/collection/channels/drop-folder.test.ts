/** The drop folder of a front-end machine: whole files are taken once, half ones are left alone, receipts come back. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { type CityContext, createCityContext } from '../../../../../tests/support/context.ts';
import { codeOf, DEPARTMENT, penalty, penaltyCsv } from '../../../../../tests/support/rows.ts';
import type { Actor } from '../../../context.ts';
import { one, query, sql } from '../../../platform/db.ts';
import { createBody, operatorActor } from '../../identity/index.ts';
import { collectionJobs } from '../jobs.ts';
import { type DropOptions, type DropResult, PATIENCE_MINUTES, scanDropFolders } from './drop-folder.ts';
import { readManifest } from './manifest.ts';

const root = mkdtempSync(join(tmpdir(), 'chengxin-drop-'));
const home = join(root, DEPARTMENT.code);
const inbox = join(home, 'inbox');
let city: CityContext;
let actor: Actor;

before(async () => {
  city = await createCityContext({ env: { DROP_FOLDER: root } });
  await createBody(city.ctx.db.app, city.clock, { kind: 'department', name: DEPARTMENT.name, code: DEPARTMENT.code });
  collectionJobs(city.ctx);
  actor = operatorActor(city.ctx, 'test');
});
after(async () => {
  await city.close();
  rmSync(root, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(home, { recursive: true, force: true });
  mkdirSync(inbox, { recursive: true });
});

const scan = (options: DropOptions = {}): Promise<DropResult> => scanDropFolders(city.ctx, actor, options);
/** Picks up, works off, writes receipts. */
async function settle(): Promise<void> {
  await scan();
  await city.ctx.jobs.drain(city.ctx);
  await scan();
}
let serial = 60_000;
const rows = (count: number) => Array.from({ length: count }, () => penalty(++serial));
function drop(name: string, content: string, over: Record<string, unknown> = {}, algorithm = 'sm3'): void {
  writeFileSync(join(inbox, `${name}.csv`), content);
  const manifest = {
    file: `${name}.csv`,
    standard: 'penalty',
    rows: content.trim().split('\n').length - 1,
    digest: { algorithm, value: createHash(algorithm).update(content).digest('hex') },
    ...over,
  };
  writeFileSync(join(inbox, `${name}.manifest.json`), JSON.stringify(manifest));
}
const files = (folder: string): string[] => readdirSync(join(home, folder), { recursive: true }).map(String).sort();
const receipts = (): Record<string, unknown>[] =>
  files('receipts')
    .filter((name) => name.endsWith('.receipt.json'))
    .map((name) => JSON.parse(readFileSync(join(home, 'receipts', name), 'utf8')));
const count = async (text: string): Promise<number> =>
  Number(
    (
      await one<{ count: bigint }>(
        city.ctx.db.app,
        sql`SELECT count(*) AS count FROM core.record WHERE payload::text LIKE ${`%${text}%`} AND superseded_at IS NULL`,
      )
    ).count,
  );

describe('a whole file', () => {
  for (const algorithm of ['sm3', 'sha256']) {
    it(`is taken once, its receipt written and the plain file gone (${algorithm})`, async () => {
      const list = rows(3);
      drop('day', penaltyCsv([...list, penalty(1, { CF_JDRQ: '2026-02-30' })]), {}, algorithm);
      await settle();
      const [receipt] = receipts();
      assert.ok(receipt);
      assert.deepEqual(
        [receipt.state, receipt.rows, receipt.accepted, receipt.refused, receipt.rowsInManifest],
        ['done', 4, 3, 1, 4],
      );
      const lines = readFileSync(
        join(home, 'receipts', files('receipts').find((name) => name.endsWith('.rows.csv')) ?? ''),
        'utf8',
      );
      assert.match(lines, /5,退回,type-date,CF_JDRQ/);
      assert.equal(lines.includes('2026-02-30'), false, 'no cell is repeated');
      assert.deepEqual(files('inbox'), []);
      assert.equal(files('archive').filter((name) => name.endsWith('.manifest.json')).length, 1);
      assert.equal(files('archive').filter((name) => name.endsWith('.csv')).length, 0);
      assert.equal((await scan()).received, 0);
    });
  }

  it('sent again under its own number adds nothing and says so', async () => {
    const content = penaltyCsv(rows(2));
    drop('a', content);
    await settle();
    drop('b', content);
    await settle();
    assert.deepEqual(
      receipts().map((receipt) => receipt.submission),
      [receipts()[0]?.submission, receipts()[0]?.submission],
    );
  });

  it('with a batch number that was used for another is refused whole, and told', async () => {
    drop('a', penaltyCsv(rows(1)), { batchNo: 'B-1' });
    await settle();
    drop('b', penaltyCsv(rows(1)), { batchNo: 'B-1' });
    await settle();
    const failed = receipts().find((receipt) => receipt.state === 'failed') as { problem: { message: { zh: string } } };
    assert.match(failed.problem.message.zh, /批次号已经用于另一份内容/);
    assert.equal(files('failed').length, 2, 'the file and its manifest');
  });

  it('whose manifest counts other rows is taken with a warning', async () => {
    drop('a', penaltyCsv(rows(2)), { rows: 5 });
    await settle();
    assert.match(String(receipts()[0]?.warning), /5 行.*2 行/);
  });

  it('that cannot be read as a whole fails with its reason', async () => {
    drop('a', '完全,不是,模板,的,表头\n1,2,3,4,5\n');
    await settle();
    assert.equal(receipts()[0]?.state, 'failed');
    assert.match(JSON.stringify(receipts()[0]?.failure), /"zh":"[^"]+"/);
  });
});

describe('what is not whole', () => {
  it('a file without a manifest is not looked at', async () => {
    writeFileSync(join(inbox, 'alone.csv'), penaltyCsv(rows(1)));
    const result = await scan();
    assert.deepEqual([result.received, result.waiting, result.failed], [0, 0, 0]);
    assert.deepEqual(files('inbox'), ['alone.csv']);
  });

  it('a half-written file is left alone until it agrees with its manifest', async () => {
    const content = penaltyCsv(rows(2));
    drop('half', content);
    writeFileSync(join(inbox, 'half.csv'), content.slice(0, content.length / 2));
    assert.equal((await scan()).waiting, 1);
    const item = await one<{ state: string; problem: { message: { zh: string } } }>(
      city.ctx.db.app,
      sql`SELECT state, problem FROM core.channel_item WHERE name = 'half.manifest.json' AND state = 'waiting'`,
    );
    assert.match(item.problem.message.zh, /可能还没有写完/);
    writeFileSync(join(inbox, 'half.csv'), content);
    await settle();
    assert.equal(receipts()[0]?.accepted, 2);
  });

  it('a manifest that is half written, or comes before its file, waits', async () => {
    const content = penaltyCsv(rows(1));
    drop('m', content);
    const manifest = readFileSync(join(inbox, 'm.manifest.json'), 'utf8');
    writeFileSync(join(inbox, 'm.manifest.json'), manifest.slice(0, 20));
    assert.equal((await scan()).waiting, 1);
    writeFileSync(join(inbox, 'm.manifest.json'), manifest);
    rmSync(join(inbox, 'm.csv'));
    assert.equal((await scan()).waiting, 1);
    writeFileSync(join(inbox, 'm.csv'), content);
    await settle();
    assert.equal(receipts()[0]?.accepted, 1);
  });

  it('what stays incomplete goes to failed with a receipt', async () => {
    drop('never', penaltyCsv(rows(1)), { digest: { algorithm: 'sha256', value: 'a'.repeat(64) } });
    await scan();
    city.clock.advance((PATIENCE_MINUTES + 1) * 60_000);
    assert.equal((await scan()).failed, 1);
    assert.equal(receipts()[0]?.state, 'failed');
    assert.deepEqual(files('failed').filter((name) => name.endsWith('.manifest.json')).length, 1);
  });

  it('links lead nowhere', async () => {
    const secret = join(root, 'secret.txt');
    writeFileSync(secret, 'x');
    drop('l', 'x', { rows: 1 }, 'sha256');
    rmSync(join(inbox, 'l.csv'));
    symlinkSync(secret, join(inbox, 'l.csv'));
    assert.equal((await scan()).waiting, 1);
    for (const name of ['../secret.txt', 'a/b.csv', '.hidden', '..'])
      assert.equal(
        readManifest(
          JSON.stringify({
            file: name,
            standard: 'penalty',
            rows: 1,
            digest: { algorithm: 'sm3', value: 'a'.repeat(64) },
          }),
          ['penalty'],
        ).ok,
        false,
        name,
      );
  });
});

describe('killed at any step', () => {
  it('the next look goes on: one submission, every row once, one receipt', async () => {
    for (let stop = 1; stop <= 6; stop += 1) {
      rmSync(home, { recursive: true, force: true });
      mkdirSync(inbox, { recursive: true });
      const mark = `杀${stop}`;
      drop('k', penaltyCsv(rows(2).map((row) => ({ ...row, CF_SY: `${mark}${row.CF_SY}` }))));
      let steps = 0;
      const onStep = (): void => {
        steps += 1;
        if (steps === stop) throw new Error('killed');
      };
      for (let tries = 0; tries < 4; tries += 1) {
        await scan({ onStep }).catch(() => null);
        await city.ctx.jobs.drain(city.ctx);
      }
      await settle();
      assert.equal(await count(mark), 2, `stop ${stop}`);
      assert.equal(receipts().length, 1, `stop ${stop}`);
      assert.equal(receipts()[0]?.accepted, 2);
      assert.deepEqual(files('inbox'), []);
    }
  });
});

describe('folders', () => {
  it('of unknown bodies and odd names are left alone; the channel of a known one is there by itself', async () => {
    mkdirSync(join(root, codeOf(999, '11'), 'inbox'), { recursive: true });
    mkdirSync(join(root, 'lost+found'), { recursive: true });
    assert.equal((await scan()).folders, 1);
    const channels = await query<{ name: string; state: string }>(
      city.ctx.db.app,
      sql`SELECT name, state FROM core.channel WHERE kind = 'folder'`,
    );
    assert.deepEqual(channels, [{ name: `${DEPARTMENT.name}前置机`, state: 'idle' }]);
  });
});
