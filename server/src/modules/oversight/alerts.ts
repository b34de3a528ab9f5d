/** Alerts about ways of looking: raised by the detectors, told to the officer, decided by the audit administrator. */
import type { AlertView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { publish, writeAccess } from '../../platform/access-log/index.ts';
import { HiddenError } from '../../platform/authz/index.ts';
import { addDays } from '../../platform/clock.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { authorize, may } from '../identity/index.ts';
import type { Bilingual } from '../policy/index.ts';
import { type AlertAct, type AlertParty, type AlertState, alertActs, nextAlert } from './alert-state.ts';
import {
  type AlertRow,
  accountNames,
  alertById,
  alertPage,
  bodyNames,
  insertAlert,
  insertAlertEvent,
  moveAlert,
} from './queries.ts';

export interface NewAlert {
  readonly detector: string;
  readonly accountId: string;
  readonly bodyId: string | null;
  readonly from: string;
  readonly to: string;
  readonly facts: Readonly<Record<string, number>>;
}

/** An undecided alert of the same kind of the last day takes the next one in: nobody is told hourly of one afternoon. */
const sameAffairMs = 86_400_000;

/** False when it was raised before, or falls into one that waits. */
export async function raiseAlert(ctx: AppContext, alert: NewAlert): Promise<boolean> {
  const { alerts } = ctx.policy().oversight();
  const id = newId();
  return withTransaction(ctx.db.app, async (tx) => {
    const at = ctx.clock.now();
    const today = ctx.clock.today();
    const made = await insertAlert(tx, {
      id,
      ...alert,
      at,
      replyDueOn: ctx.policy().addWorkingDays(today, alerts.replyWorkingDays).on,
      expiresOn: addDays(today, alerts.expireDays),
      policySetId: ctx.policy().setId,
      since: new Date(Date.parse(alert.from) - sameAffairMs).toISOString(),
    });
    if (!made) return false;
    await insertAlertEvent(tx, {
      id: newId(),
      alertId: id,
      at,
      act: 'raise',
      from: null,
      to: 'open',
      by: null,
      note: null,
    });
    // Told to the audit administrator and to the officer by whatever carries notices.
    await publish(tx, ctx, [
      { kind: 'oversight.alert', payload: { alertId: id, accountId: alert.accountId, state: 'open' } },
    ]);
    return true;
  });
}

async function load(ctx: AppContext, id: string): Promise<AlertRow> {
  const row = isId(id) ? await alertById(ctx.db.app, id) : null;
  if (!row) throw new DomainError('not-found');
  return row;
}

interface Step {
  readonly row: AlertRow;
  readonly act: AlertAct;
  readonly party: AlertParty;
  readonly note: string | null;
  readonly change: (at: string) => {
    reply?: string;
    repliedAt?: string;
    decision?: string;
    decidedBy?: string;
    decidedAt?: string;
  };
}

async function move(ctx: AppContext, actor: Actor | null, step: Step): Promise<void> {
  const { row, act } = step;
  const to = nextAlert(row.state, act, step.party);
  if (to === null) throw new DomainError('conflict');
  await withTransaction(ctx.db.app, async (tx) => {
    const at = ctx.clock.now();
    if ((await moveAlert(tx, row.alert_id, row.state, { ...step.change(at), state: to })) === 0)
      throw new DomainError('conflict');
    await insertAlertEvent(tx, {
      id: newId(),
      alertId: row.alert_id,
      at,
      act,
      from: row.state,
      to,
      by: actor?.accountId ?? null,
      note: step.note,
    });
    await publish(tx, ctx, [
      { kind: 'oversight.alert', payload: { alertId: row.alert_id, accountId: row.account_id, state: to } },
    ]);
    if (!actor) return;
    await writeAccess(tx, ctx, actor, {
      action: `oversight.alert.${act}`,
      resourceKind: 'alert',
      resourceId: row.alert_id,
    });
  });
}

/** The officer's own words on it. Errors: forbidden, not-found (another's), conflict. */
export async function replyAlert(ctx: AppContext, actor: Actor, id: string, reply: string): Promise<AlertView> {
  authorize(actor, 'alert.reply');
  const row = await load(ctx, id);
  if (row.account_id !== actor.accountId) throw new HiddenError();
  await move(ctx, actor, {
    row,
    act: 'reply',
    party: 'officer',
    note: reply,
    change: (at) => ({ reply, repliedAt: at }),
  });
  return readAlert(ctx, actor, id);
}

/** With reasons. It is confirmed only after the officer replied or the days for it are over. */
export async function decideAlert(
  ctx: AppContext,
  actor: Actor,
  id: string,
  input: { readonly outcome: 'cleared' | 'confirmed'; readonly decision: string },
): Promise<AlertView> {
  authorize(actor, 'alert.decide');
  const row = await load(ctx, id);
  if (input.outcome === 'confirmed' && row.state === 'open' && ctx.clock.today() <= row.reply_due_on) {
    throw new DomainError('unprocessable', {
      zh: `该工作人员可在 ${row.reply_due_on} 前说明情况，届时或收到说明后再作认定。`,
      en: `The officer may explain until ${row.reply_due_on}. Confirm it after that day or after the explanation.`,
    });
  }
  await move(ctx, actor, {
    row,
    act: input.outcome === 'cleared' ? 'clear' : 'confirm',
    party: 'audit',
    note: input.decision,
    change: (at) => ({ decision: input.decision, decidedBy: actor.accountId ?? '', decidedAt: at }),
  });
  return readAlert(ctx, actor, id);
}

export async function expireAlert(ctx: AppContext, row: AlertRow): Promise<void> {
  await move(ctx, null, { row, act: 'expire', party: 'clock', note: null, change: () => ({}) });
}

const factLabels: Readonly<Record<string, Bilingual>> = {
  subjects: { zh: '查看主体数', en: 'Organisations' },
  withoutCase: { zh: '其中无案号', en: 'Of them without a case number' },
  looks: { zh: '查看次数', en: 'Looks' },
  days: { zh: '涉及天数', en: 'On days' },
  oddHours: { zh: '非工作时间查看主体数', en: 'Organisations at odd hours' },
  refused: { zh: '被拒次数', en: 'Refused' },
  run: { zh: '连续代码数', en: 'Codes in a row' },
  usualOwn: { zh: '本人平常一日', en: 'Usual for the officer, a day' },
  usualPeers: { zh: '同单位平常一日', en: 'Usual for the colleagues, a day' },
  threshold: { zh: '提示线', en: 'Line' },
};

async function views(ctx: AppContext, actor: Actor, rows: readonly AlertRow[]): Promise<AlertView[]> {
  const names = await accountNames(ctx.db.app, [...new Set(rows.map((row) => row.account_id))]);
  const bodies = await bodyNames(ctx.db.app, [...new Set(rows.flatMap((row) => (row.body_id ? [row.body_id] : [])))]);
  const { detectors } = ctx.policy().oversight();
  const decides = may(actor, 'alert.decide');
  return rows.map((row) => {
    const own = row.account_id === actor.accountId;
    const acts = [...(own ? alertActs(row.state, 'officer') : []), ...(decides ? alertActs(row.state, 'audit') : [])];
    return {
      id: row.alert_id,
      state: row.state,
      detector: detectors.find((rule) => rule.key === row.detector)?.name ?? { zh: row.detector, en: row.detector },
      officer: { accountId: row.account_id, name: names.get(row.account_id) ?? '' },
      body: row.body_id === null ? null : (bodies.get(row.body_id) ?? null),
      windowFrom: row.window_from,
      windowTo: row.window_to,
      facts: Object.entries(factLabels).flatMap(([key, label]) => {
        const value = row.facts[key];
        return value === undefined ? [] : [{ label, value: String(value) }];
      }),
      raisedAt: row.raised_at,
      replyDueOn: row.reply_due_on,
      expiresOn: row.expires_on,
      reply: row.reply,
      repliedAt: row.replied_at,
      decision: row.decision,
      decidedAt: row.decided_at,
      own,
      acts: acts.filter((act) => act !== 'expire'),
    };
  });
}

async function readAlert(ctx: AppContext, actor: Actor, id: string): Promise<AlertView> {
  const [view] = await views(ctx, actor, [await load(ctx, id)]);
  if (!view) throw new DomainError('not-found');
  return view;
}

export interface AlertListOptions {
  readonly state?: AlertState | 'waiting' | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** All for the audit administrator; an officer reads those about themselves and nobody else's. */
export async function listAlerts(ctx: AppContext, actor: Actor, options: AlertListOptions) {
  authorize(actor, 'alert.read');
  const all = may(actor, 'alert.decide');
  const list = `alerts ${all ? '' : actor.accountId} ${options.state ?? ''}`;
  const [at, id] = openPosition(ctx.keys, list, options.cursor) ?? [];
  const after = typeof at === 'string' && typeof id === 'string' ? { at, id } : null;
  const states: readonly AlertState[] | null =
    options.state === 'waiting' ? (all ? ['open', 'replied'] : ['open']) : options.state ? [options.state] : null;
  const rows = await alertPage(ctx.db.app, all ? null : actor.accountId, states, { after, limit: options.limit + 1 });
  const shown = rows.slice(0, options.limit);
  const last = shown.at(-1);
  return {
    items: await views(ctx, actor, shown),
    nextCursor:
      rows.length > options.limit && last ? sealPosition(ctx.keys, list, [last.raised_at, last.alert_id]) : null,
    dataAsOf: ctx.clock.now(),
  };
}
