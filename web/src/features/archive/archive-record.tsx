/** One fact, one block: what was decided, who and when, until when it is shown and why, where it comes from. */

import { Link } from '@tanstack/react-router';
import type { PublicRecord } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Tag } from '../../shared/ui/page.tsx';
import { useSession } from '../session/use-session.ts';

const severityKey: Readonly<Record<string, Key>> = {
  minor: 'severity.minor',
  general: 'severity.general',
  serious: 'severity.serious',
};

const annotationKey: Readonly<Record<string, Key>> = {
  objectionInProgress: 'objection.inProgress',
  reviewInProgress: 'record.annotation.review',
  litigationInProgress: 'record.annotation.litigation',
  reorganisationInProgress: 'record.annotation.reorganisation',
};

export function ArchiveRecord({ record, onLineage }: { record: PublicRecord; onLineage?: () => void }) {
  const { t, w } = useI18n();
  const { may } = useSession();
  const { disclosure } = record;
  const severity = disclosure.severity ? severityKey[disclosure.severity] : undefined;
  const basis = [disclosure.basis.document, disclosure.basis.number, disclosure.basis.article]
    .filter(Boolean)
    .join(' ');
  return (
    <li className="record">
      <div className="record-head">
        <h3>
          {record.title} {severity ? <Tag>{t(severity)}</Tag> : null}
          {disclosure.annotations.map((annotation) => (
            <Tag key={annotation} tone="waiting">
              {annotationKey[annotation] ? t(annotationKey[annotation]) : annotation}
            </Tag>
          ))}
        </h3>
        <div className="record-shown">
          {disclosure.shown
            ? disclosure.until
              ? t('record.shownUntil', { on: disclosure.until })
              : t('record.shownWhileEffective')
            : t('record.notShown')}
        </div>
      </div>
      {record.summary ? <p>{record.summary}</p> : null}
      {disclosure.notes.map((note) => (
        <div key={`${note.kind} ${note.since} ${note.text}`} className="beside">
          <strong>{t(note.kind === 'statement' ? 'record.note.statement' : 'record.note.undetermined')}</strong>{' '}
          <span className="quiet">{note.since}</span>
          <p>{note.text}</p>
          {note.check ? <p>{t('record.note.check', { text: note.check })}</p> : null}
        </div>
      ))}
      <p className="sub">
        <span>{[record.documentNumber, record.decidingBody, record.decidedOn].filter(Boolean).join(' · ')}</span>
        {record.sourceBody === record.decidingBody ? null : (
          <span>{t('record.source', { body: record.sourceBody })}</span>
        )}
        {onLineage ? (
          <button type="button" className="link" onClick={onLineage}>
            {t('record.lineage')}
          </button>
        ) : null}
        {may('doubt.raise') ? (
          <Link to="/doubts/new" search={{ record: record.recordId }}>
            {t('doubt.new')}
          </Link>
        ) : null}
      </p>
      <details>
        <summary>{t('record.allFields')}</summary>
        <dl className="facts">
          {record.fields.map((field) => (
            <div key={field.code} className={field.value.length > 60 ? 'long' : undefined}>
              <dt>{w(field.label)}</dt>
              <dd>{field.value}</dd>
            </div>
          ))}
          <div className="long">
            <dt>{t('record.whyShown')}</dt>
            <dd>
              {w(disclosure.reason)} {basis ? <span className="quiet">{basis}</span> : null}
              {disclosure.earliestRepairOn ? (
                <span> {t('record.repairFrom', { on: disclosure.earliestRepairOn })}</span>
              ) : null}
              {disclosure.severity && !disclosure.severityConfirmed ? (
                <span className="quiet"> {t('record.severityUnconfirmed')}</span>
              ) : null}
            </dd>
          </div>
        </dl>
      </details>
    </li>
  );
}
