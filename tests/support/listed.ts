/** Organisations on lists, written as a decision here leaves them. */
import type { AppContext } from '../../server/src/context.ts';
import { execute, sql } from '../../server/src/platform/db.ts';
import { newId } from '../../server/src/platform/ids.ts';

export interface Listed {
  readonly subjectId: string;
  readonly list: string;
  readonly kind?: 'serious' | 'watch' | 'honour';
  readonly document?: string;
  readonly listedOn?: string;
  readonly endsOn?: string | null;
  readonly bodyId: string;
}

const particulars = Object.fromEntries(
  ['facts', 'legalBasis', 'evidence', 'measures', 'removalConditions', 'removalProcedure', 'remedy', 'authority'].map(
    (key) => [key, '见决定书'],
  ),
);

export async function addSubject(ctx: AppContext, code: string, name: string, normalised = name): Promise<string> {
  const subjectId = newId();
  const now = ctx.clock.now();
  await execute(
    ctx.db.app,
    sql`INSERT INTO core.subject (subject_id, kind, name, unified_code, status, provisional, register, created_at, updated_at)
        VALUES (${subjectId}, 'enterprise', ${name}, ${code}, 'active', false, '{}'::jsonb, ${now}, ${now})`,
  );
  await execute(
    ctx.db.app,
    sql`INSERT INTO core.subject_identifier (value, scheme, subject_id, added_at) VALUES (${code}, 'unifiedCode', ${subjectId}, ${now})`,
  );
  await execute(
    ctx.db.app,
    sql`INSERT INTO core.subject_name (subject_id, normalised, name, initials, former, tokens)
        VALUES (${subjectId}, ${normalised}, ${name}, '', false, ARRAY[]::text[])`,
  );
  return subjectId;
}

export async function addEntry(ctx: AppContext, listed: Listed): Promise<string> {
  const entryId = newId();
  const listedOn = listed.listedOn ?? '2026-01-05';
  await execute(
    ctx.db.app,
    sql`INSERT INTO lists.entry (subject_id, entry_id, version_id, list, kind, origin, case_id, recogniser_body_id, document_number, decided_on, delivered_on,
          delivery_proof, attested, listed_on, ends_on, particulars, policy_set_id, recorded_at)
        VALUES (${listed.subjectId}, ${entryId}, ${newId()}, ${listed.list}, ${listed.kind ?? 'serious'}, 'decision', ${newId()}, ${listed.bodyId},
          ${listed.document ?? '示市监列决〔2026〕1号'}, ${listedOn}, ${listedOn}, 'EMS 1', false, ${listedOn}, ${listed.endsOn ?? null},
          ${JSON.stringify(particulars)}::jsonb, ${ctx.policy().setId}, ${ctx.clock.now()})`,
  );
  return entryId;
}

export async function removeEntry(ctx: AppContext, subjectId: string, entryId: string, on: string): Promise<void> {
  await execute(
    ctx.db.app,
    sql`INSERT INTO lists.removal (subject_id, removal_id, entry_id, kind, removed_on, document_number, reason, recorded_at)
        VALUES (${subjectId}, ${newId()}, ${entryId}, 'early', ${on}, '示市监移决〔2026〕1号', '已改正', ${ctx.clock.now()})`,
  );
}
