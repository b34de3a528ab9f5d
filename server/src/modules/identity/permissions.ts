/**
 * The table of the platform's authorisation: which role may do what, to whose rows, whether it must say what for, and how
 * strongly it must have signed in. Deny by default: a role that a row does not name may not. One row a permission.
 */
import type { Actor, Role } from '../../context.ts';
import { createAuthorizer, type PermissionRule, type Reach, type RoleTable } from '../../platform/authz/index.ts';

type Grants = Readonly<Partial<Record<Role, Reach>>>;
type Row = PermissionRule & { readonly roles: Grants };

/** Everybody with a session: the own account and nothing else. */
const signedIn: Grants = {
  departmentOfficer: 'own',
  companyRepresentative: 'own',
  authorisedReader: 'own',
  accountManager: 'own',
  creditOffice: 'own',
  systemAdmin: 'own',
  securityAdmin: 'own',
  auditAdmin: 'own',
};
/** Departments their own, the credit office every body's, the command line on the machine as well. */
const reporting: Grants = { departmentOfficer: 'own', creditOffice: 'all', operator: 'all' };
const government: Grants = { departmentOfficer: 'all', creditOffice: 'all', operator: 'all' };

/** Looks of the own body; of all bodies for the one who watches. */
const overseen: Grants = { departmentOfficer: 'own', creditOffice: 'own', auditAdmin: 'all' };

/** No purpose is asked for, a password is enough. */
const plain = (roles: Grants): Row => ({ purpose: 'none', factor: 'password', roles });
/** Non-public data about others: a purpose of the policy list, kept in the log with the act. */
const forPurpose = (roles: Grants): Row => ({ purpose: 'required', factor: 'password', roles });
/** What harms many when a password was stolen: a second factor (GB/T 22239-2019 8.1.4.1). */
const strong = (roles: Grants): Row => ({ purpose: 'none', factor: 'second', roles });

/**
 * `own` reaches the rows of the actor's body, those below it and those it succeeded (a representative: of its organisation);
 * `all` every body's. The three administrators have no business data (GB/T 22239-2019 8.1.5: 系统、安全、审计管理员 separated).
 * The operator is the command line on the machine itself; the person store is out of its reach by its database login.
 */
export const permissionRows = {
  'public.read': { purpose: 'none', factor: 'none', roles: {} },
  'session.manage': plain(signedIn),
  'submission.create': plain({ ...reporting, departmentSystem: 'own' }),
  'submission.read': plain({ ...reporting, departmentSystem: 'own' }),
  'submission.resolve': plain(reporting),
  'submission.withdraw': plain({ ...reporting, departmentSystem: 'own' }),
  'channel.read': plain(reporting),
  'channel.run': plain(reporting),
  'channel.manage': strong({ creditOffice: 'all', operator: 'all' }),
  'record.enter': plain(reporting),
  'record.decide': plain({ departmentOfficer: 'own', creditOffice: 'all' }),
  'record.correct': plain(reporting),
  'record.withdraw': plain(reporting),
  'attachment.add': plain(reporting),
  'subject.search': plain({ ...government, departmentSystem: 'all' }),
  'subject.full': forPurpose(government),
  // Earlier states: the source body's own, the audit administrator's (also for a court), the organisation's own; with a case.
  'record.earlier': forPurpose({ departmentOfficer: 'own', auditAdmin: 'all', companyRepresentative: 'own' }),
  'subject.merge': strong({ creditOffice: 'all', operator: 'all' }),
  'report.full': forPurpose(government),
  'objection.submit': plain({ companyRepresentative: 'own', departmentOfficer: 'all', creditOffice: 'all' }),
  'objection.read': plain({ companyRepresentative: 'own', departmentOfficer: 'own', creditOffice: 'all' }),
  'objection.handle': plain({ creditOffice: 'all' }),
  'objection.answer': plain({ departmentOfficer: 'own' }),
  // What one was told; what was told to whom is for the credit office.
  'notice.own': plain(signedIn),
  'notice.oversee': plain({ creditOffice: 'all' }),
  // Official papers of a case: the organisation reads its own; bodies write theirs.
  'paper.read': plain({ companyRepresentative: 'own', departmentOfficer: 'own', creditOffice: 'all' }),
  'paper.write': plain({ departmentOfficer: 'own', creditOffice: 'all' }),
  // Work of a body: given to people, handed over, watched by the body above.
  'case.work': plain({ departmentOfficer: 'own', creditOffice: 'all' }),
  // The organisation, or a window for it, applies; the body that recognised decides; the national site's client relays.
  'repair.apply': plain({ companyRepresentative: 'own', departmentOfficer: 'all', creditOffice: 'all' }),
  'repair.read': plain({
    companyRepresentative: 'own',
    departmentOfficer: 'own',
    creditOffice: 'all',
    departmentSystem: 'own',
  }),
  'repair.decide': plain({ departmentOfficer: 'own', creditOffice: 'own' }),
  'repair.handle': plain({ creditOffice: 'all' }),
  'repair.relay': plain({ departmentSystem: 'all' }),
  // What is ordered about display: the class by the deciding body alone, a court's order also by the office.
  'severity.confirm': plain({ departmentOfficer: 'own', creditOffice: 'own', departmentSystem: 'own' }),
  'display.order': plain({ departmentOfficer: 'own', creditOffice: 'all', departmentSystem: 'own' }),
  'display.read': plain({ companyRepresentative: 'own', departmentOfficer: 'own', creditOffice: 'all' }),
  'display.list': plain({ departmentOfficer: 'own', creditOffice: 'all' }),
  'display.changes': plain({ creditOffice: 'all' }),
  'notice.serve': plain({ departmentOfficer: 'own', creditOffice: 'own', departmentSystem: 'own' }),
  // A body that acts on a record tells its recogniser of a doubt; the organisation has no part in it.
  'doubt.raise': plain({ departmentOfficer: 'all', creditOffice: 'all' }),
  'doubt.read': plain({ departmentOfficer: 'own', creditOffice: 'all' }),
  'doubt.answer': plain({ departmentOfficer: 'own', creditOffice: 'own' }),
  'complaint.submit': plain({ companyRepresentative: 'own', departmentOfficer: 'all', creditOffice: 'all' }),
  'complaint.read': plain({ companyRepresentative: 'own', departmentOfficer: 'own', creditOffice: 'all' }),
  'complaint.handle': plain({ creditOffice: 'all' }),
  'complaint.answer': plain({ departmentOfficer: 'own' }),
  // Who is on a list is read by government; a local entry is recognised by the body that the list names, defended by whom it is about.
  'list.read': plain({ ...government, departmentSystem: 'all' }),
  'list.own': plain({ companyRepresentative: 'own' }),
  'list.reconcile': plain({ departmentOfficer: 'own', creditOffice: 'all', departmentSystem: 'own' }),
  'listing.propose': plain({ departmentOfficer: 'own', creditOffice: 'own' }),
  'listing.read': plain({ companyRepresentative: 'own', departmentOfficer: 'own', creditOffice: 'all' }),
  'listing.decide': plain({ departmentOfficer: 'own', creditOffice: 'own' }),
  // Rates of reporting: a department its own, the office every one's; months, samples and letters are the office's.
  'quality.read': plain({ departmentOfficer: 'own', creditOffice: 'all' }),
  'quality.confirm': plain({ departmentOfficer: 'own' }),
  'quality.manage': plain({ creditOffice: 'all' }),
  'target.read': plain({ departmentOfficer: 'all', creditOffice: 'all' }),
  // Inside a decision: one organisation, or a list of them, for a matter that must query. What follows is fed back by its body.
  'check.run': forPurpose({ departmentOfficer: 'own', departmentSystem: 'own', creditOffice: 'all', operator: 'all' }),
  'check.read': plain({ departmentOfficer: 'own', departmentSystem: 'own', creditOffice: 'all' }),
  'check.feedback': plain({ departmentOfficer: 'own', departmentSystem: 'own', creditOffice: 'own' }),
  // A system that checks is told to ask again: it registers its own address; the office sees what does not arrive.
  'webhook.read': plain({ departmentOfficer: 'own', departmentSystem: 'own', creditOffice: 'all' }),
  'webhook.manage': plain({ departmentSystem: 'own' }),
  'webhook.end': plain({ departmentSystem: 'own', creditOffice: 'all' }),
  // What an entry of a list asks of a body, and what it did; the credit office sees the whole cycle and answers for itself alone.
  'obligation.read': plain({ departmentOfficer: 'own', departmentSystem: 'own', creditOffice: 'all' }),
  'obligation.answer': plain({ departmentOfficer: 'own', departmentSystem: 'own', creditOffice: 'own' }),
  'purpose.read': plain({ ...government, authorisedReader: 'all', companyRepresentative: 'all' }),
  // Exports of non-public information beyond a body's own; whoever asks never approves.
  'export.request': forPurpose({ departmentOfficer: 'own', creditOffice: 'all' }),
  'export.read': plain({ departmentOfficer: 'own', creditOffice: 'all', auditAdmin: 'all' }),
  'export.take': plain({ departmentOfficer: 'own', creditOffice: 'all' }),
  'export.decide': strong({ creditOffice: 'all' }),
  // The organisation gives, the bank or agency asks and uses; nobody else has a part in it but by the log.
  'authorisation.read': plain({ companyRepresentative: 'own', authorisedReader: 'own' }),
  'authorisation.grant': plain({ companyRepresentative: 'own' }),
  'authorisation.ask': forPurpose({ authorisedReader: 'own' }),
  'authorisation.use': plain({ authorisedReader: 'own' }),
  // Two administrators close and open outside reading; read-only mode is the operation's own.
  'emergency.read': plain({ systemAdmin: 'all', securityAdmin: 'all', auditAdmin: 'all', operator: 'all' }),
  'emergency.switch': strong({ systemAdmin: 'all', securityAdmin: 'all' }),
  'platform.readOnly': strong({ systemAdmin: 'all', operator: 'all' }),
  'policy.read': plain({ ...government, departmentSystem: 'all', securityAdmin: 'all' }),
  // Rules change by the office's own hand; a unit that is asked answers; a second person approves.
  'policyChange.read': plain({ departmentOfficer: 'own', creditOffice: 'all' }),
  'policyChange.draft': plain({ creditOffice: 'all' }),
  'policyChange.answer': plain({ departmentOfficer: 'own' }),
  'policyChange.approve': strong({ creditOffice: 'all' }),
  'body.read': plain({
    ...government,
    departmentSystem: 'all',
    accountManager: 'all',
    systemAdmin: 'all',
    securityAdmin: 'all',
    auditAdmin: 'all',
  }),
  // One person at a time, for a case (natural-persons G14); never the command line, never a department's system.
  'person.lookup': { purpose: 'required', factor: 'second', roles: { departmentOfficer: 'own' } },
  'privacy.manage': strong({ creditOffice: 'all' }),
  'body.manage': plain({ systemAdmin: 'all' }),
  'account.read': plain({
    systemAdmin: 'all',
    securityAdmin: 'all',
    auditAdmin: 'all',
    accountManager: 'own',
    operator: 'all',
  }),
  // Accounts are made by one, their roles granted by another (objections.md §6); the audit administrator reads.
  'account.create': plain({ systemAdmin: 'all', accountManager: 'own' }),
  'account.manage': plain({ systemAdmin: 'all', accountManager: 'own' }),
  'role.read': plain({ systemAdmin: 'all', securityAdmin: 'all', auditAdmin: 'all', accountManager: 'own' }),
  'role.request': plain({ systemAdmin: 'all', securityAdmin: 'all', accountManager: 'own' }),
  'role.decide': strong({ securityAdmin: 'all' }),
  'recertification.read': plain({ systemAdmin: 'all', securityAdmin: 'all', auditAdmin: 'all', accountManager: 'own' }),
  'recertification.open': plain({ securityAdmin: 'all' }),
  'recertification.confirm': plain({ systemAdmin: 'all', accountManager: 'own' }),
  'deputy.manage': plain({ departmentOfficer: 'own', creditOffice: 'own', accountManager: 'own', systemAdmin: 'all' }),
  'duty.read': plain({ departmentOfficer: 'own', creditOffice: 'all', accountManager: 'own', systemAdmin: 'all' }),
  'duty.manage': plain({ creditOffice: 'own', accountManager: 'own', systemAdmin: 'all' }),
  // A lost second factor is taken away by two of them, neither its holder.
  'factor.reset': strong({ systemAdmin: 'all', securityAdmin: 'all' }),
  // Departments' systems: whoever keeps a body's accounts asks, a security administrator approves (four eyes).
  'client.manage': strong({ accountManager: 'own', systemAdmin: 'all', securityAdmin: 'all' }),
  'client.approve': strong({ securityAdmin: 'all' }),
  'gateway.manage': strong({ securityAdmin: 'all' }),
  'representation.manage': plain({ companyRepresentative: 'own' }),
  'log.read': strong({ auditAdmin: 'all' }),
  // Who looked: a representative at the own organisation; disputes go to the body that looked, then to the audit administrator.
  'access.own': plain({ companyRepresentative: 'own' }),
  'dispute.read': plain({ ...overseen, companyRepresentative: 'own' }),
  'dispute.answer': plain(overseen),
  'dispute.decide': strong({ auditAdmin: 'all' }),
  'delay.read': plain(overseen),
  'delay.manage': strong({ departmentOfficer: 'own', creditOffice: 'own' }),
  'alert.read': plain(overseen),
  'alert.reply': plain({ departmentOfficer: 'own', creditOffice: 'own' }),
  'alert.decide': strong({ auditAdmin: 'all' }),
  // Who is told of changes of what it received: the credit office registers, the body itself reads how it stands and replies.
  'exchange.read': plain({ departmentOfficer: 'own', creditOffice: 'all', operator: 'all' }),
  'exchange.manage': strong({ creditOffice: 'all' }),
  'exchange.reply': plain({ departmentOfficer: 'own', creditOffice: 'all' }),
  'exchange.close': plain({ creditOffice: 'all' }),
  'exchange.follow': plain({ departmentSystem: 'own' }),
  'exchange.receivers': plain({ companyRepresentative: 'own', creditOffice: 'all' }),
  'system.status': plain({ systemAdmin: 'all', operator: 'all' }),
} as const satisfies Readonly<Record<string, Row>>;

export type Permission = keyof typeof permissionRows;
export const permissionNames = Object.keys(permissionRows) as readonly Permission[];

export const roleNames: readonly Role[] = [
  'departmentOfficer',
  'departmentSystem',
  'companyRepresentative',
  'authorisedReader',
  'accountManager',
  'creditOffice',
  'systemAdmin',
  'securityAdmin',
  'auditAdmin',
  'operator',
];

/** The same table read by role. */
export const roleTable: RoleTable<Permission> = Object.fromEntries(
  roleNames.map((role) => [
    role,
    Object.fromEntries(
      permissionNames.flatMap((name) => {
        const reach = (permissionRows[name].roles as Grants)[role];
        return reach === undefined ? [] : [[name, reach]];
      }),
    ),
  ]),
) as RoleTable<Permission>;

export const authorizer = createAuthorizer<Permission>(permissionRows, roleTable, ['public.read']);
export const { authorize, may, scopeOf, permissionsOf } = authorizer;

/** Roles that one person may never combine; the database holds it too (identity.account_role). */
export const administratorRoles: readonly Role[] = ['systemAdmin', 'securityAdmin', 'auditAdmin'];

/** The level at which an actor reads fields of others. An authorised reader (a bank) comes with the subject's authorisation. */
export function levelOf(actor: Actor): 'public' | 'government' | 'internal' {
  if (actor.kind === 'operator' || actor.roles.includes('creditOffice')) return 'internal';
  return actor.roles.includes('departmentOfficer') ? 'government' : 'public';
}
