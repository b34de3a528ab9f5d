/** SQL of uploads in pieces. */
import { execute, maybeOne, one, type Queryable, query, sql, type Transaction } from '../../../platform/db.ts';

export interface UploadRow {
  upload_id: string;
  account_id: string | null;
  body_id: string;
  standard: string;
  batch_no: string | null;
  file_name: string;
  bytes_total: bigint;
  bytes_held: bigint;
  submission_id: string | null;
  expires_at: string;
}

export interface NewUpload {
  uploadId: string;
  accountId: string | null;
  bodyId: string;
  standard: string;
  batchNo: string | null;
  fileName: string;
  bytes: number;
  at: string;
  expiresAt: string;
}

export async function insertUpload(tx: Transaction, row: NewUpload): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO core.upload (upload_id, account_id, body_id, standard, batch_no, file_name, bytes_total, created_at, expires_at)
        VALUES (${row.uploadId}, ${row.accountId}, ${row.bodyId}, ${row.standard}, ${row.batchNo}, ${row.fileName}, ${row.bytes}, ${row.at}, ${row.expiresAt})`,
  );
}

export async function loadUpload(client: Queryable, uploadId: string): Promise<UploadRow | null> {
  return maybeOne<UploadRow>(
    client,
    sql`SELECT upload_id, account_id, body_id, standard, batch_no, file_name, bytes_total, bytes_held, submission_id, expires_at
          FROM core.upload WHERE upload_id = ${uploadId}`,
  );
}

export async function openUploads(client: Queryable, accountId: string | null): Promise<number> {
  const row = await one<{ count: bigint }>(
    client,
    sql`SELECT count(*) AS count FROM core.upload WHERE account_id IS NOT DISTINCT FROM ${accountId}::uuid AND submission_id IS NULL`,
  );
  return Number(row.count);
}

export interface PartRow {
  at_byte: bigint;
  bytes: bigint;
  file_id: string;
  file_key: string;
}

/** Adds a piece behind what is held; false when another piece got there first. */
export async function addPart(tx: Transaction, uploadId: string, part: PartRow, expiresAt: string): Promise<boolean> {
  const moved = await execute(
    tx,
    sql`UPDATE core.upload SET bytes_held = bytes_held + ${part.bytes}, expires_at = ${expiresAt}
         WHERE upload_id = ${uploadId} AND bytes_held = ${part.at_byte} AND submission_id IS NULL AND bytes_held + ${part.bytes} <= bytes_total`,
  );
  if (moved !== 1) return false;
  await execute(
    tx,
    sql`INSERT INTO core.upload_part (upload_id, at_byte, bytes, file_id, file_key)
        VALUES (${uploadId}, ${part.at_byte}, ${part.bytes}, ${part.file_id}, ${part.file_key})`,
  );
  return true;
}

export async function partsOf(client: Queryable, uploadId: string): Promise<PartRow[]> {
  return query<PartRow>(
    client,
    sql`SELECT at_byte, bytes, file_id, file_key FROM core.upload_part WHERE upload_id = ${uploadId} ORDER BY at_byte`,
  );
}

/** Once: a second end of the same upload changes nothing. */
export async function closeUpload(tx: Transaction, uploadId: string, submissionId: string): Promise<boolean> {
  return (
    (await execute(
      tx,
      sql`UPDATE core.upload SET submission_id = ${submissionId} WHERE upload_id = ${uploadId} AND submission_id IS NULL`,
    )) === 1
  );
}

export async function dropParts(client: Queryable, uploadId: string): Promise<void> {
  await execute(client, sql`DELETE FROM core.upload_part WHERE upload_id = ${uploadId}`);
}

export async function dropUpload(client: Queryable, uploadId: string): Promise<void> {
  await execute(client, sql`DELETE FROM core.upload WHERE upload_id = ${uploadId}`);
}

export async function expiredUploads(client: Queryable, at: string): Promise<string[]> {
  const rows = await query<{ upload_id: string }>(
    client,
    sql`SELECT upload_id FROM core.upload WHERE expires_at < ${at} ORDER BY expires_at LIMIT 1000`,
  );
  return rows.map((row) => row.upload_id);
}
