/** The desk around its pages: who is signed in, what there is to do, and the page. */
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate, Outlet, useMatch, useRouterState } from '@tanstack/react-router';
import { Drawer } from 'antd';
import { useEffect, useState } from 'react';
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
    | '/'
    | '/submissions'
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
    | '/log';
  readonly label: Key;
  readonly permission: string;
  readonly count?: 'waiting' | 'drafts';
}
const tasks: readonly Task[] = [
  { to: '/', label: 'nav.todo', permission: 'submission.read', count: 'waiting' },
  { to: '/submissions', label: 'nav.submissions', permission: 'submission.read' },
  { to: '/entry', label: 'nav.entry', permission: 'record.enter' },
  { to: '/records', label: 'nav.records', permission: 'record.enter' },
  { to: '/review', label: 'nav.review', permission: 'record.decide', count: 'drafts' },
  { to: '/archive', label: 'nav.archive', permission: 'subject.search' },
  { to: '/lookups', label: 'nav.lookups', permission: 'person.lookup' },
  { to: '/privacy', label: 'nav.privacy', permission: 'privacy.manage' },
  { to: '/log', label: 'nav.log', permission: 'log.read' },
  { to: '/who-looked', label: 'nav.whoLooked', permission: 'access.own' },
  { to: '/disputes', label: 'nav.disputes', permission: 'dispute.read' },
  { to: '/alerts', label: 'nav.alerts', permission: 'alert.read' },
  { to: '/delays', label: 'nav.delays', permission: 'delay.read' },
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
  if (!session) return <ToSignIn />;
  if (session.mustChangePassword) return <Navigate to="/password" replace />;
  return <Desk session={session} />;
}

/** Remembers where somebody wanted to go: the address as it was, not as it becomes on the way to the door. */
function ToSignIn() {
  const href = useRouterState({ select: (state) => state.location.href });
  const [wanted] = useState(href);
  return <Navigate to="/sign-in" search={{ next: wanted === '/' ? undefined : wanted }} replace />;
}

function Desk({ session }: { session: SessionView }) {
  const { t } = useI18n();
  const shown = tasks.filter((task) => session.permissions.includes(task.permission));
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
  if (!first) return <NoTasks />;
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
  const { data } = useQuery({ ...summaryQuery, enabled: shown.some((task) => task.count) });
  const counts = { waiting: data ? data.doubtfulRows + data.drafts : 0, drafts: data?.drafts ?? 0 };
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
        <span>{account.body?.name ?? account.login}</span>
      </div>
      <div className="side-actions">
        <Link to="/password">{t('session.changePassword')}</Link>
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
