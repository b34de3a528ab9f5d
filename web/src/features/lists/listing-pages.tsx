/** 名单认定: the queue and one case, for the recognising body and for the organisation that defends itself. */
import type { CaseView, ListEntryView } from '@chengxin/contract';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useI18n } from '../../shared/i18n/index.tsx';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { Section } from '../../shared/ui/page.tsx';
import { Empty, Note } from '../../shared/ui/states.tsx';
import { CaseDetail } from '../cases/case-detail.tsx';
import { ProcedureQueue } from '../cases/procedure-queue.tsx';
import { useSession } from '../session/use-session.ts';
import { EntryDocument, EntryState, EntryTerm } from './entry-parts.tsx';

const path = '/listings';
const queue = getRouteApi('/desk/listings');
const one = getRouteApi('/desk/listings/$id');

export function ListingsPage() {
  const { t } = useI18n();
  const { may, session } = useSession();
  const navigate = queue.useNavigate();
  const own = session?.account.roles.includes('companyRepresentative') ?? false;
  const make = may('listing.propose') ? (
    <LinkButton primary to="/listings/new">
      {t('lists.propose')}
    </LinkButton>
  ) : null;
  return (
    <ProcedureQueue
      path={path}
      to="/listings/$id"
      title={t(own ? 'lists.titleOwn' : 'nav.listings')}
      lead={t(own ? 'lists.leadOwn' : 'lists.leadCases')}
      actions={make}
      ranges={own ? ['open', 'all'] : ['open', 'mine', 'overdue', 'all']}
      search={queue.useSearch()}
      onSearch={(next) => void navigate({ search: next, replace: true })}
      empty={own ? <Empty title={t('lists.noneOwn')} /> : undefined}
    />
  );
}

type ListingView = CaseView & { readonly entry: ListEntryView | null; readonly listKey: string };

/** What the body has to bring before the next step, said before it is refused. */
const needs: Readonly<Record<string, 'lists.need.notice' | 'lists.need.decision' | 'lists.need.served'>> = {
  proposed: 'lists.need.notice',
  cleared: 'lists.need.decision',
  decided: 'lists.need.served',
};

export function ListingPage() {
  const { t } = useI18n();
  return (
    <CaseDetail<ListingView>
      path={path}
      id={one.useParams().id}
      crumb={<Link to="/listings">{t('nav.listings')}</Link>}
    >
      {(view) => <Beside view={view} />}
    </CaseDetail>
  );
}

function Beside({ view }: { view: ListingView }) {
  const { t } = useI18n();
  const note =
    view.party === 'subject' && view.state === 'noticed'
      ? 'lists.youMayDefend'
      : view.party === 'recogniser' && (view.kind !== 'honour' || view.state !== 'proposed')
        ? needs[view.state]
        : undefined;
  return (
    <>
      {note ? (
        <div className="section">
          <Note tone={note === 'lists.youMayDefend' ? 'waiting' : 'brand'}>{t(note)}</Note>
        </div>
      ) : null}
      {view.entry ? (
        <Section title={t('lists.entry')}>
          <dl className="facts register">
            <div>
              <dt>{t('case.state')}</dt>
              <dd>
                <EntryState entry={view.entry} />
              </dd>
            </div>
            <div>
              <dt>{t('lists.document')}</dt>
              <dd>
                <EntryDocument entry={view.entry} />
              </dd>
            </div>
            <div>
              <dt>{t('lists.listedOn')}</dt>
              <dd>
                <EntryTerm entry={view.entry} />
              </dd>
            </div>
          </dl>
          {view.party === 'subject' && view.entry.recordId && view.entry.state === 'live' && view.kind === 'serious' ? (
            <p>
              <Link to="/repairs/new">{t('lists.repair')}</Link>
            </p>
          ) : null}
        </Section>
      ) : null}
    </>
  );
}
