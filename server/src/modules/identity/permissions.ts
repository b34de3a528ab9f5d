/** The table of the platform's authorisation: which role may do what, and to whose rows. Deny by default. */
import type { Actor, Role } from '../../context.ts';
import { createAuthorizer, type RoleTable } from '../../platform/authz/index.ts';

export const permissionNames = [
  'public.read',
  'session.manage',
  'submission.create',
  'submission.read',
  'submission.resolve',
  'record.enter',
  'record.decide',
  'record.correct',
  'record.withdraw',
  'attachment.add',
  'subject.search',
  'subject.full',
  'subject.merge',
  'report.full',
  'policy.read',
  'body.read',
  'account.read',
  'log.read',
  'system.status',
] as const;
export type Permission = (typeof permissionNames)[number];

/**
 * `own` reaches the rows of the actor's body, those below it and those it succeeded; `all` every body's. The three
 * administrators have no business data (GB/T 22239-2019 8.1.5: 系统、安全、审计管理员 separated).
 */
export const roleTable: RoleTable<Permission> = {
  departmentOfficer: {
    'session.manage': 'own',
    'submission.create': 'own',
    'submission.read': 'own',
    'submission.resolve': 'own',
    'record.enter': 'own',
    'record.decide': 'own',
    'record.correct': 'own',
    'record.withdraw': 'own',
    'attachment.add': 'own',
    'subject.search': 'all',
    'subject.full': 'all',
    'report.full': 'all',
    'policy.read': 'all',
    'body.read': 'all',
  },
  departmentSystem: {
    'submission.create': 'own',
    'submission.read': 'own',
    'subject.search': 'all',
    'policy.read': 'all',
    'body.read': 'all',
  },
  companyRepresentative: { 'session.manage': 'own' },
  authorisedReader: { 'session.manage': 'own' },
  accountManager: { 'session.manage': 'own', 'body.read': 'all' },
  creditOffice: {
    'session.manage': 'own',
    'submission.create': 'all',
    'submission.read': 'all',
    'submission.resolve': 'all',
    'record.enter': 'all',
    'record.decide': 'all',
    'record.correct': 'all',
    'record.withdraw': 'all',
    'attachment.add': 'all',
    'subject.search': 'all',
    'subject.full': 'all',
    'subject.merge': 'all',
    'report.full': 'all',
    'policy.read': 'all',
    'body.read': 'all',
  },
  systemAdmin: { 'session.manage': 'own', 'body.read': 'all', 'account.read': 'all', 'system.status': 'all' },
  securityAdmin: { 'session.manage': 'own', 'body.read': 'all', 'account.read': 'all', 'policy.read': 'all' },
  auditAdmin: { 'session.manage': 'own', 'body.read': 'all', 'account.read': 'all', 'log.read': 'all' },
  // The command line on the machine itself; the person store is out of its reach by its database login.
  operator: {
    'submission.create': 'all',
    'submission.read': 'all',
    'submission.resolve': 'all',
    'record.enter': 'all',
    'record.correct': 'all',
    'record.withdraw': 'all',
    'attachment.add': 'all',
    'subject.search': 'all',
    'subject.full': 'all',
    'subject.merge': 'all',
    'report.full': 'all',
    'policy.read': 'all',
    'body.read': 'all',
    'account.read': 'all',
    'system.status': 'all',
  },
};

export const authorizer = createAuthorizer<Permission>(permissionNames, roleTable, ['public.read']);
export const { authorize, may, scopeOf, permissionsOf } = authorizer;

/** Roles that one person may never combine; the database holds it too (identity.account_role). */
export const administratorRoles: readonly Role[] = ['systemAdmin', 'securityAdmin', 'auditAdmin'];

/** The level at which an actor reads fields. An authorised reader (a bank) comes with the subject's authorisation. */
export function levelOf(actor: Actor): 'public' | 'government' | 'internal' {
  if (actor.kind === 'operator' || actor.roles.includes('creditOffice')) return 'internal';
  return actor.roles.includes('departmentOfficer') ? 'government' : 'public';
}
