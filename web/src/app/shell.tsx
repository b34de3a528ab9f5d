/** The desk around its pages: who is signed in, what there is to do, and the page. */
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useMatch, useRouterState } from '@tanstack/react-router';
import { Drawer } from 'antd';
import { useEffect, useState } from 'react';
import { ReadOnlyBanner } from '../features/access/read-only-banner.tsx';
import { DeputyBanner } from '../features/accounts/deputy-banner.tsx';
import { unreadQuery } from '../features/notices/queries.ts';
import { useSession } from '../features/session/use-session.ts';
import { call } from '../shared/api/client.ts';
import { forgetAll, siteQuery, summaryQuery } from '../shared/api/queries.ts';
import type { SessionView } from '../shared/api/types.ts';
import { type Key, useI18n } from '../shared/i18n/index.tsx';
import { LanguageSwitch } from '../shared/ui/language-switch.tsx';
import { PageHead } from '../shared/ui/page.tsx';
import { Empty, ErrorNote, Skeleton } from '../shared/ui/states.tsx';

interface Task {
  readonly to:
    | '/accounts'
    | '/role-requests'
    | '/recertification'
    | '/organisation'
    | '/leave'
    | '/duty'
    | '/clients'
    | '/policy-changes'
    | '/'
    | '/submissions'
    | '/channels'
    | '/receivers'
    | '/entry'
    | '/records'
    | '/review'
    | '/archive'
    | '/lookups'
    | '/privacy'
    | '/who-looked'
    | '/disputes'
    | '/alerts'
    | '/delays'
    | '/log'
    | '/exports'
    | '/authorisations'
    | '/emergency'
    | '/objections'
    | '/repairs'
    | '/severity'
    | '/notices'
    | '/overdue'
    | '/work'
    | '/papers'
    | '/duties'
    | '/who-received'
    | '/statements'
    | '/doubts'
    | '/complaints'
    | '/targets'
    | '/checks'
    | '/lists'
    | '/listings'
    | '/own-lists'
    | '/quality';
  readonly label: Key;
  readonly permission: string;
  /** One of several will do. */
  readonly or?: string;
  readonly count?: 'waiting' | 'drafts' | 'unread';
}
const tasks: readonly Task[] = [
  { to: '/', label: 'nav.todo', permission: 'submission.read', or: 'account.read', count: 'waiting' },
  { to: '/submissions', label: 'nav.submissions', permission: 'submission.read' },
  { to: '/channels', label: 'nav.channels', permission: 'channel.read' },
  { to: '/entry', label: 'nav.entry', permission: 'record.enter' },
  { to: '/records', label: 'nav.records', permission: 'record.enter' },
  { to: '/review', label: 'nav.review', permission: 'record.decide', count: 'drafts' },
  { to: '/archive', label: 'nav.archive', permission: 'subject.search' },
  // What the audit administrator and a representative begin with.
  { to: '/log', label: 'nav.log', permission: 'log.read' },
  { to: '/who-looked', label: 'nav.whoLooked', permission: 'access.own' },
  { to: '/who-received', label: 'nav.whoReceived', permission: 'access.own' },
  { to: '/objections', label: 'nav.objections', permission: 'objection.read' },
  { to: '/repairs', label: 'nav.repairs', permission: 'repair.read' },
  { to: '/checks', label: 'nav.checks', permission: 'check.read' },
  { to: '/lists', label: 'nav.lists', permission: 'list.read' },
  { to: '/own-lists', label: 'lists.own', permission: 'list.own' },
  { to: '/listings', label: 'nav.listings', permission: 'listing.read' },
  { to: '/severity', label: 'nav.severity', permission: 'severity.confirm' },
  { to: '/duties', label: 'nav.duties', permission: 'repair.decide' },
  { to: '/overdue', label: 'nav.overdue', permission: 'case.work' },
  { to: '/work', label: 'nav.work', permission: 'case.work' },
  { to: '/papers', label: 'nav.papers', permission: 'paper.write' },
  { to: '/statements', label: 'nav.statements', permission: 'objection.read' },
  { to: '/doubts', label: 'nav.doubts', permission: 'doubt.read' },
  { to: '/complaints', label: 'nav.complaints', permission: 'complaint.read' },
  { to: '/quality', label: 'nav.quality', permission: 'quality.read' },
  { to: '/targets', label: 'nav.targets', permission: 'target.read' },
  { to: '/policy-changes', label: 'nav.policy', permission: 'policyChange.read' },
  { to: '/accounts', label: 'nav.accounts', permission: 'account.read' },
  { to: '/role-requests', label: 'nav.roleRequests', permission: 'role.read' },
  { to: '/recertification', label: 'nav.recertification', permission: 'recertification.read' },
  { to: '/organisation', label: 'nav.organisation', permission: 'account.read' },
  { to: '/leave', label: 'nav.leave', permission: 'deputy.manage' },
  { to: '/duty', label: 'nav.duty', permission: 'duty.read' },
  { to: '/clients', label: 'nav.clients', permission: 'client.manage' },
  { to: '/lookups', label: 'nav.lookups', permission: 'person.lookup' },
  { to: '/privacy', label: 'nav.privacy', permission: 'privacy.manage' },
  { to: '/disputes', label: 'nav.disputes', permission: 'dispute.read' },
  { to: '/alerts', label: 'nav.alerts', permission: 'alert.read' },
  { to: '/receivers', label: 'nav.receivers', permission: 'exchange.read' },
  { to: '/delays', label: 'nav.delays', permission: 'delay.read' },
  { to: '/exports', label: 'nav.exports', permission: 'export.read' },
  { to: '/authorisations', label: 'nav.authorisations', permission: 'authorisation.read' },
  { to: '/emergency', label: 'nav.emergency', permission: 'emergency.read' },
  // Last: whoever has other work begins with that.
  { to: '/notices', label: 'nav.notices', permission: 'notice.own', count: 'unread' },
];

export function Shell() {
  const { query, session } = useSession();
  if (query.isPending) {
    return (
      <div className="page lone">
        <Skeleton rows={3} />
      </div>
    );
  }
  if (!session && query.error) {
    return (
      <div className="page lone">
        <ErrorNote error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  if (!session) return <ToDoor to="/sign-in" />;
  if (session.secondFactor === 'needed') return <ToDoor to="/second-factor" />;
  if (session.mustChangePassword) return <Navigate to="/password" replace />;
  if (session.secondFactor === 'missing') return <Navigate to="/second-factor" replace />;
  return <Desk session={session} />;
}

/** Remembers where somebody wanted to go: the address as it was, not as it becomes on the way to the door. */
function ToDoor({ to }: { to: '/sign-in' | '/second-factor' }) {
  const href = useRouterState({ select: (state) => state.location.href });
  const [wanted] = useState(href);
  return <Navigate to={to} search={{ next: wanted === '/' ? undefined : wanted }} replace />;
}

function Desk({ session }: { session: SessionView }) {
  const { t } = useI18n();
  const shown = tasks.filter((task) =>
    [task.permission, task.or].some((one) => one !== undefined && session.permissions.includes(one)),
  );
  return (
    <div className="desk">
      <a className="skip" href="#main">
        {t('nav.skip')}
      </a>
      <aside className="side">
        <Brand />
        <Tasks tasks={shown} />
        <Foot session={session} />
      </aside>
      <TopBar tasks={shown} session={session} />
      <main id="main" className="page" tabIndex={-1}>
        {session.deputyFor ? <DeputyBanner name={session.deputyFor.name} /> : null}
        <ReadOnlyBanner />
        <Content tasks={shown} />
      </main>
    </div>
  );
}

/** The to-do list is the home of those who have one; everybody else begins with the first of their tasks. */
function Content({ tasks: shown }: { tasks: readonly Task[] }) {
  // The page that is shown, not the address: while one signs in the address is still the door's.
  const home = useMatch({ from: '/desk/', shouldThrow: false });
  const [first] = shown;
  if (!first) return home ? <NoTasks /> : <Outlet />;
  if (home && first.to !== '/') return <Navigate to={first.to} replace />;
  return <Outlet />;
}

function NoTasks() {
  const { t } = useI18n();
  return (
    <>
      <PageHead title={t('nav.label')} />
      <Empty title={t('nav.noTasks')}>{t('nav.noTasksHint')}</Empty>
    </>
  );
}

function Brand() {
  const { t } = useI18n();
  const site = useQuery(siteQuery).data;
  return (
    <div className="brand">
      {t('app.brand')}
      {site?.cityName ? <span className="brand-city">{site.cityName}</span> : null}
    </div>
  );
}

function Tasks({ tasks: shown, onGo }: { tasks: readonly Task[]; onGo?: () => void }) {
  const { t } = useI18n();
  const { data } = useQuery({ ...summaryQuery, enabled: useSession().may('submission.read') });
  const unread = useQuery({ ...unreadQuery, enabled: useSession().may('notice.own') }).data?.unread ?? 0;
  const counts = { unread, waiting: data ? data.doubtfulRows + data.drafts : 0, drafts: data?.drafts ?? 0 };
  return (
    <nav aria-label={t('nav.label')} className="tasks">
      <ul>
        {shown.map((task) => {
          const count = task.count ? counts[task.count] : 0;
          return (
            <li key={task.to}>
              <Link
                to={task.to}
                onClick={onGo}
                activeOptions={{ exact: task.to === '/', includeSearch: false }}
                activeProps={{ 'aria-current': 'page' }}
              >
                {t(task.label)}
                {count > 0 ? (
                  <span className="pill">
                    <span aria-hidden="true">{count > 999 ? '999+' : count}</span>
                    <span className="unseen">{t('nav.waiting', { n: count })}</span>
                  </span>
                ) : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

async function signOut(): Promise<void> {
  try {
    await call('/session', { method: 'DELETE' });
  } finally {
    forgetAll(null);
  }
}

function Foot({ session }: { session: SessionView }) {
  const { t } = useI18n();
  const { account } = session;
  return (
    <div className="side-foot">
      <div className="who">
        <strong>{account.name}</strong>
        <span>
          {account.body?.name ??
            // The login of a representative is made by the platform and says nothing.
            (account.roles.includes('companyRepresentative') ? t('role.companyRepresentative') : account.login)}
        </span>
      </div>
      <div className="side-actions">
        <Link to="/account">{t('account.title')}</Link>
        <button type="button" onClick={() => void signOut()}>
          {t('session.signOut')}
        </button>
        <LanguageSwitch />
      </div>
    </div>
  );
}

function TopBar({ tasks: shown, session }: { tasks: readonly Task[]; session: SessionView }) {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page closes the drawer
  useEffect(() => setOpen(false), [path]);
  return (
    <header className="top-bar">
      <Brand />
      <button type="button" aria-expanded={open} onClick={() => setOpen(true)}>
        {t('nav.menu')}
      </button>
      <Drawer
        open={open}
        onClose={() => setOpen(false)}
        placement="top"
        size="auto"
        title={t('app.brand')}
        rootClassName="menu-drawer"
        closable={{ 'aria-label': t('action.close') }}
      >
        <Tasks tasks={shown} onGo={() => setOpen(false)} />
        <Foot session={session} />
      </Drawer>
    </header>
  );
}
