/** What had happened to records in the former system, as events of the records: nothing of it is typed into a record. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { isPlainDate } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { withoutPersonNumbers } from '../casework/index.ts';
import { type RecordEventKind, writeRecordEvent } from '../records/index.ts';
import { repairableItems } from '../repair/index.ts';
import { findRecord } from './find-record.ts';
import { keepTaken } from './queries.ts';
import { type DumpRow, rowsOf } from './read-dump.ts';
import { takeObjection } from './take-cases.ts';
import { type Fate, refuse, Tally, type TemplateResult } from './tally.ts';

const events: Readonly<Record<string, RecordEventKind>> = {
  已修复: 'repaired',
  已撤销: 'annulled',
  暂停公示: 'suspended',
};
const objected = '异议处理中';

async function takeOne(ctx: AppContext, actor: Actor, row: DumpRow, system: string): Promise<Fate> {
  const {
    code = '',
    standard = '',
    document = '',
    decidedOn = '',
    state = '',
    on = '',
    basis = '',
    note = '',
  } = row.cells;
  const kind = events[state];
  if (!kind && state !== objected)
    throw refuse(
      `状态应为${[...Object.keys(events), objected].join('、')}之一`,
      'the state is not one of the template',
    );
  if (!isPlainDate(on) || on > ctx.clock.today())
    throw refuse('生效日期应为今天或以前的 年-月-日', 'the day is a date, today at the latest');
  withoutPersonNumbers(note, basis);
  const record = await findRecord(ctx, { code, standard, document, decidedOn });
  if (record.decidedOn !== null && on < record.decidedOn)
    throw refuse('生效日期早于决定日期', 'the state began before the decision');
  if (!kind)
    return takeObjection(ctx, actor, {
      record,
      former: { system, number: row.cells.former || `${code} ${document}`, receivedOn: on },
      kind: 'error',
      statement: note || '由原系统移交的在办异议，理由见原件。',
      wanted: '',
    });
  if (kind === 'repaired' && !repairableItems(ctx.policy()).includes(record.item))
    throw refuse('这类信息不适用信用修复', 'records of this kind are not repaired');
  if (kind === 'annulled' && basis === '') throw refuse('撤销须填写依据文号', 'an annulment names its document');
  return withTransaction(ctx.db.app, async (tx): Promise<Fate> => {
    const fresh = await writeRecordEvent(tx, ctx, actor, record, {
      kind,
      effectiveOn: on,
      document: basis === '' ? null : basis,
      reason: `由${system}移交${note === '' ? '' : `：${note}`}`,
    });
    if (!fresh) return 'alreadyThere';
    await keepTaken(tx, {
      template: 'states',
      key: `${record.recordId} ${kind} ${on}`,
      resultId: record.recordId,
      at: ctx.clock.now(),
    });
    await writeAccess(tx, ctx, actor, {
      action: `record.${kind}`,
      resourceKind: 'record',
      resourceId: record.recordId,
      subjectId: record.subjectId,
      detail: { on, former: system },
    });
    return 'taken';
  });
}

export async function takeStates(ctx: AppContext, actor: Actor, path: string, system: string): Promise<TemplateResult> {
  const tally = new Tally('states');
  for await (const row of rowsOf(path, 'states'))
    await tally.one(row, `${row.cells.code} ${row.cells.document}`, () => takeOne(ctx, actor, row, system));
  return tally.result();
}
