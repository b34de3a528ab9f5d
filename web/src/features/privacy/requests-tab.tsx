/** Requests with their clocks; the one that is open shows what is asked and what can be done. */
import type { PrivacyRequest, PrivacyRequestItem } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import type { ListOf } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { TextField } from '../lookups/lookup-page.tsx';
import { usePrivacy, useWrite } from './use-privacy.ts';

const toneOf = (row: PrivacyRequestItem) =>
  row.overdue ? 'seal' : row.state === 'granted' ? 'done' : row.closedAt ? undefined : 'waiting';

export function RequestsTab() {
  const { t } = useI18n();
  const [open, setOpen] = useState(true);
  const query = useInfiniteQuery({
    queryKey: ['privacy', 'requests', open],
    queryFn: ({ pageParam, signal }) =>
      call<ListOf<PrivacyRequestItem>>('/privacy/requests', {
        query: { open: String(open), cursor: pageParam },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  });
  return (
    <>
      <div className="actions">
        <Button onClick={() => setOpen(!open)}>{t(open ? 'privacy.showAll' : 'privacy.showOpen')}</Button>
      </div>
      <PagedList query={query} empty={<Empty title={t('privacy.noRequests')}>{t('privacy.noRequestsHint')}</Empty>}>
        {(rows) => <RequestTable rows={rows} />}
      </PagedList>
    </>
  );
}

function RequestTable({ rows }: { rows: readonly PrivacyRequestItem[] }) {
  const { t } = useI18n();
  const [shown, setShown] = useState<string | null>(null);
  const columns: Column<PrivacyRequestItem>[] = [
    {
      key: 'number',
      head: t('privacy.number'),
      width: 'wide',
      cell: (row) => (
        <>
          <button
            type="button"
            className="link"
            aria-expanded={shown === row.requestId}
            onClick={() => setShown(shown === row.requestId ? null : row.requestId)}
          >
            {row.number}
          </button>
          <div className="sub">
            {t(`privacy.channel.${row.channel}`)} · {formatInstant(row.receivedAt)}
          </div>
        </>
      ),
    },
    {
      key: 'kind',
      head: t('privacy.kind'),
      cell: (row) => (
        <>
          {t(`privacy.kind.${row.kind}` as Key)}
          <div className="sub">{t(`privacy.acting.${row.actingAs}`)}</div>
        </>
      ),
    },
    {
      key: 'state',
      head: t('privacy.state'),
      cell: (row) => <Tag tone={toneOf(row)}>{t(`privacy.state.${row.state}` as Key)}</Tag>,
    },
    {
      key: 'due',
      head: t('privacy.due'),
      cell: (row) => (
        <>
          {row.dueOn}
          <div className="sub">
            {[row.overdue ? t('privacy.overdue') : null, row.extended ? t('privacy.extended') : null]
              .filter(Boolean)
              .join(' · ')}
          </div>
        </>
      ),
    },
  ];
  return (
    <DataTable
      caption={t('privacy.tab.requests')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.requestId}
      below={(row) => (shown === row.requestId ? <RequestDetail id={row.requestId} /> : null)}
    />
  );
}

function RequestDetail({ id }: { id: string }) {
  const query = usePrivacy<PrivacyRequest>(`requests/${id}`);
  return <Loaded query={query}>{(request) => <Handle key={request.version} request={request} />}</Loaded>;
}

function Handle({ request }: { request: PrivacyRequest }) {
  const { t, w } = useI18n();
  const [text, setText] = useState('');
  const [reasonCode, setReason] = useState('');
  const write = useWrite<object>();
  const act = (name: string): void =>
    write.mutate({
      path: `requests/${request.requestId}/act`,
      body: {
        act: name,
        version: request.version,
        ...(text.trim() ? { text: text.trim() } : {}),
        ...(reasonCode && (name === 'refuse' || name === 'grantPartly') ? { reasonCode } : {}),
      },
    });
  return (
    <div className="decide">
      <dl className="facts register">
        <div className="long">
          <dt>{t('privacy.statement')}</dt>
          <dd>{request.statement}</dd>
        </div>
        {request.contact ? (
          <div>
            <dt>{t('privacy.contact')}</dt>
            <dd>{request.contact}</dd>
          </div>
        ) : null}
        {request.lookup ? (
          <div className="long">
            <dt>{t('privacy.lookup')}</dt>
            <dd>
              {[
                formatInstant(request.lookup.at),
                request.lookup.body,
                request.lookup.officer,
                request.lookup.matter,
                request.lookup.caseNumber,
              ].join(' · ')}
            </dd>
          </div>
        ) : null}
        {request.document ? (
          <div className="long">
            <dt>{t('privacy.document')}</dt>
            <dd>
              {t(`document.${request.document.kind}` as Key)} {request.document.masked}
            </dd>
          </div>
        ) : null}
        {request.answer ? (
          <div className="long">
            <dt>{t('privacy.answer')}</dt>
            <dd>
              {request.answer}
              {request.reason ? `（${w(request.reason)}，${request.reason.article}）` : ''}
            </dd>
          </div>
        ) : null}
        <div className="long">
          <dt>{t('privacy.events')}</dt>
          <dd>
            {request.events
              .map((event) => `${formatInstant(event.at)} ${t(`privacy.state.${event.to}` as Key)}`)
              .join('；')}
          </dd>
        </div>
      </dl>
      {request.acts.length === 0 ? null : (
        <>
          {request.kind === 'delete' ? <Note tone="waiting">{t('privacy.deleteWarn')}</Note> : null}
          <TextField label={t('privacy.answer')} value={text} max={4000} rows={3} onChange={setText} />
          <Field label={t('privacy.reason')} hint={t('privacy.reasonChoose')}>
            {(slot) => (
              <Pick
                id={slot.id}
                value={reasonCode}
                describedBy={slot.describedBy}
                options={[
                  { value: '', label: '—' },
                  ...request.reasons.map((one) => ({ value: one.code, label: w(one) })),
                ]}
                onChange={setReason}
              />
            )}
          </Field>
          {write.error ? <ErrorNote error={write.error} /> : null}
          <div className="actions">
            {request.acts.map((name) => (
              <Button
                key={name}
                type={name === 'accept' || name === 'grant' ? 'primary' : 'default'}
                danger={name === 'refuse'}
                disabled={write.isPending}
                onClick={() => act(name)}
              >
                {t(`privacy.act.${name}` as Key)}
              </Button>
            ))}
          </div>
        </>
      )}
    </div>
  );
}
