import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeUnifiedCode } from '@chengxin/identifiers';
import fc from 'fast-check';
import { addDays, toPlainDate } from '../../platform/clock.ts';
import { query, sql, type Transaction, withTransaction } from '../../platform/db.ts';
import { createTestContext, type TestContext } from '../../testing-context.ts';
import {
  type Body,
  bodyClusterOf,
  createBody,
  ensureProvisionalBody,
  findBody,
  listBodies,
  normaliseBodyName,
  renameBody,
  resolveBodyByCode,
  succeedBody,
  successorsOf,
} from './index.ts';

let world: TestContext;
let serial = 0;

before(async () => {
  world = await createTestContext({ now: '2026-03-02T02:00:00Z' });
});
after(async () => world?.close());

const nextCode = (): string => makeUnifiedCode('11', '320500', String(10_000_000 + serial++));
const make = (client: Transaction, name: string, code: string | null = nextCode()): Promise<Body> =>
  createBody(client, world.ctx.clock, { kind: 'department', name, code });
const inTransaction = <T>(work: (tx: Transaction) => Promise<T>): Promise<T> => withTransaction(world.ctx.db.app, work);

test('a merge: both codes lead to the new body from the day on, and to the old ones before', async () => {
  await inTransaction(async (tx) => {
    const state = await make(tx, '苏州市国家税务局');
    const local = await make(tx, '苏州市地方税务局');
    const merged = await make(tx, '国家税务总局苏州市税务局');
    await succeedBody(tx, state.bodyId, merged.bodyId, '2018-07-05', '国税地税征管体制改革方案');
    await succeedBody(tx, local.bodyId, merged.bodyId, '2018-07-05', '国税地税征管体制改革方案');
    for (const old of [state, local]) {
      const code = old.code ?? '';
      assert.equal((await resolveBodyByCode(tx, code, { on: '2018-07-04' }))?.bodyId, old.bodyId);
      assert.equal((await resolveBodyByCode(tx, code, { on: '2018-07-05' }))?.bodyId, merged.bodyId);
      assert.equal((await resolveBodyByCode(tx, code.toLowerCase()))?.bodyId, merged.bodyId);
      assert.deepEqual(
        (await successorsOf(tx, old.bodyId)).map((row) => row.bodyId),
        [merged.bodyId],
      );
    }
    assert.deepEqual(
      (await bodyClusterOf(tx, merged.bodyId)).sort(),
      [state, local, merged].map((body) => body.bodyId).sort(),
    );
    assert.equal((await findBody(tx, { name: '苏州市 地方税务局' }))?.closedOn, '2018-07-05');
  });
});

test('a split: the first successor takes the codes, both own the past', async () => {
  await inTransaction(async (tx) => {
    const old = await make(tx, '建设局');
    const housing = await make(tx, '住房局');
    const city = await make(tx, '城管局');
    await succeedBody(tx, old.bodyId, housing.bodyId, '2020-01-01', '文');
    await succeedBody(tx, old.bodyId, city.bodyId, '2020-01-01', '文');
    assert.equal((await resolveBodyByCode(tx, old.code ?? ''))?.bodyId, housing.bodyId);
    assert.equal((await successorsOf(tx, old.bodyId)).length, 2);
    assert.ok((await bodyClusterOf(tx, city.bodyId)).includes(old.bodyId));
  });
});

test('what cannot be: itself, circles, closed successors, other days, no document', async () => {
  await inTransaction(async (tx) => {
    const [a, b, c] = [await make(tx, '甲'), await make(tx, '乙'), await make(tx, '丙')];
    await succeedBody(tx, a.bodyId, b.bodyId, '2021-01-01', '文');
    await assert.rejects(succeedBody(tx, c.bodyId, c.bodyId, '2021-01-01', '文'), { code: 'unprocessable' });
    await assert.rejects(succeedBody(tx, b.bodyId, a.bodyId, '2022-01-01', '文'), { code: 'conflict' });
    await assert.rejects(succeedBody(tx, a.bodyId, c.bodyId, '2021-06-01', '文'), { code: 'conflict' });
    await assert.rejects(succeedBody(tx, a.bodyId, b.bodyId, '2021-01-01', '文'), { code: 'conflict' });
    await assert.rejects(succeedBody(tx, b.bodyId, c.bodyId, '2022-01-01', ' '), { code: 'unprocessable' });
    await assert.rejects(renameBody(tx, world.ctx.clock, a.bodyId, { name: '新名', on: '2022-01-01' }), {
      code: 'conflict',
    });
  });
});

test('a rename keeps the old name findable, with its days', async () => {
  await inTransaction(async (tx) => {
    const body = await make(tx, '环境保护局（昆山）');
    await renameBody(tx, world.ctx.clock, body.bodyId, { name: '生态环境局(昆山)', on: '2019-03-01' });
    assert.equal((await findBody(tx, { name: '环境保护局(昆山)' }))?.name, '生态环境局(昆山)');
    assert.equal(await findBody(tx, { name: '环境保护局(昆山)', on: '2019-03-01' }), null);
    assert.equal((await findBody(tx, { name: '环境保护局(昆山)', on: '2019-02-28' }))?.bodyId, body.bodyId);
    await assert.rejects(renameBody(tx, world.ctx.clock, body.bodyId, { name: '又一名', on: '2019-03-01' }), {
      code: 'conflict',
    });
    await assert.rejects(renameBody(tx, world.ctx.clock, body.bodyId, { name: '又一名', on: '2026-03-03' }), {
      code: 'unprocessable',
    });
    await renameBody(tx, world.ctx.clock, body.bodyId, { name: '环境保护局（昆山）', on: '2025-01-01' });
    assert.equal((await findBody(tx, { bodyId: body.bodyId }))?.name, '环境保护局（昆山）');
  });
});

test('an unknown valid code makes one provisional body, also at the same moment; an invalid one none', async () => {
  const code = nextCode();
  const made = await Promise.all(
    Array.from({ length: 6 }, () =>
      inTransaction((tx) =>
        ensureProvisionalBody(tx, { code: ` ${code.toLowerCase()} `, name: '新单位' }, world.ctx.clock),
      ),
    ),
  );
  assert.equal(made.filter((result) => result.created).length, 1);
  assert.equal(new Set(made.map((result) => result.body.bodyId)).size, 1);
  const body = made[0]?.body;
  assert.equal(body?.provisional, true);
  assert.equal(body?.kind, 'department');
  assert.equal(body?.code, code);
  await assert.rejects(
    inTransaction((tx) => ensureProvisionalBody(tx, { code: '000000000000000000' }, world.ctx.clock)),
    { code: 'unprocessable' },
  );
  assert.equal(await resolveBodyByCode(world.ctx.db.app, nextCode()), null);
  const listed = (await listBodies(world.ctx.db.app)).find((item) => item.bodyId === body?.bodyId);
  assert.deepEqual(listed?.successorIds, []);
});

test('a code cannot be given to two bodies', async () => {
  await inTransaction(async (tx) => {
    const body = await make(tx, '一局');
    await assert.rejects(make(tx, '二局', body.code), { code: 'conflict' });
  });
});

test('names are normalised once and for all', () => {
  assert.equal(normaliseBodyName(' 昆山市 环境（分局）'), normaliseBodyName('昆山市环境(分局)'));
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (name) => {
      const once = normaliseBodyName(name);
      assert.equal(normaliseBodyName(once), once);
    }),
    { numRuns: 2000, examples: [['ῢ'], ['（ ＡＢ']] },
  );
});

type Step =
  | { readonly kind: 'create' }
  | { readonly kind: 'rename'; readonly which: number; readonly day: number }
  | { readonly kind: 'succeed'; readonly from: number; readonly to: number; readonly day: number }
  | {
      readonly kind: 'split';
      readonly from: number;
      readonly to: number;
      readonly other: number;
      readonly day: number;
    };

const index = fc.nat({ max: 30 });
const day = fc.integer({ min: 0, max: 4000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constant({ kind: 'create' } as const),
  fc.record({ kind: fc.constant('rename' as const), which: index, day }),
  fc.record({ kind: fc.constant('succeed' as const), from: index, to: index, day }),
  fc.record({ kind: fc.constant('split' as const), from: index, to: index, other: index, day }),
);

async function attempt(tx: Transaction, work: () => Promise<unknown>): Promise<void> {
  await tx.query('SAVEPOINT step');
  try {
    await work();
    await tx.query('RELEASE SAVEPOINT step');
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DomainError') throw error;
    await tx.query('ROLLBACK TO SAVEPOINT step');
  }
}

async function play(tx: Transaction, steps: readonly Step[], bodies: Body[]): Promise<void> {
  const base = toPlainDate('2015-01-01');
  const at = (n: number): string => bodies[n % bodies.length]?.bodyId ?? '';
  for (const each of steps) {
    if (each.kind === 'create') bodies.push(await make(tx, `单位${serial}`));
    else if (each.kind === 'rename') {
      await attempt(tx, () =>
        renameBody(tx, world.ctx.clock, at(each.which), { name: `新名${serial++}`, on: addDays(base, each.day) }),
      );
    } else {
      const on = addDays(base, each.day);
      await attempt(tx, () => succeedBody(tx, at(each.from), at(each.to), on, '文'));
      if (each.kind === 'split') await attempt(tx, () => succeedBody(tx, at(each.from), at(each.other), on, '文'));
    }
  }
}

class Rollback extends Error {}

test('whatever is renamed, merged and split, a code means exactly one living body on any day', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.array(day, { minLength: 1, maxLength: 6 }),
      async (steps, days) => {
        const outcome = inTransaction(async (tx) => {
          const bodies = [await make(tx, '甲'), await make(tx, '乙'), await make(tx, '丙'), await make(tx, '丁')];
          await play(tx, steps, bodies);
          for (const body of bodies) {
            for (const offset of [...days, -5000, 9000]) {
              const on = addDays(toPlainDate('2015-01-01'), offset);
              const found = await query<{ body_id: string; closed_on: string | null }>(
                tx,
                sql`select b.body_id, b.closed_on from core.body_code c join core.body b using (body_id)
                  where c.code = ${body.code} and (c.valid_from is null or c.valid_from <= ${on}) and (c.valid_to is null or c.valid_to >= ${on})`,
              );
              assert.equal(found.length, 1, `${body.code} on ${on}`);
              const [only] = found;
              assert.ok(
                only && (only.closed_on === null || only.closed_on > on),
                `${body.code} leads to a closed body on ${on}`,
              );
              assert.equal((await resolveBodyByCode(tx, body.code ?? '', { on }))?.bodyId, only.body_id);
            }
            const last = await resolveBodyByCode(tx, body.code ?? '');
            assert.equal(last?.closedOn, null);
            assert.ok((await bodyClusterOf(tx, last?.bodyId ?? '')).includes(body.bodyId));
          }
          throw new Rollback();
        });
        await assert.rejects(outcome, Rollback);
      },
    ),
    { numRuns: 60 },
  );
});
