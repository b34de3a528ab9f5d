/** The state machines of this module walked at random: in memory with the shipped policy, and on a database with their effects. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createHttpCity, type HttpCity, type Login } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { addDays, type Instant, type PlainDateString } from '../../platform/clock.ts';
import { one, query, sql } from '../../platform/db.ts';
import {
  applyCommand,
  beginCase,
  type CaseEvent,
  type CaseState,
  type Procedure,
  passTime,
  type Rules,
} from '../casework/index.ts';
import { complaintProcedure, doubtProcedure, objectionProcedure, statementProcedure } from './index.ts';
import { annotatedStates } from './state.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    app: { rateLimit: { account: 1_000_000, address: 1_000_000 } },
  } as never);
});
after(() => city.close());

function assertSound(procedure: Procedure, state: CaseState, events: readonly CaseEvent[]): void {
  assert.ok(procedure.states.includes(state.state), state.state);
  assert.equal(state.events, events.length);
  for (const [at, event] of events.entries()) {
    assert.equal(event.seq, at + 1);
    if (event.kind !== 'command') assert.equal(event.from, event.to);
  }
  for (const { key, runsIn, pausesIn } of procedure.clocks) {
    const open = state.clocks.filter((clock) => clock.key === key && clock.endedOn === null);
    if (runsIn.includes(state.state)) assert.equal(open.length, 1, `${key} is lost in ${state.state}`);
    else if (!pausesIn?.includes(state.state)) assert.equal(open.length, 0, `${key} goes on in ${state.state}`);
  }
}

describe('walks', () => {
  it('model: 10,000 random steps through the four procedures make no illegal state and lose no clock', () => {
    const all: Procedure[] = [objectionProcedure, statementProcedure, doubtProcedure, complaintProcedure];
    const policies = city.ctx.policy();
    const step = fc.record({
      pick: fc.nat(),
      valid: fc.constantFrom(true, true, true, false),
      party: fc.constantFrom('subject', 'platform', 'provider', 'recogniser', 'raiser', 'body', 'clock'),
      days: fc.integer({ min: 0, max: 5 }),
    });
    let steps = 0;
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.array(step, { minLength: 25, maxLength: 60 }), (procedure, path) => {
        const policy = policies.procedure(procedure.key);
        const rules: Rules = { procedure, policy, calendar: policies };
        let today = '2026-03-02' as PlainDateString;
        const now = (): Instant => `${today}T02:00:00.000Z` as Instant;
        let state = beginCase(rules, now());
        const events: CaseEvent[] = [];
        for (const { pick, valid, party, days } of path) {
          steps++;
          today = addDays(today, days);
          const passed = passTime(rules, state, now());
          state = passed.next;
          events.push(...passed.events);
          const open = procedure.transitions.filter((one) => one.from.includes(state.state));
          if (open.length === 0) {
            // Ended for good: another case begins.
            state = beginCase(rules, now());
            events.length = 0;
            continue;
          }
          const pool = valid && open.length > 0 ? open : procedure.transitions;
          const chosen = pool[pick % pool.length];
          if (!chosen) continue;
          const applied = applyCommand(
            rules,
            state,
            {
              command: chosen.command,
              party: valid ? (chosen.by[0] ?? party) : party,
              by: 'a',
              reason: chosen.reasons ? (policy.reasons[chosen.reasons]?.[0]?.key ?? null) : null,
            },
            now(),
          );
          if (applied.ok) {
            taken++;
            state = applied.next;
            events.push(...applied.events);
          } else assert.ok(!valid || open.length === 0, `${chosen.command} in ${state.state}: ${applied.refusal}`);
          assertSound(procedure, state, events);
        }
      }),
      { numRuns: 300 },
    );
    assert.ok(steps >= 10_000 && taken > 1500, `${steps} steps, ${taken} taken`);
  });

  it('on the database: each effect of an objection happens exactly once, whatever is sent and however often', async () => {
    let seed = 20261102;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % n;
    };
    const logins: Readonly<Record<string, Login>> = {
      platform: 'office',
      provider: 'officer',
      subject: 'representative',
    };
    let taken = 0;
    for (let n = 0; n < 8; n++) {
      const row = penalty(400 + n, { CF_JDRQ: '2026-10-20', CF_YXQ: '2029-10-20', CF_GSJZQ: '2029-10-20' });
      await city.submit(penaltyCsv([row]));
      const of = await one<{ subject_id: string; record_id: string }>(
        city.ctx.db.app,
        sql`SELECT r.subject_id, r.record_id FROM core.record r JOIN core.subject s USING (subject_id)
            WHERE s.unified_code = ${row.CF_XDR_SHXYM ?? ''} AND r.standard = 'penalty'`,
      );
      await city.represent('representative', of.subject_id);
      const made = await city.call('representative', 'POST', '/api/v1/objections', {
        payload: {
          recordId: of.record_id,
          kind: 'error',
          statement: '罚款金额与决定书不一致，请核实。',
          wanted: '更正',
        },
      });
      const url = `/api/v1/objections/${made.json().id}`;
      for (let step = 0; step < 14; step++) {
        const before = (await city.call('office', 'GET', url)).json();
        const open = objectionProcedure.transitions.filter((one) => (one.from as string[]).includes(before.state));
        const pool = random(4) > 0 && open.length > 0 ? open : objectionProcedure.transitions;
        const chosen = pool[random(pool.length)];
        const party = chosen?.by[random(chosen.by.length)];
        if (!chosen || !party) continue;
        const sets = city.ctx.policy().procedure('objection').reasons;
        const remedy = ['withdraw', 'stopDisplay', 'reclassify', 'correct'][random(4)];
        const request = {
          payload: {
            command: chosen.command,
            note: '随机走步中的说明',
            ...(chosen.reasons ? { reason: sets[chosen.reasons]?.[0]?.key } : {}),
            ...(chosen.command.startsWith('uphold') ? { remedy, severity: 'serious' } : {}),
            ...(chosen.command === 'proposeCorrection' ? { correction: { CF_NR_FK: `${3 + random(6)}.000000` } } : {}),
          },
          headers: { 'idempotency-key': `walk-${n}-${step}-once` },
        };
        const login = logins[party] ?? 'office';
        const first = await city.call(login, 'POST', `${url}/commands`, request);
        const again = await city.call(login, 'POST', `${url}/commands`, request);
        assert.ok([200, 403, 404, 409, 422].includes(first.statusCode), first.body);
        const now = (await city.call('office', 'GET', url)).json();
        if (first.statusCode === 200) {
          taken++;
          assert.equal(again.statusCode, 200, again.body);
          assert.equal(now.events, before.events + 1, 'once');
        } else assert.equal(now.events, before.events, 'nothing happened');
        const events = await query<{ kind: string; note: string | null }>(
          city.ctx.db.app,
          sql`SELECT e.kind, e.data->>'note' AS note FROM core.record_event e
              WHERE e.subject_id = ${of.subject_id} AND e.record_id = (
                SELECT record_id FROM core.record WHERE subject_id = ${of.subject_id} AND standard = 'penalty'
                ORDER BY record_id DESC LIMIT 1)
              ORDER BY e.effective_on, e.recorded_at, e.event_id`,
        );
        const count = (kind: string): number => events.filter((event) => event.kind === kind).length;
        const marked = count('objectionOpened') - count('objectionClosed');
        assert.equal(marked, (annotatedStates as readonly string[]).includes(now.state) ? 1 : 0, `${now.state}: mark`);
        assert.ok(count('withdrawn') <= 1 && count('suspended') <= 1 && count('severityConfirmed') <= 1);
        const noted = count('noteAdded') - count('noteRemoved');
        assert.ok(noted === 0 || noted === 1, 'one note at most');
        const live = await query(
          city.ctx.db.app,
          sql`SELECT record_id FROM core.record WHERE subject_id = ${of.subject_id} AND standard = 'penalty' AND superseded_at IS NULL`,
        );
        assert.equal(live.length, count('withdrawn') === 0 ? 1 : 0, 'one version stands');
      }
    }
    assert.ok(taken >= 40, `${taken} commands were taken`);
  });
});
