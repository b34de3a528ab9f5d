/** Bodies of the former system, then what followed what. A body is known by its code; a closed one is kept for its records. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { isPlainDate } from '../../platform/clock.ts';
import { withTransaction } from '../../platform/db.ts';
import { type BodyKind, createBody, findBody, succeedBody } from '../identity/index.ts';
import { keepTaken, takenBefore } from './queries.ts';
import { type DumpRow, rowsOf } from './read-dump.ts';
import { type Fate, refuse, Tally, type TemplateResult } from './tally.ts';

const kinds: Readonly<Record<string, BodyKind>> = {
  部门: 'department',
  区县: 'district',
  功能区: 'zone',
  上级单位: 'upper',
  银行: 'bank',
  担保机构: 'guarantee',
  征信机构: 'creditAgency',
};

async function addOne(ctx: AppContext, actor: Actor, row: DumpRow): Promise<Fate> {
  const { code = '', name = '', kind: word = '', parent = '' } = row.cells;
  if (code === '' || name === '') throw refuse('缺少单位代码或名称', 'the code or the name is missing');
  if (await takenBefore(ctx.db.app, 'bodies', code)) return 'alreadyThere';
  const known = await findBody(ctx.db.app, { code });
  if (known && !known.provisional) return 'alreadyThere';
  const kind = kinds[word];
  if (!kind) throw refuse(`类别应为${Object.keys(kinds).join('、')}之一`, 'the kind is not one of the template');
  const above = parent === '' ? null : await findBody(ctx.db.app, { code: parent });
  if (parent !== '' && !above) throw refuse('没有这个上级单位代码', 'no body has the code of the parent');
  await withTransaction(ctx.db.app, async (tx) => {
    const body = known ?? (await createBody(tx, ctx.clock, { kind, name, code, parentId: above?.bodyId ?? null }));
    await keepTaken(tx, { template: 'bodies', key: code, resultId: body.bodyId, at: ctx.clock.now() });
    await writeAccess(tx, ctx, actor, {
      action: 'body.create',
      resourceKind: 'body',
      resourceId: body.bodyId,
      detail: { kind, former: true },
    });
  });
  return 'taken';
}

/** The body that had the code: after a succession the code means its successor. */
async function bodyFor(ctx: AppContext, code: string): Promise<string | null> {
  const taken = await takenBefore(ctx.db.app, 'bodies', code);
  return taken?.result_id ?? (await findBody(ctx.db.app, { code }))?.bodyId ?? null;
}

async function follow(ctx: AppContext, actor: Actor, row: DumpRow): Promise<void> {
  const { code = '', successor = '', succeededOn: on = '', document = '' } = row.cells;
  const key = `${code} → ${successor}`;
  if (await takenBefore(ctx.db.app, 'bodies', key)) return;
  if (!isPlainDate(on) || on > ctx.clock.today())
    throw refuse('承继日期应为今天或以前的 年-月-日', 'the day of the succession is a date, today at the latest');
  const [from, to] = [await bodyFor(ctx, code), await bodyFor(ctx, successor)];
  if (from === null || to === null) throw refuse('没有这个承继单位代码', 'no body has the code of the successor');
  await withTransaction(ctx.db.app, async (tx) => {
    await succeedBody(tx, from, to, on, document);
    await keepTaken(tx, { template: 'bodies', key, resultId: to, at: ctx.clock.now() });
    await writeAccess(tx, ctx, actor, {
      action: 'body.succeed',
      resourceKind: 'body',
      resourceId: from,
      detail: { to, on, document, former: true },
    });
  });
}

export async function takeBodies(ctx: AppContext, actor: Actor, path: string): Promise<TemplateResult> {
  const tally = new Tally('bodies');
  const rows: DumpRow[] = [];
  for await (const row of rowsOf(path, 'bodies')) rows.push(row);
  const fates = new Map<DumpRow, Fate>();
  const wrong = new Map<DumpRow, { zh: string; en: string }>();
  const attempt = async (row: DumpRow, work: () => Promise<void>): Promise<void> => {
    const probe = new Tally('bodies');
    await probe.one(row, '', async () => {
      await work();
      return 'taken';
    });
    const [refused] = probe.result().refusedRows;
    if (refused) wrong.set(row, refused);
  };
  // A child may stand before its parent, and a body before what follows it.
  const parents = new Set(rows.map((row) => row.cells.parent).filter((code) => code !== ''));
  const first = (row: DumpRow): number => (parents.has(row.cells.code) ? 0 : 1);
  for (const row of [...rows].sort((a, b) => first(a) - first(b)))
    await attempt(row, async () => {
      fates.set(row, await addOne(ctx, actor, row));
    });
  for (const row of rows)
    if (!wrong.has(row) && row.cells.successor !== '') await attempt(row, () => follow(ctx, actor, row));
  for (const row of rows) {
    const why = wrong.get(row);
    if (why) tally.refuse(row.row, row.cells.code ?? '', why);
    else tally.count(fates.get(row) ?? 'alreadyThere');
  }
  return tally.result();
}
