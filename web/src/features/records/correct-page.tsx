import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { recordQuery, standardsQuery } from '../../shared/api/queries.ts';
import type { RecordDetail, RecordFormResult } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Loaded, Note } from '../../shared/ui/states.tsx';
import { FormOutcome } from './form-outcome.tsx';
import { RecordFormView } from './record-form.tsx';

const route = getRouteApi('/desk/records/$id/correct');

export function CorrectPage() {
  const { id } = route.useParams();
  const query = useQuery(recordQuery(id));
  return <Loaded query={query}>{(record) => <Correct key={record.recordId} record={record} />}</Loaded>;
}

function Correct({ record: read }: { record: RecordDetail }) {
  const { t } = useI18n();
  // What the form began with: a correction renews the record below it.
  const [record] = useState(read);
  const [result, setResult] = useState<RecordFormResult | null>(null);
  const standards = useQuery(standardsQuery);
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/records">{t('nav.records')}</Link> /{' '}
            <Link to="/records/$id" params={{ id: record.recordId }}>
              {record.documentNumber ?? record.title}
            </Link>
          </>
        }
        title={t('record.correctTitle')}
      >
        <p className="quiet">{t('record.correctLead')}</p>
      </PageHead>
      {result ? <FormOutcome result={result} /> : null}
      {!result && record.state !== 'live' ? <Note tone="waiting">{t('record.notLive')}</Note> : null}
      {!result && record.state === 'live' ? (
        <Loaded query={standards} rows={8}>
          {(all) => {
            const standard = all.find((entry) => entry.key === record.standard);
            if (!standard) return <Note tone="seal">{t('record.noStandard')}</Note>;
            return (
              <RecordFormView
                standard={standard}
                target={{ path: `/records/${record.recordId}/correct`, standard: record.standard, needsReason: true }}
                start={record.values}
                submitLabel={t('record.correctSubmit')}
                onSent={(form) => {
                  setResult(form.send.data ?? null);
                  window.scrollTo({ top: 0 });
                }}
              />
            );
          }}
        </Loaded>
      ) : null}
    </>
  );
}
