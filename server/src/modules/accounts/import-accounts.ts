/**
 * Accounts by Excel. A dry run does all that the import would do and takes it back, so that its answer is the import's. Each
 * row stands for itself: good rows are applied, bad ones come back with the reason. Passwords are shown once and kept nowhere.
 */
import type { ImportResult, ImportRow } from '@chengxin/contract';
import type { Actor, AppContext, Role } from '../../context.ts';
import { isPlainDate } from '../../platform/clock.ts';
import { execute, sql, type Transaction, withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { hashPassword, listBodies, newOneTimePassword, normaliseBodyName, normaliseLogin } from '../identity/index.ts';
import { disableAccount, renameAccount, transferAccount } from './change-account.ts';
import { createOne } from './create-account.ts';
import type { OpenTasks } from './departure.ts';
import { accountsByLogin } from './queries.ts';
import type { SheetColumn, SheetProblem, SheetRow } from './read-sheet.ts';
import { askForRole } from './role-requests.ts';

export const roleWords: Readonly<Record<string, Role>> = {
  经办人: 'departmentOfficer',
  信用办: 'creditOffice',
  授权查询人员: 'authorisedReader',
  账号管理员: 'accountManager',
  系统管理员: 'systemAdmin',
  安全管理员: 'securityAdmin',
  审计管理员: 'auditAdmin',
};
const acts = { 新增: 'create', 变更: 'change', 停用: 'disable' } as const;
type Act = (typeof acts)[keyof typeof acts];
const kinds = { 工作人员: 'staff', 外包人员: 'vendor' } as const;

export const accountColumns = (numberLabel: string): readonly SheetColumn[] => [
  { key: 'act', heading: '操作', required: true, hint: '新增、变更、停用之一' },
  { key: 'login', heading: '登录名', required: true, hint: '2 至 64 位小写字母、数字、点、下划线、连字符；全市唯一' },
  { key: 'name', heading: '姓名', required: true, hint: '1 至 100 字' },
  { key: 'body', heading: '单位', required: false, hint: '单位名称或代码；新增必填；变更时填新单位即为调动' },
  { key: 'number', heading: numberLabel, required: false, hint: '新增必填；系统只保存不可还原的标记' },
  { key: 'kind', heading: '类别', required: false, hint: '工作人员（默认）或外包人员' },
  { key: 'role', heading: '角色', required: false, hint: `${Object.keys(roleWords).join('、')}；须另经安全管理员审批` },
  { key: 'until', heading: '有效期至', required: false, hint: '年-月-日；外包人员必填' },
  { key: 'reason', heading: '说明', required: false, hint: '停用、调动须填写原因' },
];

interface Plan {
  readonly row: number;
  readonly act: Act | null;
  readonly login: string;
  readonly name: string;
  readonly bodyId: string | null;
  readonly number: string;
  readonly kind: 'staff' | 'vendor';
  readonly role: Role | null;
  readonly until: string | null;
  readonly reason: string;
  readonly problems: SheetProblem[];
}

/** Pure but for the bodies it is given. */
function planRow(sheet: SheetRow, bodies: ReadonlyMap<string, string | null>, numberLabel: string): Plan {
  const problems = [...sheet.problems];
  const cell = (key: string): string => sheet.cells[key] ?? '';
  const wrong = (column: string, zh: string, en: string): null => {
    problems.push({ column, zh, en });
    return null;
  };
  const pick = <T>(column: string, word: string, table: Readonly<Record<string, T>>): T | null =>
    word === ''
      ? null
      : (table[word] ??
        wrong(column, `应为${Object.keys(table).join('、')}之一`, `is one of ${Object.keys(table).join(', ')}`));
  const act = pick('操作', cell('act'), acts);
  const named = cell('body');
  const body = bodies.get(normaliseBodyName(named));
  if (named !== '' && !body)
    wrong(
      '单位',
      body === null ? '多个单位用这个名称，请填代码' : '没有这个单位，请核对名称或代码',
      'there is no such body, or several: give its code',
    );
  const until = cell('until').slice(0, 10).replaceAll('/', '-');
  if (until !== '' && !isPlainDate(until)) wrong('有效期至', '日期应写作 2026-12-31', 'a date is written 2026-12-31');
  const reason = cell('reason').slice(0, 300);
  if (act === 'create') {
    if (named === '') wrong('单位', '新增账号须填写单位', 'a new account needs a body');
    if (cell('number') === '')
      wrong(numberLabel, `新增账号须填写${numberLabel}`, 'a new account needs the number of its holder');
  }
  if (act === 'disable' && reason === '') wrong('说明', '停用须写明原因', 'say why it is disabled');
  return {
    row: sheet.row,
    act,
    login: normaliseLogin(cell('login')).slice(0, 64),
    name: cell('name').slice(0, 200),
    bodyId: body ?? null,
    number: cell('number'),
    kind: pick('类别', cell('kind'), kinds) ?? 'staff',
    role: pick('角色', cell('role'), roleWords),
    until: until !== '' && isPlainDate(until) ? until : null,
    reason,
    problems,
  };
}

/** Name or code → body; null where a name means several. Closed ones are not named. */
async function bodiesByWord(tx: Transaction): Promise<Map<string, string | null>> {
  const map = new Map<string, string | null>();
  const put = (word: string | null, id: string): void => {
    if (word) map.set(normaliseBodyName(word), map.has(normaliseBodyName(word)) ? null : id);
  };
  for (const body of await listBodies(tx)) {
    if (body.closedOn !== null) continue;
    put(body.name, body.bodyId);
    put(body.code, body.bodyId);
    if (body.shortName !== body.name) put(body.shortName, body.bodyId);
  }
  return map;
}

function markRepeated(plans: readonly Plan[]): void {
  const seen = new Map<string, number>();
  for (const plan of plans) {
    const first = seen.get(plan.login);
    if (first !== undefined && plan.login !== '')
      plan.problems.push({ column: '登录名', zh: `与第 ${first} 行重复`, en: `is the same as in row ${first}` });
    else seen.set(plan.login, plan.row);
  }
}

type Prepared = { readonly password: string; readonly hash: string };
const hashesAtOnce = 4;

/** Hashing is slow on purpose: done before the transaction. A dry run needs no real one. */
async function preparePasswords(
  ctx: AppContext,
  plans: readonly Plan[],
  apply: boolean,
): Promise<Map<number, Prepared>> {
  const rules = ctx.policy().signIn().password;
  const creating = plans.filter((plan) => plan.act === 'create' && plan.problems.length === 0);
  const prepared = new Map<number, Prepared>();
  let next = 0;
  const work = async (): Promise<void> => {
    for (let plan = creating[next++]; plan; plan = creating[next++]) {
      const password = newOneTimePassword(rules);
      prepared.set(plan.row, { password, hash: apply ? await hashPassword(password) : '' });
    }
  };
  await Promise.all(Array.from({ length: hashesAtOnce }, work));
  return prepared;
}

async function applyRow(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  tasks: OpenTasks,
  plan: Plan,
  known: ReadonlyMap<string, { account_id: string; name: string; body_id: string | null }>,
  prepared: Prepared | undefined,
): Promise<void> {
  if (plan.act === 'create') {
    await createOne(ctx, tx, actor, {
      login: plan.login,
      name: plan.name,
      bodyId: plan.bodyId,
      holderNumber: plan.number,
      kind: plan.kind,
      activeUntil: plan.until,
      roles: plan.role ? [plan.role] : [],
      ...(plan.reason ? { reason: plan.reason } : {}),
      ...(prepared ? { prepared } : {}),
    });
    return;
  }
  const account = known.get(plan.login);
  if (!account) throw new DomainError('not-found', { zh: '没有这个登录名，请核对。', en: 'There is no such login.' });
  if (plan.act === 'disable') return disableAccount(ctx, tx, actor, account.account_id, plan.reason);
  if (plan.name !== account.name) await renameAccount(ctx, tx, actor, account.account_id, plan.name);
  if (plan.bodyId !== null && plan.bodyId !== account.body_id)
    await transferAccount(ctx, tx, actor, tasks, account.account_id, {
      bodyId: plan.bodyId,
      reason: plan.reason || '批量变更',
    });
  if (plan.role)
    await askForRole(ctx, tx, actor, {
      accountId: account.account_id,
      role: plan.role,
      expiresOn: plan.until,
      reason: plan.reason || '批量变更',
    });
}

const said = (error: DomainError): SheetProblem => ({ column: null, zh: error.zh, en: error.en });

async function runRows(
  ctx: AppContext,
  tx: Transaction,
  actor: Actor,
  tasks: OpenTasks,
  plans: readonly Plan[],
  prepared: ReadonlyMap<number, Prepared>,
): Promise<ImportRow[]> {
  const logins = plans.map((plan) => plan.login);
  const known = new Map((await accountsByLogin(tx, logins)).map((row) => [row.login, row]));
  const items: ImportRow[] = [];
  for (const plan of plans) {
    let problems: SheetProblem[] = [...plan.problems];
    if (problems.length === 0) {
      await execute(tx, sql`savepoint account_row`);
      try {
        await applyRow(ctx, tx, actor, tasks, plan, known, prepared.get(plan.row));
        await execute(tx, sql`release savepoint account_row`);
      } catch (error) {
        if (!(error instanceof DomainError) || error.status >= 500) throw error;
        await execute(tx, sql`rollback to savepoint account_row`);
        problems = [said(error)];
      }
    }
    const ok = problems.length === 0;
    items.push({
      row: plan.row,
      login: plan.login,
      name: plan.name,
      act: plan.act ?? '',
      ok,
      password: ok && plan.act === 'create' ? (prepared.get(plan.row)?.password ?? null) : null,
      problems,
    });
  }
  return items;
}

const resultOf = (items: readonly ImportRow[], applied: boolean): ImportResult => ({
  applied,
  rows: items.length,
  good: items.filter((item) => item.ok).length,
  bad: items.filter((item) => !item.ok).length,
  items: items.map((item) => (applied ? item : { ...item, password: null })),
});

class TakenBack extends Error {
  readonly items: readonly ImportRow[];
  constructor(items: readonly ImportRow[]) {
    super('a dry run is taken back');
    this.items = items;
  }
}

export interface ImportWork {
  /** What the rows would do. Nothing is kept. */
  check(): Promise<ImportResult>;
  /** Does it in the caller's transaction. */
  apply(tx: Transaction): Promise<ImportResult>;
}

export async function planImport(
  ctx: AppContext,
  actor: Actor,
  tasks: OpenTasks,
  rows: readonly SheetRow[],
  apply: boolean,
): Promise<ImportWork> {
  const label = ctx.policy().accounts().holderNumber.label.zh;
  const bodies = await withTransaction(ctx.db.app, bodiesByWord, { readOnly: true });
  const plans = rows.map((row) => planRow(row, bodies, label));
  markRepeated(plans);
  const prepared = await preparePasswords(ctx, plans, apply);
  return {
    async check() {
      try {
        await withTransaction(ctx.db.app, async (tx) => {
          throw new TakenBack(await runRows(ctx, tx, actor, tasks, plans, prepared));
        });
      } catch (error) {
        if (error instanceof TakenBack) return resultOf(error.items, false);
        throw error;
      }
      throw new Error('a dry run ended without its end');
    },
    apply: async (tx) => resultOf(await runRows(ctx, tx, actor, tasks, plans, prepared), true),
  };
}
