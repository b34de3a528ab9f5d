/**
 * Work that waits for one person, told by the modules that have such work. A module fills the registry at the root; accounts
 * asks it before somebody leaves or is moved, so that nothing is orphaned.
 */
import type { Queryable } from '../../platform/db.ts';

export interface TaskOwner {
  readonly key: string;
  readonly name: { readonly zh: string; readonly en: string };
  /** How many open ones wait for this account. */
  countOpen(client: Queryable, accountId: string, today: string): Promise<number>;
  /**
   * Gives them to another account, in the caller's transaction; how many. Absent where the work belongs to the body anyway
   * and whoever follows finds it there.
   */
  handOver?(client: Queryable, from: string, to: string, today: string): Promise<number>;
}

export interface AccountPorts {
  readonly taskOwners: readonly TaskOwner[];
}
