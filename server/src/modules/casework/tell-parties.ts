/** Who is told of an event of a case: the policy's topics name the events and the parties (policy/notices). */
import type { AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import { type NoticeRecipient, sendNotice } from '../notices/index.ts';
import { chineseDay } from '../papers/index.ts';
import type { Bilingual, NoticeParty, NoticeTopic } from '../policy/index.ts';
import { dueOf } from './clocks.ts';
import { type CaseRow, partyNames, type StoredEvent, superiorOf } from './queries.ts';

/** Events of one kind may concern a procedure, and one command or clock of it. */
function concerns(topic: NoticeTopic, procedure: string, event: StoredEvent): boolean {
  return (topic.on ?? []).some(
    (on) =>
      on.event === event.kind &&
      (on.procedure === undefined || on.procedure === procedure) &&
      (on.name === undefined || on.name === event.name),
  );
}

async function recipientOf(tx: Transaction, row: CaseRow, party: NoticeParty): Promise<NoticeRecipient | null> {
  switch (party) {
    case 'subject':
      return { kind: 'organisation', subjectId: row.subject_id };
    case 'handler':
      return { kind: 'body', bodyId: row.handler_body_id, permission: 'case.work' };
    case 'assignee':
      return row.assignee_id === null ? null : { kind: 'account', accountId: row.assignee_id };
    case 'opener':
      return row.opened_by === null ? null : { kind: 'account', accountId: row.opened_by };
    case 'superior': {
      const bodyId = await superiorOf(tx, row.handler_body_id);
      return bodyId === null ? null : { kind: 'body', bodyId, permission: 'case.work' };
    }
  }
}

/** A day that a calendar not yet official may move says so. */
const dayWords = (on: string | null, provisional: boolean): Bilingual | null =>
  on === null
    ? null
    : {
        zh: `${chineseDay(on)}${provisional ? '（暂定，以国务院公布的节假日安排为准）' : ''}`,
        en: `${on}${provisional ? ' (provisional: the holidays of that year are not published yet)' : ''}`,
      };

function dueWords(ctx: AppContext, row: CaseRow, event: StoredEvent): Bilingual | null {
  // The deadline that was missed, not the day on which that was noticed.
  if (event.kind === 'escalation') return dayWords(event.effectiveOn, false);
  const dues = row.clocks
    .filter((clock) => event.kind !== 'reminder' || clock.key === event.name)
    .map((clock) => dueOf(clock, ctx.policy()))
    .filter((due) => due !== null)
    .sort((a, b) => (a.on < b.on ? -1 : 1));
  const [first] = dues;
  return first ? dayWords(first.on, first.provisional) : null;
}

function reasonWords(ctx: AppContext, row: CaseRow, event: StoredEvent): Bilingual | null {
  if (event.reason === null) return null;
  const known = Object.values(ctx.policy().procedure(row.procedure).reasons).flat();
  return known.find(({ key }) => key === event.reason)?.name ?? null;
}

export async function tellParties(tx: Transaction, ctx: AppContext, row: CaseRow, event: StoredEvent): Promise<void> {
  const topics = ctx
    .policy()
    .noticeTopics()
    .filter((topic) => concerns(topic, row.procedure, event));
  if (topics.length === 0) return;
  const names = await partyNames(tx, row);
  const params = {
    number: row.number ?? row.upstream_number,
    procedure: ctx.policy().procedureName(row.procedure),
    subject: names.subject,
    body: names.body,
    due: dueWords(ctx, row, event),
    reason: reasonWords(ctx, row, event),
    clock: event.name,
  };
  for (const topic of topics) {
    const to: NoticeRecipient[] = [];
    for (const party of topic.to ?? []) {
      const recipient = await recipientOf(tx, row, party);
      // Whoever acted knows it.
      if (recipient && !(recipient.kind === 'account' && recipient.accountId === event.by)) to.push(recipient);
    }
    await sendNotice(tx, ctx, {
      to,
      topic: topic.topic,
      params,
      procedure: row.procedure,
      caseId: row.case_id,
      recordId: row.record_id,
      by: event.by,
    });
  }
}
