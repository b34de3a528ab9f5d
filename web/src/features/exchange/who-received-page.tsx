/** 谁收到过: an organisation reads of each of its records who received it and what they were told of changes. */
import type { ObjectableRecords } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { objectableQuery } from '../objections/queries.ts';
import { RecordReceivers } from './record-receivers.tsx';

type Own = ObjectableRecords['items'][number];

export function WhoReceivedPage() {
  const { t } = useI18n();
  const query = useInfiniteQuery(objectableQuery(null));
  return (
    <>
      <PageHead title={t('nav.whoReceived')}>
        <p className="quiet">{t('received.lead')}</p>
      </PageHead>
      <PagedList query={query} empty={<Empty title={t('received.none')}>{t('received.noneHint')}</Empty>}>
        {(rows) => (
          <ul className="records">
            {rows.map((row) => (
              <OwnRecord key={row.recordId} row={row} />
            ))}
          </ul>
        )}
      </PagedList>
    </>
  );
}

function OwnRecord({ row }: { row: Own }) {
  const { t, w } = useI18n();
  return (
    <li className="record">
      <div className="record-head">
        <h2 className="as-h3">{row.title}</h2>
        <div className="record-shown">
          {row.shown && row.shownUntil ? t('record.shownUntil', { on: row.shownUntil }) : null}
          {row.shown ? null : t('record.notShown')}
        </div>
      </div>
      <p className="sub">
        <span>{w(row.itemName)}</span>
        <span>{[row.documentNumber, row.decidingBody, row.decidedOn].filter(Boolean).join(' · ')}</span>
      </p>
      <RecordReceivers recordId={row.recordId} />
    </li>
  );
}
