/**
 * What the deciding body orders: the class of a record, suspension by a court or a reviewing authority, the mask during a
 * reorganisation, annulment. Each is an event of the record; disclosure follows from it at the next read.
 */
import type { ConfirmSeverityRequest, ConfirmSeverityResult, DisplayOrderRequest, WhyView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize, may } from '../identity/index.ts';
import { type NewRecordEvent, type RecordEventKind, writeRecordEvent } from '../records/index.ts';
import { loadOneRecord, type OneRecord } from '../subjects/index.ts';
import { disclosureOf, noRecord, whyOf } from './why.ts';

type Row = ConfirmSeverityRequest['rows'][number];
type Result = ConfirmSeverityResult['results'][number];

async function decidedRecord(
  ctx: AppContext,
  actor: Actor,
  recordId: string,
  permission: 'severity.confirm' | 'display.order',
): Promise<OneRecord> {
  const record = await loadOneRecord(ctx.db.app, ctx.policy(), recordId);
  if (!record) throw noRecord();
  const { deciding_body_id, source_body_id } = record.row;
  // A suspension may be known first to whoever reported it; the class is the deciding body's alone.
  const bodyId =
    permission === 'display.order' && may(actor, permission, { bodyId: source_body_id })
      ? source_body_id
      : deciding_body_id;
  authorize(actor, permission, { bodyId });
  if (!record.live)
    throw new DomainError('conflict', {
      zh: '这条信息已被更正或者撤回，请刷新后再办理。',
      en: 'The record was corrected or withdrawn. Reload first.',
    });
  return record;
}

async function keep(
  tx: Transaction,
  ctx: AppContext,
  actor: Actor,
  record: OneRecord,
  event: NewRecordEvent,
): Promise<boolean> {
  const { subject_id, record_id } = record.row;
  const written = await writeRecordEvent(tx, ctx, actor, { subjectId: subject_id, recordId: record_id }, event);
  if (written)
    await writeAccess(tx, ctx, actor, {
      action: `record.${event.kind}`,
      resourceKind: 'record',
      resourceId: record_id,
      subjectId: subject_id,
      detail: { effectiveOn: event.effectiveOn, document: event.document ?? null, data: event.data ?? null },
    });
  return written;
}

async function confirmOne(ctx: AppContext, actor: Actor, { recordId, severity }: Row): Promise<Result> {
  const record = await decidedRecord(ctx, actor, recordId, 'severity.confirm');
  const { severity: proposed } = disclosureOf(ctx, record);
  if (proposed === null)
    throw new DomainError('unprocessable', {
      zh: '这类信息没有失信程度的划分，不用确认。',
      en: 'This kind of record has no classes. There is nothing to confirm.',
    });
  const changed = await withTransaction(ctx.db.app, (tx) =>
    keep(tx, ctx, actor, record, {
      kind: 'severityConfirmed',
      effectiveOn: ctx.clock.today(),
      data: { severity, proposed },
    }),
  );
  const after = await loadOneRecord(ctx.db.app, ctx.policy(), recordId);
  return {
    recordId,
    outcome: changed ? 'confirmed' : 'unchanged',
    shownUntil: after ? disclosureOf(ctx, after).until : null,
    problem: null,
  };
}

/** Singly or hundreds at once, with a result for each; each in a transaction of its own. */
export async function confirmSeverity(
  ctx: AppContext,
  actor: Actor,
  input: ConfirmSeverityRequest,
): Promise<ConfirmSeverityResult> {
  authorize(actor, 'severity.confirm');
  const results: Result[] = [];
  for (const row of input.rows) {
    try {
      results.push(await confirmOne(ctx, actor, row));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const problem = { zh: error.zh, en: error.en };
      results.push({ recordId: row.recordId, outcome: 'refused', shownUntil: null, problem });
    }
  }
  return { results };
}

const kindsOf: Readonly<Record<DisplayOrderRequest['order'], readonly RecordEventKind[]>> = {
  suspend: ['suspended'],
  resume: ['resumed'],
  mask: ['masked'],
  unmask: ['unmasked'],
  // The court has found the plan carried out: the mask ends in a full repair (36号令, 破产重整).
  completeReorganisation: ['unmasked', 'repaired'],
  annul: ['annulled'],
};
/** Said beside the record while the proceedings last. */
const mattersOf: Readonly<Partial<Record<DisplayOrderRequest['order'], 'objectionOpened' | 'objectionClosed'>>> = {
  mask: 'objectionOpened',
  unmask: 'objectionClosed',
  completeReorganisation: 'objectionClosed',
};

export interface Ordered {
  readonly changed: boolean;
  readonly dueOn: string | null;
  readonly late: boolean;
  readonly why: WhyView;
}

export async function orderDisplay(
  ctx: AppContext,
  actor: Actor,
  recordId: string,
  input: DisplayOrderRequest,
): Promise<Ordered> {
  const today = ctx.clock.today();
  if (input.on > today)
    throw new DomainError('unprocessable', {
      zh: '裁定、决定的日期不能晚于今天。',
      en: 'The day of the ruling or decision cannot be later than today.',
      details: [{ field: 'body/on', zh: '不能晚于今天', en: 'not after today' }],
    });
  const record = await decidedRecord(ctx, actor, recordId, 'display.order');
  const changed = await withTransaction(ctx.db.app, async (tx) => {
    let any = false;
    for (const kind of kindsOf[input.order]) {
      const event = { kind, effectiveOn: input.on, document: input.document, reason: input.note ?? null };
      any = (await keep(tx, ctx, actor, record, event)) || any;
    }
    const matter = mattersOf[input.order];
    if (matter)
      await keep(tx, ctx, actor, record, { kind: matter, effectiveOn: input.on, data: { matter: 'reorganisation' } });
    return any;
  });
  const days = ctx.policy().repair('creditPlatform')?.annulmentWorkingDays;
  const dueOn = input.order === 'annul' && days ? ctx.policy().addWorkingDays(input.on, days).on : null;
  const after = (await loadOneRecord(ctx.db.app, ctx.policy(), recordId)) ?? record;
  return { changed, dueOn, late: dueOn !== null && today > dueOn, why: await whyOf(ctx, ctx.db.app, after) };
}
