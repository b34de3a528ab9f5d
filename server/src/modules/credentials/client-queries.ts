/** SQL of systems, their keys, gateways and the signatures that were used. */
import { execute, maybeOne, prepared, type Queryable, query, type Runner, sql } from '../../platform/db.ts';

const runner = (client: Queryable): Runner => client as Runner;

export type KeyKind = 'bearer' | 'ed25519' | 'sm2' | 'application';
export type Way = 'direct' | 'gateway';

export interface ClientRow {
  readonly client_id: string;
  readonly account_id: string;
  readonly body_id: string;
  readonly body_name: string;
  readonly name: string;
  readonly way: Way;
  readonly scopes: string[];
  readonly addresses: string[];
  readonly signature_required: boolean;
  readonly contact: string;
  readonly created_at: string;
  readonly approved_at: string | null;
  readonly changed_by: string;
  readonly revoked_at: string | null;
}

const selectClient = {
  kind: 'sql',
  strings: [
    `select c.client_id, c.account_id, a.body_id, b.name as body_name, c.name, c.way, c.scopes, c.addresses, c.signature_required,
       c.contact, c.created_at, c.approved_at, c.changed_by, c.revoked_at
     from credentials.client c join identity.account a on a.account_id = c.account_id join core.body b on b.body_id = a.body_id`,
  ],
  values: [],
} as const;

/** `bodyIds` null: every body's. Keyset by creation and id. */
export async function listClientRows(
  client: Queryable,
  bodyIds: readonly string[] | null,
  after: { at: string; id: string } | null,
  limit: number,
): Promise<ClientRow[]> {
  return query<ClientRow>(
    runner(client),
    sql`${selectClient} where (${bodyIds}::uuid[] is null or a.body_id = any (${bodyIds}::uuid[]))
          and (${after?.at ?? null}::timestamptz is null or (c.created_at, c.client_id) < (${after?.at ?? null}::timestamptz, ${after?.id ?? null}::uuid))
        order by c.created_at desc, c.client_id desc limit ${limit}`,
  );
}

export async function clientById(client: Queryable, clientId: string): Promise<ClientRow | null> {
  return maybeOne<ClientRow>(runner(client), sql`${selectClient} where c.client_id = ${clientId}`);
}

/** A system of this body that may call: approved and not revoked. */
export async function clientOfBody(
  client: Queryable,
  clientId: string,
  bodyId: string,
): Promise<{ client_id: string } | null> {
  return maybeOne<{ client_id: string }>(
    runner(client),
    sql`select c.client_id from credentials.client c join identity.account a on a.account_id = c.account_id
        where c.client_id = ${clientId} and a.body_id = ${bodyId} and c.revoked_at is null`,
  );
}

export interface NewClientRow {
  readonly clientId: string;
  readonly accountId: string;
  readonly name: string;
  readonly way: Way;
  readonly scopes: readonly string[];
  readonly addresses: readonly string[];
  readonly signatureRequired: boolean;
  readonly contact: string;
  readonly by: string;
  readonly at: string;
}

export async function insertClient(client: Queryable, row: NewClientRow): Promise<void> {
  await execute(
    runner(client),
    sql`insert into credentials.client (client_id, account_id, name, way, scopes, addresses, signature_required, contact, created_by, created_at, changed_by)
        values (${row.clientId}, ${row.accountId}, ${row.name}, ${row.way}, ${row.scopes}, ${row.addresses}, ${row.signatureRequired},
          ${row.contact}, ${row.by}, ${row.at}, ${row.by})`,
  );
}

/** `narrowed`: nothing became wider, so that the approval stays. */
export async function updateClient(
  client: Queryable,
  row: Omit<NewClientRow, 'accountId' | 'way' | 'at'> & { readonly narrowed: boolean },
): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.client set name = ${row.name}, scopes = ${row.scopes}, addresses = ${row.addresses},
          signature_required = ${row.signatureRequired}, contact = ${row.contact},
          changed_by = case when ${row.narrowed} then changed_by else ${row.by} end,
          approved_by = case when ${row.narrowed} then approved_by end, approved_at = case when ${row.narrowed} then approved_at end
        where client_id = ${row.clientId} and revoked_at is null`,
  );
}

/** 0 rows: revoked, approved already, or asked for by the same person's account. */
export async function approveClientRow(client: Queryable, clientId: string, by: string, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.client c set approved_by = ${by}, approved_at = ${at}
        from identity.account asker, identity.account decider
        where c.client_id = ${clientId} and c.revoked_at is null and c.approved_at is null
          and asker.account_id = c.changed_by and decider.account_id = ${by} and asker.holder_id <> decider.holder_id`,
  );
}

export async function revokeClientRow(client: Queryable, clientId: string, by: string, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.client set revoked_at = ${at}, revoked_by = ${by} where client_id = ${clientId} and revoked_at is null`,
  );
}

export interface KeyRow {
  readonly key_id: string;
  readonly kind: KeyKind;
  readonly created_at: string;
  readonly expires_at: string;
  readonly revoked_at: string | null;
  readonly last_used_at: string | null;
  readonly last_address: string | null;
}

export async function keysOf(
  client: Queryable,
  clientIds: readonly string[],
): Promise<(KeyRow & { client_id: string })[]> {
  return query(
    runner(client),
    sql`select client_id, key_id, kind, created_at, expires_at, revoked_at, last_used_at, last_address
        from credentials.client_key where client_id = any (${clientIds}::uuid[]) order by created_at desc, key_id limit 2000`,
  );
}

export async function insertKey(
  client: Queryable,
  row: {
    readonly keyId: string;
    readonly clientId: string;
    readonly kind: KeyKind;
    readonly secretHash: Buffer | null;
    readonly publicKey: string | null;
    readonly by: string;
    readonly at: string;
    readonly expiresAt: string;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into credentials.client_key (key_id, client_id, kind, secret_hash, public_key, created_by, created_at, expires_at)
        values (${row.keyId}, ${row.clientId}, ${row.kind}, ${row.secretHash}, ${row.publicKey}, ${row.by}, ${row.at}, ${row.expiresAt})`,
  );
}

/** Keys of a kind that are in force end at `until`, unless they end sooner: the overlap of a rotation. */
export async function shortenKeys(client: Queryable, clientId: string, except: string, until: string): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.client_key set expires_at = ${until}
        where client_id = ${clientId} and key_id <> ${except} and revoked_at is null and expires_at > ${until}`,
  );
}

export async function revokeKeyRow(
  client: Queryable,
  clientId: string,
  keyId: string,
  by: string,
  at: string,
): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.client_key set revoked_at = ${at}, revoked_by = ${by}
        where client_id = ${clientId} and key_id = ${keyId} and revoked_at is null`,
  );
}

export interface LiveKey {
  readonly key_id: string;
  readonly kind: KeyKind;
  readonly secret_hash: Buffer | null;
  readonly public_key: string | null;
  readonly last_used_at: string | null;
  readonly client_id: string;
  readonly account_id: string;
  readonly name: string;
  readonly way: Way;
  readonly scopes: string[];
  readonly addresses: string[];
  readonly signature_required: boolean;
}

/** Keys that work now: of approved clients that were not revoked, in their time, the accounts enabled. In no order. */
export async function liveKeys(client: Queryable, keyIds: readonly string[], now: string): Promise<LiveKey[]> {
  return query<LiveKey>(
    runner(client),
    prepared(
      'credentials.liveKeys',
      sql`select k.key_id, k.kind, k.secret_hash, k.public_key, k.last_used_at, c.client_id, c.account_id, c.name, c.way, c.scopes,
            c.addresses, c.signature_required
          from credentials.client_key k join credentials.client c on c.client_id = k.client_id
            join identity.account a on a.account_id = c.account_id
          where k.key_id = any(${keyIds}::uuid[]) and k.revoked_at is null and k.expires_at > ${now} and c.revoked_at is null
            and c.approved_at is not null and a.disabled_at is null`,
    ),
  );
}

export async function noteKeyUse(client: Queryable, keyId: string, at: string, address: string): Promise<void> {
  await execute(
    runner(client),
    sql`update credentials.client_key set last_used_at = ${at}, last_address = ${address} where key_id = ${keyId}`,
  );
}

/** 0 rows: it was used before. */
export async function insertNonce(client: Queryable, keyId: string, nonce: string, expiresAt: string): Promise<number> {
  return execute(
    runner(client),
    sql`insert into credentials.nonce (key_id, nonce, expires_at) values (${keyId}, ${nonce}, ${expiresAt}) on conflict do nothing`,
  );
}

export async function purgeNonces(client: Queryable, now: string): Promise<void> {
  await execute(runner(client), sql`delete from credentials.nonce where expires_at <= ${now}`);
  await execute(runner(client), sql`delete from credentials.provider_attempt where expires_at <= ${now}`);
}

export interface GatewayRow {
  readonly gateway_id: string;
  readonly name: string;
  readonly secret_hash: Buffer | null;
  readonly certificate: string | null;
  readonly addresses: string[];
  readonly created_at: string;
  readonly revoked_at: string | null;
}

export async function gatewayById(client: Queryable, gatewayId: string): Promise<GatewayRow | null> {
  return maybeOne<GatewayRow>(
    runner(client),
    sql`select gateway_id, name, secret_hash, certificate, addresses, created_at, revoked_at from credentials.gateway
        where gateway_id = ${gatewayId} and revoked_at is null`,
  );
}

export async function gatewayByCertificate(client: Queryable, certificate: string): Promise<GatewayRow | null> {
  return maybeOne<GatewayRow>(
    runner(client),
    sql`select gateway_id, name, secret_hash, certificate, addresses, created_at, revoked_at from credentials.gateway
        where certificate = ${certificate} and revoked_at is null order by created_at limit 1`,
  );
}

export async function listGatewayRows(client: Queryable): Promise<GatewayRow[]> {
  return query<GatewayRow>(
    runner(client),
    sql`select gateway_id, name, secret_hash, certificate, addresses, created_at, revoked_at from credentials.gateway
        order by created_at desc, gateway_id limit 200`,
  );
}

export async function insertGateway(
  client: Queryable,
  row: {
    readonly gatewayId: string;
    readonly name: string;
    readonly secretHash: Buffer | null;
    readonly certificate: string | null;
    readonly addresses: readonly string[];
    readonly by: string;
    readonly at: string;
  },
): Promise<void> {
  await execute(
    runner(client),
    sql`insert into credentials.gateway (gateway_id, name, secret_hash, certificate, addresses, created_by, created_at)
        values (${row.gatewayId}, ${row.name}, ${row.secretHash}, ${row.certificate}, ${row.addresses}, ${row.by}, ${row.at})`,
  );
}

export async function revokeGatewayRow(client: Queryable, gatewayId: string, by: string, at: string): Promise<number> {
  return execute(
    runner(client),
    sql`update credentials.gateway set revoked_at = ${at}, revoked_by = ${by} where gateway_id = ${gatewayId} and revoked_at is null`,
  );
}
