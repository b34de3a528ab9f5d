import { Button, Checkbox } from 'antd';
import { useId } from 'react';
import type { Candidate, DoubtfulRowView, ResolveRowsResult } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { kindKey } from '../../shared/ui/kinds.ts';
import { Tag } from '../../shared/ui/page.tsx';

const whyKey: Readonly<Record<string, Key>> = {
  byCode: 'why.byCode',
  unifiedCode: 'why.byCode',
  byName: 'why.byName',
  byLikeness: 'why.byLikeness',
  byFormerName: 'why.byFormerName',
  byRegistrationNumber: 'why.byRegistrationNumber',
  registrationNumber: 'why.byRegistrationNumber',
  byOrganisationCode: 'why.byOrganisationCode',
  organisationCode: 'why.byOrganisationCode',
};

export interface DoubtfulRowProps {
  readonly row: DoubtfulRowView;
  readonly reportedCode: string | null;
  readonly result: ResolveRowsResult['results'][number] | undefined;
  readonly chosen: string | undefined;
  readonly busy: boolean;
  /** Undefined where there is nothing to choose many from. */
  readonly picked: boolean | undefined;
  readonly onPick: (on: boolean) => void;
  readonly onChoose: (subjectId: string) => void;
  readonly onDecide: ((action: 'accept' | 'reject') => void) | undefined;
}

export function DoubtfulRow({
  row,
  reportedCode,
  result,
  chosen,
  busy,
  picked,
  onPick,
  onChoose,
  onDecide,
}: DoubtfulRowProps) {
  const { t, w } = useI18n();
  const open = row.resolution === null;
  const mustChoose = row.candidates.length > 1 && !chosen;
  const reasons = row.findings.filter((finding) => finding.severity === 'doubt');
  return (
    <li className={open ? 'doubt' : 'doubt decided'}>
      <div className="doubt-head">
        {open && picked !== undefined ? (
          <Checkbox
            checked={picked}
            onChange={(event) => onPick(event.target.checked)}
            aria-label={t('doubtful.select', { row: row.row })}
          />
        ) : null}
        <h3>
          <span className="number">{t('doubtful.row', { row: row.row })}</span> {row.subjectName}
        </h3>
        {open ? null : (
          <Tag tone={row.resolution === 'reject' ? undefined : 'done'}>
            {t(row.resolution === 'reject' ? 'doubtful.rejected' : 'doubtful.accepted')}
            {row.resolvedAt ? ` ${formatInstant(row.resolvedAt)}` : ''}
          </Tag>
        )}
      </div>
      {(reasons.length > 0 ? reasons : row.findings).map((finding) => (
        <div key={`${finding.rule}-${finding.field ?? ''}`} className="doubt-reason">
          <p>
            {finding.fieldLabel ? <span className="quiet">{w(finding.fieldLabel)} </span> : null}
            {w(finding.message)}
          </p>
          <p className="secondary">{w(finding.fix)}</p>
        </div>
      ))}
      {row.candidates.length > 0 ? (
        <Candidates
          row={row}
          code={reportedCode}
          chosen={chosen}
          open={open && onDecide !== undefined}
          onChoose={onChoose}
        />
      ) : null}
      <details className="doubt-values">
        <summary>{t('doubtful.values', { n: row.values.length })}</summary>
        <dl className="facts">
          {row.values.map((value) => (
            <div key={value.field}>
              <dt>{w(value.label)}</dt>
              <dd>{value.value}</dd>
            </div>
          ))}
        </dl>
      </details>
      {result && !result.ok ? (
        <p className="remark-seal" role="alert">
          {result.message ? w(result.message) : t('error.unexpected')}
        </p>
      ) : null}
      {open && onDecide ? (
        <div className="actions">
          <Button type="primary" disabled={mustChoose || busy} onClick={() => onDecide('accept')}>
            {t(row.candidates.length > 0 ? 'doubtful.acceptFor' : 'doubtful.accept')}
          </Button>
          <Button disabled={busy} onClick={() => onDecide('reject')}>
            {t('doubtful.reject')}
          </Button>
          {mustChoose ? <span className="quiet">{t('doubtful.choose')}</span> : null}
        </div>
      ) : null}
    </li>
  );
}

function Candidates({
  row,
  code,
  chosen,
  open,
  onChoose,
}: {
  row: DoubtfulRowView;
  code: string | null;
  chosen: string | undefined;
  open: boolean;
  onChoose: (subjectId: string) => void;
}) {
  const { t } = useI18n();
  const name = useId();
  return (
    <fieldset className="candidates">
      <legend>{t('doubtful.candidates')}</legend>
      <div className="candidate reported">
        <span className="quiet">{t('doubtful.reported')}</span>
        <strong>{row.subjectName}</strong>
        {code ? <Code value={code} /> : <span className="quiet">{t('doubtful.noCode')}</span>}
      </div>
      {row.candidates.map((candidate) => (
        <label key={candidate.subjectId} className="candidate">
          <span>
            <input
              type="radio"
              name={name}
              value={candidate.subjectId}
              checked={chosen === candidate.subjectId}
              disabled={!open}
              onChange={() => onChoose(candidate.subjectId)}
            />{' '}
            <Why candidate={candidate} />
          </span>
          <strong className={candidate.name === row.subjectName ? undefined : 'differs'}>{candidate.name}</strong>
          <span className={!code || candidate.code === code ? undefined : 'differs'}>
            {candidate.code ? <Code value={candidate.code} /> : <span className="quiet">{t('doubtful.noCode')}</span>}
          </span>
          <span className="quiet">
            {kindKey[candidate.kind] ? t(kindKey[candidate.kind] as Key) : candidate.kind}
            {candidate.name === row.subjectName ? '' : ` · ${t('doubtful.nameDiffers')}`}
            {!code || candidate.code === code ? '' : ` · ${t('doubtful.codeDiffers')}`}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function Why({ candidate }: { candidate: Candidate }) {
  const { t } = useI18n();
  const key = whyKey[candidate.why];
  return <span>{key ? t(key) : candidate.why}</span>;
}
