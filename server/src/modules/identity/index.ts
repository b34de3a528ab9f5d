/** What other modules may use of identity. */
export {
  changePassword,
  createAccount,
  grantRole,
  type NewAccount,
  normaliseLogin,
  operatorAccountId,
  resetPassword,
} from './accounts.ts';
export { actorOf, operatorActor } from './actors.ts';
export {
  type Body,
  type BodyKind,
  bodyClusterOf,
  createBody,
  ensureProvisionalBody,
  findBody,
  type ListedBody,
  listBodies,
  type NewBody,
  normaliseBodyName,
  outsideBodyKinds,
  renameBody,
  resolveBodyByCode,
  succeedBody,
  successorsOf,
} from './bodies.ts';
export { httpHooks } from './http-hooks.ts';
export { hashPassword, newOneTimePassword } from './passwords.ts';
export {
  administratorRoles,
  authorize,
  levelOf,
  may,
  type Permission,
  permissionNames,
  permissionRows,
  permissionsOf,
  roleNames,
  roleTable,
  scopeOf,
} from './permissions.ts';
export type { AccountKind } from './queries.ts';
export { identityRoutes } from './routes.ts';
export { hashOfSessionCookie, purgeSessions } from './sessions.ts';
