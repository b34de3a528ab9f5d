/**
 * What a registration row does to a subject. Pure. The register adds and corrects, it never takes away: an empty cell
 * leaves what is there, a replaced fact goes to `register.earlier`, a replaced name becomes a former name, an
 * identifier once held stays findable.
 */
import { newId } from '../../platform/ids.ts';
import { normaliseName } from './names.ts';
import { subjectIdentifierRows, subjectNameRow, subjectRowsFor } from './subject-rows.ts';
import type {
  ExistingSubject,
  RegisterFacts,
  RegistrationRow,
  SubjectChange,
  SubjectNameRow,
  SubjectRow,
  SubjectUpdate,
} from './types.ts';

/** Replaced facts that are kept beside the current ones; older ones remain in the registration records. */
const maxEarlier = 50;
export const unknownStatus = '未登记';

const sameValue = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
const given = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

function createFrom(row: RegistrationRow): SubjectChange {
  return {
    kind: 'create',
    rows: subjectRowsFor({
      subjectId: newId(),
      kind: row.kind,
      name: row.name,
      formerNames: row.formerNames,
      identifiers: row.identifiers,
      status: row.status || unknownStatus,
      region: row.region,
      industry: row.industry,
      establishedOn: row.establishedOn,
      address: row.address,
      provisional: false,
      register: row.register,
      registerSource: row.source,
      at: row.at,
    }),
  };
}

type Change = Pick<SubjectUpdate, 'set' | 'names' | 'identifiers' | 'renamed'>;

/** Columns: only what the row gives and what differs. */
function planColumns(existing: ExistingSubject, row: RegistrationRow, earlier: [string, string][]): Change['set'] {
  const set: Partial<SubjectRow> = {};
  const take = <K extends 'status' | 'region' | 'industry' | 'established_on' | 'address'>(
    column: K,
    before: string | null,
    next: string | null | undefined,
  ): void => {
    if (!next || next === before) return;
    if (before && !(existing.provisional && column === 'status')) earlier.push([column, before]);
    set[column] = next as SubjectRow[K];
  };
  take('status', existing.status, row.status);
  take('region', existing.region, row.region);
  take('industry', existing.industry, row.industry);
  take('established_on', existing.establishedOn, row.establishedOn);
  take('address', existing.address, row.address);
  if (existing.provisional) set.provisional = false;
  // The code decides the kind; a provisional subject without a code only guessed it.
  if (row.kind !== existing.kind && (existing.provisional || existing.kind === 'other')) set.kind = row.kind;
  const code = row.identifiers.unifiedCode;
  if (code && code !== existing.unifiedCode) {
    if (existing.unifiedCode) earlier.push(['unified_code', existing.unifiedCode]);
    set.unified_code = code;
  }
  return set;
}

function planRegister(
  existing: ExistingSubject,
  row: RegistrationRow,
  earlier: readonly [string, string][],
  reported: string | undefined,
): RegisterFacts | undefined {
  const next: RegisterFacts = { ...existing.register };
  const replaced = [...earlier];
  let changed = false;
  for (const [field, value] of Object.entries(row.register)) {
    if (!given(value) || sameValue(value, next[field])) continue;
    if (given(next[field])) replaced.push([field, String(next[field])]);
    next[field] = value;
    changed = true;
  }
  if (replaced.length > 0) {
    const entries = replaced.map(([field, value]) => ({ field, value, until: row.at as never }));
    next.earlier = [...entries, ...(existing.register.earlier ?? [])].slice(0, maxEarlier);
  }
  if (reported !== undefined) next.reportedNames = [...new Set([...(existing.register.reportedNames ?? []), reported])];
  return changed || replaced.length > 0 || reported !== undefined ? next : undefined;
}

/** The register's name becomes current; a different one before it becomes former, or "as reported" if it never was registered. */
function planNames(existing: ExistingSubject, row: RegistrationRow, code: string | null, codeChanged: boolean): Change {
  const names = new Map<string, SubjectNameRow>();
  const known = new Map(existing.names.map((name) => [name.normalised, name]));
  const current = normaliseName(row.name);
  const before = existing.names.find((name) => !name.former);
  const out: Change = { set: {}, names: [], identifiers: [] };
  const renamed = before !== undefined && before.normalised !== current;
  if (renamed || before === undefined || codeChanged) {
    names.set(
      current,
      subjectNameRow(existing.subjectId, row.name, false, code, known.get(current)?.validFrom ?? null),
    );
  }
  if (renamed) {
    names.set(
      before.normalised,
      subjectNameRow(existing.subjectId, before.name, true, null, before.validFrom, before.validTo),
    );
    const announced = row.formerNames.some((former) => normaliseName(former) === before.normalised);
    out.renamed = { from: before.name, to: row.name.trim(), announced };
  }
  if (existing.name !== row.name.trim()) out.set.name = row.name.trim();
  for (const former of row.formerNames) {
    const normalised = normaliseName(former);
    if (normalised === '' || normalised === current || known.has(normalised) || names.has(normalised)) continue;
    names.set(normalised, subjectNameRow(existing.subjectId, former, true, null));
  }
  out.names = [...names.values()];
  return out;
}

/**
 * Decides what a registration row does: creates a subject, fills a provisional one, renames, adds identifiers, or
 * nothing. `existing` is the canonical subject found by identifier (or by name when the row has no identifier).
 */
export function planRegistration(existing: ExistingSubject | null, row: RegistrationRow): SubjectChange {
  if (existing === null) return createFrom(row);
  const earlier: [string, string][] = [];
  const columns = planColumns(existing, row, earlier);
  const code = row.identifiers.unifiedCode ?? existing.unifiedCode;
  const names = planNames(existing, row, code, columns.unified_code !== undefined);
  const reported =
    existing.provisional && names.renamed !== undefined && !names.renamed.announced ? names.renamed.from : undefined;
  const register = planRegister(existing, row, earlier, reported);
  const held = new Set(existing.identifiers.map((id) => `${id.scheme}:${id.value}`));
  const identifiers = subjectIdentifierRows(existing.subjectId, row.identifiers, row.at).filter(
    (id) => !held.has(`${id.scheme}:${id.value}`),
  );
  const set: SubjectUpdate['set'] = { ...columns, ...names.set, ...(register ? { register } : {}) };
  if (Object.keys(set).length === 0 && names.names.length === 0 && identifiers.length === 0) {
    return { kind: 'none', subjectId: existing.subjectId };
  }
  set.register_source = row.source;
  set.updated_at = row.at;
  return {
    kind: 'update',
    subjectId: existing.subjectId,
    set,
    names: names.names,
    identifiers,
    ...(names.renamed ? { renamed: names.renamed } : {}),
    registered: existing.provisional,
  };
}

/** The subject as it will be once the change is written. */
function afterChange(existing: ExistingSubject | null, change: SubjectChange): ExistingSubject {
  if (change.kind === 'create') {
    const { subject, names, identifiers } = change.rows;
    return withColumns(
      {
        subjectId: subject.subject_id,
        kind: subject.kind,
        name: subject.name,
        unifiedCode: null,
        status: subject.status,
        region: null,
        industry: null,
        zone: subject.zone,
        establishedOn: null,
        address: null,
        provisional: subject.provisional,
        register: subject.register,
        names: names.map(nameOf),
        identifiers,
      },
      subject,
    );
  }
  if (existing === null) throw new Error('only a creation has nothing before it');
  if (change.kind === 'none') return existing;
  const replaced = new Set(change.names.map((name) => name.normalised));
  return withColumns(
    {
      ...existing,
      names: [...existing.names.filter((name) => !replaced.has(name.normalised)), ...change.names.map(nameOf)],
      identifiers: [...existing.identifiers, ...change.identifiers],
    },
    change.set,
  );
}

const nameOf = (row: SubjectNameRow): ExistingSubject['names'][number] => ({
  normalised: row.normalised,
  name: row.name,
  former: row.former,
  validFrom: row.valid_from,
  validTo: row.valid_to,
});

function withColumns(subject: ExistingSubject, set: SubjectUpdate['set']): ExistingSubject {
  return {
    ...subject,
    kind: set.kind ?? subject.kind,
    name: set.name ?? subject.name,
    unifiedCode: set.unified_code ?? subject.unifiedCode,
    status: set.status ?? subject.status,
    region: set.region ?? subject.region,
    industry: set.industry ?? subject.industry,
    establishedOn: set.established_on ?? subject.establishedOn,
    address: set.address ?? subject.address,
    provisional: set.provisional ?? subject.provisional,
    register: set.register ?? subject.register,
  };
}

const namesByForm = (...lists: SubjectNameRow[][]): SubjectNameRow[] => [
  ...new Map(lists.flat().map((name) => [name.normalised, name])).values(),
];

function combine(first: SubjectChange, second: SubjectChange): SubjectChange {
  if (second.kind === 'none') return first;
  if (first.kind === 'none' || second.kind === 'create') return second;
  if (first.kind === 'create') {
    const { subject, names, identifiers } = first.rows;
    return {
      kind: 'create',
      rows: {
        subject: { ...subject, ...second.set },
        names: namesByForm(names, second.names),
        identifiers: [...identifiers, ...second.identifiers],
      },
    };
  }
  const renamed = second.renamed ?? first.renamed;
  return {
    kind: 'update',
    subjectId: first.subjectId,
    set: { ...first.set, ...second.set },
    names: namesByForm(first.names, second.names),
    identifiers: [...first.identifiers, ...second.identifiers],
    ...(renamed ? { renamed } : {}),
    registered: first.registered || second.registered,
  };
}

/** Several rows of one file about one subject, in file order, as one change: each row sees what those before it did. */
export function planRegistrations(existing: ExistingSubject | null, rows: readonly RegistrationRow[]): SubjectChange {
  let current = existing;
  let change: SubjectChange | undefined;
  for (const row of rows) {
    const next = planRegistration(current, row);
    current = afterChange(current, next);
    change = change === undefined ? next : combine(change, next);
  }
  if (change === undefined) throw new RangeError('no rows to plan');
  return change;
}
