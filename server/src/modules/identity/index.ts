/** What other modules may use of identity. */
export {
  changePassword,
  createAccount,
  findLogin,
  grantRole,
  type NewAccount,
  normaliseLogin,
  operatorAccountId,
  resetPassword,
} from './accounts.ts';
export { accountActor, actorOf, anonymousActor, operatorActor, platformActor } from './actors.ts';
export {
  type Body,
  type BodyKind,
  bodyClusterOf,
  createBody,
  creditOfficeBody,
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
export { type ActorResolver, httpHooks } from './http-hooks.ts';
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
export {
  type AccountKind,
  accountByLogin,
  deleteOtherSessions as endOtherSessions,
  deleteSessionById as endSession,
  deleteSessionsOf as endSessionsOf,
  sessionsOf,
  updateSecondFactor as setSecondFactor,
} from './queries.ts';
export { answerSession, identityRoutes } from './routes.ts';
export {
  beginAttempt,
  forgetAttempts,
  hashOfSessionCookie,
  type LiveSession,
  type OpenedSession,
  openSession,
  purgeSessions,
  renewSession,
  type SessionFactor,
  SignInFailed,
  SignInLocked,
  sessionOf,
  sessionTokenOf,
  setSessionCookie,
} from './sessions.ts';
