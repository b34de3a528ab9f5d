/** Keys are changed while others read and write: no read fails, nothing is lost, and in the end the old key opens nothing. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type CityContext, createCityContext } from '../../../../tests/support/context.ts';
import { citizenId } from '../../../../tests/support/persons.ts';
import { openKeyRing } from '../../platform/crypto.ts';
import { one, query, sql } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { beginRotation, continueRotation, RETIRE_AFTER_MS, retireOldKeys, rotationState } from './rotate-keys.ts';
import { readKeptDocument, type StoreContext, storeIdentifiers, storePersonRows } from './store.ts';
import { anchorsOf, heldRows } from './store-queries.ts';

let city: CityContext;
/** Another process: the same folder, its own view of it. */
let other: StoreContext;
before(async () => {
  city = await createCityContext();
  other = { db: city.ctx.db, keys: openKeyRing(city.ctx.config.keysDir) };
});
after(() => city.close());

const payloadOf = (number: string): string => JSON.stringify({ owner: number.slice(0, 6), text: '准予从业' });

async function write(ctx: StoreContext, serial: number): Promise<string> {
  const number = citizenId(serial);
  const at = city.clock.now();
  const tokens = ctx.keys.tokens('citizenId', number);
  const anchors = await storeIdentifiers(
    ctx,
    [{ tokens, kind: 'citizenId', sealed: ctx.keys.sealPerson(number), person: true }],
    at,
  );
  const anchor = anchors.get(tokens[0]?.token ?? '') ?? '';
  const outcome = await storePersonRows(
    ctx,
    [
      {
        rowNo: serial,
        token: anchor,
        item: 'licence',
        keyHash: Buffer.from(String(serial).padStart(16, '0')),
        payloadHash: Buffer.from('x'),
        payload: payloadOf(number),
        decidedOn: '2026-11-02',
        decidingBodyId: newId(),
        sourceBodyId: newId(),
      },
    ],
    { submissionId: newId(), policySetId: 1, retentionYears: 5, at },
  );
  assert.equal(outcome.get(serial), 'accepted');
  return anchor;
}

/** Finds the person by number, as a look-up does: under every key in use. */
async function read(ctx: StoreContext, serial: number): Promise<void> {
  const number = citizenId(serial);
  const tokens = ctx.keys.tokens('citizenId', number).map(({ token }) => token);
  const found = new Set((await anchorsOf(ctx.db.person, tokens)).values());
  assert.equal(found.size, 1, `person ${serial} has ${found.size} anchors`);
  const [anchor] = [...found];
  assert.equal(await readKeptDocument(ctx, anchor ?? ''), number);
  const rows = await heldRows(ctx.db.person, anchor ?? '', '2026-11-22', 10);
  assert.equal(rows.length, 1);
  for (const row of rows)
    assert.equal(ctx.keys.openPerson({ cipher: row.cipher, keyId: row.key_id }), payloadOf(number));
}

const people = 700;

describe('a change of keys', { concurrency: false }, () => {
  const anchors = new Map<number, string>();

  it('without downtime: writers and readers of two processes go on, and no read fails', async () => {
    for (let serial = 1; serial <= people; serial += 1) anchors.set(serial, await write(city.ctx, serial));
    let next = people + 1;
    let reads = 0;
    let going = true;
    const writer = async (ctx: StoreContext): Promise<void> => {
      while (going) {
        const serial = next++;
        anchors.set(serial, await write(ctx, serial));
      }
    };
    // The same new persons through both processes at once, one of which may not know the new key yet.
    const rivals = async (): Promise<void> => {
      for (let serial = 5000; going; serial += 1) {
        const tokens = [city.ctx, other].map((ctx) => ctx.keys.tokens('citizenId', citizenId(serial)));
        await Promise.all(
          [city.ctx, other].map((ctx, index) =>
            storeIdentifiers(
              ctx,
              [
                {
                  tokens: tokens[index] ?? [],
                  kind: 'citizenId',
                  sealed: ctx.keys.sealPerson(citizenId(serial)),
                  person: false,
                },
              ],
              city.clock.now(),
            ),
          ),
        );
        const found = await anchorsOf(
          city.ctx.db.person,
          city.ctx.keys.tokens('citizenId', citizenId(serial)).map(({ token }) => token),
        );
        assert.equal(new Set(found.values()).size, 1, 'one person, one anchor');
      }
    };
    const reader = async (ctx: StoreContext): Promise<void> => {
      while (going) {
        await read(ctx, 1 + Math.floor((reads * 7919) % people));
        reads += 1;
      }
    };
    const others = [writer(city.ctx), writer(other), reader(city.ctx), reader(other), reader(other), rivals()];
    await beginRotation(city.ctx, 'data');
    await continueRotation(city.ctx, 'data', []);
    await beginRotation(city.ctx, 'token');
    await continueRotation(city.ctx, 'token', []);
    going = false;
    await Promise.all(others);
    // That there were readers at all: how many depends on the machine.
    assert.ok(reads > 10, `${reads} reads`);
    assert.ok(anchors.size > people, 'writes went on');
    console.log(`# ${reads} reads, ${anchors.size - people} writes during the change, 0 failed`);
  });

  it('can be interrupted and goes on where it was', async () => {
    await continueRotation(city.ctx, 'data', []);
    await continueRotation(city.ctx, 'token', []);
    const [data, token] = [await rotationState(city.ctx, 'data', []), await rotationState(city.ctx, 'token', [])];
    assert.deepEqual([data.rowsLeft, token.rowsLeft], [0, 0]);
    assert.ok(data.finishedAt && token.finishedAt);
    assert.deepEqual(
      [data.keys, token.keys],
      [
        ['person-1', 'person-2'],
        ['token-1', 'token-2'],
      ],
    );
    const aborted = AbortSignal.abort(new Error('stop'));
    await assert.rejects(continueRotation(city.ctx, 'token', [], aborted), /stop/);
  });

  it('the old key is destroyed only after a while, and only when nothing needs it', async () => {
    await assert.rejects(retireOldKeys(city.ctx, 'data', []), /ten minutes/);
    city.clock.advance(RETIRE_AFTER_MS + 1);
    // A late row under the old key keeps it.
    await city.ctx.db.person.query(
      `UPDATE person.identifier SET key_id = 'person-1' WHERE token = (SELECT min(token) FROM person.identifier)`,
    );
    await assert.rejects(retireOldKeys(city.ctx, 'data', []), /still need the old key/);
    await city.ctx.db.person.query(`UPDATE person.identifier SET key_id = 'person-2' WHERE key_id = 'person-1'`);
    assert.deepEqual(await retireOldKeys(city.ctx, 'data', []), ['person-1']);
    assert.deepEqual(await retireOldKeys(city.ctx, 'token', []), ['token-1']);
    const files = readdirSync(city.ctx.config.keysDir);
    assert.ok(!files.includes('person-data.key') && !files.includes('person-token.key'), files.join());
    assert.ok(files.every((name) => readFileSync(join(city.ctx.config.keysDir, name)).length > 0));
  });

  it('afterwards the anchors that others hold are the same, and a number that comes again is the same person', async () => {
    await new Promise((resolve) => setTimeout(resolve, 600));
    for (const serial of [1, 2, people]) {
      await read(city.ctx, serial);
      await read(other, serial);
      const tokens = other.keys.tokens('citizenId', citizenId(serial));
      assert.equal(tokens.length, 1);
      const again = await storeIdentifiers(
        other,
        [{ tokens, kind: 'citizenId', sealed: other.keys.sealPerson(citizenId(serial)), person: true }],
        city.clock.now(),
      );
      assert.deepEqual([...again.values()], [anchors.get(serial)]);
      assert.notEqual(tokens[0]?.token, anchors.get(serial), 'the token of today is another one');
    }
    const { count } = await one<{ count: bigint }>(
      city.ctx.db.person,
      sql`SELECT count(*) AS count FROM person.identifier WHERE key_id <> 'person-2'`,
    );
    assert.equal(count, 0n);
    await assert.rejects(
      async () => city.ctx.keys.openPerson({ cipher: Buffer.alloc(40), keyId: 'person-1' }),
      /retired/,
    );
  });

  it('a second change follows the first', async () => {
    await beginRotation(city.ctx, 'token');
    await continueRotation(city.ctx, 'token', []);
    city.clock.advance(RETIRE_AFTER_MS + 1);
    assert.deepEqual(await retireOldKeys(city.ctx, 'token', []), ['token-2']);
    await read(city.ctx, 1);
    const keys = await query<{ token_key: string }>(
      city.ctx.db.person,
      sql`SELECT token_key FROM person.token_alias WHERE anchor = ${anchors.get(1) ?? ''} ORDER BY token_key`,
    );
    assert.deepEqual(
      keys.map((row) => row.token_key),
      ['token-1', 'token-2', 'token-3'],
    );
  });
});
