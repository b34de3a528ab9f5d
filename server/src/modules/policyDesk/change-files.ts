/** Files of a draft: what a sheet or the rule editor puts in, held against the version in force and all the rest. */
import type { Actor, AppContext } from '../../context.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import {
  compilePolicy,
  hashOf,
  headOf,
  type PolicyFile,
  type PolicyRuntime,
  problemsWith,
  shaped,
} from '../policy/index.ts';
import { accountOf, conflict, inForce, logged, seenChange, wrong } from './change-common.ts';
import { judgeRules, type RuleProblem } from './judge-rules.ts';
import * as queries from './queries.ts';
import { readWorkbook } from './read-workbook.ts';
import { fromRows, isSheetKind, type SheetFile, type SheetKind, standardsOf } from './sheets.ts';

const digestOf = (files: readonly { readonly kind: string; readonly key: string; readonly hash: string }[]): string =>
  hashOf(files.map(({ kind, key, hash }) => ({ kind, key, hash })));

export async function headFile(ctx: AppContext, kind: string, key: string): Promise<SheetFile> {
  const head = await headOf(ctx.db.app, inForce(ctx), kind, key);
  if (head && isSheetKind(head.kind)) return head as SheetFile;
  throw new DomainError('not-found', { zh: '没有这个政策文件。', en: 'There is no such policy file.' });
}

export const overtaken = (file: { readonly kind: string; readonly key: string }): DomainError =>
  conflict(
    `${file.kind}/${file.key} 在您下载模板或起草之后，已由另一项变更更新。请下载最新模板，把您的改动填进去再上传。`,
    `${file.kind}/${file.key} was changed by somebody else since you downloaded or drafted it. Download the present template, enter your changes and upload again.`,
  );

/** A sheet takes the place of the file in the draft. Everything wrong is said at once, with row and column. */
export async function uploadSheet(
  ctx: AppContext,
  actor: Actor,
  id: string,
  target: { readonly kind: SheetKind; readonly key: string },
  path: string,
): Promise<void> {
  const row = await openDraft(ctx, actor, id);
  const base = await headFile(ctx, target.kind, target.key);
  const sheet = await readWorkbook(path, target.kind);
  if (sheet.stated && (sheet.stated.kind !== target.kind || sheet.stated.key !== target.key))
    throw wrong(
      `这个文件是 ${sheet.stated.kind}/${sheet.stated.key} 的模板，不是 ${target.kind}/${target.key} 的。`,
      `This is the template of ${sheet.stated.kind}/${sheet.stated.key}, not of ${target.kind}/${target.key}.`,
    );
  if (sheet.stated && sheet.stated.hash !== hashOf(base)) throw overtaken(target);
  const read = fromRows(base, sheet.rows, ctx.policy());
  if (read.problems.length > 0) throw problemsError(read.problems.map((one) => ({ ...one, field: placeOf(one) })));
  await keepFile(ctx, actor, row, { base, file: read.file, kind: 'upload', note: `${target.kind}/${target.key}` });
}

/** Puts a file into the draft as it was read, after everything that a start of the platform would refuse. */
export async function keepFile(
  ctx: AppContext,
  actor: Actor,
  row: queries.ChangeRow,
  given: { readonly base: SheetFile; readonly file: SheetFile; readonly kind: string; readonly note: string },
): Promise<void> {
  const { base } = given;
  const file = checked(ctx, base, given.file, await queries.filesOf(ctx.db.app, row.change_id));
  await withTransaction(ctx.db.app, async (tx) => {
    const by = accountOf(actor);
    await queries.putFile(tx, {
      change_id: row.change_id,
      kind: file.kind,
      key: file.key,
      base_hash: hashOf(base),
      base,
      hash: hashOf(file),
      body: file,
      changed_by: by,
      changed_at: ctx.clock.now(),
    });
    const digest = digestOf(await queries.filesOf(tx, row.change_id));
    if ((await queries.moveChange(tx, row, 'drafted', digest, {}, by, ctx.clock.now())) !== 1)
      throw conflict(
        '这项变更刚被他人改动，您的改动没有保存。请刷新后再改。',
        'Somebody else changed this draft just now; yours was not saved. Load the page again.',
      );
    await logged(tx, ctx, actor, row.change_id, given.kind, given.note);
  });
}

/** The draft, open for changes of its files. */
export async function openDraft(ctx: AppContext, actor: Actor, id: string): Promise<queries.ChangeRow> {
  authorize(actor, 'policyChange.draft');
  const row = await seenChange(ctx, actor, id);
  if (row.state !== 'drafted')
    throw conflict('只有起草中的变更可以修改，请先退回修改。', 'Only a draft can be changed; take it back first.');
  return row;
}

const placeOf = (one: { readonly row: number | null; readonly column: string | null }): string =>
  `${one.row === null ? '' : `第${one.row}行`}${one.column === null ? '' : `“${one.column}”`}`;

export function problemsError(
  problems: readonly { field: string; zh: string; en: string }[],
  of: 'sheet' | 'rule' = 'sheet',
): DomainError {
  const [first] = problems;
  const zh = of === 'rule' ? '这条规则有' : '表中有';
  const en = of === 'rule' ? 'in the rule; correct them' : 'in the sheet; correct them and upload again';
  return new DomainError('unprocessable', {
    zh: `${zh} ${problems.length} 处问题，请改正后重新${of === 'rule' ? '保存' : '上传'}：${first?.field ?? ''} ${first?.zh ?? ''}`,
    en: `${problems.length} problems ${en}: ${first?.field ?? ''} ${first?.en ?? ''}`,
    details: problems.slice(0, 100),
  });
}

/** With the draft's other files and all that is in force: what a new start of the platform would refuse is refused here. */
function checked(ctx: AppContext, base: SheetFile, file: SheetFile, others: readonly queries.FileRow[]): SheetFile {
  const shape: Parameters<typeof shaped>[2] = [];
  const made = shaped(file, `${file.kind}/${file.key}`, shape);
  if (!made || shape.length > 0) throw problemsError(shape.map(({ path, zh, en }) => ({ field: path, zh, en })));
  const rest = others.filter((one) => one.kind !== file.kind || one.key !== file.key).map((one) => one.body);
  const problems = problemsWith(inForce(ctx), [...rest, file]);
  if (problems.length > 0)
    throw problemsError(problems.map(({ file: where, path, zh, en }) => ({ field: `${where} ${path}`, zh, en })));
  const judged = rulesJudged(ctx, base, file);
  if (judged.length > 0) throw problemsError(judged.map(({ id, zh, en }) => ({ field: id, zh, en })));
  return file;
}

/** New and changed rules: none that finds every row, none that no row can keep beside another. */
function rulesJudged(ctx: AppContext, base: SheetFile, file: SheetFile): RuleProblem[] {
  if (file.kind !== 'ruleSet' || base.kind !== 'ruleSet') return [];
  const before = new Map(base.body.rules.map((rule) => [rule.id, hashOf(rule)]));
  const changed = new Set(
    file.body.rules.filter((rule) => before.get(rule.id) !== hashOf(rule)).map((rule) => rule.id),
  );
  const problems = standardsOf(ctx.policy(), file.body.standards).flatMap((standard) =>
    judgeRules(file.body.rules, changed, standard),
  );
  return [...new Map(problems.map((one) => [one.zh, one])).values()];
}

/** The policy as it would be with the files of a draft in their places. */
export function policyWith(ctx: AppContext, given: readonly PolicyFile[]): PolicyRuntime {
  return compilePolicy(withPlaces(inForce(ctx), given), ctx.policy().setId, 'draft');
}

/**
 * The same for what the public sees: a regime that begins stands beside those of before, which records of their days keep
 * (compilePolicy), so that the transition is the one that will happen.
 */
export function displayPolicy(ctx: AppContext, given: readonly PolicyFile[]): PolicyRuntime {
  const today = ctx.clock.today();
  const regimes = given
    .filter((file) => file.kind === 'disclosure')
    .map(({ validTo: _, ...file }): PolicyFile => ({ ...file, validFrom: today, revision: 1_000_000 }));
  const others = given.filter((file) => file.kind !== 'disclosure');
  return compilePolicy([...withPlaces(inForce(ctx), others), ...regimes], ctx.policy().setId, 'draft', { on: today });
}

export function withPlaces(files: readonly PolicyFile[], given: readonly PolicyFile[]): PolicyFile[] {
  const places = new Set(given.map((one) => `${one.kind} ${one.key}`));
  return [...files.filter((file) => !places.has(`${file.kind} ${file.key}`)), ...given];
}
