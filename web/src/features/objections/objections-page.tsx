/** 异议: the queue of the credit office and of the bodies that reported; an organisation's own. */
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

const route = getRouteApi('/desk/objections');
const ownRanges: readonly CaseRange[] = ['open', 'all'];
const bodyRanges: readonly CaseRange[] = ['open', 'overdue', 'all'];

export function ObjectionsPage() {
  const { t, w } = useI18n();
  const { may, session } = useSession();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const rules = useQuery(rulesQuery).data;
  const handles = may('objection.handle');
  const own = session?.account.roles.includes('companyRepresentative') ?? false;
  const object = (
    <LinkButton primary to="/objections/new">
      {t('objection.new')}
    </LinkButton>
  );
  return (
    <>
      <PageHead
        title={t(own ? 'objection.titleOwn' : 'objection.title')}
        actions={may('objection.submit') ? object : null}
      >
        <p className="quiet">{t(own ? 'objection.leadOwn' : 'objection.lead')}</p>
      </PageHead>
      <CaseQueue
        path={path}
        to="/objections/$id"
        caption={t('objection.title')}
        search={search}
        onSearch={(next) => void navigate({ search: next, replace: true })}
        ranges={own ? ownRanges : bodyRanges}
        states={(rules?.states ?? []).map((state) => ({ key: state.key, label: w(state.name) }))}
        {...(handles && rules
          ? {
              bulk: {
                commands: rules.bulk,
                run: (ids: readonly string[], body: Readonly<Record<string, string>>) =>
                  call<CaseBatchResult>('/objections:batch', { method: 'POST', body: { ...body, ids } }),
              },
            }
          : {})}
        empty={
          own ? (
            <Empty title={t('objection.noneOwn')} action={object}>
              {t('objection.noneOwnHint')}
            </Empty>
          ) : undefined
        }
      />
    </>
  );
}
