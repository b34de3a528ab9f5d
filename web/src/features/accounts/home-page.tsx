/** The first page: an officer's work, or for those who keep accounts what waits for them. */
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { formatCount } from '../../shared/ui/format.ts';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { Figures, PageHead, Section } from '../../shared/ui/page.tsx';
import { Loaded, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { TodoPage } from '../todo/todo-page.tsx';
import { useRoleName } from './account-words.tsx';
import { countsQuery } from './accounts-api.ts';
import { HolderForm } from './holder-form.tsx';

export function HomePage() {
  const { may } = useSession();
  if (may('submission.read')) return <TodoPage />;
  // The log is the audit administrator's work; accounts are only read.
  return may('log.read') ? <Navigate to="/log" replace /> : <AccountsHome />;
}

function AccountsHome() {
  const { t } = useI18n();
  const { session, may } = useSession();
  const name = useRoleName();
  const counts = useQuery({ ...countsQuery, enabled: may('account.read') });
  const roles = session?.account.roles ?? [];
  return (
    <>
      <PageHead
        title={t('nav.todo')}
        actions={
          may('account.create') ? (
            <>
              <LinkButton to="/accounts/import">{t('account.import')}</LinkButton>
              <LinkButton primary to="/accounts/new">
                {t('account.new')}
              </LinkButton>
            </>
          ) : null
        }
      >
        <p className="quiet">{roles.map(name).join('、')}</p>
      </PageHead>
      <HolderForm />
      {roles.map((role) =>
        role === 'systemAdmin' || role === 'securityAdmin' || role === 'auditAdmin' || role === 'accountManager' ? (
          <p key={role} className="lead">
            {t(`home.${role}`)}
          </p>
        ) : null,
      )}
      {may('account.read') ? (
        <Loaded query={counts} rows={3}>
          {(data) => (
            <>
              <Figures
                items={[
                  { key: 'requests', value: data.waitingRequests, label: t('home.requests'), tone: 'waiting' },
                  { key: 'confirm', value: data.toConfirm, label: t('home.toConfirm'), tone: 'waiting' },
                  { key: 'unused', value: data.unused, label: t('home.unused'), tone: 'waiting' },
                  { key: 'active', value: data.active, label: t('home.active') },
                  { key: 'disabled', value: data.disabled, label: t('home.disabled') },
                ]}
              />
              <Section title={t('home.waiting')}>
                <ul className="plain lines">
                  <li>
                    <Link to="/role-requests">{t('home.toRequests', { n: data.waitingRequests })}</Link>
                  </li>
                  <li>
                    <Link to="/recertification">{t('home.toConfirmation', { n: data.toConfirm })}</Link>
                  </li>
                  <li>
                    <Link to="/accounts" search={{ remark: 'unused' }}>
                      {t('home.toUnused', { n: data.unused })}
                    </Link>
                  </li>
                  <li>
                    <Link to="/accounts" search={{ remark: 'holderUnknown' }}>
                      {t('home.toHolder', { n: data.holderUnknown })}
                    </Link>
                  </li>
                  <li>
                    <Link to="/accounts" search={{ remark: 'leaving' }}>
                      {t('home.toLeaving', { n: data.leaving })}
                    </Link>
                  </li>
                </ul>
              </Section>
              {data.administrators.length > 0 ? (
                <Section title={t('home.administrators')}>
                  <dl className="facts">
                    {data.administrators.map((entry) => (
                      <div key={entry.role}>
                        <dt>{name(entry.role)}</dt>
                        <dd>
                          {t('home.people', { n: formatCount(entry.active) })}
                          {entry.active < 2 ? <span className="quiet"> {t('home.onlyOne')}</span> : null}
                        </dd>
                      </div>
                    ))}
                  </dl>
                </Section>
              ) : null}
            </>
          )}
        </Loaded>
      ) : (
        <Note>{t('nav.noTasksHint')}</Note>
      )}
    </>
  );
}
