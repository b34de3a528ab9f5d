/** Alarms: raised by what happens, ended by what happens or by the office with a reason. */
import type { AppContext } from '../../context.ts';
import { publish } from '../../platform/access-log/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { sendNotice } from '../notices/index.ts';
import { type AlarmKind, endAlarms, insertAlarm, receiverForNotice } from './alarm-queries.ts';
import { alarmTitle } from './alarm-titles.ts';

type Ctx = Pick<AppContext, 'clock' | 'jobs' | 'policy' | 'keys' | 'config'>;

/** In the feed: a part of the state of the exchange. */
const told = (alarmId: string, receiverId: string, state: string) => ({
  kind: 'exchange.alarm',
  payload: { alarmId, receiverId, state },
});

export interface NewAlarm {
  readonly receiverId: string;
  readonly deliveryId: string | null;
  readonly kind: AlarmKind;
  readonly facts: Readonly<Record<string, unknown>>;
}

/**
 * Raises what is not open yet, and tells the credit office: one notice for each receiver and kind, whatever the number of
 * messages, so that a dead receiver does not fill the inbox. Returns how many are new.
 */
export async function raiseAlarms(tx: Transaction, ctx: Ctx, alarms: readonly NewAlarm[]): Promise<number> {
  const fresh = new Map<string, { of: NewAlarm; count: number }>();
  let raised = 0;
  for (const alarm of alarms) {
    const alarmId = newId();
    if ((await insertAlarm(tx, { ...alarm, alarmId, at: ctx.clock.now() })) === 0) continue;
    raised++;
    await publish(tx, ctx, [told(alarmId, alarm.receiverId, 'open')]);
    const key = `${alarm.receiverId} ${alarm.kind}`;
    fresh.set(key, { of: alarm, count: (fresh.get(key)?.count ?? 0) + 1 });
  }
  for (const { of, count } of fresh.values()) await tellOffice(tx, ctx, of, count);
  return raised;
}

export const raiseAlarm = (tx: Transaction, ctx: Ctx, alarm: NewAlarm): Promise<number> =>
  raiseAlarms(tx, ctx, [alarm]);

/** Before `init` there is no office, and nobody to tell: the row stands. */
async function tellOffice(tx: Transaction, ctx: Ctx, alarm: NewAlarm, count: number): Promise<void> {
  const about = await receiverForNotice(tx, alarm.receiverId);
  if (about?.office_id == null) return;
  await sendNotice(tx, ctx, {
    topic: 'exchange.alarm',
    to: { kind: 'body', bodyId: about.office_id, permission: 'exchange.close' },
    params: {
      receiver: about.receiver,
      body: about.body,
      what: alarmTitle(alarm.kind),
      count: String(count),
    },
  });
}

export type Ending = 'answersAgain' | 'receipted' | 'receiverEnded';

export async function endAlarmsOf(
  tx: Transaction,
  ctx: Pick<AppContext, 'clock'>,
  of: { readonly receiverId: string; readonly deliveryId: string | null; readonly kinds: readonly AlarmKind[] },
  ending: Ending,
): Promise<void> {
  const ids = await endAlarms(tx, of, ending, ctx.clock.now());
  await publish(
    tx,
    ctx,
    ids.map((alarmId) => told(alarmId, of.receiverId, 'closed')),
  );
}
