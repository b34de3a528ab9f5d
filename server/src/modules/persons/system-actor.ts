import type { Actor } from '../../context.ts';
import { newId } from '../../platform/ids.ts';
import { operatorAccountId } from '../identity/index.ts';

/** Who acts when the clock does. */
export const systemActor = (): Actor => ({
  kind: 'operator',
  accountId: operatorAccountId,
  name: 'retention',
  roles: [],
  bodyId: null,
  scopeBodyIds: [],
  subjectId: null,
  client: null,
  osUser: null,
  address: null,
  requestId: newId(),
});
