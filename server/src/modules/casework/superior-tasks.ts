/** A missed deadline is a task of the body above, until the clock has ended or somebody there says what was done. */
import type { Transaction } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { type CaseRow, type StoredEvent, superiorOf } from './queries.ts';
import { endTasksOf, insertTask } from './task-queries.ts';

export async function openTask(tx: Transaction, row: CaseRow, event: StoredEvent): Promise<void> {
  const superior = await superiorOf(tx, row.handler_body_id);
  const clock = row.clocks.find((one) => one.key === event.name && one.endedOn === null);
  if (superior === null || !clock) return;
  await insertTask(tx, {
    subject_id: row.subject_id,
    case_id: row.case_id,
    task_id: newId(),
    body_id: superior,
    late_body_id: row.handler_body_id,
    procedure: row.procedure,
    clock: clock.key,
    run: clock.run,
    // The deadline itself, however late it was noticed.
    deadline: event.effectiveOn,
    opened_at: event.recordedAt,
  });
}

export async function endTasks(tx: Transaction, row: CaseRow): Promise<void> {
  const running = row.clocks.filter((clock) => clock.endedOn === null).map((clock) => `${clock.key} ${clock.run}`);
  await endTasksOf(tx, row, running, row.last_at);
}
