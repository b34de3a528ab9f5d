/** SQL of second factors and their resets. */
import { execute, maybeOne, type Queryable, query, type Runner, sql } from '../../platform/db.ts';

const runner = (client: Queryable): Runner => client as Runner;

export interface TotpRow {
  readonly secret_cipher: Buffer;
  readonly confirmed_at: string | null;
  readonly last_step: bigint;
}

export async function totpOf(client: Queryable, accountId: string): Promise<TotpRow | null> {
  return maybeOne<TotpRow>(
    runner(client),
    sql`select secret_cipher, confirmed_at, last_step from credentials.totp where account_id = ${accountId}`,
  );
}

/** A fresh secret, unless one is in use. */
export async function putTotp(client: Queryable, accountId: string, sealed: Buffer, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`insert into credentials.totp as t (account_id, secret_cipher, created_at) values (${accountId}, ${sealed}, ${at})
        on conflict (account_id) do update set secret_cipher = excluded.secret_cipher, created_at = excluded.created_at, last_step = excluded.last_step
        where t.confirmed_at is null`,
  );
}

/** Uses a time step: 0 rows when it, or a later one, was used already. */
export async function spendStep(client: Queryable, accountId: string, step: number): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.totp set last_step = ${step} where account_id = ${accountId} and last_step < ${step}`,
  );
}

export async function confirmTotp(client: Queryable, accountId: string, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.totp set confirmed_at = ${at} where account_id = ${accountId} and confirmed_at is null`,
  );
}

export async function deleteFactors(client: Queryable, accountId: string): Promise<void> {
  await execute(runner(client), sql`delete from credentials.totp where account_id = ${accountId}`);
  await execute(runner(client), sql`delete from credentials.recovery_code where account_id = ${accountId}`);
}

export async function replaceRecoveryCodes(
  client: Queryable,
  accountId: string,
  hashes: readonly Buffer[],
  at: string,
): Promise<void> {
  await execute(runner(client), sql`delete from credentials.recovery_code where account_id = ${accountId}`);
  for (const hash of hashes) {
    await execute(
      runner(client),
      sql`insert into credentials.recovery_code (account_id, code_hash, created_at) values (${accountId}, ${hash}, ${at})`,
    );
  }
}

export async function spendRecoveryCode(
  client: Queryable,
  accountId: string,
  hash: Buffer,
  at: string,
): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.recovery_code set used_at = ${at}
        where account_id = ${accountId} and code_hash = ${hash} and used_at is null`,
  );
}

export async function recoveryCodesLeft(client: Queryable, accountId: string): Promise<number> {
  const row = await maybeOne<{ left: number }>(
    runner(client),
    sql`select count(*)::int as left from credentials.recovery_code where account_id = ${accountId} and used_at is null`,
  );
  return row?.left ?? 0;
}

export interface ResetRow {
  readonly reset_id: string;
  readonly account_id: string;
  readonly login: string;
  readonly name: string;
  readonly reason: string;
  readonly requested_by: string;
  readonly requested_name: string;
  readonly requested_at: string;
}

/** False when the person asks for the own account or one waits already (the database holds both). */
export async function insertReset(
  client: Queryable,
  row: { resetId: string; accountId: string; reason: string; by: string; at: string },
): Promise<number> {
  return execute(
    runner(client),
    sql`insert into credentials.factor_reset (reset_id, account_id, holder_id, reason, state, requested_by, requested_holder, requested_at)
        select ${row.resetId}, a.account_id, a.holder_id, ${row.reason}, 'waiting', b.account_id, b.holder_id, ${row.at}
        from identity.account a, identity.account b
        where a.account_id = ${row.accountId} and a.second_factor_at is not null and b.account_id = ${row.by}
          and a.holder_id <> b.holder_id
        on conflict do nothing`,
  );
}

export async function waitingResets(client: Queryable): Promise<ResetRow[]> {
  return query<ResetRow>(
    runner(client),
    sql`select r.reset_id, r.account_id, a.login, a.name, r.reason, r.requested_by, b.name as requested_name, r.requested_at
        from credentials.factor_reset r join identity.account a on a.account_id = r.account_id
          join identity.account b on b.account_id = r.requested_by
        where r.state = 'waiting' order by r.requested_at, r.reset_id limit 200`,
  );
}

/** The account whose factor goes; null when somebody decided it, or the same person asked for it, or it is its own. */
export async function decideReset(
  client: Queryable,
  row: { resetId: string; by: string; at: string; state: 'done' | 'refused' },
): Promise<{ account_id: string } | null> {
  return maybeOne<{ account_id: string }>(
    runner(client),
    sql`update credentials.factor_reset r set state = ${row.state}, decided_by = b.account_id, decided_holder = b.holder_id, decided_at = ${row.at}
        from identity.account b
        where r.reset_id = ${row.resetId} and r.state = 'waiting' and b.account_id = ${row.by}
          and b.holder_id <> r.requested_holder and b.holder_id <> r.holder_id
        returning r.account_id`,
  );
}
