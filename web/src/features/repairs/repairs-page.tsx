/** 信用修复: an organisation's own applications; the queue of the bodies that recognise, with what is late. */
import type { CaseBatchResult } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { CaseQueue } from '../cases/case-queue.tsx';
import type { CaseRange } from '../cases/case-search.ts';
import { useSession } from '../session/use-session.ts';
import { path, rulesQuery } from './queries.ts';

const route = getRouteApi('/desk/repairs');
const ownRanges: readonly CaseRange[] = ['open', 'all'];
const bodyRanges: readonly CaseRange[] = ['open', 'overdue', 'all'];

export function RepairsPage() {
  const { t, w } = useI18n();
  const { may, session } = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const rules = useQuery(rulesQuery).data;
  const own = session?.account.roles.includes('companyRepresentative') ?? false;
  const begin = (
    <LinkButton primary={own} to="/repairs/new">
      {t(own ? 'repair.see' : 'repair.window')}
    </LinkButton>
  );
  return (
    <>
      <PageHead title={t(own ? 'repair.titleOwn' : 'repair.title')} actions={may('repair.apply') ? begin : null}>
        <p className="quiet">{t(own ? 'repair.leadOwn' : 'repair.lead')}</p>
      </PageHead>
      <CaseQueue
        path={path}
        to="/repairs/$id"
        caption={t('repair.title')}
        search={search}
        onSearch={(next) => void navigate({ search: next, replace: true })}
        ranges={own ? ownRanges : bodyRanges}
        states={(rules?.states ?? []).map((state) => ({ key: state.key, label: w(state.name) }))}
        {...(may('repair.decide') && rules
          ? {
              bulk: {
                commands: rules.bulk,
                run: (ids: readonly string[], body: Readonly<Record<string, string>>) =>
                  call<CaseBatchResult>('/repairs:batch', { method: 'POST', body: { ...body, ids } }),
              },
            }
          : {})}
        empty={
          own ? (
            <Empty title={t('repair.noneOwn')} action={begin}>
              {t('repair.noneOwnHint')}
            </Empty>
          ) : undefined
        }
      />
    </>
  );
}
