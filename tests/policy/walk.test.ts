/**
 * The states of a change walked at random against the real operations and database: several changes of two files at once, two
 * clerks, a stranger, the clock. A model says after every step which state and version each change has; what a step did is
 * counted in the database and must be there once.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { PolicyChangeCommandRequest } from '@chengxin/contract';
import type { Actor } from '../../server/src/context.ts';
import {
  activateDue,
  actOnChange,
  draftChange,
  headFile,
  keepFile,
  openDraft,
  type SheetFile,
} from '../../server/src/modules/policyDesk/index.ts';
import { nextState } from '../../server/src/modules/policyDesk/state.ts';
import { one, query, sql, withTransaction } from '../../server/src/platform/db.ts';
import { DomainError } from '../../server/src/platform/errors.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { addTestAccount } from '../../server/src/testing-context.ts';
import { actorWith } from '../support/context.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';

/** On a real database each step costs: `npm run torture` takes 10,000. */
const wantedSteps = Number(process.env.CHENGXIN_WALK_STEPS ?? 2_000);
const commands = ['circulate', 'revise', 'submit', 'approve', 'reject', 'cancel', 'rollBack', 'discard'] as const;
const ends: readonly string[] = ['discard', 'cancel'];
const tables = ['yes-no', 'penalty-categories'] as const;
type State = Parameters<typeof nextState>[0];
/** What stands last in line for a table: number of the release, what it says, its first day. */
interface Head {
  readonly head: number;
  readonly content: number;
  readonly day: string;
}
interface Model {
  id: string;
  state: State;
  version: number;
  digest: number;
  simulated: number;
  by: number;
  submittedBy: number | null;
  changedBy: Map<string, number>;
  /** By table: number of the head when it was drafted, and of the content. */
  files: Map<string, { base: number; content: number; baseContent: number }>;
  effectiveOn: string | null;
  /** What must be in the database because of it. */
  releases: number;
  events: number;
}

let city: HttpCity;
let clerks: Actor[];
/** A repeatable stream of numbers below one (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

before(async () => {
  city = await createHttpCity({ now: '2026-11-02T02:00:00Z' });
  clerks = [];
  for (const login of ['walkA', 'walkB', 'walkC']) {
    const { accountId } = await addTestAccount(city.ctx, login, ['creditOffice'], city.officeBodyId);
    clerks.push(actorWith(['creditOffice'], city.officeBodyId, accountId));
  }
});
after(async () => city?.close());

describe('the states of a change', () => {
  it(`hold through ${wantedSteps} steps, with every effect once`, { timeout: 900_000 }, async (t) => {
    const random = numbers(20261126);
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
    const models: Model[] = [];
    const contents: Record<string, Head> = Object.fromEntries(
      tables.map((key) => [key, { head: 0, content: 0, day: '' }]),
    );
    let serial = 0;
    let taken = 0;
    let refused = 0;
    const reached = new Map<string, number>();
    const actor = (): number => Math.floor(random() * clerks.length);
    const clerk = (at: number): Actor => clerks[at] as Actor;

    async function check(model: Model): Promise<void> {
      const row = await one<{ state: string; version: number; releases: number; events: number }>(
        city.ctx.db.app,
        sql`SELECT state, version, (SELECT count(*)::int FROM policy.release r WHERE r.change_id = c.change_id) AS releases,
              (SELECT count(*)::int FROM policy.change_event e WHERE e.change_id = c.change_id) AS events
            FROM policy.change c WHERE change_id = ${model.id}`,
      );
      const { state, version, releases, events } = model;
      assert.deepEqual(row, { state, version, releases, events }, model.id);
    }

    const begin = async (): Promise<void> => {
      const by = actor();
      const id = await withTransaction(city.ctx.db.app, (tx) =>
        draftChange(city.ctx, tx, clerk(by), { title: '走查', reason: '走查' }),
      );
      models.push({
        ...{ id, state: 'drafted', version: 1, digest: 0, simulated: -1, by, submittedBy: null },
        ...{ changedBy: new Map(), files: new Map(), effectiveOn: null, releases: 0, events: 1 },
      });
    };

    /** A change of one row of a small table, as a sheet would put it in. */
    const upload = async (model: Model): Promise<void> => {
      const key = pick(tables);
      const by = actor();
      const head = await headOf(key);
      serial += 1;
      const content = serial;
      const [first, ...rest] = head.kind === 'codeTable' ? head.body.values : [];
      if (!first || head.kind !== 'codeTable') throw new Error('no table');
      const changed = { ...first, label: { ...first.label, en: `Walk ${content}` } };
      const file: SheetFile = { ...head, body: { values: [changed, ...rest] } };
      const expected = model.state === 'drafted';
      const done = await attempt(async () => {
        const row = await openDraft(city.ctx, clerk(by), model.id);
        await keepFile(city.ctx, clerk(by), row, { base: head, file, kind: 'upload', note: key });
      });
      assert.equal(done, expected, `upload in ${model.state}`);
      if (!done) return;
      model.files.set(key, {
        base: contents[key]?.head ?? 0,
        content,
        baseContent: contents[key]?.content ?? 0,
      });
      model.changedBy.set(key, by);
      model.version += 1;
      model.digest += 1;
      model.events += 1;
    };

    const headOf = (key: string): Promise<SheetFile> => headFile(city.ctx, 'codeTable', key);

    async function attempt(work: () => Promise<void>): Promise<boolean> {
      try {
        await work();
        taken += 1;
        return true;
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        assert.ok(error.zh.length > 3 && error.en.length > 3);
        refused += 1;
        return false;
      }
    }

    const overtaken = (model: Model): boolean =>
      [...model.files].some(([key, file]) => contents[key]?.head !== file.base);

    function allowed(
      model: Model,
      command: (typeof commands)[number],
      by: number,
      given: { past: boolean; stale: boolean; note: boolean; on: string },
    ): boolean {
      if (nextState(model.state, command) === null || given.stale) return false;
      switch (command) {
        case 'circulate':
          return model.files.size > 0;
        case 'submit':
          return model.simulated === model.digest && !overtaken(model);
        case 'approve':
          return (
            by !== model.by &&
            by !== model.submittedBy &&
            ![...model.changedBy.values()].includes(by) &&
            !given.past &&
            !overtaken(model) &&
            [...model.files.keys()].every((key) => (contents[key]?.day ?? '') <= given.on)
          );
        case 'rollBack':
          return given.note && [...model.files].every(([key, file]) => contents[key]?.content === file.content);
        case 'reject':
        case 'cancel':
        case 'discard':
          return given.note;
        default:
          return true;
      }
    }

    function apply(model: Model, command: (typeof commands)[number], by: number, effectiveOn: string): void {
      model.state = nextState(model.state, command) ?? model.state;
      model.version += 1;
      model.events += 1;
      if (command === 'submit') model.submittedBy = by;
      if (command === 'reject') model.submittedBy = null;
      if (command === 'approve') {
        model.effectiveOn = effectiveOn;
        model.releases += model.files.size;
        for (const [key, file] of model.files) {
          serial += 1;
          contents[key] = { head: serial, content: file.content, day: effectiveOn };
        }
        begun();
      }
      if (command === 'cancel')
        for (const key of model.files.keys()) {
          // The release is taken back before its day: what was the head before it is the head again.
          contents[key] = heads(key);
        }
      if (command === 'rollBack') {
        model.releases += model.files.size;
        for (const [key, file] of model.files) {
          serial += 1;
          contents[key] = { head: serial, content: file.baseContent, day: city.clock.today() };
        }
      }
    }
    const stacks = new Map<string, (Head & { of: string })[]>();
    function heads(key: string): Head {
      const live = (stacks.get(key) ?? []).filter(
        ({ of }) => models.find(({ id }) => id === of)?.state !== 'discarded',
      );
      const last = live.at(-1);
      return last ? { head: last.head, content: last.content, day: last.day } : { head: 0, content: 0, day: '' };
    }
    function remember(model: Model): void {
      for (const key of model.files.keys()) {
        const now = contents[key];
        if (now) stacks.set(key, [...(stacks.get(key) ?? []), { ...now, of: model.id }]);
      }
    }

    /** The clock: what is due begins, once. */
    function begun(): void {
      for (const model of models)
        if (model.state === 'scheduled' && (model.effectiveOn ?? '') <= city.clock.today()) {
          model.state = 'active';
          reached.set('active', (reached.get('active') ?? 0) + 1);
          model.version += 1;
          model.events += 1;
        }
    }

    const act = async (model: Model): Promise<void> => {
      // Often one that the state knows, seldom its end: a walk that only gives up sees little.
      const open = commands.filter((one) => nextState(model.state, one) !== null && !ends.includes(one));
      const command =
        random() < 0.6 && open.length > 0 ? pick(open) : random() < 0.1 ? 'discard' : pick(commands.slice(0, -1));
      const by = actor();
      const given = { past: random() < 0.1, stale: random() < 0.05, note: random() < 0.9 };
      const effectiveOn = dayFrom(given.past ? -1 : Math.floor(random() * 3));
      const request: PolicyChangeCommandRequest = {
        command,
        version: model.version - (given.stale ? 1 : 0) || 1,
        ...(given.note ? { note: '走查' } : {}),
        ...(command === 'approve' ? { effectiveOn } : {}),
      };
      const stale = given.stale && request.version !== model.version;
      const expected = allowed(model, command, by, { ...given, stale, on: effectiveOn });
      const done = await attempt(() => actOnChange(city.ctx, clerk(by), model.id, request));
      assert.equal(done, expected, `${command} in ${model.state} by ${by}: ${JSON.stringify({ ...given, stale })}`);
      if (!done) return;
      apply(model, command, by, effectiveOn);
      if (command === 'approve' || command === 'rollBack') remember(model);
    };

    const dayFrom = (days: number): string =>
      new Date(Date.parse(`${city.clock.today()}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

    /** Put in as the trial would: its result is no matter of the states. */
    const simulated = async (model: Model): Promise<void> => {
      await withTransaction(city.ctx.db.app, (tx) =>
        query(
          tx,
          sql`INSERT INTO policy.simulation (simulation_id, change_id, digest, state, row_limit, asked_by, asked_at, finished_at, result)
              SELECT ${newId()}, change_id, digest, 'done', 1, created_by, ${city.clock.now()}, ${city.clock.now()}, '{}'::jsonb
                FROM policy.change WHERE change_id = ${model.id}`,
        ),
      );
      model.simulated = model.digest;
    };

    for (let step = 0; step < wantedSteps; step += 1) {
      const open = models.filter(({ state }) => !['rolledBack', 'discarded'].includes(state));
      const chance = random();
      if (open.length < 3 || (chance < 0.02 && open.length < 8)) await begin();
      else if (chance < 0.03) {
        city.clock.set(`${dayFrom(1)}T02:00:00Z`);
        await activateDue(city.ctx);
        // A second run of the job finds nothing to do.
        await activateDue(city.ctx);
        begun();
      } else {
        const model = pick(random() < 0.9 ? open : models);
        if (chance < 0.1) await upload(model);
        else if (chance < 0.2) await simulated(model);
        else await act(model);
        reached.set(model.state, (reached.get(model.state) ?? 0) + 1);
        await check(model);
      }
    }
    begun();
    for (const model of models) await check(model);
    for (const state of ['drafted', 'circulated', 'submitted', 'scheduled', 'active', 'rolledBack', 'discarded'])
      assert.ok(reached.has(state), `${state} was never reached: ${JSON.stringify([...reached])}`);
    t.diagnostic(`${wantedSteps} steps, ${taken} taken, ${refused} refused, ${models.length} changes`);
    assert.ok(taken > wantedSteps / 20, `${taken} taken`);
    // What is in force at the end is what the model says.
    for (const key of tables) {
      const head = await headOf(key);
      const said = head.kind === 'codeTable' ? head.body.values[0]?.label.en : '';
      const { content } = contents[key] ?? { content: 0 };
      if (content > 0) assert.equal(said, `Walk ${content}`, key);
    }
  });

  it('lets one of two clerks through where both act at the same moment', async () => {
    const [a, b, c] = clerks as [Actor, Actor, Actor];
    const id = await withTransaction(city.ctx.db.app, (tx) =>
      draftChange(city.ctx, tx, a, { title: '同时办理', reason: '走查' }),
    );
    for (let round = 0; round < 20; round += 1) {
      const { version, state } = await one<{ version: number; state: string }>(
        city.ctx.db.app,
        sql`SELECT version, state FROM policy.change WHERE change_id = ${id}`,
      );
      if (state !== 'drafted') break;
      const answers = await Promise.allSettled(
        [a, b, c].map((by) => actOnChange(city.ctx, by, id, { command: 'discard', version, note: '走查' })),
      );
      assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
    }
    const events = await query(
      city.ctx.db.app,
      sql`SELECT 1 FROM policy.change_event WHERE change_id = ${id} AND kind = 'discard'`,
    );
    assert.equal(events.length, 1);
  });
});
