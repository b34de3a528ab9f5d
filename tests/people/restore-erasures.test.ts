/**
 * A backup made before an erasure holds what was erased. Restored with the real backup code it is erased again: inside the
 * restore, and once more at a start for a database that was put back by hand (DESIGN §4).
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { personPorts } from '../../server/src/module-ports.ts';
import { erasureHook, reapplyErasures } from '../../server/src/modules/persons/index.ts';
import { registerRestoreHook, restoreBackup, writeBackup } from '../../server/src/platform/backup/index.ts';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { createPeopleCity, type PeopleCity, PRIVACY } from '../support/people-city.ts';

let people: PeopleCity;
const folder = mkdtempSync(join(tmpdir(), 'cx-erasure-'));
let erased: string;
let kept: string;
let hooked = true;

before(async () => {
  people = await createPeopleCity();
  const hook = erasureHook(people.city.ctx.config.dataDir);
  registerRestoreHook(async (input) => (hooked ? hook(input) : undefined));
});
after(async () => {
  await people.city.close();
  rmSync(folder, { recursive: true, force: true });
});

async function backUp(name: string): Promise<string> {
  const { config } = people.city.ctx;
  const target = join(folder, name);
  await writeBackup({
    target,
    url: people.city.database.urls.migrator,
    ...{ filesDir: config.filesDir, keysDir: config.keysDir, dataDir: config.dataDir, withKeys: false },
    program: 'test',
    at: '2026-11-22T02:00:00.000Z',
  });
  return target;
}

async function restore(source: string): Promise<void> {
  const { config, db } = people.city.ctx;
  await restoreBackup({
    source,
    url: people.city.database.urls.migrator,
    roles: db.roles,
    migrationsDirectory: join(repositoryRoot, 'migrations'),
    ...{ filesDir: config.filesDir, keysDir: config.keysDir, replace: true },
    isEmpty: async () => false,
  });
}

const superuser = async <T extends object>(text: string, values: unknown[] = []): Promise<T[]> => {
  const client = new pg.Client({ connectionString: people.city.database.superuserUrl });
  await client.connect();
  try {
    return (await client.query(text, values)).rows as T[];
  } finally {
    await client.end();
  }
};
const held = async (number: string): Promise<{ records: number; numbers: number; aliases: number }> => {
  const token = people.city.ctx.keys.token('citizenId', number);
  const [row] = await superuser<{ records: string; numbers: string; aliases: string }>(
    `SELECT (SELECT count(*) FROM person.record WHERE token = $1) AS records, (SELECT count(*) FROM person.identifier WHERE token = $1) AS numbers, (SELECT count(*) FROM person.token_alias WHERE token = $1) AS aliases`,
    [token],
  );
  return { records: Number(row?.records), numbers: Number(row?.numbers), aliases: Number(row?.aliases) };
};
const nothing = { records: 0, numbers: 0, aliases: 0 };
const something = { records: 1, numbers: 1, aliases: 1 };

/** The number in any file as received that can be read with the keys at hand. */
async function inFiles(number: string): Promise<boolean> {
  for (const row of await superuser<{ file_id: string; file_key: string }>(
    'SELECT file_id, file_key FROM core.submission',
  )) {
    const chunks: Buffer[] = [];
    for await (const chunk of await people.city.ctx.files.read(row.file_id, row.file_key)) chunks.push(chunk as Buffer);
    if (Buffer.concat(chunks).includes(number)) return true;
  }
  return false;
}

async function erase(number: string): Promise<void> {
  const secret = await people.own(number);
  const made = (await people.as(secret, 'POST', 'requests', { kind: 'delete', statement: '请删除' })).json();
  const url = `${PRIVACY}/requests/${made.requestId}/act`;
  assert.equal((await people.office('POST', url, { act: 'accept', version: 1 })).statusCode, 200);
  assert.equal((await people.office('POST', url, { act: 'grant', version: 2, text: '已删除' })).statusCode, 200);
}

describe('an erasure', { concurrency: false }, () => {
  let source: string;
  it('is made after a backup', async () => {
    erased = await people.report(41, '赫连怀瑾');
    kept = await people.report(42, '皇甫若谷');
    source = await backUp('before');
    await erase(erased);
    assert.deepEqual(await held(erased), nothing);
    assert.equal(await inFiles(erased), false);
    const [ledger] = await superuser<{ count: string }>('SELECT count(*) FROM person.erasure');
    assert.equal(Number(ledger?.count), 3);
  });
  it('is carried out again inside the restore of that backup: nothing is there before anything answers', async () => {
    await restore(source);
    assert.deepEqual(await held(erased), { ...nothing, aliases: 1 }, 'record and ciphertext are gone');
    assert.deepEqual(await held(kept), something);
    // What a start does before the port is taken.
    await reapplyErasures(people.city.ctx, personPorts(people.city.ctx));
    assert.equal(await inFiles(erased), false, 'and out of the restored file as received');
    assert.equal(await inFiles(kept), true);
    const answer = await people.as(await people.own(erased), 'GET', 'record');
    assert.deepEqual(answer.json().records, []);
    const [ledger] = await superuser<{ count: string }>('SELECT count(*) FROM person.erasure');
    assert.equal(Number(ledger?.count), 3, 'the ledger came back from outside the backup');
  });
  it('is carried out again at a start, for data that were put back by hand', async () => {
    hooked = false;
    await restore(source);
    hooked = true;
    assert.deepEqual(await held(erased), something, 'the backup does hold it');
    assert.equal(await inFiles(erased), true);
    const removed = await reapplyErasures(people.city.ctx, personPorts(people.city.ctx));
    assert.equal(removed, 2);
    assert.deepEqual(await held(erased), nothing);
    assert.equal(await inFiles(erased), false);
    assert.deepEqual(await held(kept), something);
    assert.equal(await reapplyErasures(people.city.ctx, personPorts(people.city.ctx)), 0, 'once');
  });
  it('a ledger that a crash cut off in the middle of a line is read as far as it goes', async () => {
    const path = join(people.city.ctx.config.dataDir, 'erasures.jsonl');
    const text = readFileSync(path, 'utf8');
    assert.ok(text.endsWith('\n'));
    assert.ok(!text.includes(erased), 'digests only');
    assert.deepEqual(
      readdirSync(join(people.city.ctx.config.dataDir, 'erasures-pending')).filter((name) => name.endsWith('.json')),
      [],
    );
  });
});
