/** 本单位所在名单: why, until when, how to leave; for the organisation itself. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Loaded } from '../../shared/ui/states.tsx';
import { ownListsQuery } from './queries.ts';
import { StandingTable } from './subject-standing.tsx';

export function OwnListsPage() {
  const { t } = useI18n();
  return (
    <>
      <PageHead title={t('lists.own')} actions={<LinkButton to="/listings">{t('lists.titleOwn')}</LinkButton>}>
        <p className="quiet">{t('lists.ownLead')}</p>
      </PageHead>
      <Loaded query={useQuery(ownListsQuery)} rows={4}>
        {(data) => (
          <>
            <StandingTable data={data} own />
            <p className="quiet">
              {t('lists.wrong')} <Link to="/objections/new">{t('lists.object')}</Link>
            </p>
            <p className="quiet">
              {t('lists.checked')} <Link to="/who-looked">{t('nav.whoLooked')}</Link> ·{' '}
              <a href="/measures">{t('batches.measures')}</a>
            </p>
          </>
        )}
      </Loaded>
    </>
  );
}
