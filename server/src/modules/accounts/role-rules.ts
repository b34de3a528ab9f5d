/** Which roles are given at all, and with which body. Pure. */
import type { Role } from '../../context.ts';
import { outsideBodyKinds } from '../identity/index.ts';

/** A representative is bound to an organisation by proof, a system is a client: neither is granted here. */
export const grantableRoles: readonly Role[] = [
  'departmentOfficer',
  'creditOffice',
  'authorisedReader',
  'accountManager',
  'systemAdmin',
  'securityAdmin',
  'auditAdmin',
];

/** Which roles go with which kind of body: a bank's user is never an officer, and the reverse. */
export function roleFitsBody(role: Role, bodyKind: string | null): boolean {
  const outside = outsideBodyKinds.some((kind) => kind === bodyKind);
  if (role === 'authorisedReader') return outside;
  if (role === 'departmentOfficer' || role === 'accountManager') return bodyKind !== null && !outside;
  if (role === 'creditOffice') return bodyKind === 'creditOffice' || bodyKind === 'district' || bodyKind === 'zone';
  return true;
}
