/** Alarms: raised by what happens, ended by what happens or by the office with a reason. */
import type { AppContext } from '../../context.ts';
import { publish } from '../../platform/access-log/index.ts';
import type { Transaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { type AlarmKind, endAlarms, insertAlarm } from './alarm-queries.ts';

type Ctx = Pick<AppContext, 'clock'>;

/** Told to the credit office by whatever carries notices. */
const told = (alarmId: string, receiverId: string, state: string) => ({
  kind: 'exchange.alarm',
  payload: { alarmId, receiverId, state },
});

export async function raiseAlarm(
  tx: Transaction,
  ctx: Ctx,
  alarm: {
    readonly receiverId: string;
    readonly deliveryId: string | null;
    readonly kind: AlarmKind;
    readonly facts: Readonly<Record<string, unknown>>;
  },
): Promise<void> {
  const alarmId = newId();
  if ((await insertAlarm(tx, { ...alarm, alarmId, at: ctx.clock.now() })) === 0) return;
  await publish(tx, ctx, [told(alarmId, alarm.receiverId, 'open')]);
}

export type Ending = 'answersAgain' | 'receipted' | 'receiverEnded';

export async function endAlarmsOf(
  tx: Transaction,
  ctx: Ctx,
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
