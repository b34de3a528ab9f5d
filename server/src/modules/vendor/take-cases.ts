/** Cases that were open: opened here by the procedures' own operations, once for their number in the former system. */
import type { Actor, AppContext } from '../../context.ts';
import { isPlainDate, toPlainDate } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { carryClocks } from '../casework/index.ts';
import { takeFormerObjection } from '../objections/index.ts';
import { type RepairKinds, type RepairPorts, receiveUpstream } from '../repair/index.ts';
import { findArchiveSubject } from '../subjects/index.ts';
import { type FoundRecord, findRecord } from './find-record.ts';
import { keepTaken, takenBefore } from './queries.ts';
import { type DumpRow, rowsOf } from './read-dump.ts';
import { type Fate, refuse, Tally, type TemplateResult } from './tally.ts';

export interface FormerObjection {
  readonly record: Pick<FoundRecord, 'subjectId'> & { readonly recordId: string | null };
  readonly former: {
    readonly system: string;
    readonly number: string;
    readonly receivedOn: string;
    readonly acceptedOn?: string;
  };
  readonly kind: string;
  readonly statement: string;
  readonly wanted: string;
}

export async function takeObjection(ctx: AppContext, actor: Actor, input: FormerObjection): Promise<Fate> {
  const key = input.former.number;
  if (await takenBefore(ctx.db.app, 'cases', key)) return 'alreadyThere';
  return withTransaction(ctx.db.app, async (tx): Promise<Fate> => {
    const row = await takeFormerObjection(tx, ctx, actor, { ...input.record, ...input });
    const kept = await keepTaken(tx, { template: 'cases', key, resultId: row.case_id, at: ctx.clock.now() });
    if (kept !== 1) throw refuse('另一次运行正在移交此件', 'another run takes this case');
    return 'taken';
  });
}

export interface CasePorts {
  readonly kinds: RepairKinds;
  readonly ports: RepairPorts;
}

/** The applicant's way was the former system; here it stands where the upper platform stands for its cases. */
const forUpstream = (actor: Actor): Actor => ({ ...actor, roles: ['departmentSystem'] });

/** The day from which the former system's clock ran: it goes on here, in the same working days. */
const sinceOf = ({ cells }: DumpRow): string => cells.acceptedOn || (cells.receivedOn ?? '');

async function takeRepair(ctx: AppContext, actor: Actor, row: DumpRow, of: CasePorts): Promise<Fate> {
  const { former = '', code = '', document = '', decidedOn = '', statement = '', commitmentOn = '' } = row.cells;
  if (await takenBefore(ctx.db.app, 'cases', former)) return 'alreadyThere';
  if (former.length < 4 || former.length > 80)
    throw refuse('原系统办件编号应为 4 至 80 字', 'the former number has 4 to 80 characters');
  if (commitmentOn !== '' && !isPlainDate(commitmentOn))
    throw refuse('承诺签署日期应为 年-月-日', 'the day of the commitment is a date');
  const { created } = await receiveUpstream(
    ctx,
    forUpstream(actor),
    of.kinds,
    of.ports,
    {
      upstreamNumber: former,
      code,
      documentNumber: document,
      ...(decidedOn === '' ? {} : { decidedOn }),
      statement: statement.slice(0, 3000),
      ...(commitmentOn === '' ? {} : { commitmentSignedOn: commitmentOn }),
    },
    async (tx, { kind, caseId }) => {
      await carryClocks(tx, ctx, actor, kind, caseId, toPlainDate(sinceOf(row)));
      await keepTaken(tx, { template: 'cases', key: former, resultId: caseId, at: ctx.clock.now() });
    },
  );
  return created ? 'taken' : 'alreadyThere';
}

async function objectionOf(ctx: AppContext, row: DumpRow, system: string): Promise<FormerObjection> {
  const { former = '', code = '', document = '', decidedOn = '', kind: word = '', receivedOn = '' } = row.cells;
  const kinds = ctx.policy().procedure('objection').reasons.kind ?? [];
  const kind = kinds.find((one) => one.key === word || one.name.zh === word);
  if (!kind) throw refuse('异议情形不在规定的范围内', 'the kind of objection is not one of the closed set');
  const record =
    document === ''
      ? { subjectId: (await findArchiveSubject(ctx.db.app, { code })).subject_id, recordId: null }
      : await findRecord(ctx, { code, standard: 'penalty', document, decidedOn });
  return {
    record,
    former: { system, number: former, receivedOn, acceptedOn: sinceOf(row) },
    kind: kind.key,
    statement: row.cells.statement ?? '',
    wanted: row.cells.wanted ?? '',
  };
}

async function takeOne(ctx: AppContext, actor: Actor, row: DumpRow, system: string, of: CasePorts): Promise<Fate> {
  const { former = '', type = '', receivedOn = '', statement = '' } = row.cells;
  if (former === '' || statement === '')
    throw refuse('缺少原系统办件编号或事实和理由', 'the former number or the statement is missing');
  if (!isPlainDate(receivedOn) || receivedOn > ctx.clock.today())
    throw refuse('收件日期应为今天或以前的 年-月-日', 'the day of receipt is a date, today at the latest');
  const { acceptedOn = '' } = row.cells;
  if (acceptedOn !== '' && (!isPlainDate(acceptedOn) || acceptedOn < receivedOn || acceptedOn > ctx.clock.today()))
    throw refuse('受理日期应在收件日期与今天之间', 'the day of acceptance lies between that of receipt and today');
  if (type === '信用修复') return takeRepair(ctx, actor, row, of);
  if (type === '异议') return takeObjection(ctx, actor, await objectionOf(ctx, row, system));
  throw refuse('类型应为异议或信用修复', 'the type is an objection or a repair');
}

export async function takeCases(
  ctx: AppContext,
  actor: Actor,
  path: string,
  system: string,
  of: CasePorts,
): Promise<TemplateResult> {
  const tally = new Tally('cases');
  for await (const row of rowsOf(path, 'cases'))
    await tally.one(row, row.cells.former ?? '', () => takeOne(ctx, actor, row, system, of));
  return tally.result();
}
