/**
 * Removal from a list is applied for like a repair, but its conditions are the list's own. The module of lists gives one hook
 * for each kind; until then these kinds are not open, and the platform says so.
 */
import type { AppContext } from '../../context.ts';
import type { Transaction } from '../../platform/db.ts';
import type { OneRecord } from '../subjects/index.ts';
import type { Obstacle } from './conditions.ts';

export interface RemovalHook {
  /** Key of the kind in policy: `leaveAbnormalList`, `leaveSeriousList`. */
  readonly kind: string;
  /** First day on which removal may be applied for; null = it cannot. */
  firstDay(ctx: AppContext, record: OneRecord): string | null;
  /** What else stands in the way, beside periods, duties and the commitment. */
  obstacles(ctx: AppContext, record: OneRecord, today: string): readonly Obstacle[];
  /** In the transaction of the approval: the entry ends, its measures end. */
  approved?(tx: Transaction, ctx: AppContext, record: OneRecord, caseId: string): Promise<void>;
}

export interface RepairPorts {
  readonly removals?: readonly RemovalHook[];
}
