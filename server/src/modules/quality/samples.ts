/**
 * Samples: a department's own website compared with what it reported, and the sheet of a third-party assessor. Both give the
 * concealed, late and wrong rates. Rows are decisions on organisations; persons are in another store and never drawn.
 */
import type { Readable } from 'node:stream';
import type { DrawSample, SampleDetail, SampleList, SampleQuery, SampleView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, withoutPersonNumbers } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { isPlainDate, type PlainDateString } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import type { SheetSpec } from '../../platform/tabular/index.ts';
import { readSheet, type SheetColumn, type SheetRow } from '../accounts/index.ts';
import { authorize } from '../identity/index.ts';
import { normaliseDocumentNumber } from '../records/index.ts';
import { type Bodies, loadBodies } from './bodies.ts';
import { chineseMonth, type Month, monthOf, spanOf } from './month.ts';
import { closedMonth } from './queries.ts';
import {
  drawRows,
  type Held,
  heldRecords,
  insertSample,
  insertSampled,
  judgeRows,
  judgeSample,
  listSampleRows,
  loadSample,
  type SampledRow,
  type SampleRow,
  sampledRows,
  type Verdict,
} from './sample-queries.ts';

const maxRows = 5_000;
const maxHeld = 500_000;

const refuse = (zh: string, en: string, details?: { field: string; zh: string; en: string }[]): DomainError =>
  new DomainError('unprocessable', { zh, en, ...(details ? { details } : {}) });

const viewOf = (row: SampleRow, bodies: Bodies): SampleView => ({
  id: row.sample_id,
  kind: row.kind,
  month: row.month,
  body: row.body_id === null ? null : bodies.name(row.body_id),
  seed: row.seed,
  rows: row.rows,
  state: row.state,
  same: row.same,
  late: row.late,
  wrong: row.wrong,
  concealed: row.concealed,
  createdAt: row.created_at,
});

const websiteColumns: readonly SheetColumn[] = [
  { key: 'number', heading: '决定文书号', required: true, hint: '如 示市监罚〔2026〕1号' },
  { key: 'on', heading: '决定日期', required: true, hint: '如 2026-10-08' },
];

function dayOfCell(text: string): PlainDateString | null {
  const match = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text.trim());
  const day = match ? `${match[1]}-${match[2]?.padStart(2, '0')}-${match[3]?.padStart(2, '0')}` : text.trim();
  return isPlainDate(day) ? day : null;
}

interface Published {
  readonly number: string;
  readonly on: PlainDateString;
}

function publishedOf(rows: readonly SheetRow[], today: PlainDateString): Published[] {
  const problems: { field: string; zh: string; en: string }[] = [];
  const found = new Map<string, Published>();
  for (const row of rows) {
    const on = dayOfCell(row.cells.on ?? '');
    const number = row.cells.number ?? '';
    const problem = row.problems[0];
    if (problem)
      problems.push({ field: `第 ${row.row} 行`, zh: `${problem.column ?? ''}${problem.zh}`, en: problem.en });
    else if (on === null)
      problems.push({ field: `第 ${row.row} 行`, zh: '决定日期应形如 2026-10-08', en: 'a day like 2026-10-08' });
    else if (on > today)
      problems.push({ field: `第 ${row.row} 行`, zh: '决定日期在今天以后', en: 'the day is in the future' });
    else if (number.length > 200 || withoutPersonNumbers(number) !== number)
      problems.push({ field: `第 ${row.row} 行`, zh: '决定文书号不正确', en: 'this is no document number' });
    else found.set(normaliseDocumentNumber(number), { number, on });
  }
  if (problems.length > 0)
    throw refuse(
      '文件中有不能读的行，请改正后重新上传。',
      'Some rows cannot be read. Put them right and send the file again.',
      problems.slice(0, 50),
    );
  return [...found.values()];
}

interface Days {
  addWorkingDays(from: string, days: number): { on: string };
}

/** The fate of a published decision among what the body reported. Pure. */
export function verdictOf(days: Days, limit: number, published: Published, held: Held | undefined): Verdict {
  if (!held) return 'concealed';
  if (held.decided_on !== published.on) return 'wrong';
  return held.arrived_on > days.addWorkingDays(published.on, limit).on ? 'late' : 'same';
}

async function refuseClosed(ctx: AppContext, month: Month): Promise<void> {
  if (await closedMonth(ctx.db.app, month))
    throw new DomainError('conflict', {
      zh: `${chineseMonth(month)}已结账，抽查请记入以后的月份。`,
      en: `${month} is closed. Enter the sample in a later month.`,
    });
}

const clusterOf = (bodies: Bodies, bodyId: string): string[] =>
  bodies.all.map((body) => body.bodyId).filter((id) => id === bodyId || bodies.heir(id) === bodyId);

export async function compareWebsite(
  ctx: AppContext,
  actor: Actor,
  input: {
    readonly month: Month;
    readonly bodyId: string;
    readonly standard: string;
    readonly fileName: string;
    readonly source: Readable;
  },
): Promise<SampleView> {
  authorize(actor, 'quality.manage');
  const policy = ctx.policy();
  const { dueStandards, dueWorkingDays } = policy.quality();
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  if (!bodies.all.some(({ bodyId }) => bodyId === input.bodyId)) throw new HiddenError();
  if (!dueStandards.includes(input.standard))
    throw refuse('请从列表中选择数据标准。', 'Choose the standard from the list.');
  await refuseClosed(ctx, input.month);
  const published = publishedOf(await readSheet(ctx, input.source, websiteColumns, maxRows), ctx.clock.today());
  const earliest = published.map(({ on }) => on).sort()[0] ?? ctx.clock.today();
  const sampleId = newId();
  const at = ctx.clock.now();
  const entry = {
    action: 'quality.compare',
    resourceKind: 'quality',
    resourceId: sampleId,
    detail: { month: input.month, bodyId: input.bodyId, rows: published.length },
  };
  return withAccess(ctx, actor, entry, async (tx) => {
    const held = new Map<string, Held>();
    const asked = {
      bodies: clusterOf(bodies, input.bodyId),
      standard: input.standard,
      from: spanOf(monthOf(earliest)).from,
    };
    for (const row of await heldRecords(tx, asked, maxHeld)) {
      const key = normaliseDocumentNumber(row.document_number);
      // The first arrival counts for the time; a later correction for the content.
      const first = held.get(key);
      held.set(key, first ? { ...row, arrived_on: first.arrived_on } : row);
    }
    await insertSample(tx, {
      id: sampleId,
      kind: 'website',
      month: input.month,
      bodyId: input.bodyId,
      standard: input.standard,
      seed: null,
      fileName: input.fileName.slice(-120),
      rows: published.length,
      state: 'judged',
      by: actor.accountId ?? '',
      at,
    });
    await insertSampled(
      tx,
      sampleId,
      published.map((one, index): SampledRow => {
        const match = held.get(normaliseDocumentNumber(one.number));
        return {
          row_no: index + 1,
          body_id: input.bodyId,
          standard: input.standard,
          document_number: one.number,
          decided_on: one.on,
          record_id: match?.record_id ?? null,
          arrived_on: match?.arrived_on ?? null,
          verdict: verdictOf(policy, dueWorkingDays, one, match),
          note: match && match.decided_on !== one.on ? `报送的决定日期为 ${match.decided_on ?? '空'}` : null,
        };
      }),
    );
    const row = await loadSample(tx, sampleId);
    if (!row) throw new DomainError('not-found');
    return viewOf(row, bodies);
  });
}

export async function drawSample(ctx: AppContext, actor: Actor, input: DrawSample): Promise<SampleView> {
  authorize(actor, 'quality.manage');
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  if (input.bodyId !== undefined && !bodies.all.some(({ bodyId }) => bodyId === input.bodyId)) throw new HiddenError();
  await refuseClosed(ctx, input.month);
  const sampleId = newId();
  const seed = input.seed ?? newId().slice(-12);
  const entry = {
    action: 'quality.draw',
    resourceKind: 'quality',
    resourceId: sampleId,
    detail: { month: input.month, rows: input.rows, seed },
  };
  return withAccess(ctx, actor, entry, async (tx) => {
    const rows = await drawRows(
      tx,
      {
        ...spanOf(input.month),
        bodies: input.bodyId === undefined ? null : clusterOf(bodies, input.bodyId),
        standards: ctx.policy().quality().dueStandards,
        seed,
      },
      input.rows,
    );
    if (rows.length === 0)
      throw refuse(
        '这个月没有可以抽取的决定，请换一个月份或单位。',
        'There is nothing to draw in this month. Choose another month or body.',
      );
    await insertSample(tx, {
      id: sampleId,
      kind: 'assessor',
      month: input.month,
      bodyId: input.bodyId ?? null,
      standard: null,
      seed,
      fileName: null,
      rows: rows.length,
      state: 'drawn',
      by: actor.accountId ?? '',
      at: ctx.clock.now(),
    });
    await insertSampled(tx, sampleId, rows);
    const row = await loadSample(tx, sampleId);
    if (!row) throw new DomainError('not-found');
    return viewOf(row, bodies);
  });
}

const resultColumns: readonly SheetColumn[] = [
  { key: 'row', heading: '序号', required: false, hint: '抽样表已填，请勿改动；补充发现的漏报决定留空' },
  { key: 'body', heading: '单位', required: true, hint: '' },
  { key: 'standard', heading: '数据类型', required: true, hint: '' },
  { key: 'number', heading: '决定文书号', required: true, hint: '' },
  { key: 'on', heading: '决定日期', required: false, hint: '' },
  { key: 'verdict', heading: '核查结果', required: true, hint: '一致、迟报、错报、瞒报' },
  { key: 'note', heading: '说明', required: false, hint: '' },
];
const verdicts: Readonly<Record<string, Verdict>> = { 一致: 'same', 迟报: 'late', 错报: 'wrong', 瞒报: 'concealed' };
export const verdictWords: Readonly<Record<Verdict, string>> = {
  same: '一致',
  late: '迟报',
  wrong: '错报',
  concealed: '瞒报',
};

/** The sheet for the assessor; with results where there are some. */
export async function sampleSheet(ctx: AppContext, actor: Actor, sampleId: string): Promise<SheetSpec> {
  authorize(actor, 'quality.manage');
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const sample = await loadSample(ctx.db.app, sampleId);
  if (!sample) throw new DomainError('not-found');
  const entry = { action: 'export.own', resourceKind: 'quality', resourceId: sampleId, detail: { sheet: 'sample' } };
  const rows = await withAccess(ctx, actor, entry, (tx) => sampledRows(tx, sampleId, 0, maxRows));
  const policy = ctx.policy();
  return {
    name: '抽样核查表',
    header: resultColumns.map(({ heading }) => heading),
    rows: rows.map((row) => [
      String(row.row_no),
      bodies.name(row.body_id),
      policy.standard(row.standard).name.zh,
      row.document_number,
      row.decided_on ?? '',
      row.verdict === null ? '' : verdictWords[row.verdict],
      row.note ?? '',
    ]),
  };
}

interface Judged {
  readonly known: Pick<SampledRow, 'row_no' | 'verdict' | 'note'>[];
  readonly added: SampledRow[];
}

function judgedOf(ctx: AppContext, bodies: Bodies, drawn: readonly SampledRow[], sheet: readonly SheetRow[]): Judged {
  const problems: { field: string; zh: string; en: string }[] = [];
  const byNumber = new Map(drawn.map((row) => [row.row_no, row]));
  const standards = new Map(
    ctx
      .policy()
      .standards()
      .map(({ standard, name }) => [name.zh, standard]),
  );
  const known: Judged['known'] = [];
  const added: SampledRow[] = [];
  const seen = new Set<number>();
  for (const row of sheet) {
    const wrong = (zh: string, en: string): void => void problems.push({ field: `第 ${row.row} 行`, zh, en });
    const verdict = verdicts[row.cells.verdict ?? ''];
    const note = (row.cells.note ?? '').slice(0, 400) || null;
    const number = row.cells.number ?? '';
    if (verdict === undefined) {
      wrong('核查结果应为：一致、迟报、错报、瞒报', 'the result is one of 一致, 迟报, 错报, 瞒报');
      continue;
    }
    if (note !== null && withoutPersonNumbers(note) !== note) {
      wrong('说明中请勿填写公民身份号码', "a person's number may not stand here");
      continue;
    }
    if (row.cells.row) {
      const at = Number(row.cells.row);
      const from = byNumber.get(at);
      if (!from || seen.has(at) || normaliseDocumentNumber(from.document_number) !== normaliseDocumentNumber(number)) {
        wrong(
          '序号与抽样表不符，请勿改动已抽取的行',
          'the row is not that of the sample; leave what was drawn as it is',
        );
        continue;
      }
      seen.add(at);
      known.push({ row_no: at, verdict, note });
      continue;
    }
    const body = bodies.all.find(({ name }) => name === row.cells.body);
    const standard = standards.get(row.cells.standard ?? '');
    if (!body || !standard || verdict !== 'concealed' || number === '' || number.length > 200) {
      wrong(
        '补充的行应写明单位全称、数据类型和文书号，结果为“瞒报”',
        'an added row names the body, the kind and the number, and is 瞒报',
      );
      continue;
    }
    added.push({
      row_no: drawn.length + added.length + 1,
      body_id: body.bodyId,
      standard,
      document_number: number,
      decided_on: dayOfCell(row.cells.on ?? ''),
      record_id: null,
      arrived_on: null,
      verdict,
      note,
    });
  }
  if (seen.size < drawn.length)
    problems.push({
      field: '核查结果',
      zh: `还有 ${drawn.length - seen.size} 行没有结果，请全部填写`,
      en: `${drawn.length - seen.size} rows have no result`,
    });
  if (problems.length > 0)
    throw refuse(
      '核查表不完整，请改正后重新上传。',
      'The sheet is not complete. Put it right and send it again.',
      problems.slice(0, 50),
    );
  return { known, added };
}

export async function takeResult(
  ctx: AppContext,
  actor: Actor,
  sampleId: string,
  input: { readonly fileName: string; readonly source: Readable },
): Promise<SampleView> {
  authorize(actor, 'quality.manage');
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const sample = await loadSample(ctx.db.app, sampleId);
  if (!sample) throw new DomainError('not-found');
  if (sample.state !== 'drawn')
    throw new DomainError('conflict', {
      zh: '这份抽样已有核查结果，如需更正请重新抽样。',
      en: 'The sample has its results. Draw another to correct them.',
    });
  await refuseClosed(ctx, sample.month);
  const sheet = await readSheet(ctx, input.source, resultColumns, maxRows);
  const drawn = await sampledRows(ctx.db.app, sampleId, 0, maxRows);
  const { known, added } = judgedOf(ctx, bodies, drawn, sheet);
  const entry = {
    action: 'quality.judge',
    resourceKind: 'quality',
    resourceId: sampleId,
    detail: { rows: known.length, added: added.length },
  };
  return withAccess(ctx, actor, entry, async (tx) => {
    const done = await judgeSample(tx, sampleId, {
      rows: drawn.length + added.length,
      fileName: input.fileName.slice(-120),
      by: actor.accountId ?? '',
      at: ctx.clock.now(),
    });
    if (done !== 1) throw new DomainError('conflict');
    await judgeRows(tx, sampleId, known);
    await insertSampled(tx, sampleId, added);
    const row = await loadSample(tx, sampleId);
    if (!row) throw new DomainError('not-found');
    return viewOf(row, bodies);
  });
}

const defaultLimit = 50;

export async function listSamples(ctx: AppContext, actor: Actor, input: SampleQuery): Promise<SampleList> {
  authorize(actor, 'quality.manage');
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const limit = input.limit ?? defaultLimit;
  const position = openPosition(ctx.keys, 'qualitySamples', input.cursor);
  const rows = await withAccess(ctx, actor, { action: 'quality.samples', resourceKind: 'quality' }, (tx) =>
    listSampleRows(
      tx,
      input.month ?? null,
      position && { at: String(position[0]), id: String(position[1]) },
      limit + 1,
    ),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => viewOf(row, bodies)),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'qualitySamples', [last.created_at, last.sample_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export async function readSample(
  ctx: AppContext,
  actor: Actor,
  sampleId: string,
  cursor: string | undefined,
): Promise<SampleDetail> {
  authorize(actor, 'quality.manage');
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const position = openPosition(ctx.keys, 'qualitySample', cursor);
  const entry = { action: 'quality.sample', resourceKind: 'quality', resourceId: sampleId };
  return withAccess(ctx, actor, entry, async (tx) => {
    const sample = await loadSample(tx, sampleId);
    if (!sample) throw new DomainError('not-found');
    const rows = await sampledRows(tx, sampleId, position ? Number(position[0]) : 0, defaultLimit + 1);
    const page = rows.slice(0, defaultLimit);
    return {
      sample: viewOf(sample, bodies),
      items: page.map((row) => ({
        row: row.row_no,
        body: bodies.name(row.body_id),
        standardName: ctx.policy().standard(row.standard).name,
        documentNumber: row.document_number,
        decidedOn: row.decided_on,
        arrivedOn: row.arrived_on,
        recordId: row.record_id,
        verdict: row.verdict,
        note: row.note,
      })),
      nextCursor:
        rows.length > defaultLimit ? sealPosition(ctx.keys, 'qualitySample', [page.at(-1)?.row_no ?? 0]) : null,
      dataAsOf: ctx.clock.now(),
    };
  });
}
