/** SQL of the own record: sessions, notices, consents. Always of one token. */
import { execute, maybeOne, type Pool, type Queryable, query, sql, type Transaction } from '../../platform/db.ts';
import type { ActingAs } from './types.ts';

export interface OwnSessionRow {
  readonly token: string;
  readonly acting_as: ActingAs;
  readonly provider: string;
  readonly proof: string;
  readonly minor: boolean;
  readonly began_at: string;
  readonly expires_at: string;
}

/** False: the proof was used before. */
export async function useProof(tx: Transaction, proof: string, expiresAt: string): Promise<boolean> {
  const used = await execute(
    tx,
    sql`INSERT INTO person.used_proof (proof, expires_at) VALUES (${proof}, ${expiresAt}::timestamptz) ON CONFLICT (proof) DO NOTHING`,
  );
  return used === 1;
}

export async function insertSession(tx: Transaction, secretHash: Buffer, row: OwnSessionRow): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.own_session (secret_hash, token, acting_as, provider, proof, minor, began_at, expires_at)
        VALUES (${secretHash}, ${row.token}, ${row.acting_as}, ${row.provider}, ${row.proof}, ${row.minor}, ${row.began_at}::timestamptz, ${row.expires_at}::timestamptz)`,
  );
}

export async function loadSession(client: Queryable, secretHash: Buffer, now: string): Promise<OwnSessionRow | null> {
  return maybeOne<OwnSessionRow>(
    client as Pool,
    sql`SELECT token, acting_as, provider, proof, minor, began_at, expires_at FROM person.own_session
         WHERE secret_hash = ${secretHash} AND expires_at > ${now}::timestamptz`,
  );
}

export async function endSession(client: Queryable, secretHash: Buffer): Promise<void> {
  await execute(client as Pool, sql`DELETE FROM person.own_session WHERE secret_hash = ${secretHash}`);
}

export interface NoticeRow {
  readonly notice_id: string;
  readonly purpose: string;
  readonly purpose_version: number;
  readonly version: number;
  readonly text_zh: string;
  readonly text_en: string;
  readonly text_hash: string;
  readonly published_at: string;
}
const notice = sql`SELECT notice_id, purpose, purpose_version, version, text_zh, text_en, text_hash, published_at FROM person.notice`;

/** The notice of the purpose's version in force. */
export async function currentNotice(client: Queryable, purpose: string, version: number): Promise<NoticeRow | null> {
  return maybeOne<NoticeRow>(
    client as Pool,
    sql`${notice} WHERE purpose = ${purpose} AND purpose_version = ${version} ORDER BY version DESC LIMIT 1`,
  );
}

export async function notices(client: Queryable): Promise<NoticeRow[]> {
  return query<NoticeRow>(client as Pool, sql`${notice} ORDER BY purpose, version DESC LIMIT 500`);
}

export async function insertNotice(
  tx: Transaction,
  row: Omit<NoticeRow, 'version'> & { published_by: string | null },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.notice (notice_id, purpose, purpose_version, version, text_zh, text_en, text_hash, published_at, published_by)
        SELECT ${row.notice_id}::uuid, ${row.purpose}, ${row.purpose_version}::int, COALESCE(max(version), 0) + 1, ${row.text_zh}, ${row.text_en},
               ${row.text_hash}, ${row.published_at}::timestamptz, ${row.published_by}::uuid
          FROM person.notice WHERE purpose = ${row.purpose}`,
  );
}

export async function recordShown(
  tx: Transaction,
  row: { token: string; noticeId: string; channel: string; at: string },
): Promise<void> {
  await execute(
    tx,
    sql`INSERT INTO person.notice_shown (token, notice_id, channel, shown_at) VALUES (${row.token}, ${row.noticeId}, ${row.channel}, ${row.at}::timestamptz)
        ON CONFLICT (token, notice_id) DO NOTHING`,
  );
}

export interface ConsentRow {
  readonly consent_id: string;
  readonly purpose: string;
  readonly purpose_version: number;
  readonly notice_id: string;
  readonly status: 'active' | 'withdrawn' | 'refused';
  readonly given_by: 'self' | 'guardian';
  readonly decided_at: string;
  readonly ended_at: string | null;
  readonly ask_again_on: string | null;
}

export async function consentsOf(client: Queryable, token: string): Promise<ConsentRow[]> {
  return query<ConsentRow>(
    client as Pool,
    sql`SELECT consent_id, purpose, purpose_version, notice_id, status, given_by, decided_at, ended_at, ask_again_on
          FROM person.consent WHERE token = ${token} ORDER BY decided_at DESC, consent_id DESC LIMIT 200`,
  );
}

export interface NewConsent {
  readonly consentId: string;
  readonly token: string;
  readonly purpose: string;
  readonly version: number;
  readonly noticeId: string;
  readonly status: 'active' | 'refused';
  readonly givenBy: 'self' | 'guardian';
  readonly proof: string;
  readonly at: string;
  readonly askAgainOn: string | null;
  readonly keepUntil: string | null;
}

export async function insertConsent(tx: Transaction, row: NewConsent): Promise<void> {
  const ended = row.status === 'active' ? null : row.at;
  await execute(
    tx,
    sql`INSERT INTO person.consent (consent_id, token, purpose, purpose_version, notice_id, status, given_by, assurance, proof, decided_at, ended_at, ask_again_on, keep_until)
        VALUES (${row.consentId}, ${row.token}, ${row.purpose}, ${row.version}, ${row.noticeId}, ${row.status}, ${row.givenBy}, 'strong', ${row.proof},
                ${row.at}::timestamptz, ${ended}::timestamptz, ${row.askAgainOn}::date, ${row.keepUntil}::date)`,
  );
}

/** Whatever rests on the consent goes first: the schema lets it end in no other order (G5, T4). Returns the consent's id. */
export async function withdrawConsentRow(
  tx: Transaction,
  row: { token: string; purpose: string; at: string; askAgainOn: string; keepUntil: string },
): Promise<{ consent_id: string } | null> {
  await execute(tx, sql`DELETE FROM person.voluntary_use WHERE token = ${row.token} AND purpose = ${row.purpose}`);
  return maybeOne<{ consent_id: string }>(
    tx,
    sql`UPDATE person.consent SET status = 'withdrawn', ended_at = ${row.at}::timestamptz, ask_again_on = ${row.askAgainOn}::date, keep_until = ${row.keepUntil}::date
         WHERE token = ${row.token} AND purpose = ${row.purpose} AND status = 'active' RETURNING consent_id`,
  );
}
