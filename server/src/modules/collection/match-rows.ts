/**
 * Which subject is a row about? Set-based for a batch: one look-up of all identifiers, one of the names that still need
 * it. A usable code decides; a name alone never does (identifiers.md §1.5: a placeholder is no identity).
 */
import type { Candidate } from '@chengxin/contract';
import type { Static } from 'typebox';
import type { Queryable } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import type { FieldRole, PolicyRuntime } from '../policy/index.ts';
import {
  type ExistingSubject,
  type FoundSubject,
  findByIdentifiers,
  findByNames,
  type IdentifierMatch,
  type Identifiers,
  loadForRegistration,
  type NameMatch,
  normaliseName,
  planRegistrations,
  type RegistrationRow,
  type SubjectChange,
  type SubjectKind,
  subjectRowsFor,
  unknownStatus,
  withDerivedIdentifiers,
} from '../subjects/index.ts';
import { likelySubjects } from './likely-subjects.ts';
import { COUNTERPARTY, type PreparedRow, type RowProcessor } from './row-processor.ts';

export type CandidateView = Static<typeof Candidate>;

export interface RowMatch {
  /** Canonical subject; null when the row cannot be recorded now. */
  subjectId: string | null;
  candidates: CandidateView[];
}

export interface MatchResult {
  matches: Map<PreparedRow, RowMatch>;
  changes: SubjectChange[];
  /** What a batch planned before this one is written must see; null where it has to wait for it. */
  pending: PendingSubjects | null;
}

/** Subjects that a batch makes and that no other connection can see yet. */
export interface PendingSubjects {
  byValue: ReadonlyMap<string, IdentifierMatch>;
  byName: ReadonlyMap<string, FoundSubject[]>;
}

export interface MatchContext {
  client: Queryable;
  /** Subjects may be locked for a change: `client` is the transaction that writes it. */
  locks: boolean;
  /** Subjects of the batch before, which is still being written. */
  before: PendingSubjects | null;
  processor: RowProcessor;
  policy: PolicyRuntime;
  submissionId: string;
  sourceBodyId: string;
  /** ISO instant at which the batch is recorded. */
  at: string;
}

const IDENTIFIER_ROLES: [FieldRole, keyof Identifiers][] = [
  ['unifiedCode', 'unifiedCode'],
  ['organisationCode', 'organisationCode'],
  ['registrationNumber', 'registrationNumber'],
  ['taxNumber', 'taxNumber'],
  ['institutionNumber', 'institutionNumber'],
  ['socialNumber', 'socialNumber'],
];
/** Numbers that identify on their own where there is no code; tax and certificate numbers are shared and reused too often. */
const LEADING: (keyof Identifiers)[] = ['unifiedCode', 'registrationNumber', 'organisationCode'];

interface Asked {
  row: PreparedRow;
  name: string;
  normalised: string;
  identifiers: Identifiers;
}

const textOf = (processor: RowProcessor, row: PreparedRow, role: FieldRole): string | null => {
  const index = processor.role(role);
  return index < 0 ? null : (row.texts[index] ?? null);
};

function askedOf(processor: RowProcessor, row: PreparedRow): Asked {
  const identifiers: Identifiers = {};
  for (const [role, scheme] of IDENTIFIER_ROLES) {
    const text = textOf(processor, row, role);
    if (text) identifiers[scheme] = text;
  }
  if (!row.unified) delete identifiers.unifiedCode;
  else identifiers.unifiedCode = row.unified.code;
  const name = textOf(processor, row, 'subjectName') ?? '';
  return { row, name, normalised: normaliseName(name), identifiers: withDerivedIdentifiers(identifiers) };
}

const candidate = (found: FoundSubject, why: string): CandidateView => ({
  subjectId: found.subjectId,
  code: found.unifiedCode,
  name: found.name,
  kind: found.kind,
  why,
});

function distinct(candidates: CandidateView[]): CandidateView[] {
  return [...new Map(candidates.map((entry) => [entry.subjectId, entry])).values()].slice(0, 5);
}

function findByLeading(
  asked: Asked,
  byValue: ReadonlyMap<string, IdentifierMatch>,
): { found: IdentifierMatch; scheme: keyof Identifiers } | null {
  for (const scheme of LEADING) {
    const value = asked.identifiers[scheme];
    const found = value === undefined ? undefined : byValue.get(value);
    if (!found) continue;
    // Another subject's number under a different code is no match: the code decides.
    const code = asked.identifiers.unifiedCode;
    if (code && found.unifiedCode && found.unifiedCode !== code && scheme !== 'unifiedCode') continue;
    return { found, scheme };
  }
  return null;
}

function kindOf(asked: Asked, category: string | null): SubjectKind {
  if (asked.row.unified) return asked.row.unified.kind;
  return category === COUNTERPARTY.soleTrader ? 'soleTrader' : 'enterprise';
}

/** A change that has to lock a subject was needed outside of a transaction: match again inside of one. */
export class NeedsLock extends Error {}

/** Adds what the batch before makes. A transaction that has ended meanwhile is seen twice and counts once. */
function addPending(
  before: PendingSubjects,
  asked: readonly Asked[],
  byValue: Map<string, IdentifierMatch>,
  byName: Map<string, NameMatch[]>,
): void {
  for (const { identifiers, normalised } of asked) {
    for (const value of Object.values(identifiers)) {
      const made = before.byValue.get(value);
      if (made && !byValue.has(value)) byValue.set(value, made);
    }
    const named = before.byName.get(normalised);
    if (!named) continue;
    const known = byName.get(normalised) ?? [];
    const fresh = named.filter((found) => !known.some((other) => other.subjectId === found.subjectId));
    byName.set(normalised, [...known, ...fresh.map((found) => ({ ...found, former: false }))]);
  }
}

/** Rows of licences, penalties and other acts. Errors: NeedsLock. */
export async function matchRows(rows: readonly PreparedRow[], context: MatchContext): Promise<MatchResult> {
  const { client, processor, before } = context;
  const asked = rows.map((row) => askedOf(processor, row));
  const byValue = await findByIdentifiers(
    client,
    asked.flatMap((entry) => Object.values(entry.identifiers)),
  );
  if (before) addPending(before, asked, byValue, new Map());
  const needName = asked.filter((entry) => {
    const hit = findByLeading(entry, byValue);
    return hit === null || !hit.found.names.includes(entry.normalised);
  });
  const byName = await findByNames(
    client,
    needName.map((entry) => entry.normalised).filter((name) => name !== ''),
  );
  if (before) addPending(before, needName, byValue, byName);
  const likely = await likelySubjects(
    client,
    context.policy,
    needName
      .filter((entry) => !LEADING.some((scheme) => entry.identifiers[scheme]) && !byName.has(entry.normalised))
      .map((entry) => entry.normalised),
  );
  const created = new Map<string, Created>();
  const matches = new Map<PreparedRow, RowMatch>();
  const additions: { subjectId: string; asked: Asked }[] = [];
  for (const entry of asked)
    matches.set(entry.row, decide(entry, { byValue, byName, likely, created, additions, context }));
  // One entry stands under each of its identifiers.
  const made = [...new Set(created.values())];
  const updates = await identifierAdditions(additions, context);
  return {
    matches,
    changes: [...made.map((entry) => entry.change), ...updates],
    pending: updates.length > 0 ? null : pendingOf(made),
  };
}

interface Created {
  subjectId: string;
  names: Set<string>;
  found: FoundSubject;
  change: SubjectChange;
}

function pendingOf(created: readonly Created[]): PendingSubjects {
  const byValue = new Map<string, IdentifierMatch>();
  const byName = new Map<string, FoundSubject[]>();
  for (const { found, change } of created) {
    if (change.kind !== 'create') continue;
    for (const { value, scheme } of change.rows.identifiers)
      byValue.set(value, { ...found, value, scheme, others: [] });
    for (const name of found.names) byName.set(name, [...(byName.get(name) ?? []), found]);
  }
  return { byValue, byName };
}

interface DecideContext {
  byValue: ReadonlyMap<string, IdentifierMatch>;
  byName: ReadonlyMap<string, NameMatch[]>;
  likely: Awaited<ReturnType<typeof likelySubjects>>;
  created: Map<string, Created>;
  additions: { subjectId: string; asked: Asked }[];
  context: MatchContext;
}

function decide(asked: Asked, state: DecideContext): RowMatch {
  const { processor } = state.context;
  const { row } = asked;
  const nameField = processor.role('subjectName');
  const codeField = processor.role('unifiedCode');
  const fresh = LEADING.map((scheme) => asked.identifiers[scheme])
    .map((value) => (value ? state.created.get(value) : undefined))
    .find(Boolean);
  const hit = fresh ? null : findByLeading(asked, state.byValue);
  const named = (state.byName.get(asked.normalised) ?? []).filter((found) => found.subjectId !== hit?.found.subjectId);
  if (fresh) {
    if (fresh.names.has(asked.normalised)) return { subjectId: fresh.subjectId, candidates: [] };
    processor.report(row, 'name-differs', nameField, asked.name, fresh.found.name);
    return {
      subjectId: null,
      candidates: distinct([candidate(fresh.found, 'byCode'), ...named.map((found) => candidate(found, 'byName'))]),
    };
  }
  if (hit) return decideKnown(asked, hit, named, state);
  if (asked.identifiers.unifiedCode) {
    const contradicting = named.filter(
      (found) => found.unifiedCode !== null && found.unifiedCode !== asked.identifiers.unifiedCode,
    );
    if (contradicting.length > 0) {
      processor.report(
        row,
        'name-code-contradiction',
        codeField,
        asked.identifiers.unifiedCode,
        contradicting[0]?.unifiedCode ?? null,
        {
          byCode: '（登记库中没有此代码）',
          byName: contradicting[0]?.name ?? '',
        },
      );
      return { subjectId: null, candidates: distinct(contradicting.map((found) => candidate(found, 'byName'))) };
    }
    const [nameless, second] = named.filter((found) => found.unifiedCode === null);
    if (nameless && !second) {
      processor.report(row, 'code-missing', codeField, asked.identifiers.unifiedCode, null, { name: nameless.name });
      return { subjectId: null, candidates: [candidate(nameless, 'byName')] };
    }
    return create(asked, state);
  }
  return decideWithoutCode(asked, named, state);
}

/** The code (or number) is known: does the name agree with it? */
function decideKnown(
  asked: Asked,
  hit: { found: IdentifierMatch; scheme: keyof Identifiers },
  named: NameMatch[],
  state: DecideContext,
): RowMatch {
  const { processor } = state.context;
  const { found } = hit;
  const nameField = processor.role('subjectName');
  if (found.names.includes(asked.normalised)) {
    if (normaliseName(found.name) !== asked.normalised)
      processor.report(asked.row, 'former-name-used', nameField, asked.name, found.name);
    if (hit.scheme !== 'unifiedCode' && asked.identifiers.unifiedCode && !found.unifiedCode)
      state.additions.push({ subjectId: found.subjectId, asked });
    return { subjectId: found.subjectId, candidates: [] };
  }
  if (named.length > 0) {
    processor.report(asked.row, 'name-code-contradiction', nameField, asked.name, found.name, {
      byCode: found.name,
      byName: named[0]?.name ?? '',
    });
  } else processor.report(asked.row, 'name-differs', nameField, asked.name, found.name, { byCode: found.name });
  return {
    subjectId: null,
    candidates: distinct([candidate(found, 'byCode'), ...named.map((other) => candidate(other, 'byName'))]),
  };
}

/** No usable code and no number that is known. */
function decideWithoutCode(asked: Asked, named: NameMatch[], state: DecideContext): RowMatch {
  const { processor } = state.context;
  const codeField = processor.role('unifiedCode');
  if (named.length === 0 && (asked.identifiers.registrationNumber || asked.identifiers.organisationCode))
    return create(asked, state);
  const like = named.length > 0 ? [] : (state.likely.get(asked.normalised) ?? []);
  // Without a candidate nobody can decide: the department has to find the code. Sole traders may lawfully have none yet.
  const lawful = textOf(processor, asked.row, 'subjectCategory') === COUNTERPARTY.soleTrader;
  processor.report(
    asked.row,
    named.length > 0 || like.length > 0 || lawful ? 'code-missing' : 'code-missing-unknown',
    codeField,
    null,
    named[0]?.unifiedCode ?? null,
    { name: named[0]?.name ?? asked.name },
  );
  const alike = like.map(({ subjectId, code, name, kind }) => ({ subjectId, code, name, kind, why: 'byLikeness' }));
  return { subjectId: null, candidates: distinct([...named.map((found) => candidate(found, 'byName')), ...alike]) };
}

function create(asked: Asked, state: DecideContext): RowMatch {
  const { processor, at } = state.context;
  const category = textOf(processor, asked.row, 'subjectCategory');
  const subjectId = newId();
  const kind = kindOf(asked, category);
  const change: SubjectChange = {
    kind: 'create',
    rows: subjectRowsFor({
      subjectId,
      kind,
      name: asked.name,
      identifiers: asked.identifiers,
      status: unknownStatus,
      provisional: true,
      at,
    }),
  };
  const found: FoundSubject = {
    subjectId,
    kind,
    name: asked.name,
    unifiedCode: asked.identifiers.unifiedCode ?? null,
    status: unknownStatus,
    provisional: true,
    names: [asked.normalised],
  };
  const entry = { subjectId, names: new Set([asked.normalised]), found, change };
  for (const value of Object.values(asked.identifiers)) if (!state.created.has(value)) state.created.set(value, entry);
  return { subjectId, candidates: [] };
}

/** A subject known by an old number whose code a row now tells. */
async function identifierAdditions(
  additions: { subjectId: string; asked: Asked }[],
  context: MatchContext,
): Promise<SubjectChange[]> {
  if (additions.length === 0) return [];
  if (!context.locks) throw new NeedsLock('a subject gets a code');
  const existing = await loadForRegistration(
    context.client,
    additions.map((entry) => entry.subjectId),
  );
  const changes = new Map<string, SubjectChange>();
  for (const { subjectId, asked } of additions) {
    const subject = existing.get(subjectId);
    if (!subject || subject.unifiedCode || changes.has(subjectId)) continue;
    const rows = subjectRowsFor({
      subjectId,
      kind: subject.kind,
      name: subject.name,
      identifiers: asked.identifiers,
      status: subject.status,
      provisional: subject.provisional,
      at: context.at,
    });
    changes.set(subjectId, {
      kind: 'update',
      subjectId,
      registered: false,
      names: rows.names,
      set: { unified_code: asked.identifiers.unifiedCode ?? null, updated_at: context.at },
      identifiers: rows.identifiers.filter(
        (row) => !subject.identifiers.some((held) => held.value === row.value && held.scheme === row.scheme),
      ),
    });
  }
  return [...changes.values()];
}

const statusOf = (processor: RowProcessor, row: PreparedRow): string | null => textOf(processor, row, 'status');

function registrationRow(asked: Asked, context: MatchContext): RegistrationRow {
  const { processor, policy } = context;
  const { row } = asked;
  const former = processor.role('formerNames');
  const names = former < 0 ? null : row.values[former];
  const industryText = textOf(processor, row, 'industry');
  const companyType = textOf(processor, row, 'companyType');
  return {
    kind: registrationKind(asked, companyType, context),
    name: asked.name,
    formerNames: Array.isArray(names) ? names : [],
    identifiers: asked.identifiers,
    status: statusOf(processor, row),
    region: regionOf(asked, policy),
    industry: industryText ? (policy.industry(industryText)?.code ?? industryText) : null,
    establishedOn: textOf(processor, row, 'establishedOn'),
    address: textOf(processor, row, 'address'),
    register: {
      ...optional('companyType', companyType),
      ...optional('registrationAuthority', textOf(processor, row, 'registrationAuthority')),
      ...optional('businessScope', textOf(processor, row, 'businessScope')),
      ...optional('registeredCapital', textOf(processor, row, 'registeredCapital')),
      ...optional('legalRepresentative', textOf(processor, row, 'legalRepresentative')),
    },
    source: { submissionId: context.submissionId, rowNo: row.rowNo, sourceBodyId: context.sourceBodyId },
    at: context.at,
  };
}

const optional = (key: string, value: string | null): Record<string, string> =>
  value === null ? {} : { [key]: value };

/** By the code; where it does not tell, by the type that the register names, else what the template is for. */
function registrationKind(asked: Asked, companyType: string | null, context: MatchContext): SubjectKind {
  if (asked.row.unified && asked.row.unified.kind !== 'other') return asked.row.unified.kind;
  const { policy, processor } = context;
  const named = companyType === null ? undefined : companyKind(policy, companyType);
  const first = processor.plan.standard.registers?.[0];
  return (named ?? first ?? 'enterprise') as SubjectKind;
}

function companyKind(policy: PolicyRuntime, companyType: string): string | undefined {
  const { values } = policy.codeTable('company-types');
  const exact = values.find((value) => value.code === companyType || value.aliases?.includes(companyType));
  return (exact ?? values.find((value) => companyType.includes(value.code)))?.means;
}

/** Positions 3–8 are the registering authority's division; a national one is no place (GB 32100-2015). */
function regionOf(asked: Asked, policy: PolicyRuntime): string | null {
  const code = asked.row.unified?.region ?? asked.identifiers.registrationNumber?.slice(0, 6);
  if (!code || code === '100000' || !/^\d{6}$/.test(code)) return null;
  return policy.division(code) ? code : code;
}

/** Rows of the register itself: they create subjects, fill provisional ones and rename. Errors: NeedsLock. */
export async function matchRegistrations(rows: readonly PreparedRow[], context: MatchContext): Promise<MatchResult> {
  const { processor } = context;
  if (!context.locks) throw new NeedsLock('the register changes subjects');
  const asked = rows.map((row) => askedOf(processor, row));
  const byValue = await findByIdentifiers(
    context.client,
    asked.flatMap((entry) => Object.values(entry.identifiers)),
  );
  const hits = asked.map((entry) => findByLeading(entry, byValue));
  const existing = await loadForRegistration(
    context.client,
    hits.flatMap((hit) => (hit ? [hit.found.subjectId] : [])),
  );
  const groups = new Map<string, { existing: ExistingSubject | null; rows: RegistrationRow[]; from: PreparedRow[] }>();
  const groupOf = new Map<string, string>();
  const matches = new Map<PreparedRow, RowMatch>();
  asked.forEach((entry, at) => {
    const leading = LEADING.map((scheme) => entry.identifiers[scheme]).filter(
      (value): value is string => value !== undefined,
    );
    if (leading.length === 0) {
      processor.report(entry.row, 'code-missing-unknown', processor.role('unifiedCode'), null, null, {
        name: entry.name,
      });
      matches.set(entry.row, { subjectId: null, candidates: [] });
      return;
    }
    const found = hits[at]?.found;
    if (found && isUnannouncedRename(entry, existing.get(found.subjectId), processor)) {
      processor.report(entry.row, 'name-differs', processor.role('subjectName'), entry.name, found.name, {
        byCode: found.name,
      });
      matches.set(entry.row, { subjectId: null, candidates: [candidate(found, 'byCode')] });
      return;
    }
    const key = found?.subjectId ?? leading.map((value) => groupOf.get(value)).find(Boolean) ?? newId();
    for (const value of leading) if (!groupOf.has(value)) groupOf.set(value, key);
    const group = groups.get(key) ?? {
      existing: found ? (existing.get(found.subjectId) ?? null) : null,
      rows: [],
      from: [],
    };
    groups.set(key, group);
    group.rows.push(registrationRow(entry, context));
    group.from.push(entry.row);
  });
  const changes: SubjectChange[] = [];
  for (const group of groups.values()) {
    const change = planRegistrations(group.existing, group.rows);
    changes.push(change);
    const subjectId = change.kind === 'create' ? change.rows.subject.subject_id : change.subjectId;
    for (const row of group.from) matches.set(row, { subjectId, candidates: [] });
  }
  return { matches, changes, pending: null };
}

/** The register may rename; but a registered subject whose old name the row does not mention may as well be a mistyped code. */
function isUnannouncedRename(asked: Asked, existing: ExistingSubject | undefined, processor: RowProcessor): boolean {
  if (!existing || existing.provisional) return false;
  if (existing.names.some((name) => name.normalised === asked.normalised)) return false;
  const former = processor.role('formerNames');
  const names = former < 0 ? null : asked.row.values[former];
  const current = normaliseName(existing.name);
  return !(Array.isArray(names) && names.some((name) => normaliseName(name) === current));
}
