/** One record of one's own body: what it says, its documents, and putting it right. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Input, Modal } from 'antd';
import { useState } from 'react';
import { apiPath, call } from '../../shared/api/client.ts';
import { queryClient, recordQuery, renewWork, standardsQuery } from '../../shared/api/queries.ts';
import type { RecordDetail } from '../../shared/api/types.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatBytes, formatInstant } from '../../shared/ui/format.ts';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead, Section } from '../../shared/ui/page.tsx';
import { ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { AttachmentPicker } from './attachment-picker.tsx';
import { RecordValues } from './record-values.tsx';
import { RecordState } from './records-page.tsx';

const route = getRouteApi('/desk/records/$id');

export function RecordPage() {
  const { id } = route.useParams();
  const query = useQuery(recordQuery(id));
  return <Loaded query={query}>{(record) => <RecordView record={record} />}</Loaded>;
}

function RecordView({ record }: { record: RecordDetail }) {
  const { t, w } = useI18n();
  const { may } = useSession();
  const [withdrawing, setWithdrawing] = useState(false);
  const [outcome, setOutcome] = useState<'withdrawn' | 'waiting' | null>(null);
  const standards = useQuery(standardsQuery).data ?? [];
  const standard = standards.find((entry) => entry.key === record.standard);
  const live = record.state === 'live' && outcome !== 'withdrawn';
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/records">{t('nav.records')}</Link> / <span>{record.documentNumber ?? record.title}</span>
          </>
        }
        title={record.title}
        actions={
          live ? (
            <>
              {may('record.withdraw') ? (
                <Button onClick={() => setWithdrawing(true)}>{t('record.withdraw')}</Button>
              ) : null}
              {may('record.correct') ? (
                <LinkButton primary to="/records/$id/correct" params={{ id: record.recordId }}>
                  {t('record.correct')}
                </LinkButton>
              ) : null}
            </>
          ) : null
        }
      >
        <p>
          {record.subjectName} {record.code ? <Code value={record.code} /> : null}{' '}
          {may('subject.full') ? (
            <Link to="/archive/$key" params={{ key: record.code ?? record.subjectId }}>
              {t('record.openArchive')}
            </Link>
          ) : null}
        </p>
        <p className="quiet">
          {[
            standard ? w(standard.name) : record.standard,
            t('record.recordedAt', { at: formatInstant(record.recordedAt) }),
          ].join(' · ')}{' '}
          <RecordState state={record.state} />
        </p>
        {may('display.read') ? (
          <p>
            <Link to="/records/$id/why" params={{ id: record.recordId }}>
              {t('why.title')}
            </Link>
          </p>
        ) : null}
      </PageHead>
      {outcome ? (
        <Note tone={outcome === 'withdrawn' ? 'done' : 'waiting'} role="status">
          {t(outcome === 'withdrawn' ? 'record.withdrawn' : 'record.withdrawWaiting')}
        </Note>
      ) : null}
      {record.state === 'superseded' ? <Note>{t('record.supersededNote')}</Note> : null}
      <RecordValues standard={standard} values={record.values} />
      <Section title={t('form.attachments')}>
        <Attachments record={record} editable={live && may('attachment.add')} />
      </Section>
      <WithdrawDialog record={record} open={withdrawing} onClose={() => setWithdrawing(false)} onDone={setOutcome} />
    </>
  );
}

function Attachments({ record, editable }: { record: RecordDetail; editable: boolean }) {
  const { t } = useI18n();
  return (
    <>
      {record.attachments.length === 0 ? <p className="quiet">{t('attachment.none')}</p> : null}
      <ul className="plain">
        {record.attachments.map((attachment) => (
          <li key={attachment.id}>
            <a href={apiPath(`/attachments/${attachment.id}`)} download>
              {attachment.fileName}
            </a>{' '}
            <span className="quiet">
              {formatBytes(attachment.bytes)} · {formatInstant(attachment.addedAt)}
            </span>
          </li>
        ))}
      </ul>
      {editable ? (
        <AttachmentPicker
          value={[]}
          recordId={record.recordId}
          onChange={() => void queryClient.invalidateQueries({ queryKey: recordQuery(record.recordId).queryKey })}
        />
      ) : null}
    </>
  );
}

function WithdrawDialog({
  record,
  open,
  onClose,
  onDone,
}: {
  record: RecordDetail;
  open: boolean;
  onClose: () => void;
  onDone: (outcome: 'withdrawn' | 'waiting') => void;
}) {
  const { t } = useI18n();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const withdraw = useMutation({
    mutationFn: () =>
      call<{ outcome?: 'withdrawn' | 'waiting' }>(`/records/${record.recordId}/withdraw`, {
        method: 'POST',
        body: { reason: reason.trim() },
      }),
    onSuccess: (answer) => {
      renewWork();
      onDone(answer?.outcome ?? 'withdrawn');
      onClose();
    },
  });
  return (
    <Modal
      open={open}
      title={t('record.withdrawTitle')}
      okText={t('record.withdraw')}
      cancelText={t('action.cancel')}
      okButtonProps={{ danger: true, loading: withdraw.isPending }}
      onCancel={onClose}
      onOk={() => {
        setTried(true);
        if (reason.trim().length >= 2) withdraw.mutate();
      }}
    >
      <p>
        {record.title} {record.documentNumber}
      </p>
      <p className="quiet">{t('record.withdrawHint')}</p>
      <Field
        label={t('record.withdrawReason')}
        remarks={
          tried && reason.trim().length < 2 ? [{ key: 'missing', tone: 'seal', text: t('record.reasonMissing') }] : []
        }
      >
        {(slot) => (
          <Input.TextArea
            id={slot.id}
            rows={3}
            maxLength={500}
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {withdraw.error ? <ErrorNote error={withdraw.error} /> : null}
    </Modal>
  );
}
