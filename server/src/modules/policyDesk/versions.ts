/** History of policy: every version of a file, what changed in it, what used it; and each as a file again. */
import type { PolicyFileList, PolicyFileQuery, PolicySetView, PolicyVersionList } from '@chengxin/contract';
import { stringify } from 'yaml';
import type { Actor, AppContext } from '../../context.ts';
import { DomainError } from '../../platform/errors.ts';
import { authorize } from '../identity/index.ts';
import { hashOf, type PolicyFile } from '../policy/index.ts';
import { inForce } from './change-common.ts';
import { differencesOf } from './differences.ts';
import { isSheetKind, type SheetFile } from './sheets.ts';
import * as queries from './version-queries.ts';

const maxVersions = 100;
const maxRows = 50;
const missing = (): DomainError =>
  new DomainError('not-found', { zh: '没有这个政策文件或版本。', en: 'There is no such policy file or version.' });

/** Files in force, by kind and key. A page goes on behind the last `kind key`. */
export async function listFiles(ctx: AppContext, actor: Actor, page: PolicyFileQuery): Promise<PolicyFileList> {
  authorize(actor, 'policyChange.draft');
  const counts = new Map(
    (await queries.versionCounts(ctx.db.app)).map(({ kind, key, versions }) => [`${kind} ${key}`, versions]),
  );
  const latest = new Map<string, PolicyFile>();
  for (const file of inForce(ctx)) latest.set(`${file.kind} ${file.key}`, file);
  const names = [...latest.keys()].sort();
  const limit = page.limit ?? 50;
  const wanted = names.filter(
    (name) => (page.kind === undefined || name.startsWith(`${page.kind} `)) && name > (page.cursor ?? ''),
  );
  return {
    items: wanted.slice(0, limit).flatMap((name) => {
      const file = latest.get(name);
      if (!file) return [];
      const { kind, key } = file;
      const versions = counts.get(name) ?? 0;
      return { kind, key, name: file.name, hash: hashOf(file), validFrom: file.validFrom ?? null, versions };
    }),
    kinds: [...new Set([...latest.values()].map(({ kind }) => kind))].sort(),
    nextCursor: wanted.length > limit ? (wanted[limit - 1] ?? null) : null,
    dataAsOf: ctx.clock.now(),
  };
}

export async function readVersions(
  ctx: AppContext,
  actor: Actor,
  kind: string,
  key: string,
): Promise<PolicyVersionList> {
  authorize(actor, 'policyChange.draft');
  const rows = await queries.versionsOf(ctx.db.app, kind, key, maxVersions);
  const last = rows.at(-1);
  if (!last) throw missing();
  const sets = await queries.setsWith(ctx.db.app, kind, key);
  const uses = new Map(
    (await queries.usesOf(ctx.db.app, [...new Set(sets.map((set) => set.policy_set_id))])).map((use) => [
      use.policy_set_id,
      use,
    ]),
  );
  const now = new Set(inForce(ctx).map(hashOf));
  const items = rows.map((row, at): PolicyVersionList['items'][number] => {
    const held = sets.filter((set) => set.hash === row.hash).map((set) => set.policy_set_id);
    const used = held.flatMap((set) => uses.get(set) ?? []);
    const total = (what: 'submissions' | 'records' | 'cases'): number => used.reduce((sum, one) => sum + one[what], 0);
    return {
      hash: row.hash,
      current: now.has(row.hash),
      validFrom: row.valid_from,
      validTo: row.valid_to,
      loadedAt: row.loaded_at,
      supersededAt: row.superseded_at,
      change: row.change_id ? { id: row.change_id, title: row.title ?? '', approvedBy: row.approved_name } : null,
      sets: held.slice(-20),
      used: { submissions: total('submissions'), records: total('records'), cases: total('cases') },
      differences: differencesBetween(ctx, rows[at - 1]?.body, row.body),
    };
  });
  return { kind, key, name: last.body.name, items: items.reverse() };
}

function differencesBetween(
  ctx: AppContext,
  before: PolicyFile | undefined,
  after: PolicyFile,
): PolicyVersionList['items'][number]['differences'] {
  if (!before || !isSheetKind(before.kind) || !isSheetKind(after.kind)) return null;
  const rows = differencesOf(before as SheetFile, after as SheetFile, ctx.policy());
  return {
    total: rows.length,
    rows: rows.slice(0, maxRows).map((one) => ({ ...one, departments: [...one.departments], cells: [...one.cells] })),
  };
}

const endOfDay = (on: string): string => new Date(Date.parse(`${on}T00:00:00+08:00`) + 86_400_000).toISOString();

/** A version by its hash, or as it held on a day: of the set that was in force at the end of that day. */
export async function oneVersion(
  ctx: AppContext,
  actor: Actor,
  given: { readonly kind: string; readonly key: string; readonly hash?: string; readonly on?: string },
): Promise<PolicyFile> {
  authorize(actor, 'policyChange.draft');
  const { kind, key } = given;
  let { hash } = given;
  if (hash === undefined) {
    const set = await queries.setOnDay(ctx.db.app, endOfDay(given.on ?? ctx.clock.today()));
    // Of the regimes of several days the last one that had begun.
    const refs = set?.versions.filter((one) => one.kind === kind && one.key === key) ?? [];
    hash = refs.sort((a, b) => ((a.validFrom ?? '') < (b.validFrom ?? '') ? -1 : 1)).at(-1)?.hash;
  }
  const found = hash === undefined ? null : await queries.versionByHash(ctx.db.app, kind, key, hash);
  if (!found) throw missing();
  return found.body;
}

/** As `policy/` has it; read back it is the same version. */
export const yamlOf = (file: PolicyFile): string => stringify(file, { lineWidth: 120, defaultStringType: 'PLAIN' });

/** The rules of a day: what a record or a case that names the set was judged by. */
export async function readSet(ctx: AppContext, actor: Actor, setId: number): Promise<PolicySetView> {
  authorize(actor, 'policyChange.draft');
  const set = await queries.setRow(ctx.db.app, setId);
  if (!set) throw missing();
  const names = new Map(
    (
      await queries.namesOfVersions(
        ctx.db.app,
        set.versions.map(({ hash }) => hash),
      )
    ).map(({ hash, name }) => [hash, name]),
  );
  return {
    setId: set.policy_set_id,
    createdAt: set.created_at,
    digest: set.digest,
    versions: set.versions.map(({ kind, key, hash, validFrom }) => ({
      ...{ kind, key, hash, validFrom },
      name: names.get(hash) ?? { zh: key, en: key },
    })),
  };
}
