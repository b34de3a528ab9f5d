/** Where a fact comes from: file, row, rules, who and when. One step from every statement. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Drawer } from 'antd';
import { lineageQuery, type Purpose } from '../../shared/api/queries.ts';
import type { FullRecord, RecordLineage } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Loaded } from '../../shared/ui/states.tsx';
import { RecordReceivers } from '../exchange/record-receivers.tsx';
import { useSession } from '../session/use-session.ts';

const channelKey: Readonly<Record<string, Key>> = {
  desk: 'channel.desk',
  form: 'channel.form',
  api: 'channel.api',
  cli: 'channel.cli',
  demo: 'channel.demo',
};
const severityKey: Readonly<Record<string, Key>> = {
  correct: 'tab.corrected',
  warn: 'tab.warned',
  doubt: 'tab.doubtful',
  refuse: 'tab.refused',
};

export function LineageDrawer({
  record,
  purpose,
  onClose,
}: {
  record: FullRecord | null;
  purpose: Purpose;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const { may } = useSession();
  return (
    <Drawer
      open={record !== null}
      onClose={onClose}
      size={520}
      title={t('lineage.title')}
      rootClassName="lineage"
      closable={{ 'aria-label': t('action.close') }}
      destroyOnHidden
    >
      {record ? (
        <>
          <h3>{record.title}</h3>
          <p className="quiet">{[record.documentNumber, record.decidingBody].filter(Boolean).join(' · ')}</p>
          <Lineage recordId={record.recordId} purpose={purpose} />
          {may('exchange.receivers') ? <RecordReceivers recordId={record.recordId} /> : null}
        </>
      ) : null}
    </Drawer>
  );
}

function Lineage({ recordId, purpose }: { recordId: string; purpose: Purpose }) {
  const query = useQuery(lineageQuery(recordId, purpose));
  return <Loaded query={query}>{(lineage) => <Steps lineage={lineage} />}</Loaded>;
}

function Steps({ lineage }: { lineage: RecordLineage }) {
  const { t } = useI18n();
  const { session, may } = useSession();
  const own =
    lineage.sourceBodyId === session?.account.body?.id || (session?.account.roles.includes('creditOffice') ?? false);
  const channel = channelKey[lineage.channel];
  const file =
    own && may('submission.read') ? (
      <Link to="/submissions/$id" params={{ id: lineage.submissionId }}>
        {lineage.fileName}
      </Link>
    ) : (
      lineage.fileName
    );
  const number = t('lineage.policyNo', { no: lineage.policySetId });
  const rules = may('policyChange.draft') ? (
    <Link to="/policy-sets/$setId" params={{ setId: String(lineage.policySetId) }}>
      {number}
    </Link>
  ) : (
    number
  );
  const steps: readonly (readonly [string, React.ReactNode])[] = [
    [t('lineage.source'), lineage.sourceBody],
    [t('lineage.decided'), lineage.decidingBody],
    [t('lineage.submission'), file],
    [t('lineage.row'), t('lineage.rowNo', { row: lineage.rowNo })],
    [
      t('lineage.channel'),
      [
        channel ? t(channel) : lineage.channel,
        lineage.batchNo && !lineage.batchNo.includes(lineage.fileName) ? lineage.batchNo : null,
      ]
        .filter(Boolean)
        .join(' · '),
    ],
    [t('lineage.edition'), lineage.edition ?? '—'],
    [t('lineage.received'), formatInstant(lineage.receivedAt)],
    [t('lineage.recorded'), formatInstant(lineage.recordedAt)],
    [
      t('lineage.who'),
      lineage.osUser
        ? t('lineage.operator', { user: lineage.osUser })
        : lineage.accountId
          ? t('lineage.account', { id: lineage.accountId.slice(-8) })
          : '—',
    ],
    [t('lineage.policy'), rules],
  ];
  return (
    <>
      <dl className="facts single">
        {steps.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <h3>{t('lineage.findings')}</h3>
      {lineage.findings.length === 0 ? <p className="quiet">{t('lineage.noFindings')}</p> : null}
      <ul className="plain">
        {lineage.findings.map((finding) => {
          const key = severityKey[finding.severity];
          return (
            <li key={`${finding.rule}-${finding.field ?? ''}`}>
              {key ? t(key) : finding.severity} · <span className="code">{finding.rule}</span>{' '}
              <span className="quiet">{[finding.ruleVersion, finding.field].filter(Boolean).join(' · ')}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
