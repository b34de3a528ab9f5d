/** Leaks, tampering and loss (PIPL art. 57; 网络数据安全管理条例 art. 11): what, why, what harm, what was done, who was told when. */
import type { Actor, AppContext } from '../../context.ts';
import { writeAccess } from '../../platform/access-log/index.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { isId, newId } from '../../platform/ids.ts';
import { authorize } from '../identity/index.ts';
import { addHours, addYears } from './days.ts';
import { changeIncident, type IncidentRow, incidents, insertIncident, loadIncident } from './duty-queries.ts';

interface Texts {
  cause: string;
  harm: string;
  measures: string;
  contact: string;
  waiver: string;
}

export interface NewIncident {
  readonly kind: IncidentRow['kind'];
  readonly occurredAt?: string | undefined;
  readonly discoveredAt: string;
  readonly dataKinds: readonly string[];
  readonly persons: number;
  readonly cause: string;
  readonly harm: string;
  readonly measures: string;
  readonly contact: string;
}

export const incidentActs = ['contain', 'tellAuthority', 'tellPersons', 'waivePersons', 'close'] as const;
export type IncidentAct = (typeof incidentActs)[number];

const textsOf = (ctx: AppContext, row: IncidentRow): Texts =>
  JSON.parse(ctx.keys.openPerson({ cipher: row.cipher, keyId: row.key_id }));

export async function recordIncident(
  ctx: AppContext,
  actor: Actor,
  input: NewIncident,
): Promise<{ incidentId: string }> {
  authorize(actor, 'privacy.manage');
  if (!actor.accountId) throw new DomainError('forbidden');
  const now = ctx.clock.now();
  if (Number.isNaN(Date.parse(input.discoveredAt)) || input.discoveredAt > now)
    throw new DomainError('invalid-request');
  const rules = ctx.policy().persons().incident;
  const { cause, harm, measures, contact } = input;
  const { cipher, keyId } = ctx.keys.sealPerson(
    JSON.stringify({ cause, harm, measures, contact, waiver: '' } satisfies Texts),
  );
  const incidentId = newId();
  const by = actor.accountId;
  await withTransaction(ctx.db.person, async (tx) => {
    await insertIncident(tx, {
      ...{
        incident_id: incidentId,
        prefix: `SJ${ctx.clock.today().slice(0, 4)}`,
        kind: input.kind,
        cipher,
        key_id: keyId,
      },
      occurred_at: input.occurredAt ?? null,
      discovered_at: input.discoveredAt,
      data_kinds: [...input.dataKinds],
      persons: input.persons,
      authority_due_at: addHours(input.discoveredAt, rules.authorityHours),
      persons_due_on: ctx.policy().addWorkingDays(ctx.clock.today(), rules.personsWorkingDays).on,
      ...{ recordedBy: by, recordedAt: now, keepUntil: addYears(ctx.clock.today(), rules.keepYears) },
    });
    await withTransaction(ctx.db.app, (log) =>
      writeAccess(log, ctx, actor, {
        action: 'privacy.incident',
        detail: { incidentId, kind: input.kind, persons: input.persons },
      }),
    );
  });
  return { incidentId };
}

/** Errors: not-found, conflict (another version; closing before everybody was told), invalid-request (a waiver without a reason). */
export async function handleIncident(
  ctx: AppContext,
  actor: Actor,
  incidentId: string,
  input: { act: IncidentAct; version: number; text?: string | undefined },
): Promise<void> {
  authorize(actor, 'privacy.manage');
  const row = isId(incidentId) ? await loadIncident(ctx.db.person, incidentId) : null;
  if (!row) throw new DomainError('not-found');
  const now = ctx.clock.now();
  const texts = textsOf(ctx, row);
  if (input.act === 'waivePersons' && !input.text?.trim()) throw new DomainError('invalid-request');
  const told = row.authority_told_at !== null && (row.persons_told_at !== null || row.persons_waived);
  if (input.act === 'close' && !told)
    throw new DomainError('conflict', {
      zh: '通知监管部门和个人（或写明无需通知个人的理由）之后才能结案。',
      en: 'It can be closed once the authority and the persons were told, or the reason is kept why they need not be.',
    });
  const next: Texts = {
    ...texts,
    ...(input.act === 'waivePersons' ? { waiver: input.text ?? '' } : {}),
    ...(input.act === 'contain' && input.text ? { measures: `${texts.measures}\n${input.text}` } : {}),
  };
  const { cipher, keyId } = ctx.keys.sealPerson(JSON.stringify(next));
  await withTransaction(ctx.db.person, async (tx) => {
    const changed = await changeIncident(tx, {
      ...{ incident_id: incidentId, version: input.version, cipher, key_id: keyId },
      state: input.act === 'close' ? 'closed' : input.act === 'contain' ? 'contained' : row.state,
      authority_told_at: input.act === 'tellAuthority' ? now : row.authority_told_at,
      persons_told_at: input.act === 'tellPersons' ? now : row.persons_told_at,
      persons_waived: row.persons_waived || input.act === 'waivePersons',
      closed_at: input.act === 'close' ? now : null,
    });
    if (!changed) throw new DomainError('conflict');
    await withTransaction(ctx.db.app, (log) =>
      writeAccess(log, ctx, actor, { action: `privacy.incident.${input.act}`, detail: { incidentId } }),
    );
  });
}

export async function readIncidents(ctx: AppContext, actor: Actor) {
  authorize(actor, 'privacy.manage');
  const now = ctx.clock.now();
  const today = ctx.clock.today();
  return (await incidents(ctx.db.person)).map((row) => ({
    incidentId: row.incident_id,
    number: row.number,
    kind: row.kind,
    state: row.state,
    version: row.version,
    occurredAt: row.occurred_at,
    discoveredAt: row.discovered_at,
    dataKinds: row.data_kinds,
    persons: row.persons,
    ...textsOf(ctx, row),
    authorityDueAt: row.authority_due_at,
    authorityToldAt: row.authority_told_at,
    authorityOverdue: row.authority_told_at === null && row.authority_due_at < now,
    personsDueOn: row.persons_due_on,
    personsToldAt: row.persons_told_at,
    personsWaived: row.persons_waived,
    personsOverdue: row.persons_told_at === null && !row.persons_waived && row.persons_due_on < today,
    closedAt: row.closed_at,
  }));
}
