/**
 * The extract of a list that is decided elsewhere, beside what is listed here: what would be added, what would end, what stands by
 * another document. Nothing is changed; whoever accepts it sends the entries as they were read. The file is kept nowhere.
 */
import type { Readable } from 'node:stream';
import type { ListDifferences } from '@chengxin/contract';
import { looksLikePersonIdentifier } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import { withAccess } from '../../platform/access-log/index.ts';
import { DomainError } from '../../platform/errors.ts';
import { readSheet, type SheetColumn, type SheetRow, templateSheet } from '../accounts/index.ts';
import { cleanCode } from '../subjects/index.ts';
import type { ReadEntry } from './queries.ts';
import { type Compared, compareList, recogniserOf, type StatedEntry } from './reconcile.ts';

const maxRows = 20_000;
const shown = 200;

const columns: readonly SheetColumn[] = [
  {
    key: 'code',
    heading: '统一社会信用代码',
    required: true,
    hint: '18 位，以文本格式填写；法人和非法人组织',
    aliases: ['社会信用代码', '信用代码', '被执行人代码', '组织机构代码'],
  },
  {
    key: 'document',
    heading: '决定文书号或案号',
    required: true,
    hint: '列入决定书文号；法院名单填写案号',
    aliases: ['决定文书号', '列入决定书文号', '列入决定文书号', '案号', '执行依据文号', '文书号'],
  },
];

export const extractTemplate = () => templateSheet('名单核对模板', columns);

/** Extracts of courts and tax authorities name persons, too: they are in another store and never compared (G2, G16). */
const hasPerson = (cells: readonly string[]): boolean =>
  cells.some((cell) => looksLikePersonIdentifier(cell).some(({ alsoUnifiedCode }) => !alsoUnifiedCode));

function entriesOf(rows: readonly SheetRow[]): StatedEntry[] {
  const wrong = rows.flatMap(({ row, cells, problems }) => {
    const problem = problems[0];
    const code = cleanCode(cells.code ?? '');
    if (problem)
      return [{ field: `第 ${row} 行`, zh: `${problem.column ?? ''}${problem.zh}`, en: `row ${row}: ${problem.en}` }];
    if (code.length < 8 || code.length > 20)
      return [{ field: `第 ${row} 行`, zh: '代码有误', en: `row ${row}: the code is not right` }];
    if ((cells.document ?? '').length > 200)
      return [{ field: `第 ${row} 行`, zh: '文书号过长', en: `row ${row}: the document number is too long` }];
    return [];
  });
  if (wrong.length > 0)
    throw new DomainError('unprocessable', {
      zh: `名单中有 ${wrong.length} 行不能读，请改正后重新上传；不完整的名单不能用来核对。`,
      en: `${wrong.length} rows cannot be read. Put them right and send the file again: a list with holes is not compared.`,
      details: wrong.slice(0, 50),
    });
  return rows.map(({ cells }) => ({ code: cleanCode(cells.code ?? ''), documentNumber: cells.document ?? '' }));
}

/** In both, by another document. */
function changedOf({ gone, unknown }: Compared): ListDifferences['changed'] {
  const there = new Map(unknown.map((one) => [one.code, one.documentNumber]));
  return gone.flatMap((row) => {
    const other = row.subject_code === null ? undefined : there.get(row.subject_code);
    if (row.subject_code === null || other === undefined) return [];
    return [{ code: row.subject_code, name: row.subject_name, here: documentOf(row), there: other }];
  });
}

const documentOf = (row: ReadEntry): string | null => row.now_document ?? row.document_number ?? row.case_number;

export async function compareExtract(
  ctx: AppContext,
  actor: Actor,
  key: string,
  asked: { readonly bodyId?: string | undefined; readonly asOf: string },
  source: Readable,
): Promise<ListDifferences> {
  const body = await recogniserOf(ctx, actor, key, asked);
  let persons = 0;
  const rows = await readSheet(ctx, source, columns, maxRows, {
    skip: (cells) => {
      const person = hasPerson(cells);
      if (person) persons++;
      return person;
    },
  });
  const entries = entriesOf(rows);
  const compared = await withAccess(
    ctx,
    actor,
    {
      action: 'list.compare',
      resourceKind: 'list',
      resourceId: key,
      detail: { list: key, bodyId: body.body_id, rows: entries.length, persons },
    },
    () => compareList(ctx, key, body, asked.asOf, entries),
  );
  const changed = changedOf(compared);
  const codes = new Set(changed.map(({ code }) => code));
  const missing = compared.gone.filter((row) => !codes.has(row.subject_code ?? ''));
  const added = compared.unknown.filter(({ code }) => !codes.has(code));
  return {
    asOf: asked.asOf,
    body: body.name,
    stated: compared.named.size,
    persons,
    matched: compared.live.length - compared.gone.length,
    addedTotal: added.length,
    missingTotal: missing.length,
    changedTotal: changed.length,
    added: added.slice(0, shown),
    missing: missing.slice(0, shown).map((row) => ({
      code: row.subject_code,
      name: row.subject_name,
      documentNumber: documentOf(row),
      listedOn: row.listed_on,
    })),
    changed: changed.slice(0, shown),
    needsConfirm: compared.needsConfirm,
    entries,
  };
}
