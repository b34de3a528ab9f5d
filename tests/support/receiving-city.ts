/** A city whose departments look at organisations and are told of what becomes of the records they received. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCourierOnce } from '../../server/src/modules/exchange/index.ts';
import { openSession } from '../../server/src/modules/identity/index.ts';
import { writeRecordEvent } from '../../server/src/modules/records/index.ts';
import { sealOnce } from '../../server/src/platform/access-log/index.ts';
import { one, query, sql, withTransaction } from '../../server/src/platform/db.ts';
import { createHttpCity, type HttpCity, type Login } from './http-city.ts';
import { freePort, receiverHostsOf } from './receivers.ts';
import { penalty, penaltyCsv } from './rows.ts';

export interface Reported {
  readonly code: string;
  readonly recordId: string;
  readonly subjectId: string;
  readonly row: Record<string, string>;
}

export interface ReceivingCity extends HttpCity {
  /** Ports that receivers may listen on. */
  readonly ports: readonly number[];
  /** Reports a penalty about an organisation of its own. */
  report(over?: Record<string, string>): Promise<Reported>;
  /** Reports the same decision with another amount. */
  correct(of: Reported, amount?: string): Promise<string>;
  look(who: Login, code: string): Promise<void>;
  event(of: Reported, kind: 'repaired' | 'repairRevoked' | 'annulled' | 'suspended' | 'resumed'): Promise<void>;
  /** New sessions for the officers, the office and the representative. */
  signInAgain(): Promise<void>;
  /** Days go by; sessions end, everybody signs in again. */
  days(days: number): Promise<void>;
  /** Gives all changes their places in the feed. */
  place(): Promise<void>;
  /** Places, makes messages and sends what is due. */
  tell(): Promise<void>;
}

let serial = 4000;

export async function createReceivingCity(options: { now?: string; ports?: number } = {}): Promise<ReceivingCity> {
  const ports: number[] = [];
  for (let n = 0; n < (options.ports ?? 4); n += 1) ports.push(await freePort());
  const city = await createHttpCity({
    now: options.now ?? '2026-11-02T02:00:00Z',
    env: { RECEIVER_HOSTS: receiverHostsOf(ports) },
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  const { ctx } = city;
  const recordOf = async (code: string): Promise<{ record_id: string; subject_id: string }> =>
    one(
      ctx.db.app,
      sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id)
          WHERE s.unified_code = ${code} AND r.superseded_at IS NULL`,
    );
  const signInAgain = async (): Promise<void> => {
    for (const login of ['officer', 'stranger', 'office', 'representative', 'otherRepresentative'] as const) {
      const { account_id: accountId } = await one<{ account_id: string }>(
        ctx.db.app,
        sql`SELECT account_id FROM identity.account WHERE login = ${login.toLowerCase()}`,
      );
      const { token } = await openSession(ctx.db.app, ctx, accountId, null, ['password']);
      Object.assign(city.sessions[login], { cookie: `chengxin=${token}` });
    }
  };
  const place = async (): Promise<void> => {
    // Transactions of other databases of the server may hold places back for a moment.
    for (let tries = 0; tries < 400; tries += 1) {
      await sealOnce(ctx);
      const left = await query(
        ctx.db.app,
        sql`SELECT 1 FROM core.outbox o WHERE NOT EXISTS (SELECT 1 FROM log.feed f WHERE f.outbox_id = o.outbox_id) LIMIT 1`,
      );
      if (left.length === 0) return;
      await sleep(25);
    }
    assert.fail('changes got no place');
  };
  return {
    ...city,
    ports,
    place,
    async report(over = {}) {
      serial += 1;
      const row = penalty(serial, { CF_JDRQ: '2026-10-20', CF_YXQ: '2029-10-20', CF_GSJZQ: '2029-10-20', ...over });
      const sent = await city.submit(penaltyCsv([row]));
      assert.equal(sent.counts.accepted, 1, JSON.stringify(sent));
      const code = row.CF_XDR_SHXYM ?? '';
      const found = await recordOf(code);
      return { code, recordId: found.record_id, subjectId: found.subject_id, row };
    },
    async correct(of, amount = '7.5') {
      const sent = await city.submit(penaltyCsv([{ ...of.row, CF_NR_FK: amount }]));
      assert.equal(sent.counts.superseding, 1, JSON.stringify(sent));
      return (await recordOf(of.code)).record_id;
    },
    async look(who, code) {
      const url = `/api/v1/subjects/${code}/records?purpose=approval&matter=${encodeURIComponent('建设工程施工许可')}&caseNumber=A-1`;
      const answer = await city.call(who, 'GET', url);
      assert.equal(answer.statusCode, 200, answer.body);
    },
    async event(of, kind) {
      const done = await withTransaction(ctx.db.app, (tx) =>
        writeRecordEvent(tx, ctx, null, of, { kind, effectiveOn: ctx.clock.today() }),
      );
      assert.equal(done, true);
    },
    signInAgain,
    async days(days) {
      city.clock.advance({ days });
      await signInAgain();
    },
    async tell() {
      await place();
      await runCourierOnce(ctx);
    },
  };
}
