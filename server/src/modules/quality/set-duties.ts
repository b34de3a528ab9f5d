/** What each body owes, set by the office: one at a time or as a sheet with what is in force filled in. */
import type { Readable } from 'node:stream';
import type { DecisionQuery, DecisionRow, DutyCycle, DutyImport, SetDuty, SetDutyQuery } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess, writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { SheetSpec } from '../../platform/tabular/index.ts';
import { readSheet, type SheetColumn, type SheetRow } from '../accounts/index.ts';
import { authorize, normaliseBodyName } from '../identity/index.ts';
import { type Bodies, loadBodies } from './bodies.ts';
import { type DutyRow, decisionRows, listDuties, setDuty } from './duty-queries.ts';
import { firstDay, lastDay, type Month, monthOf, spanOf } from './month.ts';

const defaultLimit = 50;
const maxRows = 5_000;
const maxDuties = 20_000;

function viewOf(ctx: AppContext, row: DutyRow, bodies: Bodies): SetDuty {
  return {
    bodyId: row.body_id,
    body: bodies.name(row.body_id),
    standard: row.standard,
    standardName: ctx.policy().standard(row.standard).name,
    cycle: row.cycle,
    from: row.from_month,
    to: row.to_month,
    source: row.source,
  };
}

export function dutyStandards(ctx: AppContext) {
  const policy = ctx.policy();
  const items = policy.quality().dueStandards.map((key) => ({ standard: key, name: policy.standard(key).name }));
  return { items: [...items], nextCursor: null, dataAsOf: ctx.clock.now() };
}

export async function listSetDuties(
  ctx: AppContext,
  actor: Actor,
  input: SetDutyQuery,
): Promise<{ items: SetDuty[]; nextCursor: string | null; dataAsOf: string }> {
  authorize(actor, 'quality.manage');
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const limit = input.limit ?? defaultLimit;
  const at = openPosition(ctx.keys, 'qualityDuties', input.cursor);
  const rows = await withAccess(ctx, actor, { action: 'quality.setDuties', resourceKind: 'quality' }, (tx) =>
    listDuties(
      tx,
      { bodies: input.bodyId === undefined ? null : [input.bodyId], standard: input.standard ?? null },
      at && { bodyId: String(at[0]), standard: String(at[1]) },
      limit + 1,
    ),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => viewOf(ctx, row, bodies)),
    nextCursor:
      rows.length > limit && last ? sealPosition(ctx.keys, 'qualityDuties', [last.body_id, last.standard]) : null,
    dataAsOf: ctx.clock.now(),
  };
}

const cycleWords: Readonly<Record<string, DutyCycle>> = { 月: 'month', 季: 'quarter', 年: 'year' };
const wordOf = (cycle: DutyCycle): string => Object.keys(cycleWords).find((word) => cycleWords[word] === cycle) ?? '月';

const columns: readonly SheetColumn[] = [
  { key: 'body', heading: '单位', required: true, hint: '单位名称或代码' },
  { key: 'standard', heading: '事项', required: true, hint: '事项名称，如 行政处罚信息' },
  { key: 'cycle', heading: '周期', required: true, hint: '月、季、年之一' },
  { key: 'from', heading: '自月份', required: true, hint: '如 2026-10' },
  { key: 'to', heading: '至月份', required: false, hint: '空白为一直有效；填写后不再应报' },
];

/** The template, with what is in force filled in. */
export async function dutySheet(ctx: AppContext, actor: Actor): Promise<SheetSpec> {
  authorize(actor, 'quality.manage');
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const entry = { action: 'export.own', resourceKind: 'quality', detail: { sheet: 'duties' } };
  const rows = await withAccess(ctx, actor, entry, (tx) =>
    listDuties(tx, { bodies: null, standard: null }, null, maxDuties),
  );
  return {
    name: '应报事项',
    header: columns.map(({ heading }) => heading),
    rows: rows
      .map((row) => viewOf(ctx, row, bodies))
      .map((one) => [one.body, one.standardName.zh, wordOf(one.cycle), one.from, one.to ?? '']),
  };
}

interface Planned {
  readonly bodyId: string;
  readonly standard: string;
  readonly cycle: DutyCycle;
  readonly from: Month;
  readonly to: Month | null;
}

const monthPattern = /^(20\d\d)[-/.年](0?[1-9]|1[0-2])月?$/;
function monthOfCell(text: string): Month | null {
  const match = monthPattern.exec(text.trim().slice(0, 12));
  return match ? `${match[1]}-${match[2]?.padStart(2, '0')}` : null;
}

/** Names, short names and codes of bodies that are open; null where a word means several. */
function bodiesByWord(bodies: Bodies): Map<string, string | null> {
  const map = new Map<string, string | null>();
  for (const body of bodies.all) {
    if (body.closedOn !== null) continue;
    for (const word of new Set([body.name, body.shortName, body.code ?? '']))
      if (word) map.set(normaliseBodyName(word), map.has(normaliseBodyName(word)) ? null : body.bodyId);
  }
  return map;
}

type Problem = { readonly field: string; readonly zh: string; readonly en: string };

function planRow(
  row: SheetRow,
  known: { bodies: ReadonlyMap<string, string | null>; standards: ReadonlyMap<string, string> },
): Planned | Problem {
  const wrong = (zh: string, en: string): Problem => ({ field: `第 ${row.row} 行`, zh, en });
  const [problem] = row.problems;
  if (problem) return wrong(`${problem.column ?? ''}${problem.zh}`, problem.en);
  const { body = '', standard = '', cycle = '', from = '', to = '' } = row.cells;
  const bodyId = known.bodies.get(normaliseBodyName(body));
  if (!bodyId) return wrong('没有这个单位，或多个单位用这个名称（请填代码）', 'there is no such body, or several');
  const key = known.standards.get(standard.trim());
  if (!key) return wrong(`事项应为${[...known.standards.keys()].join('、')}之一`, 'nothing is owed of this item');
  const word = cycleWords[cycle.trim().replace(/度$/u, '')];
  if (!word) return wrong('周期应为月、季、年之一', 'the cycle is a month, a quarter or a year');
  const [first, last] = [monthOfCell(from), to.trim() === '' ? null : monthOfCell(to)];
  if (first === null || (to.trim() !== '' && last === null))
    return wrong('月份应形如 2026-10', 'a month is written 2026-10');
  if (last !== null && last < first) return wrong('至月份不能早于自月份', 'it cannot end before it begins');
  return { bodyId, standard: key, cycle: word, from: first, to: last };
}

const isProblem = (one: Planned | Problem): one is Problem => 'field' in one;

/** All rows or none: half a list would be taken for the whole. Rows that say what stands already change nothing. */
export async function importDuties(ctx: AppContext, actor: Actor, source: Readable): Promise<DutyImport> {
  authorize(actor, 'quality.manage');
  const rows = await readSheet(ctx, source, columns, maxRows);
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  const standards = new Map(dutyStandards(ctx).items.map(({ standard, name }) => [name.zh, standard]));
  const plans = rows.map((row) => planRow(row, { bodies: bodiesByWord(bodies), standards }));
  const seen = new Set<string>();
  const problems = plans.flatMap((one, at): Problem[] => {
    if (isProblem(one)) return [one];
    const key = `${one.bodyId} ${one.standard}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [
      { field: `第 ${rows[at]?.row ?? 0} 行`, zh: '同一单位、同一事项出现两次', en: 'the same body and item twice' },
    ];
  });
  if (problems.length > 0)
    throw new DomainError('unprocessable', {
      zh: '表中有不能读的行，没有改动任何事项。请改正后重新上传。',
      en: 'Some rows cannot be read; nothing was changed. Put them right and send the file again.',
      details: problems.slice(0, 50),
    });
  const wanted = plans.filter((one): one is Planned => !isProblem(one));
  return withTransaction(ctx.db.app, async (tx) => {
    const held = await listDuties(tx, { bodies: null, standard: null }, null, maxDuties);
    const stands = (one: Planned): boolean =>
      held.some(
        (row) =>
          row.body_id === one.bodyId &&
          row.standard === one.standard &&
          row.cycle === one.cycle &&
          row.from_month === one.from &&
          row.to_month === one.to,
      );
    const changed = wanted.filter((one) => !stands(one));
    for (const one of changed) await setDuty(tx, one);
    await writeAccess(tx, ctx, actor, {
      action: 'quality.importDuties',
      resourceKind: 'quality',
      detail: { rows: wanted.length, set: changed.length },
    });
    return { rows: wanted.length, set: changed.length, unchanged: wanted.length - changed.length };
  });
}

/** The decisions behind a figure of a duty, or beside a gap of a sequence. A body sees its own. */
export async function listDecisions(
  ctx: AppContext,
  actor: Actor,
  input: DecisionQuery,
): Promise<{ items: DecisionRow[]; nextCursor: string | null; dataAsOf: string }> {
  authorize(actor, 'quality.read', { bodyId: input.bodyId });
  const bodies = await loadBodies(ctx.db.app, actor, 'quality.read');
  if (!bodies.all.some(({ bodyId }) => bodyId === input.bodyId)) throw new HiddenError();
  const { month, bodyId, standard, series } = input;
  const first = series === undefined ? firstDay(month) : firstDay(`${month.slice(0, 4)}-01`);
  const limit = input.limit ?? defaultLimit;
  const at = openPosition(ctx.keys, 'qualityDecisions', input.cursor);
  const entry = {
    action: 'quality.decisions',
    resourceKind: 'body',
    resourceId: bodyId,
    detail: { month, standard, ...(series === undefined ? {} : { series }) },
  };
  const rows = await withAccess(ctx, actor, entry, (tx) =>
    decisionRows(
      tx,
      {
        bodies: [bodyId],
        standard,
        from: spanOf(monthOf(first)).from,
        first,
        last: lastDay(month),
        prefix: series?.split('{n}')[0] ?? null,
      },
      at && { on: String(at[0]), id: String(at[1]) },
      limit + 1,
    ),
  );
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map((row) => ({
      submissionId: row.submission_id,
      row: row.row_no,
      documentNumber: row.document_number,
      decidedOn: row.decided_on,
      arrivedOn: row.arrived_on,
    })),
    nextCursor:
      rows.length > limit && last?.decided_on
        ? sealPosition(ctx.keys, 'qualityDecisions', [last.decided_on, last.record_id])
        : null,
    dataAsOf: ctx.clock.now(),
  };
}
