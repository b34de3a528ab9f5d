/**
 * Search by code, part of a code, any other identifier, part of a name or former name, and pinyin initials. Bounded:
 * each way of finding contributes at most `maxCandidates` rows, ranked afterwards; a query that would need more says
 * so. Only organisations have rows here; a sole trader under its operator's own name is found by its code alone.
 */
import type { KeyRing } from '../../platform/crypto.ts';
import { openPosition, sealPosition } from '../../platform/cursor.ts';
import type { Queryable } from '../../platform/db.ts';
import { query, raw, type Sql, sql } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import type { PolicyRuntime } from '../policy/types.ts';
import { isPersonalTradeName, publicSubjectName } from './masking.ts';
import { characterPairs, cleanCode, codeFragmentToken, initialPairs, normaliseName } from './names.ts';
import { freshStatistics, type TokenStatistics } from './token-statistics.ts';
import type { SubjectKind } from './types.ts';

export const maxQueryLength = 200;
export const maxCandidates = 200;
export const maxPage = 50;
/** Tokens that are asked of the index; the recheck sees the whole query anyway. */
const maxTokens = 12;
/** Higher than every character that a name or code can hold. */
const LAST = '\u{10FFFF}';

export interface SearchItem {
  subjectId: string;
  code: string | null;
  name: string;
  kind: SubjectKind;
  status: string;
  provisional: boolean;
  region: string | null;
  /** What was found: the code, the current name, a former name (given), the initials. */
  matched: 'code' | 'name' | 'formerName' | 'initials';
  formerName: string | null;
}

export interface SearchPage {
  items: SearchItem[];
  nextCursor: string | null;
  /** True when there are more results than are ever listed: the query should be made narrower. */
  truncated: boolean;
  total: number;
}

export interface SearchOptions {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly keys: KeyRing;
  /** full: officers; public: names of persons masked. */
  readonly level: 'public' | 'full';
  /** States of the register that an organisation does not come back from: listed after the others. */
  readonly ended?: readonly string[];
  /** The pool, where the client is that of a transaction: statistics are kept by it. */
  readonly pool?: Queryable;
}

/** Meanings of register states after which an organisation is no more; the words themselves are policy. */
const endings: ReadonlySet<string> = new Set(['cancelled', 'revoked', 'annulled', 'moved']);

export function endedStates(ctx: { policy(): Pick<PolicyRuntime, 'codeTable'> }): string[] {
  return ctx
    .policy()
    .codeTable('registration-status')
    .values.filter(({ means }) => endings.has(means ?? ''))
    .map(({ code }) => code);
}

/** The query, read once; `null` for each way that does not apply. */
export interface SearchTerms {
  readonly name: string;
  readonly code: string | null;
  readonly initials: string | null;
  readonly identifier: string;
}

/** Throws `invalid-request` for an empty, one-character or over-long query. Pure. */
export function readQuery(q: string): SearchTerms {
  if (q.length > maxQueryLength) {
    throw new DomainError('invalid-request', {
      zh: `查询内容过长（最多 ${maxQueryLength} 个字符），请只输入名称或代码。`,
      en: `The query is too long (at most ${maxQueryLength} characters). Enter a name or a code only.`,
      details: [{ field: 'q', code: 'too-long', zh: '查询内容过长', en: 'Too long' }],
    });
  }
  const name = normaliseName(q);
  const length = [...name].length;
  if (length < 2) {
    throw new DomainError('invalid-request', {
      zh:
        length === 0 ? '请输入名称、曾用名、拼音首字母或统一社会信用代码。' : '请再多输入一个字：至少两个字才能查询。',
      en:
        length === 0
          ? 'Enter a name, a former name, pinyin initials or a unified code.'
          : 'Type one more character: a search needs at least two.',
      details: [
        { field: 'q', code: length === 0 ? 'empty' : 'too-short', zh: '至少两个字', en: 'At least two characters' },
      ],
    });
  }
  const compact = cleanCode(q);
  const isCode = /^[0-9A-Z]{4,40}$/.test(compact) && /[0-9]/.test(compact);
  const isInitials = /^[0-9A-Za-z]{2,40}$/.test(name) && /[A-Z]/.test(name);
  return {
    name,
    code: isCode ? compact : null,
    initials: isInitials ? name.toLowerCase() : null,
    identifier: compact,
  };
}

export const notPersonal = raw(
  `NOT (s.kind = 'soleTrader' AND (char_length(s.name) <= 3 OR s.name IS NOT DISTINCT FROM s.register->>'legalRepresentative'))`,
);

interface Hit {
  subject_id: string;
  rank: number;
  former_name: string | null;
}

/** From this length on, the beginning of a code is taken for what it is and not looked for inside other codes. */
const longFragment = 8;

function codeParts(terms: SearchTerms): Sql[] {
  const { code } = terms;
  const exact = sql`(SELECT i.subject_id, 0 AS rank, NULL::text AS former_name FROM core.subject_identifier i
                      WHERE i.value = ${terms.identifier} LIMIT 20)`;
  if (code === null) return [exact];
  const begins = sql`core.subject_identifier i
          WHERE i.value >= ${code} AND i.value < ${code + LAST} AND starts_with(i.value, ${code})`;
  const prefix = sql`(SELECT i.subject_id, 2 AS rank, NULL::text AS former_name FROM ${begins}
          ORDER BY i.value LIMIT ${maxCandidates})`;
  if (code.length > 18) return [exact, prefix];
  const inside = sql`(SELECT s.subject_id, 3 AS rank, NULL::text AS former_name
           FROM core.subject_name n JOIN core.subject s ON s.subject_id = n.subject_id
          WHERE n.tokens @> ${[codeFragmentToken(code)]}::text[] AND NOT n.former
            AND position(${code} IN s.unified_code) > 1
            AND (${code.length < longFragment}::boolean OR NOT EXISTS (SELECT 1 FROM ${begins}))
          LIMIT ${maxCandidates})`;
  return [exact, prefix, inside];
}

/**
 * Where every token is common (有限, 公司, the city's own name) the index would list half the city before the first row is
 * read. The first rows of the table have as many as are ever shown, so they are read instead, and no more than these.
 */
const commonShare = 0.04;
const scannedRows = 40_000;
/** Tokens of a long query that are asked of the index: the rarest; more of them only cost. */
const rarestTokens = 4;

function namesWith(tokens: readonly string[], statistics: TokenStatistics): Sql {
  const share = (token: string): number => statistics.share.get(token) ?? statistics.rest;
  const rarest = [...new Set(tokens)].sort((a, b) => share(a) - share(b)).slice(0, rarestTokens);
  if (share(rarest[0] ?? '') < commonShare || statistics.rows <= scannedRows)
    return sql`core.subject_name n WHERE n.tokens @> ${rarest}::text[]`;
  return sql`(SELECT * FROM core.subject_name LIMIT ${scannedRows}) n WHERE true`;
}

function nameParts(terms: SearchTerms, statistics: TokenStatistics): Sql[] {
  const former = raw(`CASE WHEN n.former THEN n.name END AS former_name`);
  return [
    sql`(SELECT n.subject_id, CASE WHEN n.former THEN 1 ELSE 0 END AS rank, ${former}
           FROM core.subject_name n WHERE n.normalised = ${terms.name} LIMIT ${maxCandidates})`,
    sql`(SELECT n.subject_id, CASE WHEN n.former THEN 5 ELSE 2 END AS rank, ${former}
           FROM core.subject_name n
          WHERE n.normalised >= ${terms.name} AND n.normalised < ${terms.name + LAST}
            AND starts_with(n.normalised, ${terms.name}) ORDER BY n.normalised LIMIT ${maxCandidates})`,
    sql`(SELECT n.subject_id, CASE WHEN n.former THEN 5 ELSE 4 END AS rank, ${former}
           FROM ${namesWith(characterPairs(terms.name).slice(0, maxTokens), statistics)}
            AND position(${terms.name} IN n.normalised) > 0 LIMIT ${maxCandidates})`,
  ];
}

function initialsPart(initials: string, statistics: TokenStatistics): Sql {
  return sql`(SELECT n.subject_id,
                     CASE WHEN n.former THEN 8 WHEN starts_with(n.initials, ${initials}) THEN 6 ELSE 7 END AS rank,
                     CASE WHEN n.former THEN n.name END AS former_name
                FROM ${namesWith(initialPairs(initials).slice(0, maxTokens), statistics)}
                 AND position(${initials} IN n.initials) > 0 LIMIT ${maxCandidates})`;
}

/** One statement: candidates of each way, the canonical subject of each, best rank first. */
function statement(terms: SearchTerms, statistics: TokenStatistics, ended: readonly string[]): Sql {
  const codes = codeParts(terms);
  const names = [
    ...nameParts(terms, statistics),
    ...(terms.initials === null ? [] : [initialsPart(terms.initials, statistics)]),
  ];
  const union = (parts: readonly Sql[]): Sql => parts.reduce((all, part) => sql`${all} UNION ALL ${part}`);
  return sql`
    WITH found AS (
      SELECT h.*, true AS by_code FROM (${union(codes)}) h UNION ALL SELECT h.*, false FROM (${union(names)}) h
    ), canonical AS (
      SELECT COALESCE(a.canonical_id, f.subject_id) AS subject_id, f.rank, f.former_name, f.by_code
        FROM found f LEFT JOIN core.subject_alias a ON a.subject_id = f.subject_id AND a.to_at IS NULL
    ), best AS (
      SELECT DISTINCT ON (c.subject_id) c.rank, c.former_name, c.by_code,
             s.subject_id, s.unified_code, s.name, s.kind, s.status, s.provisional, s.region,
             s.register->>'legalRepresentative' AS operator, s.register->'reportedNames' AS reported
        FROM canonical c JOIN core.subject s ON s.subject_id = c.subject_id
       WHERE c.by_code OR ${notPersonal}
       ORDER BY c.subject_id, c.rank, c.former_name
    )
    SELECT b.* FROM best b
     ORDER BY b.rank, b.status = ANY(${ended}::text[]), char_length(b.name), b.name, b.subject_id LIMIT ${maxCandidates}`;
}

interface Row extends Hit {
  unified_code: string | null;
  name: string;
  kind: SubjectKind;
  status: string;
  provisional: boolean;
  region: string | null;
  operator: string | null;
  reported: string[] | null;
  by_code: boolean;
}

function itemFrom(row: Row, level: SearchOptions['level']): SearchItem {
  const operator = row.operator ?? undefined;
  // A name that other bodies reported before registration is searched, but is no former name to be printed.
  const former = row.former_name !== null && !(row.reported ?? []).includes(row.former_name) ? row.former_name : null;
  const hidden = former !== null && level === 'public' && isPersonalTradeName(row.kind, former, operator);
  return {
    subjectId: row.subject_id,
    code: row.unified_code,
    name: level === 'public' ? publicSubjectName(row.kind, row.name, operator) : row.name,
    kind: row.kind,
    status: row.status,
    provisional: row.provisional,
    region: row.region,
    matched: row.by_code ? 'code' : row.former_name !== null ? 'formerName' : row.rank >= 6 ? 'initials' : 'name',
    formerName: hidden ? null : former,
  };
}

/**
 * Searches. Order: exact, exact former, prefix, inside a code, inside the current name, former names, initials;
 * shorter names first. Throws `invalid-request` for a query that is too short or long, or a foreign cursor.
 */
export async function searchSubjects(client: Queryable, q: string, options: SearchOptions): Promise<SearchPage> {
  const terms = readQuery(q);
  const purpose = `search:${terms.name}`;
  const offset = Number(openPosition(options.keys, purpose, options.cursor)?.[0] ?? 0);
  const limit = Math.min(Math.max(1, options.limit), maxPage);
  const rows = await query<Row>(
    client,
    statement(terms, await freshStatistics(options.pool ?? client, performance.now()), options.ended ?? []),
  );
  const page = rows.slice(offset, offset + limit);
  const next = offset + limit < rows.length ? sealPosition(options.keys, purpose, [offset + limit]) : null;
  return {
    items: page.map((row) => itemFrom(row, options.level)),
    nextCursor: next,
    truncated: rows.length >= maxCandidates,
    total: rows.length,
  };
}
