/**
 * A change of keys without downtime (GB/T 39786-2021; PIPL art. 51). New writes use the new key at once; a job seals the rest
 * again, page by page; readers find the key that a row names. For the tokens, each number gets one under the new key beside
 * the old one, and look-ups ask for both. Only when nothing needs the old key is it destroyed, as a step of its own.
 */
import type { AppContext } from '../../context.ts';
import type { KeyKind } from '../../platform/crypto.ts';
import { withTransaction } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { newId } from '../../platform/ids.ts';
import {
  advanceRotation,
  countWithoutToken,
  finishRotation,
  identifiersWithoutToken,
  insertRotation,
  liveRotation,
  lockRotation,
  personStores,
  type RotationRow,
  retireRotation,
  type SealedStore,
} from './rotation-queries.ts';
import { addAliases } from './store-queries.ts';

/** Rows sealed again in one transaction: short locks. */
const PAGE = 500;
/** A writer that read its key just before the change may commit this much later; the old key is kept so long. Milliseconds. */
export const RETIRE_AFTER_MS = 10 * 60_000;

export type RotationContext = Pick<AppContext, 'db' | 'clock' | 'keys'>;

export interface RotationState {
  readonly kind: KeyKind;
  readonly keys: readonly string[];
  readonly toKey: string | null;
  readonly rowsDone: number;
  readonly rowsLeft: number;
  readonly finishedAt: string | null;
}

/** Begins the change, or finds the one that is under way. */
export async function beginRotation(ctx: RotationContext, kind: KeyKind): Promise<RotationRow> {
  return withTransaction(ctx.db.person, async (tx) => {
    await lockRotation(tx);
    const live = await liveRotation(tx, kind);
    if (live) return live;
    // A key that a crash left without its row is taken up instead of making another.
    const ids = ctx.keys.keyIds(kind);
    const toKey = ids.length > 1 ? (ids.at(-1) as string) : ctx.keys.addKey(kind);
    await insertRotation(tx, { rotationId: newId(), kind, toKey, at: ctx.clock.now() });
    return (await liveRotation(tx, kind)) as RotationRow;
  });
}

async function resealPage(ctx: RotationContext, store: SealedStore, oldKeys: readonly string[]): Promise<number> {
  return withTransaction(ctx.db[store.pool], async (tx) => {
    const rows = await store.load(tx, oldKeys, PAGE);
    const resealed = rows.map((row) => {
      const { cipher, keyId } = ctx.keys.sealPerson(ctx.keys.openPerson({ cipher: row.cipher, keyId: row.key_id }));
      return { ...row, next: cipher, nextKey: keyId };
    });
    if (resealed.length > 0) await store.save(tx, resealed);
    return resealed.length;
  });
}

/** Rows that somebody held while they were passed over come in the next round. */
const ROUNDS = 50;

async function rotateData(
  ctx: RotationContext,
  rotation: RotationRow,
  stores: readonly SealedStore[],
  signal?: AbortSignal,
): Promise<void> {
  const oldKeys = ctx.keys.keyIds('data').filter((id) => id !== rotation.to_key);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const store of stores) {
      for (;;) {
        signal?.throwIfAborted();
        const rows = await resealPage(ctx, store, oldKeys);
        if (rows > 0) await advanceRotation(ctx.db.person, rotation.rotation_id, { rows, cursor: '' });
        if (rows < PAGE) break;
      }
    }
    if ((await leftUnder(ctx, stores, oldKeys)) === 0n) break;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function leftUnder(ctx: RotationContext, stores: readonly SealedStore[], oldKeys: readonly string[]) {
  let left = 0n;
  for (const store of stores) left += await store.count(ctx.db[store.pool], oldKeys);
  return left;
}

async function rotateTokens(ctx: RotationContext, rotation: RotationRow, signal?: AbortSignal): Promise<void> {
  let cursor = rotation.cursor;
  for (;;) {
    signal?.throwIfAborted();
    const rows = await identifiersWithoutToken(ctx.db.person, rotation.to_key, cursor, PAGE);
    if (rows.length === 0) return;
    const aliases = rows.flatMap((row) => {
      const number = ctx.keys.openPerson({ cipher: row.cipher, keyId: row.key_id });
      const token = ctx.keys.tokens(row.kind, number).find(({ keyId }) => keyId === rotation.to_key);
      return token ? [{ token: token.token, keyId: rotation.to_key, anchor: row.token }] : [];
    });
    cursor = (rows.at(-1) as { token: string }).token;
    await withTransaction(ctx.db.person, async (tx) => {
      await addAliases(tx, aliases);
      await advanceRotation(tx, rotation.rotation_id, { rows: rows.length, cursor });
    });
  }
}

/** Works until nothing is left under the old key. May be stopped at any time and called again. */
export async function continueRotation(
  ctx: RotationContext,
  kind: KeyKind,
  stores: readonly SealedStore[],
  signal?: AbortSignal,
): Promise<void> {
  const rotation = await liveRotation(ctx.db.person, kind);
  if (!rotation) return;
  if (kind === 'data') await rotateData(ctx, rotation, [...personStores, ...stores], signal);
  else {
    await rotateTokens(ctx, rotation, signal);
    // Numbers that came in behind the cursor from a process that did not know the new key yet.
    await rotateTokens(ctx, { ...rotation, cursor: '' }, signal);
  }
  if ((await rowsLeft(ctx, rotation, stores)) === 0n)
    await finishRotation(ctx.db.person, rotation.rotation_id, ctx.clock.now());
}

async function rowsLeft(ctx: RotationContext, rotation: RotationRow, stores: readonly SealedStore[]): Promise<bigint> {
  if (rotation.kind === 'token') return countWithoutToken(ctx.db.person, rotation.to_key);
  const oldKeys = ctx.keys.keyIds('data').filter((id) => id !== rotation.to_key);
  return leftUnder(ctx, [...personStores, ...stores], oldKeys);
}

export async function rotationState(
  ctx: RotationContext,
  kind: KeyKind,
  stores: readonly SealedStore[],
): Promise<RotationState> {
  const rotation = await liveRotation(ctx.db.person, kind);
  return {
    kind,
    keys: ctx.keys.keyIds(kind),
    toKey: rotation?.to_key ?? null,
    rowsDone: Number(rotation?.rows_done ?? 0n),
    rowsLeft: rotation ? Number(await rowsLeft(ctx, rotation, stores)) : 0,
    finishedAt: rotation?.finished_at ?? null,
  };
}

const notYet = (zh: string, en: string): DomainError => new DomainError('conflict', { zh, en });

/**
 * Destroys the old key. Whatever only it opens is gone for ever, in backups too: that is how a backup is made unreadable.
 * Errors: conflict when the change is not finished, not long enough ago, or something came in under the old key.
 */
export async function retireOldKeys(
  ctx: RotationContext,
  kind: KeyKind,
  stores: readonly SealedStore[],
): Promise<readonly string[]> {
  const rotation = await liveRotation(ctx.db.person, kind);
  if (!rotation?.finished_at)
    throw notYet(
      '密钥更换尚未完成，旧密钥不能销毁。请先运行 ./chengxin rotate-keys。',
      'The change of keys is not finished, so the old key cannot be destroyed. Run ./chengxin rotate-keys first.',
    );
  if (Date.parse(ctx.clock.now()) - Date.parse(rotation.finished_at) < RETIRE_AFTER_MS)
    throw notYet(
      '密钥更换刚完成，请在 10 分钟后再销毁旧密钥。',
      'The change of keys has only just finished. Destroy the old key in ten minutes.',
    );
  if ((await rowsLeft(ctx, rotation, stores)) > 0n)
    throw notYet(
      '仍有数据使用旧密钥，请再次运行 ./chengxin rotate-keys。',
      'Some rows still need the old key. Run ./chengxin rotate-keys again.',
    );
  const old = ctx.keys.keyIds(kind).filter((id) => id !== rotation.to_key);
  for (const id of old) ctx.keys.destroyKey(kind, id);
  await retireRotation(ctx.db.person, rotation.rotation_id, ctx.clock.now());
  return old;
}
