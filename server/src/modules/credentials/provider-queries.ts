/** SQL of attempts at providers, links of accounts and representations. */
import { execute, maybeOne, type Queryable, query, type Runner, sql } from '../../platform/db.ts';

const runner = (client: Queryable): Runner => client as Runner;

export interface AttemptRow {
  readonly provider: string;
  readonly purpose: 'signIn' | 'link';
  readonly account_id: string | null;
  readonly secret: Record<string, string>;
  readonly next: string;
}

export async function insertAttempt(
  client: Queryable,
  row: {
    readonly stateHash: Buffer;
    readonly browserHash: Buffer;
    readonly provider: string;
    readonly purpose: 'signIn' | 'link';
    readonly accountId: string | null;
    readonly secret: Readonly<Record<string, string>>;
    readonly next: string;
    readonly expiresAt: string;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into credentials.provider_attempt (state_hash, browser_hash, provider, purpose, account_id, secret, next, expires_at)
        values (${row.stateHash}, ${row.browserHash}, ${row.provider}, ${row.purpose}, ${row.accountId}, ${JSON.stringify(row.secret)}::jsonb,
          ${row.next}, ${row.expiresAt})`,
  );
}

/** Taken once, by the browser that began it, in its time; null otherwise. */
export async function takeAttempt(
  client: Queryable,
  stateHash: Buffer,
  browserHash: Buffer,
  provider: string,
  now: string,
): Promise<AttemptRow | null> {
  return maybeOne<AttemptRow>(
    runner(client),
    sql`delete from credentials.provider_attempt
        where state_hash = ${stateHash} and browser_hash = ${browserHash} and provider = ${provider} and expires_at > ${now}
        returning provider, purpose, account_id, secret, next`,
  );
}

export interface LinkedAccount {
  readonly account_id: string;
  readonly login: string;
  readonly name: string;
  readonly body_id: string | null;
  readonly subject_id: string | null;
  readonly represents: boolean;
}

/** The account that a claim means, if it can sign in. A representative needs a representation that has not ended. */
export async function linkedAccount(
  client: Queryable,
  provider: string,
  claimHash: Buffer,
  today: string,
): Promise<LinkedAccount | null> {
  return maybeOne<LinkedAccount>(
    runner(client),
    sql`select a.account_id, a.login, a.name, a.body_id, a.subject_id,
          exists (select from credentials.representation r where r.account_id = a.account_id and r.ended_at is null) as represents
        from credentials.identity_link l join identity.account a on a.account_id = l.account_id
        where l.provider = ${provider} and l.claim_hash = ${claimHash} and l.ended_at is null
          and a.disabled_at is null and (a.active_until is null or a.active_until >= ${today})`,
  );
}

/** False when the claim means another account, or the account has a link to this provider. */
export async function insertLink(
  client: Queryable,
  row: { linkId: string; provider: string; claimHash: Buffer; accountId: string; by: string; at: string },
): Promise<boolean> {
  const added = await execute(
    runner(client),
    sql`insert into credentials.identity_link (link_id, provider, claim_hash, account_id, linked_at, linked_by)
        values (${row.linkId}, ${row.provider}, ${row.claimHash}, ${row.accountId}, ${row.at}, ${row.by}) on conflict do nothing`,
  );
  return added === 1;
}

export interface LinkRow {
  readonly link_id: string;
  readonly provider: string;
  readonly linked_at: string;
}
export async function linksOf(client: Queryable, accountId: string): Promise<LinkRow[]> {
  return query<LinkRow>(
    runner(client),
    sql`select link_id, provider, linked_at from credentials.identity_link where account_id = ${accountId} and ended_at is null
        order by linked_at, link_id limit 50`,
  );
}
export async function endLink(client: Queryable, accountId: string, linkId: string, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.identity_link set ended_at = ${at} where link_id = ${linkId} and account_id = ${accountId} and ended_at is null`,
  );
}

export async function insertRepresentation(
  client: Queryable,
  row: {
    readonly representationId: string;
    readonly accountId: string;
    readonly subjectId: string;
    readonly provider: string;
    readonly proofDigest: string;
    readonly personToken: string;
    readonly at: string;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into credentials.representation (representation_id, account_id, subject_id, provider, proof_digest, person_token, proved_at)
        values (${row.representationId}, ${row.accountId}, ${row.subjectId}, ${row.provider}, ${row.proofDigest}, ${row.personToken}, ${row.at})`,
  );
}

/** Ends those by which others than `personToken` speak for an organisation; null ends all. Answers whose sessions must end. */
export async function endRepresentations(
  client: Queryable,
  row: { subjectId: string; exceptPerson: string | null; reason: string; by: string | null; at: string },
): Promise<string[]> {
  const ended = await query<{ account_id: string }>(
    runner(client),
    sql`update credentials.representation set ended_at = ${row.at}, ended_reason = ${row.reason}, ended_by = ${row.by}
        where subject_id = ${row.subjectId} and ended_at is null
          and (${row.exceptPerson}::text is null or person_token <> ${row.exceptPerson})
        returning account_id`,
  );
  return ended.map((one) => one.account_id);
}

export interface RepresentationRow {
  readonly representation_id: string;
  readonly account_id: string;
  readonly subject_id: string;
  readonly provider: string;
  readonly proof_digest: string;
  readonly proved_at: string;
  readonly ended_at: string | null;
  readonly ended_reason: string | null;
}
export async function representationsOf(client: Queryable, subjectId: string): Promise<RepresentationRow[]> {
  return query<RepresentationRow>(
    runner(client),
    sql`select representation_id, account_id, subject_id, provider, proof_digest, proved_at, ended_at, ended_reason
        from credentials.representation where subject_id = ${subjectId} order by proved_at desc, representation_id limit 200`,
  );
}
export async function revokeRepresentationRow(
  client: Queryable,
  representationId: string,
  subjectId: string,
  by: string,
  at: string,
): Promise<string | null> {
  const row = await maybeOne<{ account_id: string }>(
    runner(client),
    sql`update credentials.representation set ended_at = ${at}, ended_reason = 'revoked', ended_by = ${by}
        where representation_id = ${representationId} and subject_id = ${subjectId} and ended_at is null returning account_id`,
  );
  return row?.account_id ?? null;
}
