import type { Actor } from '../../context.ts';
import { operatorAccountId, platformActor } from '../identity/index.ts';

/** Who acts when the clock does. */
export const systemActor = (): Actor => platformActor('retention', { accountId: operatorAccountId });
