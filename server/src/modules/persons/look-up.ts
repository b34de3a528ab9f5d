/**
 * One look-up of one person by an officer of an obliged body, for a stated purpose and case (natural-persons F4, G14). The
 * answer has one form whether there is something or nothing, and costs the same work; the person reads every look-up.
 */
import type { PersonDocumentType } from '@chengxin/identifiers';
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import { authorize, findBody } from '../identity/index.ts';
import type { FieldRole, PersonRules } from '../policy/index.ts';
import { bodyNames } from './body-names.ts';
import { addHours, addYears } from './days.ts';
import { identifierOf, readDocument } from './document.ts';
import {
  countLookups,
  insertLookup,
  type LookupCounts,
  lockLookups,
  openActivation,
  type RestrictionRow,
  restrictionsOf,
} from './lookup-queries.ts';
import { withoutNumbers } from './person-numbers.ts';
import { openPurposes } from './purpose-queries.ts';
import { requirePurpose } from './purposes.ts';
import { putIdentifiers } from './store.ts';
import { type HeldRow, heldRows } from './store-queries.ts';

export interface LookUp {
  readonly documentType: PersonDocumentType;
  readonly number: string;
  readonly purpose: string;
  readonly matter: string;
  readonly caseNumber: string;
}

export interface LookUpEntry {
  readonly item: string;
  readonly decidedOn: string | null;
  readonly decidingBody: string;
  readonly fields: { code: string; label: { zh: string; en: string }; value: string }[];
}

export interface LookUpResult {
  readonly lookupId: string;
  readonly at: string;
  readonly purpose: string;
  readonly entries: LookUpEntry[];
}

/** Most rows that one answer holds, and how many are opened at least, held or not. */
const MAX_ENTRIES = 50;
const OPENED_AT_LEAST = 5;

/** What an officer needs of a fact; nothing that says more about the person than the officer has typed. */
const shownRoles: ReadonlySet<FieldRole> = new Set<FieldRole>([
  'documentTitle',
  'documentNumber',
  'certificateNumber',
  'categories',
  'content',
  'decidedOn',
  'effectiveFrom',
  'effectiveTo',
  'decidingBody',
]);

const notOn = (): DomainError =>
  new DomainError('not-implemented', {
    zh: '自然人单笔核查未启用：须先完成并批准个人信息保护影响评估（《个人信息保护法》第五十五条），再由个人信息保护负责人启用。',
    en: 'Look-ups of persons are off. They need an approved impact assessment (PIPL art. 55) and are then switched on by the officer for personal information.',
  });

function checkLimits(counts: LookupCounts, rules: PersonRules['lookup']): void {
  const over =
    counts.officer_hour >= rules.perOfficerHour
      ? 'hour'
      : counts.officer_day >= rules.perOfficerDay || counts.body_day >= rules.perBodyDay
        ? 'day'
        : null;
  if (over === null) return;
  throw new DomainError('rate-limited', {
    zh: `自然人核查次数已达${over === 'hour' ? '每小时' : '每日'}上限，请稍后再查。确需增加的，请向信用办说明事项。`,
    en: `The limit of look-ups for this ${over} is reached. Try again later; if the work needs more, tell the credit office for what.`,
  });
}

/** Restricted, objected or frozen data are kept and answered to nobody (PIPL art. 44, 49). */
export function visibleRows(rows: readonly HeldRow[], restrictions: readonly RestrictionRow[]): HeldRow[] {
  if (restrictions.some((one) => one.record_id === null)) return [];
  const hidden = new Set(restrictions.map((one) => one.record_id));
  return rows.filter((row) => !hidden.has(row.record_id));
}

function fieldsOf(ctx: AppContext, payload: Readonly<Record<string, string>>): LookUpEntry['fields'] {
  const policy = ctx.policy();
  const standard = policy
    .standards()
    .find((one) => Object.keys(payload).every((code) => one.fields.some((field) => field.code === code)));
  return (standard?.fields ?? []).flatMap((field) => {
    const value = payload[field.code];
    if (!value || field.person || !field.role || !shownRoles.has(field.role)) return [];
    return [{ code: field.code, label: field.label, value: withoutNumbers(value) }];
  });
}

/** Errors: forbidden, invalid-request, unprocessable (purpose), rate-limited, not-implemented (off), log-unavailable. */
export async function lookUp(ctx: AppContext, actor: Actor, input: LookUp): Promise<LookUpResult> {
  const { accountId, bodyId } = actor;
  authorize(actor, 'person.lookup', { bodyId });
  if (!accountId || !bodyId || actor.client !== null) throw new DomainError('forbidden');
  const rules = ctx.policy().persons().lookup;
  const body = await findBody(ctx.db.app, { bodyId });
  if (!body || !rules.bodyKinds.some((kind) => kind === body.kind)) throw new DomainError('forbidden');
  const now = ctx.clock.now();
  const today = ctx.clock.today();
  const document = readDocument(input.documentType, input.number, today);
  const lookupId = newId();
  const rows = await withTransaction(ctx.db.person, async (tx) => {
    const purpose = await requirePurpose(tx, input.purpose, ['lookup']);
    const activation = await openActivation(tx, 'lookup', today);
    if (!activation) throw notOn();
    await lockLookups(tx, accountId, bodyId);
    checkLimits(
      await countLookups(tx, { accountId, bodyId }, { hour: addHours(now, -1), day: addHours(now, -24) }),
      rules,
    );
    const identifier = identifierOf(ctx.keys, document);
    const retainUntil = addYears(today, Math.max(rules.keepYears, purpose.content.retainYears));
    const anchors = await putIdentifiers(tx, [identifier], purpose, retainUntil, now);
    const first = identifier.tokens[0]?.token ?? '';
    const token = anchors.get(first) ?? first;
    const held = await heldRows(tx, token, today, MAX_ENTRIES);
    const restrictions = await restrictionsOf(tx, token);
    // A minor is outside (G20): the same work, and nothing to say.
    const seen = document.minor
      ? []
      : visibleRows(held, restrictions).filter((row) => purpose.content.items.includes(row.item));
    const found = seen.length;
    const matter = withoutNumbers(input.matter);
    const caseNumber = withoutNumbers(input.caseNumber);
    await insertLookup(tx, {
      ...{ lookupId, token, purpose, matter, caseNumber, accountId, bodyId, found, at: now, retainUntil },
      activationId: activation.activation_id,
      officerName: actor.name,
      bodyName: body.name,
    });
    // By another login and so by another transaction: it commits first, for what is not logged is not answered.
    await withTransaction(ctx.db.app, (log) =>
      writeAccess(log, ctx, actor, {
        action: 'person.lookup',
        resourceKind: 'personToken',
        resourceId: token,
        purpose: input.purpose,
        matter,
        caseNumber,
        detail: { lookupId },
      }),
    );
    return seen;
  });
  return { lookupId, at: now, purpose: input.purpose, entries: await entriesOf(ctx, rows) };
}

async function entriesOf(ctx: AppContext, rows: readonly HeldRow[]): Promise<LookUpEntry[]> {
  const nothing = ctx.keys.sealPerson('{}');
  for (let extra = rows.length; extra < OPENED_AT_LEAST; extra += 1) ctx.keys.openPerson(nothing);
  const names = await bodyNames(
    ctx,
    rows.map((row) => row.deciding_body_id),
  );
  return rows.map((row) => ({
    item: row.item,
    decidedOn: row.decided_on,
    decidingBody: names.get(row.deciding_body_id) ?? '',
    fields: fieldsOf(ctx, JSON.parse(ctx.keys.openPerson({ cipher: row.cipher, keyId: row.key_id }))),
  }));
}

/** What an officer may choose from, and whether the function is on. */
export async function lookUpPurposes(ctx: AppContext, actor: Actor) {
  authorize(actor, 'person.lookup', { bodyId: actor.bodyId });
  const rules = ctx.policy().persons();
  const today = ctx.clock.today();
  const open = await withTransaction(ctx.db.person, (tx) => openActivation(tx, 'lookup', today));
  const inForce = await openPurposes(ctx.db.person, 'lookup');
  return {
    on: open !== null,
    purposes: inForce.map(({ content }) => ({
      purpose: content.purpose,
      name: content.name,
      legalBasis: content.legalBasis,
      basis: content.basis.map((one) => `${one.document}${one.article ?? one.number ?? ''}`).join('；'),
      held: content.items.length > 0,
    })),
    perOfficerHour: rules.lookup.perOfficerHour,
    perOfficerDay: rules.lookup.perOfficerDay,
  };
}
