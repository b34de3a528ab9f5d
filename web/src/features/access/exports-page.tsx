/** 导出非公开信息：ask with a reason, have it approved by somebody else, take it once. */
import type { ExportView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { ApiError, apiPath, call, problemFrom } from '../../shared/api/client.ts';
import { bodiesQuery, standardsQuery } from '../../shared/api/queries.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import {
  emptyPurpose,
  type PurposeDraft,
  PurposeFields,
  stated,
  usePurposes,
} from '../../shared/ui/purpose-fields.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { exportsQuery, renewExports } from './queries.ts';

export function ExportsPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const [asking, setAsking] = useState(false);
  const query = useInfiniteQuery(exportsQuery);
  return (
    <>
      <PageHead
        title={t('nav.exports')}
        actions={
          may('export.request') ? (
            <Button type="primary" onClick={() => setAsking(!asking)} aria-expanded={asking}>
              {t('export.ask')}
            </Button>
          ) : null
        }
      >
        <p className="quiet">{t('export.lead')}</p>
      </PageHead>
      {asking ? <AskForm onDone={() => setAsking(false)} /> : null}
      <PagedList query={query} empty={<Empty title={t('export.none')}>{t('export.noneHint')}</Empty>}>
        {(rows) => <ExportTable rows={rows} />}
      </PagedList>
    </>
  );
}

function AskForm({ onDone }: { onDone: () => void }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const standards = useQuery(standardsQuery).data ?? [];
  const bodies = useQuery(bodiesQuery).data ?? [];
  const purposes = usePurposes('export');
  const [item, setItem] = useState('');
  const [body, setBody] = useState('');
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [reason, setReason] = useState('');
  const [draft, setDraft] = useState<PurposeDraft>(emptyPurpose);
  const [tried, setTried] = useState(false);
  const ask = useMutation({
    mutationFn: (payload: object) => call('/exports', { method: 'POST', body: payload }),
    onSuccess: () => {
      message.success(t('export.asked'));
      renewExports();
      onDone();
    },
  });
  const narrow = item !== '' || body !== '';
  const told = [...reason.trim()].length >= 5;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    const said = stated(draft, purposes);
    if (!said || !narrow || !told) return;
    const filter = {
      ...(item ? { item } : {}),
      ...(body ? { body } : {}),
      ...(from ? { from } : {}),
      ...(to ? { to } : {}),
    };
    ask.mutate({ filter, reason: reason.trim(), ...said });
  };
  return (
    <form className="purpose" onSubmit={submit} noValidate>
      <Note>{t('export.rules')}</Note>
      {ask.error ? <ErrorNote error={ask.error} /> : null}
      <Field
        label={t('export.item')}
        remarks={tried && !narrow ? [{ key: 'narrow', tone: 'seal', text: t('export.narrow') }] : []}
      >
        {(slot) => (
          <Pick
            id={slot.id}
            describedBy={slot.describedBy}
            status={slot.status}
            value={item}
            onChange={setItem}
            options={[
              { value: '', label: t('export.anyItem') },
              ...standards.map((standard) => ({ value: standard.key, label: w(standard.name) })),
            ]}
          />
        )}
      </Field>
      <Field label={t('export.body')}>
        {(slot) => (
          <Pick
            id={slot.id}
            value={body}
            onChange={setBody}
            options={[
              { value: '', label: t('export.anyBody') },
              ...bodies.filter((one) => one.closedOn === null).map((one) => ({ value: one.id, label: one.name })),
            ]}
          />
        )}
      </Field>
      <div className="form-grid">
        <Day label={t('export.from')} value={from} onChange={setFrom} />
        <Day label={t('export.to')} value={to} onChange={setTo} />
      </div>
      <PurposeFields act="export" draft={draft} tried={tried} onChange={setDraft} />
      <Field
        label={t('export.reason')}
        mark={t('purpose.needed')}
        hint={t('export.reasonHint')}
        remarks={tried && !told ? [{ key: 'short', tone: 'seal', text: t('emergency.reasonShort') }] : []}
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
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={ask.isPending}>
          {t('export.send')}
        </Button>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

function Day({ label, value, onChange }: { label: string; value: string; onChange: (value: string) => void }) {
  return (
    <Field label={label}>
      {(slot) => <Input id={slot.id} type="date" value={value} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  );
}

const stateKey: Readonly<Record<ExportView['state'], Key>> = {
  waiting: 'export.state.waiting',
  approved: 'export.state.approved',
  refused: 'export.state.refused',
  withdrawn: 'export.state.withdrawn',
  lapsed: 'export.state.lapsed',
  taken: 'export.state.taken',
};

function ExportTable({ rows }: { rows: readonly ExportView[] }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<ExportView>[] = [
    {
      key: 'what',
      head: t('export.what'),
      width: 'wide',
      cell: (row) => (
        <>
          <RowOpener id={row.id} open={open} onOpen={setOpen}>
            {[row.itemName ? w(row.itemName) : t('export.anyItem'), row.sourceBody].filter(Boolean).join(' · ')}
          </RowOpener>
          <div className="sub">
            {row.filter.from || row.filter.to
              ? `${row.filter.from ?? ''} — ${row.filter.to ?? ''}`
              : t('export.allDays')}
          </div>
        </>
      ),
    },
    {
      key: 'why',
      head: t('export.why'),
      cell: (row) => (
        <>
          {w(row.purposeName)}
          <div className="sub">{row.reason}</div>
        </>
      ),
    },
    {
      key: 'by',
      head: t('export.by'),
      cell: (row) => (
        <>
          {row.requestedBy}
          <div className="sub">{[row.body, formatInstant(row.requestedAt)].filter(Boolean).join(' · ')}</div>
        </>
      ),
    },
    {
      key: 'state',
      head: t('export.state'),
      cell: (row) => (
        <>
          <Tag tone={row.state === 'approved' ? 'done' : row.state === 'waiting' ? 'waiting' : undefined}>
            {t(stateKey[row.state])}
          </Tag>
          {row.decidedBy ? <div className="sub">{row.decidedBy}</div> : null}
          {row.decisionNote ? <div className="sub">{row.decisionNote}</div> : null}
          {row.rows === null ? null : <div className="sub">{t('export.rows', { n: formatCount(row.rows) })}</div>}
        </>
      ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.exports')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) => (open === row.id ? <ExportBody row={row} /> : null)}
    />
  );
}

/** The file comes once: it is taken by a POST, so that no prefetch and no second click spends it. */
async function takeFile(id: string): Promise<void> {
  const response = await fetch(apiPath(`/exports/${id}/file`), { method: 'POST' });
  if (!response.ok) throw new ApiError(response.status, problemFrom(await response.text()));
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download =
    /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? `export-${id}.xlsx`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function ExportBody({ row }: { row: ExportView }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const act = useMutation({
    mutationFn: (what: 'approve' | 'refuse' | 'withdraw') =>
      call(`/exports/${row.id}/${what}`, {
        method: 'POST',
        ...(what === 'withdraw' ? {} : { body: note.trim() ? { note: note.trim() } : {} }),
      }),
    onSuccess: () => {
      message.success(t('export.done'));
      renewExports();
    },
  });
  const take = useMutation({ mutationFn: () => takeFile(row.id), onSettled: renewExports });
  const open = row.state === 'waiting' || row.state === 'approved';
  return (
    <div className="decide">
      {act.error || take.error ? <ErrorNote error={act.error ?? take.error} /> : null}
      <dl className="facts">
        <Fact label={t('export.limit')} value={formatCount(row.rowLimit)} />
        <Fact label={t('purpose.matter')} value={row.matter} />
        <Fact label={t('purpose.caseNumber')} value={row.caseNumber} />
        {open ? <Fact label={t('export.lapses')} value={formatInstant(row.lapsesAt)} /> : null}
        {row.takenAt ? <Fact label={t('export.takenAt')} value={formatInstant(row.takenAt)} /> : null}
        {row.rowsDigest ? <Fact label={t('export.digest')} value={row.rowsDigest} long /> : null}
      </dl>
      {row.mayDecide ? (
        <Field
          label={t('export.note')}
          remarks={tried && note.trim() === '' ? [{ key: 'note', tone: 'seal', text: t('export.noteNeeded') }] : []}
        >
          {(slot) => (
            <Input
              id={slot.id}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              maxLength={500}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      {row.own && row.state === 'waiting' ? <p className="quiet">{t('export.ownHint')}</p> : null}
      <div className="actions">
        {row.mayDecide ? (
          <>
            <Button type="primary" loading={act.isPending} onClick={() => act.mutate('approve')}>
              {t('export.approve')}
            </Button>
            <Button
              loading={act.isPending}
              onClick={() => {
                setTried(true);
                if (note.trim() !== '') act.mutate('refuse');
              }}
            >
              {t('export.refuse')}
            </Button>
          </>
        ) : null}
        {row.mayTake ? (
          <Button type="primary" loading={take.isPending} onClick={() => take.mutate()}>
            {t('export.take')}
          </Button>
        ) : null}
        {row.own && open ? (
          <Button loading={act.isPending} onClick={() => act.mutate('withdraw')}>
            {t('export.withdraw')}
          </Button>
        ) : null}
      </div>
    </div>
  );
}

function Fact({ label, value, long }: { label: string; value: string | null; long?: boolean }) {
  if (!value) return null;
  return (
    <div className={long ? 'long' : undefined}>
      <dt>{label}</dt>
      <dd>{value}</dd>
    </div>
  );
}
