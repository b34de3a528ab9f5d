/** SQL of the files beside cases. */
import type { Instant } from '../../platform/clock.ts';
import { execute, maybeOne, query, type Runner, sql, type Transaction } from '../../platform/db.ts';

export interface MaterialRow {
  readonly material_id: string;
  readonly party: string;
  readonly file_name: string;
  readonly media_type: string;
  readonly bytes: number | string;
  readonly sha256: string;
  readonly file_key: string;
  readonly account_id: string | null;
  readonly added_at: Instant;
}

interface OfCase {
  readonly subject_id: string;
  readonly case_id: string;
}
const columns = sql`material_id, party, file_name, media_type, bytes, sha256, file_key, account_id, added_at`;
/** More than a case may have. */
const maxRead = 200;

export async function insertMaterial(tx: Transaction, of: OfCase, row: MaterialRow): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO casework.material (subject_id, case_id, ${columns}) VALUES (${of.subject_id}, ${of.case_id}, ${row.material_id}, ${row.party},
          ${row.file_name}, ${row.media_type}, ${row.bytes}, ${row.sha256}, ${row.file_key}, ${row.account_id}, ${row.added_at})`,
  );
}

export async function materialsOfCase(client: Runner, of: OfCase): Promise<MaterialRow[]> {
  return query<MaterialRow>(
    client,
    sql`SELECT ${columns} FROM casework.material WHERE subject_id = ${of.subject_id} AND case_id = ${of.case_id} ORDER BY added_at, material_id LIMIT ${maxRead}`,
  );
}

export async function materialById(client: Runner, of: OfCase, materialId: string): Promise<MaterialRow | null> {
  return maybeOne<MaterialRow>(
    client,
    sql`SELECT ${columns} FROM casework.material WHERE subject_id = ${of.subject_id} AND case_id = ${of.case_id} AND material_id = ${materialId}`,
  );
}
