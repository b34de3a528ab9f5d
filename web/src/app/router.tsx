/** The pages of the desk and what their addresses hold. Each page is loaded when it is first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { caseSearch } from '../features/cases/case-search.ts';
import { NotFound, RouteError } from './errors.tsx';
import { Shell } from './shell.tsx';

type Raw = Record<string, unknown>;
const text = (raw: Raw, key: string): string | undefined => {
  const value = raw[key];
  return typeof value === 'string' && value !== ''
    ? value.slice(0, 200)
    : typeof value === 'number'
      ? String(value)
      : undefined;
};

const root = createRootRoute({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (raw: Raw): { next?: string | undefined; failed?: string | undefined } => ({
    next: text(raw, 'next'),
    failed: text(raw, 'failed'),
  }),
  component: lazyRouteComponent(() => import('../features/session/sign-in-page.tsx'), 'SignInPage'),
});

const password = createRoute({
  getParentRoute: () => root,
  path: '/password',
  component: lazyRouteComponent(() => import('../features/session/password-page.tsx'), 'PasswordPage'),
});

const secondFactor = createRoute({
  getParentRoute: () => root,
  path: '/second-factor',
  validateSearch: (raw: Raw): { next?: string | undefined } => ({ next: text(raw, 'next') }),
  component: lazyRouteComponent(() => import('../features/session/second-factor-page.tsx'), 'SecondFactorPage'),
});

const desk = createRoute({ getParentRoute: () => root, id: 'desk', component: Shell });

const account = createRoute({
  getParentRoute: () => desk,
  path: '/account',
  component: lazyRouteComponent(() => import('../features/session/account-page.tsx'), 'AccountPage'),
});

const todo = createRoute({
  getParentRoute: () => desk,
  path: '/',
  component: lazyRouteComponent(() => import('../features/accounts/home-page.tsx'), 'HomePage'),
});

const submissions = createRoute({
  getParentRoute: () => desk,
  path: '/submissions',
  validateSearch: (
    raw: Raw,
  ): { standard?: string | undefined; state?: string | undefined; q?: string | undefined } => ({
    standard: text(raw, 'standard'),
    state: text(raw, 'state'),
    q: text(raw, 'q'),
  }),
  component: lazyRouteComponent(() => import('../features/submissions/submissions-page.tsx'), 'SubmissionsPage'),
});

const submission = createRoute({
  getParentRoute: () => desk,
  path: '/submissions/$id',
  validateSearch: (raw: Raw): { tab?: string | undefined; rule?: string | undefined } => ({
    tab: text(raw, 'tab'),
    rule: text(raw, 'rule'),
  }),
  component: lazyRouteComponent(() => import('../features/submissions/submission-page.tsx'), 'SubmissionPage'),
});

const entry = createRoute({
  getParentRoute: () => desk,
  path: '/entry',
  validateSearch: (raw: Raw): { standard?: string | undefined } => ({ standard: text(raw, 'standard') }),
  component: lazyRouteComponent(() => import('../features/records/entry-page.tsx'), 'EntryPage'),
});

const records = createRoute({
  getParentRoute: () => desk,
  path: '/records',
  validateSearch: (raw: Raw): { standard?: string | undefined; q?: string | undefined } => ({
    standard: text(raw, 'standard'),
    q: text(raw, 'q'),
  }),
  component: lazyRouteComponent(() => import('../features/records/records-page.tsx'), 'RecordsPage'),
});

const record = createRoute({
  getParentRoute: () => desk,
  path: '/records/$id',
  component: lazyRouteComponent(() => import('../features/records/record-page.tsx'), 'RecordPage'),
});

const correct = createRoute({
  getParentRoute: () => desk,
  path: '/records/$id/correct',
  component: lazyRouteComponent(() => import('../features/records/correct-page.tsx'), 'CorrectPage'),
});

const review = createRoute({
  getParentRoute: () => desk,
  path: '/review',
  validateSearch: (raw: Raw): { state?: string | undefined } => ({ state: text(raw, 'state') }),
  component: lazyRouteComponent(() => import('../features/review/review-page.tsx'), 'ReviewPage'),
});

const archives = createRoute({
  getParentRoute: () => desk,
  path: '/archive',
  validateSearch: (raw: Raw): { q?: string | undefined } => ({ q: text(raw, 'q') }),
  component: lazyRouteComponent(() => import('../features/archive/search-page.tsx'), 'SearchPage'),
});

const archive = createRoute({
  getParentRoute: () => desk,
  path: '/archive/$key',
  validateSearch: (raw: Raw): { item?: string | undefined } => ({ item: text(raw, 'item') }),
  component: lazyRouteComponent(() => import('../features/archive/archive-page.tsx'), 'ArchivePage'),
});

const whoLooked = createRoute({
  getParentRoute: () => desk,
  path: '/who-looked',
  validateSearch: (raw: Raw): { kind?: 'read' | 'export' | 'authorised' | 'change' | undefined } => ({
    kind: (['read', 'export', 'authorised', 'change'] as const).find((kind) => kind === raw.kind),
  }),
  component: lazyRouteComponent(() => import('../features/oversight/who-looked-page.tsx'), 'WhoLookedPage'),
});

const disputes = createRoute({
  getParentRoute: () => desk,
  path: '/disputes',
  validateSearch: (raw: Raw): { state?: string | undefined } => ({ state: text(raw, 'state') }),
  component: lazyRouteComponent(() => import('../features/oversight/disputes-page.tsx'), 'DisputesPage'),
});

const alerts = createRoute({
  getParentRoute: () => desk,
  path: '/alerts',
  validateSearch: (raw: Raw): { state?: string | undefined } => ({ state: text(raw, 'state') }),
  component: lazyRouteComponent(() => import('../features/oversight/alerts-page.tsx'), 'AlertsPage'),
});

const delays = createRoute({
  getParentRoute: () => desk,
  path: '/delays',
  component: lazyRouteComponent(() => import('../features/oversight/delays-page.tsx'), 'DelaysPage'),
});

type LogSearch = Partial<
  Record<'from' | 'to' | 'account' | 'body' | 'subject' | 'action' | 'outcome', string | undefined>
>;
const log = createRoute({
  getParentRoute: () => desk,
  path: '/log',
  validateSearch: (raw: Raw): LogSearch => ({
    from: text(raw, 'from'),
    to: text(raw, 'to'),
    account: text(raw, 'account'),
    body: text(raw, 'body'),
    subject: text(raw, 'subject'),
    action: text(raw, 'action'),
    outcome: text(raw, 'outcome'),
  }),
  component: lazyRouteComponent(() => import('../features/oversight/log-page.tsx'), 'LogPage'),
});

const oversightRoutes = [whoLooked, disputes, alerts, delays, log] as const;

const accounts = createRoute({
  getParentRoute: () => desk,
  path: '/accounts',
  validateSearch: (
    raw: Raw,
  ): {
    q?: string | undefined;
    state?: string | undefined;
    role?: string | undefined;
    body?: string | undefined;
    remark?: string | undefined;
  } => ({
    q: text(raw, 'q'),
    state: text(raw, 'state'),
    role: text(raw, 'role'),
    body: text(raw, 'body'),
    remark: text(raw, 'remark'),
  }),
  component: lazyRouteComponent(() => import('../features/accounts/accounts-page.tsx'), 'AccountsPage'),
});

const newAccount = createRoute({
  getParentRoute: () => desk,
  path: '/accounts/new',
  component: lazyRouteComponent(() => import('../features/accounts/new-account-page.tsx'), 'NewAccountPage'),
});

const importAccounts = createRoute({
  getParentRoute: () => desk,
  path: '/accounts/import',
  component: lazyRouteComponent(() => import('../features/accounts/import-page.tsx'), 'ImportPage'),
});

const oneAccount = createRoute({
  getParentRoute: () => desk,
  path: '/accounts/$id',
  component: lazyRouteComponent(() => import('../features/accounts/account-page.tsx'), 'AccountPage'),
});

const roleRequests = createRoute({
  getParentRoute: () => desk,
  path: '/role-requests',
  validateSearch: (raw: Raw): { state?: string | undefined } => ({ state: text(raw, 'state') }),
  component: lazyRouteComponent(() => import('../features/accounts/role-requests-page.tsx'), 'RoleRequestsPage'),
});

const recertification = createRoute({
  getParentRoute: () => desk,
  path: '/recertification',
  validateSearch: (raw: Raw): { state?: string | undefined } => ({ state: text(raw, 'state') }),
  component: lazyRouteComponent(() => import('../features/accounts/recertification-page.tsx'), 'RecertificationPage'),
});

const organisation = createRoute({
  getParentRoute: () => desk,
  path: '/organisation',
  component: lazyRouteComponent(() => import('../features/accounts/organisation-page.tsx'), 'OrganisationPage'),
});

const leave = createRoute({
  getParentRoute: () => desk,
  path: '/leave',
  component: lazyRouteComponent(() => import('../features/accounts/leave-page.tsx'), 'LeavePage'),
});

const duty = createRoute({
  getParentRoute: () => desk,
  path: '/duty',
  component: lazyRouteComponent(() => import('../features/accounts/duty-page.tsx'), 'DutyPage'),
});

const clients = createRoute({
  getParentRoute: () => desk,
  path: '/clients',
  component: lazyRouteComponent(() => import('../features/clients/clients-page.tsx'), 'ClientsPage'),
});

const policyChanges = createRoute({
  getParentRoute: () => desk,
  path: '/policy-changes',
  component: lazyRouteComponent(() => import('../features/policy/changes-page.tsx'), 'PolicyChangesPage'),
});

const policyChange = createRoute({
  getParentRoute: () => desk,
  path: '/policy-changes/$id',
  component: lazyRouteComponent(() => import('../features/policy/change-page.tsx'), 'PolicyChangePage'),
});

const policyRules = createRoute({
  getParentRoute: () => desk,
  path: '/policy-rules',
  validateSearch: (raw: Raw): Partial<Record<'set' | 'standard' | 'change' | 'rule', string | undefined>> => ({
    set: text(raw, 'set'),
    standard: text(raw, 'standard'),
    change: text(raw, 'change'),
    rule: text(raw, 'rule'),
  }),
  component: lazyRouteComponent(() => import('../features/policy/rule-page.tsx'), 'PolicyRulePage'),
});

const policyVersions = createRoute({
  getParentRoute: () => desk,
  path: '/policy-versions',
  validateSearch: (raw: Raw): { kind?: string | undefined } => ({ kind: text(raw, 'kind') }),
  component: lazyRouteComponent(() => import('../features/policy/versions-page.tsx'), 'PolicyVersionsPage'),
});

const policyHistory = createRoute({
  getParentRoute: () => desk,
  path: '/policy-versions/$kind/$key',
  component: lazyRouteComponent(() => import('../features/policy/versions-page.tsx'), 'PolicyHistoryPage'),
});

const policySet = createRoute({
  getParentRoute: () => desk,
  path: '/policy-sets/$setId',
  component: lazyRouteComponent(() => import('../features/policy/versions-page.tsx'), 'PolicySetPage'),
});

const accountPages = [
  policyVersions,
  policyHistory,
  policySet,
  policyChanges,
  policyRules,
  policyChange,
  accounts,
  newAccount,
  importAccounts,
  oneAccount,
  roleRequests,
  recertification,
  organisation,
  leave,
  duty,
  clients,
] as const;

const exports = createRoute({
  getParentRoute: () => desk,
  path: '/exports',
  component: lazyRouteComponent(() => import('../features/access/exports-page.tsx'), 'ExportsPage'),
});

const authorisations = createRoute({
  getParentRoute: () => desk,
  path: '/authorisations',
  component: lazyRouteComponent(
    () => import('../features/authorisations/authorisations-page.tsx'),
    'AuthorisationsPage',
  ),
});

const authorisation = createRoute({
  getParentRoute: () => desk,
  path: '/authorisations/$id',
  component: lazyRouteComponent(() => import('../features/authorisations/authorisation-page.tsx'), 'AuthorisationPage'),
});

const emergency = createRoute({
  getParentRoute: () => desk,
  path: '/emergency',
  component: lazyRouteComponent(() => import('../features/access/emergency-page.tsx'), 'EmergencyPage'),
});

const accessRoutes = [exports, authorisations, authorisation, emergency] as const;

const lookups = createRoute({
  getParentRoute: () => desk,
  path: '/lookups',
  component: lazyRouteComponent(() => import('../features/lookups/lookup-page.tsx'), 'LookupPage'),
});

const privacy = createRoute({
  getParentRoute: () => desk,
  path: '/privacy',
  validateSearch: (raw: Raw): { tab?: string | undefined } => ({ tab: text(raw, 'tab') }),
  component: lazyRouteComponent(() => import('../features/privacy/privacy-page.tsx'), 'PrivacyPage'),
});

const receivers = createRoute({
  getParentRoute: () => desk,
  path: '/receivers',
  validateSearch: (raw: Raw): { tab?: string | undefined } => ({ tab: text(raw, 'tab') }),
  component: lazyRouteComponent(() => import('../features/exchange/receivers-page.tsx'), 'ReceiversPage'),
});

const channels = createRoute({
  getParentRoute: () => desk,
  path: '/channels',
  component: lazyRouteComponent(() => import('../features/channels/channels-page.tsx'), 'ChannelsPage'),
});

const objections = createRoute({
  getParentRoute: () => desk,
  path: '/objections',
  validateSearch: caseSearch,
  component: lazyRouteComponent(() => import('../features/objections/objections-page.tsx'), 'ObjectionsPage'),
});

const newObjection = createRoute({
  getParentRoute: () => desk,
  path: '/objections/new',
  validateSearch: (raw: Raw): { record?: string | undefined } => ({ record: text(raw, 'record') }),
  component: lazyRouteComponent(() => import('../features/objections/new-objection-page.tsx'), 'NewObjectionPage'),
});

const objection = createRoute({
  getParentRoute: () => desk,
  path: '/objections/$id',
  component: lazyRouteComponent(() => import('../features/objections/objection-page.tsx'), 'ObjectionPage'),
});

const repairs = createRoute({
  getParentRoute: () => desk,
  path: '/repairs',
  validateSearch: caseSearch,
  component: lazyRouteComponent(() => import('../features/repairs/repairs-page.tsx'), 'RepairsPage'),
});

const newRepair = createRoute({
  getParentRoute: () => desk,
  path: '/repairs/new',
  component: lazyRouteComponent(() => import('../features/repairs/new-repair-page.tsx'), 'NewRepairPage'),
});

const repair = createRoute({
  getParentRoute: () => desk,
  path: '/repairs/$id',
  component: lazyRouteComponent(() => import('../features/repairs/repair-page.tsx'), 'RepairPage'),
});

const severity = createRoute({
  getParentRoute: () => desk,
  path: '/severity',
  validateSearch: (raw: Raw): { tab?: string | undefined } => ({ tab: text(raw, 'tab') }),
  component: lazyRouteComponent(() => import('../features/display/severity-page.tsx'), 'SeverityPage'),
});

const why = createRoute({
  getParentRoute: () => desk,
  path: '/records/$id/why',
  component: lazyRouteComponent(() => import('../features/display/why-page.tsx'), 'WhyPage'),
});

const repairPages = [repairs, newRepair, repair, severity, why] as const;
const notices = createRoute({
  getParentRoute: () => desk,
  path: '/notices',
  validateSearch: (raw: Raw): { show?: string | undefined } => ({ show: text(raw, 'show') }),
  component: lazyRouteComponent(() => import('../features/notices/inbox-page.tsx'), 'InboxPage'),
});

const sentNotices = createRoute({
  getParentRoute: () => desk,
  path: '/notices/sent',
  validateSearch: (raw: Raw): { state?: string | undefined; channel?: string | undefined } => ({
    state: text(raw, 'state'),
    channel: text(raw, 'channel'),
  }),
  component: lazyRouteComponent(() => import('../features/notices/sent-page.tsx'), 'SentPage'),
});

const overdue = createRoute({
  getParentRoute: () => desk,
  path: '/overdue',
  validateSearch: (raw: Raw): { body?: string | undefined } => ({ body: text(raw, 'body') }),
  component: lazyRouteComponent(() => import('../features/casework/overdue-page.tsx'), 'OverduePage'),
});

const work = createRoute({
  getParentRoute: () => desk,
  path: '/work',
  component: lazyRouteComponent(() => import('../features/casework/work-page.tsx'), 'WorkPage'),
});

const papers = createRoute({
  getParentRoute: () => desk,
  path: '/papers',
  validateSearch: (
    raw: Raw,
  ): { year?: number | undefined; state?: 'draft' | 'signedOff' | 'sealed' | 'served' | 'voided' | undefined } => ({
    year: Number.isInteger(Number(raw.year)) && Number(raw.year) >= 2000 ? Number(raw.year) : undefined,
    state: (['draft', 'signedOff', 'sealed', 'served', 'voided'] as const).find((state) => state === raw.state),
  }),
  component: lazyRouteComponent(() => import('../features/papers/register-page.tsx'), 'RegisterPage'),
});

const duties = createRoute({
  getParentRoute: () => desk,
  path: '/duties',
  validateSearch: (raw: Raw): { state?: 'answered' | undefined } => ({
    state: raw.state === 'answered' ? 'answered' : undefined,
  }),
  component: lazyRouteComponent(() => import('../features/duties/duties-page.tsx'), 'DutiesPage'),
});

const whoReceived = createRoute({
  getParentRoute: () => desk,
  path: '/who-received',
  component: lazyRouteComponent(() => import('../features/exchange/who-received-page.tsx'), 'WhoReceivedPage'),
});

const statements = createRoute({
  getParentRoute: () => desk,
  path: '/statements',
  validateSearch: caseSearch,
  component: lazyRouteComponent(() => import('../features/statements/statement-pages.tsx'), 'StatementsPage'),
});

const newStatement = createRoute({
  getParentRoute: () => desk,
  path: '/statements/new',
  validateSearch: (raw: Raw): { record?: string | undefined } => ({ record: text(raw, 'record') }),
  component: lazyRouteComponent(() => import('../features/statements/statement-pages.tsx'), 'NewStatementPage'),
});

const statement = createRoute({
  getParentRoute: () => desk,
  path: '/statements/$id',
  component: lazyRouteComponent(() => import('../features/statements/statement-pages.tsx'), 'StatementPage'),
});

const doubts = createRoute({
  getParentRoute: () => desk,
  path: '/doubts',
  validateSearch: caseSearch,
  component: lazyRouteComponent(() => import('../features/doubts/doubt-pages.tsx'), 'DoubtsPage'),
});

const newDoubt = createRoute({
  getParentRoute: () => desk,
  path: '/doubts/new',
  validateSearch: (raw: Raw): { record?: string | undefined } => ({ record: text(raw, 'record') }),
  component: lazyRouteComponent(() => import('../features/doubts/doubt-pages.tsx'), 'NewDoubtPage'),
});

const doubt = createRoute({
  getParentRoute: () => desk,
  path: '/doubts/$id',
  component: lazyRouteComponent(() => import('../features/doubts/doubt-pages.tsx'), 'DoubtPage'),
});

const complaints = createRoute({
  getParentRoute: () => desk,
  path: '/complaints',
  validateSearch: caseSearch,
  component: lazyRouteComponent(() => import('../features/complaints/complaint-pages.tsx'), 'ComplaintsPage'),
});

const newComplaint = createRoute({
  getParentRoute: () => desk,
  path: '/complaints/new',
  component: lazyRouteComponent(() => import('../features/complaints/complaint-pages.tsx'), 'NewComplaintPage'),
});

const complaint = createRoute({
  getParentRoute: () => desk,
  path: '/complaints/$id',
  component: lazyRouteComponent(() => import('../features/complaints/complaint-pages.tsx'), 'ComplaintPage'),
});

const targets = createRoute({
  getParentRoute: () => desk,
  path: '/targets',
  component: lazyRouteComponent(() => import('../features/targets/targets-page.tsx'), 'TargetsPage'),
});

const lists = createRoute({
  getParentRoute: () => desk,
  path: '/lists',
  validateSearch: (raw: Raw): { tab?: 'watch' | 'honour' | 'exempt' | undefined } => {
    const tab = raw.tab;
    return { tab: tab === 'watch' || tab === 'honour' || tab === 'exempt' ? tab : undefined };
  },
  component: lazyRouteComponent(() => import('../features/lists/lists-page.tsx'), 'ListsPage'),
});

const listEntries = createRoute({
  getParentRoute: () => desk,
  path: '/lists/$list',
  validateSearch: (raw: Raw): { q?: string | undefined; all?: true | undefined } => ({
    q: text(raw, 'q'),
    all: raw.all === true || raw.all === 'true' ? true : undefined,
  }),
  component: lazyRouteComponent(() => import('../features/lists/list-page.tsx'), 'ListPage'),
});

const reconcileList = createRoute({
  getParentRoute: () => desk,
  path: '/lists/$list/reconcile',
  component: lazyRouteComponent(() => import('../features/lists/reconcile-page.tsx'), 'ReconcilePage'),
});

const ownLists = createRoute({
  getParentRoute: () => desk,
  path: '/own-lists',
  component: lazyRouteComponent(() => import('../features/lists/own-lists-page.tsx'), 'OwnListsPage'),
});

const listings = createRoute({
  getParentRoute: () => desk,
  path: '/listings',
  validateSearch: caseSearch,
  component: lazyRouteComponent(() => import('../features/lists/listing-pages.tsx'), 'ListingsPage'),
});

const newListing = createRoute({
  getParentRoute: () => desk,
  path: '/listings/new',
  validateSearch: (raw: Raw): { list?: string | undefined; code?: string | undefined } => ({
    list: text(raw, 'list'),
    code: text(raw, 'code'),
  }),
  component: lazyRouteComponent(() => import('../features/lists/propose-page.tsx'), 'ProposeListingPage'),
});

const listing = createRoute({
  getParentRoute: () => desk,
  path: '/listings/$id',
  component: lazyRouteComponent(() => import('../features/lists/listing-pages.tsx'), 'ListingPage'),
});

const casePages = [
  notices,
  sentNotices,
  overdue,
  work,
  papers,
  duties,
  whoReceived,
  objections,
  newObjection,
  objection,
] as const;
const quality = createRoute({
  getParentRoute: () => desk,
  path: '/quality',
  validateSearch: (raw: Raw): { tab?: string | undefined; month?: string | undefined; by?: string | undefined } => ({
    tab: text(raw, 'tab'),
    month: text(raw, 'month'),
    by: text(raw, 'by'),
  }),
  component: lazyRouteComponent(() => import('../features/quality/quality-page.tsx'), 'QualityPage'),
});

const checks = createRoute({
  getParentRoute: () => desk,
  path: '/checks',
  validateSearch: (raw: Raw): { tab?: string | undefined } => ({ tab: text(raw, 'tab') }),
  component: lazyRouteComponent(() => import('../features/checks/checks-page.tsx'), 'ChecksPage'),
});

const checkBatches = createRoute({
  getParentRoute: () => desk,
  path: '/checks/batches',
  component: lazyRouteComponent(() => import('../features/checks/batches-page.tsx'), 'BatchesPage'),
});

const checkBatch = createRoute({
  getParentRoute: () => desk,
  path: '/checks/batches/$id',
  component: lazyRouteComponent(() => import('../features/checks/batch-page.tsx'), 'BatchPage'),
});

const checkReceipts = createRoute({
  getParentRoute: () => desk,
  path: '/checks/receipts',
  validateSearch: (raw: Raw): { no?: string | undefined } => ({ no: text(raw, 'no') }),
  component: lazyRouteComponent(() => import('../features/checks/receipt-page.tsx'), 'ReceiptPage'),
});

const checkCounts = createRoute({
  getParentRoute: () => desk,
  path: '/checks/counts',
  validateSearch: (raw: Raw): { from?: string | undefined; to?: string | undefined } => ({
    from: text(raw, 'from'),
    to: text(raw, 'to'),
  }),
  component: lazyRouteComponent(() => import('../features/checks/counts-page.tsx'), 'CountsPage'),
});

const checkPages = [checkBatches, checkBatch, checkReceipts, checkCounts] as const;
const listPages = [
  checks,
  ...checkPages,
  lists,
  listEntries,
  reconcileList,
  ownLists,
  listings,
  newListing,
  listing,
] as const;
const besidePages = [
  statements,
  newStatement,
  statement,
  doubts,
  newDoubt,
  doubt,
  complaints,
  newComplaint,
  complaint,
  targets,
  quality,
] as const;

const routeTree = root.addChildren([
  signIn,
  password,
  secondFactor,
  desk.addChildren([
    account,
    todo,
    submissions,
    submission,
    channels,
    receivers,
    entry,
    records,
    record,
    correct,
    review,
    archives,
    archive,
    ...oversightRoutes,
    ...accountPages,
    ...accessRoutes,
    ...casePages,
    ...repairPages,
    ...besidePages,
    ...listPages,
    lookups,
    privacy,
  ]),
]);

export const router = createRouter({
  routeTree,
  basepath: '/desk',
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
