/** What became of a form: recorded, waiting for somebody, or nothing to do. */
import type { ReactNode } from 'react';
import type { RecordFormResult } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { Note } from '../../shared/ui/states.tsx';
import { DoubtfulRows } from '../submissions/doubtful-rows.tsx';

type Sent = Exclude<RecordFormResult['outcome'], 'refused' | 'checked'>;
const said: Readonly<Record<Sent, { title: Key; text: Key; tone: 'done' | 'waiting' | 'brand' }>> = {
  accepted: { title: 'outcome.accepted', text: 'outcome.acceptedText', tone: 'done' },
  doubtful: { title: 'outcome.doubtful', text: 'outcome.doubtfulText', tone: 'waiting' },
  duplicate: { title: 'outcome.duplicate', text: 'outcome.duplicateText', tone: 'brand' },
  waiting: { title: 'outcome.waiting', text: 'outcome.waitingText', tone: 'waiting' },
};

export function FormOutcome({ result, actions }: { result: RecordFormResult; actions?: ReactNode }) {
  const { t, w } = useI18n();
  const words = said[result.outcome as Sent] ?? said.waiting;
  const corrected = result.findings.filter((finding) => finding.severity === 'correct' || finding.severity === 'warn');
  return (
    <div className="outcome">
      <Note tone={words.tone} role="status">
        <strong>{t(words.title)}</strong>
        <p>{t(words.text)}</p>
      </Note>
      {corrected.length > 0 ? (
        <>
          <h2>{t('outcome.remarks')}</h2>
          <ul className="plain">
            {corrected.map((finding) => (
              <li key={`${finding.rule}-${finding.field ?? ''}`}>
                {finding.fieldLabel ? <span className="quiet">{w(finding.fieldLabel)} </span> : null}
                {w(finding.message)}
              </li>
            ))}
          </ul>
        </>
      ) : null}
      {result.outcome === 'doubtful' && result.submissionId ? (
        <DoubtfulRows submissionId={result.submissionId} />
      ) : null}
      <div className="actions">
        {result.recordId ? (
          <LinkButton primary to="/records/$id" params={{ id: result.recordId }}>
            {t('outcome.openRecord')}
          </LinkButton>
        ) : null}
        {result.draftId ? (
          <LinkButton primary to="/review">
            {t('outcome.openReview')}
          </LinkButton>
        ) : null}
        {actions}
        <LinkButton to="/records">{t('nav.records')}</LinkButton>
      </div>
    </div>
  );
}
