/** Answers of the reconciliation service. Public data only: what the portal shows to everybody. */
import { parseUnifiedCode, subjectKindLabels } from '@chengxin/identifiers';
import type { AppContext } from '../../../context.ts';
import { DomainError } from '../../../platform/errors.ts';
import { isId } from '../../../platform/ids.ts';
import { publicReading } from '../../access/index.ts';
import { type Archive, loadArchive } from '../load-archive.ts';
import { publicSubjectName } from '../masking.ts';
import type { Candidate } from '../match/match-names.ts';
import { matchingPolicy, matchNames, shownFeatures } from '../match/match-subjects.ts';
import { cleanCode } from '../names.ts';
import type { SubjectPorts } from '../ports.ts';
import { searchSubjects } from '../search-subjects.ts';
import { type NamedThing, properties, types, typesOf } from './manifest.ts';
import { type ExtensionQuery, maxCandidates, type ReconcileQuery } from './read-request.ts';

const defaultCandidates = 5;
const suggestions = 10;
/** Scores are given from 0 to 100, as OpenRefine shows them. */
const full = 100;

export interface Found {
  id: string;
  name: string;
  description: string;
  score: number;
  match: boolean;
  type: NamedThing[];
  features: { id: string; value: number }[];
}

/** The code that a query states as a property: it decides, whatever the name. */
function statedCode(query: ReconcileQuery): string | null {
  for (const { pid, v } of query.properties ?? []) {
    if (pid !== 'unifiedCode') continue;
    for (const value of Array.isArray(v) ? v : [v]) {
      const text = typeof value === 'object' ? value.id : String(value);
      const parsed = parseUnifiedCode(cleanCode(text));
      if (parsed.ok) return parsed.code;
    }
  }
  return null;
}

const describe = (kind: Candidate['kind'], code: string | null, status: string): string =>
  [subjectKindLabels[kind].zh, code ?? '暂无代码', status].join(' · ');

async function byCode(ctx: AppContext, ports: SubjectPorts, code: string): Promise<Found | null> {
  const known = await publicArchive(ctx, ports, code);
  if (!known) return null;
  return {
    id: known.code ?? known.subjectId,
    name: known.name,
    description: describe(known.kind, known.code, known.status),
    score: full,
    match: true,
    type: typesOf(known.kind),
    features: [{ id: 'code', value: 1 }],
  };
}

async function answer(ctx: AppContext, ports: SubjectPorts, query: ReconcileQuery): Promise<Found[]> {
  const limit = Math.min(maxCandidates, Math.floor(query.limit ?? defaultCandidates));
  const code = statedCode(query);
  const decided = code === null ? null : await byCode(ctx, ports, code);
  if (decided) return [decided];
  const wanted = new Set(Array.isArray(query.type) ? query.type : query.type === undefined ? [] : [query.type]);
  const [found] = query.query === undefined ? [] : await matchNames(ctx, ctx.db.app, [query.query], maxCandidates);
  const { weights } = matchingPolicy(ctx.policy());
  return (found?.candidates ?? [])
    .filter((candidate) => wanted.size === 0 || query.type_strict === 'should' || wanted.has(candidate.kind))
    .slice(0, limit)
    .map((candidate) => ({
      id: candidate.code ?? candidate.subjectId,
      name: publicSubjectName(candidate.kind, candidate.name, candidate.operator),
      description: describe(candidate.kind, candidate.code, candidate.status),
      score: Math.round(candidate.score * full * 100) / 100,
      match: found?.automatic?.subjectId === candidate.subjectId && code === null,
      type: typesOf(candidate.kind),
      features: shownFeatures(candidate, weights).map(({ id, value }) => ({ id, value })),
    }));
}

/** One after the other: a batch holds one connection at a time. */
export async function reconcile(
  ctx: AppContext,
  ports: SubjectPorts,
  queries: ReadonlyMap<string, ReconcileQuery>,
): Promise<Record<string, { result: Found[] }>> {
  const out: Record<string, { result: Found[] }> = {};
  for (const [key, query] of queries) out[key] = { result: await answer(ctx, ports, query) };
  return out;
}

export async function suggestEntities(ctx: AppContext, prefix: string): Promise<object[]> {
  try {
    const page = await searchSubjects(ctx.db.app, prefix, { limit: suggestions, keys: ctx.keys, level: 'public' });
    return page.items.map((item) => ({
      id: item.code ?? item.subjectId,
      name: item.name,
      description: describe(item.kind, item.code, item.status),
      notable: typesOf(item.kind),
    }));
  } catch (error) {
    // While somebody types there is nothing yet to complain about.
    if (error instanceof DomainError && error.code === 'invalid-request') return [];
    throw error;
  }
}

const holds = (prefix: string) => (thing: NamedThing) =>
  `${thing.id} ${thing.name} ${thing.description ?? ''}`.toLowerCase().includes(prefix.trim().toLowerCase());
export const suggestTypes = (prefix: string): NamedThing[] => types.filter(holds(prefix));
export const suggestProperties = (prefix: string): NamedThing[] => properties.filter(holds(prefix));

type Cell = { str: string } | { date: string } | { id: string; name: string };
const text = (value: string | null): Cell[] => (value === null || value === '' ? [] : [{ str: value }]);

function cellsOf(archive: Archive, property: string, publicUrl: string): Cell[] {
  switch (property) {
    case 'unifiedCode':
      return text(archive.code);
    case 'name':
      return text(archive.name);
    case 'formerNames':
      return archive.formerNames.map((former) => ({ str: former.name }));
    case 'kind':
      return text(subjectKindLabels[archive.kind].zh);
    case 'status':
      return text(archive.status);
    case 'region':
      return text(archive.region);
    case 'industry':
      return text(archive.industry);
    case 'establishedOn':
      return archive.establishedOn === null ? [] : [{ date: `${archive.establishedOn}T00:00:00Z` }];
    case 'registrationAuthority':
      return text(archive.registrationAuthority);
    case 'registrationNumber':
      return archive.identifiers
        .filter(({ scheme }) => scheme === 'registrationNumber')
        .map(({ value }) => ({ str: value }));
    case 'address':
      return text(archive.address);
    case 'archive':
      return text(`${publicUrl.replace(/\/$/, '')}/s/${archive.code ?? archive.subjectId}`);
    default:
      return [];
  }
}

/** An id that is not known gives empty cells, as the specification has it. */
export async function publicArchive(ctx: AppContext, ports: SubjectPorts, id: string): Promise<Archive | null> {
  try {
    return await loadArchive(ctx, ctx.db.app, ports, isId(id) ? { subjectId: id } : { code: id }, publicReading);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'not-found') return null;
    throw error;
  }
}

export async function extend(ctx: AppContext, ports: SubjectPorts, query: ExtensionQuery): Promise<object> {
  const asked = query.properties.map(({ id }) => properties.find((property) => property.id === id) ?? { id, name: id });
  const rows: Record<string, Record<string, Cell[]>> = {};
  for (const id of new Set(query.ids)) {
    const archive = await publicArchive(ctx, ports, id);
    rows[id] = Object.fromEntries(
      asked.map((property) => [
        property.id,
        archive === null ? [] : cellsOf(archive, property.id, ctx.config.publicUrl),
      ]),
    );
  }
  return { meta: asked.map(({ id, name }) => ({ id, name })), rows };
}
