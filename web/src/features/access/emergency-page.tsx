/** 应急：closing outside reading by two administrators, and read-only mode. */
import type { EmergencyView } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { queryClient } from '../../shared/api/queries.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { emergencyQuery, platformStateQuery } from './queries.ts';

type Request = EmergencyView['requests'][number];
type Switch = EmergencyView['switches'][number];
const least = 5;
const long = (reason: string): boolean => [...reason.trim()].length >= least;

function keep(view: EmergencyView): void {
  queryClient.setQueryData(emergencyQuery.queryKey, view);
  void queryClient.invalidateQueries({ queryKey: platformStateQuery.queryKey });
}

export function EmergencyPage() {
  const { t } = useI18n();
  const query = useQuery(emergencyQuery);
  return (
    <>
      <PageHead title={t('nav.emergency')}>
        <p className="quiet">{t('emergency.lead')}</p>
      </PageHead>
      <Loaded query={query}>{(view) => <Body view={view} />}</Loaded>
    </>
  );
}

function Body({ view }: { view: EmergencyView }) {
  const { t } = useI18n();
  const { may } = useSession();
  const of = (name: Switch['name']): Switch | undefined => view.switches.find((row) => row.name === name);
  const outside = of('outsideReading');
  const writing = of('writing');
  const waiting = view.requests.find((row) => row.state === 'waiting');
  return (
    <>
      <Section
        title={t('emergency.outside')}
        aside={<StateTag closed={outside?.closed ?? false} open="emergency.isOpen" shut="emergency.isClosed" />}
      >
        <p>{t('emergency.outsideHint')}</p>
        <Since row={outside} />
        {may('emergency.switch') ? (
          waiting ? (
            <Waiting request={waiting} />
          ) : (
            <AskForm closed={outside?.closed ?? false} />
          )
        ) : null}
      </Section>
      <Section
        title={t('emergency.writing')}
        aside={<StateTag closed={writing?.closed ?? false} open="emergency.writable" shut="emergency.isReadOnly" />}
      >
        <p>{t('emergency.writingHint')}</p>
        <Since row={writing} />
        {may('platform.readOnly') ? <ReadOnlyForm readOnly={writing?.closed ?? false} /> : null}
      </Section>
      <Section title={t('emergency.history')}>
        {view.requests.length === 0 ? <Empty title={t('emergency.noHistory')} /> : <History rows={view.requests} />}
      </Section>
    </>
  );
}

function StateTag({ closed, open, shut }: { closed: boolean; open: Key; shut: Key }) {
  const { t } = useI18n();
  return <Tag tone={closed ? 'seal' : 'done'}>{t(closed ? shut : open)}</Tag>;
}

function Since({ row }: { row: Switch | undefined }) {
  const { t } = useI18n();
  if (!row?.reason) return null;
  return (
    <p className="quiet">
      {t('emergency.since', { at: formatInstant(row.changedAt), by: row.changedBy ?? t('emergency.commandLine') })}{' '}
      {row.reason}
    </p>
  );
}

function ReasonForm({
  label,
  danger,
  pending,
  error,
  onSubmit,
}: {
  label: string;
  danger: boolean;
  pending: boolean;
  error: unknown;
  onSubmit: (reason: string, done: () => void) => void;
}) {
  const { t } = useI18n();
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!long(reason)) return;
    onSubmit(reason.trim(), () => {
      setReason('');
      setTried(false);
    });
  };
  return (
    <form className="purpose" onSubmit={submit} noValidate>
      {error ? <ErrorNote error={error} /> : null}
      <Field
        label={t('emergency.reason')}
        hint={t('emergency.reasonHint')}
        remarks={tried && !long(reason) ? [{ key: 'short', tone: 'seal', text: t('emergency.reasonShort') }] : []}
      >
        {(slot) => (
          <Input
            id={slot.id}
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            maxLength={500}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      <Button htmlType="submit" type="primary" danger={danger} loading={pending}>
        {label}
      </Button>
    </form>
  );
}

function AskForm({ closed }: { closed: boolean }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const ask = useMutation({
    mutationFn: (reason: string) => call('/emergency/requests', { method: 'POST', body: { closed: !closed, reason } }),
    onSuccess: () => {
      message.success(t('emergency.asked'));
      void queryClient.invalidateQueries({ queryKey: emergencyQuery.queryKey });
    },
  });
  return (
    <ReasonForm
      label={t(closed ? 'emergency.askOpen' : 'emergency.askClose')}
      danger={!closed}
      pending={ask.isPending}
      error={ask.error}
      onSubmit={(reason, done) => ask.mutate(reason, { onSuccess: done })}
    />
  );
}

function Waiting({ request }: { request: Request }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const act = useMutation({
    mutationFn: (what: 'confirm' | 'withdraw') =>
      call<EmergencyView>(`/emergency/requests/${request.id}/${what}`, { method: 'POST' }),
    onSuccess: (view, what) => {
      keep(view);
      message.success(t(what === 'confirm' ? 'emergency.confirmed' : 'emergency.withdrawn'));
    },
  });
  return (
    <div className="decide">
      {act.error ? <ErrorNote error={act.error} /> : null}
      <p>
        {t(request.closed ? 'emergency.waitingClose' : 'emergency.waitingOpen', {
          by: request.requestedBy,
          at: formatInstant(request.requestedAt),
          until: formatInstant(request.lapsesAt),
        })}{' '}
        {request.reason}
      </p>
      {request.mayConfirm ? null : <p className="quiet">{t('emergency.needsAnother')}</p>}
      <div className="actions">
        {request.mayConfirm ? (
          <Button type="primary" danger={request.closed} loading={act.isPending} onClick={() => act.mutate('confirm')}>
            {t(request.closed ? 'emergency.confirmClose' : 'emergency.confirmOpen')}
          </Button>
        ) : null}
        <Button loading={act.isPending} onClick={() => act.mutate('withdraw')}>
          {t('emergency.withdraw')}
        </Button>
      </div>
    </div>
  );
}

function ReadOnlyForm({ readOnly }: { readOnly: boolean }) {
  const { t } = useI18n();
  const set = useMutation({
    mutationFn: (reason: string) =>
      call<EmergencyView>('/emergency/read-only', { method: 'POST', body: { readOnly: !readOnly, reason } }),
    onSuccess: keep,
  });
  return (
    <ReasonForm
      label={t(readOnly ? 'emergency.endReadOnly' : 'emergency.setReadOnly')}
      danger={!readOnly}
      pending={set.isPending}
      error={set.error}
      onSubmit={(reason, done) => set.mutate(reason, { onSuccess: done })}
    />
  );
}

const stateKey: Readonly<Record<Request['state'], Key>> = {
  waiting: 'emergency.state.waiting',
  confirmed: 'emergency.state.confirmed',
  withdrawn: 'emergency.state.withdrawn',
  lapsed: 'emergency.state.lapsed',
};

function History({ rows }: { rows: readonly Request[] }) {
  const { t } = useI18n();
  const columns: Column<Request>[] = [
    { key: 'what', head: t('emergency.what'), cell: (row) => t(row.closed ? 'emergency.close' : 'emergency.open') },
    { key: 'reason', head: t('emergency.reason'), width: 'wide', cell: (row) => row.reason },
    {
      key: 'by',
      head: t('emergency.by'),
      cell: (row) => (
        <>
          {row.requestedBy}
          <div className="sub">{formatInstant(row.requestedAt)}</div>
        </>
      ),
    },
    {
      key: 'state',
      head: t('emergency.state'),
      cell: (row) => (
        <>
          <Tag tone={row.state === 'waiting' ? 'waiting' : row.state === 'confirmed' ? 'done' : undefined}>
            {t(stateKey[row.state])}
          </Tag>
          <div className="sub">
            {[row.confirmedBy, row.endedAt ? formatInstant(row.endedAt) : null].filter(Boolean).join(' ')}
          </div>
        </>
      ),
    },
  ];
  return <DataTable caption={t('emergency.history')} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
