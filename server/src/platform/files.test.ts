/** The file store: what goes in comes out, nothing readable lies on disk, and a killed process leaves no plain copy. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, it } from 'node:test';
import { openKeyRing } from './crypto.ts';
import { FileTooLarge, openFileStore } from './files.ts';
import { newId } from './ids.ts';

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'chengxin-files-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const open = () => openFileStore(join(folder, 'files'), join(folder, 'tmp'), openKeyRing(join(folder, 'keys')));

it('gives back what was put, and keeps nothing readable', async () => {
  const store = open();
  const id = newId();
  const stored = await store.put(id, Readable.from([Buffer.from('统一社会信用代码'), Buffer.from('第二块')]), 1000);
  assert.equal((await buffer(await store.read(id, stored.fileKey))).toString(), '统一社会信用代码第二块');
  const raw = readFileSync(join(folder, 'files', id.slice(0, 6), id));
  assert.equal(raw.includes(Buffer.from('统一社会信用代码')), false);
  const plain = await store.readToTemporary(id, stored.fileKey);
  assert.equal(readFileSync(plain, 'utf8'), '统一社会信用代码第二块');
  rmSync(plain);
  await store.remove(id);
  await assert.rejects(store.read(id, stored.fileKey), { code: 'ENOENT' });
});

it('refuses a file that is too large and leaves nothing of it', async () => {
  const id = newId();
  await assert.rejects(open().put(id, Readable.from([Buffer.alloc(2000)]), 1000), FileTooLarge);
  assert.deepEqual(
    readdirSync(join(folder, 'files', id.slice(0, 6))).filter((name) => name.startsWith(id)),
    [],
  );
});

it('removes plain copies of dead processes, not those of living ones', () => {
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  // Above the greatest process number that Linux gives.
  const dead = join(folder, 'tmp', `${newId()}.4194305.abcdef`);
  const living = join(folder, 'tmp', `${newId()}.${process.ppid}.abcdef`);
  for (const path of [dead, living]) writeFileSync(path, 'x');
  open();
  assert.deepEqual([existsSync(dead), existsSync(living)], [false, true]);
});

it('takes no id that is a path', async () => {
  await assert.rejects(open().read('../../etc/passwd', 'x'), /uuid/);
});
