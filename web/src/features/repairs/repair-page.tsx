/** One repair: being filled in, step by step; afterwards as each of its parties reads it, evidence beside the record. */
import type { RepairView } from '@chengxin/contract';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { apiPath } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { Section, Tag } from '../../shared/ui/page.tsx';
import { Loaded, Note } from '../../shared/ui/states.tsx';
import { CaseDetail } from '../cases/case-detail.tsx';
import { caseQuery } from '../cases/queries.ts';
import { ApplyForm, DutyUploads } from './apply-form.tsx';
import { path } from './queries.ts';

const route = getRouteApi('/desk/repairs/$id');

export function RepairPage() {
  const { t } = useI18n();
  const { id } = route.useParams();
  const crumb = <Link to="/repairs">{t('nav.repairs')}</Link>;
  const query = useQuery(caseQuery<RepairView>(path, id));
  return (
    <Loaded query={query} rows={8}>
      {(view) =>
        view.state === 'draft' && view.editable ? (
          <ApplyForm view={view} crumb={crumb} />
        ) : (
          <CaseDetail<RepairView> path={path} id={id} crumb={crumb} materials={false}>
            {(shown) => <Evidence view={shown} />}
          </CaseDetail>
        )
      }
    </Loaded>
  );
}

export function RecordBrief({ record }: { record: NonNullable<RepairView['record']> }) {
  const { t, w } = useI18n();
  return (
    <dl className="facts">
      <div>
        <dt>{t('repair.record')}</dt>
        <dd>{record.title}</dd>
      </div>
      <div>
        <dt>{t('repair.document')}</dt>
        <dd>{record.documentNumber ?? '—'}</dd>
      </div>
      <div>
        <dt>{t('repair.decided')}</dt>
        <dd>
          {record.decidedOn ?? '—'} · {record.decidingBody}
        </dd>
      </div>
      <div>
        <dt>{t('repair.display')}</dt>
        <dd>
          {w(record.reason)}{' '}
          <Link to="/records/$id/why" params={{ id: record.recordId }}>
            {t('why.title')}
          </Link>
        </dd>
      </div>
    </dl>
  );
}

function Evidence({ view }: { view: RepairView }) {
  const { t, w } = useI18n();
  return (
    <>
      {view.state === 'supplementRequested' && view.editable ? (
        <Note tone="waiting">
          <strong>{t('repair.supplementHint')}</strong>
          <ul className="plain">
            {view.missing.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </Note>
      ) : null}
      {view.obstacles.length > 0 && !view.editable ? (
        <Note tone="waiting">
          <strong>{t('repair.obstacles')}</strong>
          <ul className="plain">
            {view.obstacles.map((one) => (
              <li key={one.code}>
                {one.code} {w(one.words)} <span className="quiet">{one.basis}</span>
              </li>
            ))}
          </ul>
        </Note>
      ) : null}
      <div className="record-evidence">
        <Section title={t('repair.theRecord')}>
          {view.record ? <RecordBrief record={view.record} /> : <p className="quiet">{t('repair.recordGone')}</p>}
        </Section>
        <Section title={t('repair.evidence')}>
          {view.editable ? <DutyUploads view={view} /> : <DutyList view={view} />}
          <p>
            {view.commitment.signedOn
              ? t('repair.signedOn', { day: view.commitment.signedOn, title: w(view.commitment.title) })
              : t('repair.notSigned')}
          </p>
        </Section>
      </div>
      {view.appeal && view.recordId ? (
        <Section title={t('repair.appeal')}>
          <LinkButton to="/objections/new" search={{ record: view.recordId }}>
            {t('repair.appealDo')}
          </LinkButton>
        </Section>
      ) : null}
    </>
  );
}

export function Files({ view, duty }: { view: RepairView; duty: string }) {
  const files = view.proofs.filter((one) => one.duty === duty);
  return (
    <ul className="plain">
      {files.map((file) => (
        <li key={file.id}>
          <a href={apiPath(`${path}/${view.id}/materials/${file.id}`)} download>
            {file.fileName}
          </a>
        </li>
      ))}
    </ul>
  );
}

function DutyList({ view }: { view: RepairView }) {
  const { t, w } = useI18n();
  return (
    <ul className="proofs">
      {view.duties.map((duty) => (
        <li key={duty.key}>
          <strong>{w(duty.name)}</strong>{' '}
          {duty.confirmed ? (
            <Tag tone="done">{t('repair.dutyConfirmed')}</Tag>
          ) : (
            <Tag tone={duty.shown ? 'waiting' : 'seal'}>{t(duty.shown ? 'repair.dutyShown' : 'repair.dutyOpen')}</Tag>
          )}
          <Files view={view} duty={duty.key} />
        </li>
      ))}
      {view.proofs.some((one) => one.duty === 'other') ? (
        <li>
          <strong>{t('repair.otherFiles')}</strong>
          <Files view={view} duty="other" />
        </li>
      ) : null}
    </ul>
  );
}
