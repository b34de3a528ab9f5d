/** 查询日志: the home of the audit administrator. How the log stands, then the log itself, filtered and page by page. */
import type { LogIntegrity, LogRowView } from '@chengxin/contract';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { bodiesQuery } from '../../shared/api/queries.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant, readDay } from '../../shared/ui/format.ts';
import { type Figure, Figures, PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty, Loaded } from '../../shared/ui/states.tsx';
import { integrityQuery, type LogFilter, logQuery } from './queries.ts';

const route = getRouteApi('/desk/log');
const outcomes = ['ok', 'refused', 'failed'] as const;
const outcomeKey: Readonly<Record<LogRowView['outcome'], Key>> = {
  ok: 'log.outcome.ok',
  refused: 'log.outcome.refused',
  failed: 'log.outcome.failed',
};

export function LogPage() {
  const { t } = useI18n();
  const filter = route.useSearch();
  const query = useInfiniteQuery(logQuery(filter));
  const range = query.data?.pages[0];
  return (
    <>
      <PageHead title={t('nav.log')}>
        <p className="quiet">{t('log.lead')}</p>
      </PageHead>
      <Standing />
      <Filters
        key={JSON.stringify(filter)}
        filter={{ ...filter, from: filter.from ?? range?.from, to: filter.to ?? range?.to }}
      />
      <PagedList query={query} empty={<Empty title={t('log.empty')} />}>
        {(rows) => <LogTable rows={rows} />}
      </PagedList>
    </>
  );
}

function Standing() {
  const query = useQuery(integrityQuery);
  return (
    <Loaded query={query} rows={2}>
      {(state) => <StandingFigures state={state} />}
    </Loaded>
  );
}

function StandingFigures({ state }: { state: LogIntegrity }) {
  const { t } = useI18n();
  const at = (instant: string | undefined): string => (instant ? formatInstant(instant) : t('log.noSeal'));
  const items: Figure[] = [
    { key: 'alerts', value: state.waiting.alerts, label: <Link to="/alerts">{t('log.alerts')}</Link>, tone: 'waiting' },
    {
      key: 'disputes',
      value: state.waiting.disputes,
      label: <Link to="/disputes">{t('log.disputes')}</Link>,
      tone: 'waiting',
    },
    { key: 'unsealed', value: state.unsealedRows, label: t('log.unsealed') },
  ];
  return (
    <>
      <Figures items={items} />
      <dl className="facts">
        <div>
          <dt>{t('log.lastSeal')}</dt>
          <dd>
            {state.lastSeal ? `№ ${state.lastSeal.sealNo} · ${state.lastSeal.algorithm} · ` : ''}
            {at(state.lastSeal?.sealedAt)}
          </dd>
        </div>
        <div>
          <dt>{t('log.checkpoint')}</dt>
          <dd>
            {state.checkpoint ? `№ ${state.checkpoint.sealNo} · ` : ''}
            {at(state.checkpoint?.issuedAt)}
          </dd>
        </div>
        <div>
          <dt>{t('log.held')}</dt>
          <dd>
            {state.heldMonths.length > 0 ? `${state.heldMonths[0]} – ${state.heldMonths.at(-1)}` : t('log.noSeal')}
          </dd>
        </div>
        <div>
          <dt>{t('log.archived')}</dt>
          <dd>
            {state.archivedMonths.length > 0
              ? state.archivedMonths.map((month) => month.month).join('、')
              : t('log.noSeal')}
          </dd>
        </div>
      </dl>
    </>
  );
}

function Filters({ filter }: { filter: LogFilter }) {
  const { t } = useI18n();
  const navigate = route.useNavigate();
  const bodies = useQuery(bodiesQuery).data ?? [];
  const [form, setForm] = useState<LogFilter>(filter);
  const set = (key: keyof LogFilter) => (value: string) => setForm({ ...form, [key]: value });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const clean = Object.fromEntries(
      Object.entries(form).flatMap(([key, value]) => (value?.trim() ? [[key, value.trim()]] : [])),
    );
    const from = readDay(form.from ?? '') ?? undefined;
    const to = readDay(form.to ?? '') ?? undefined;
    void navigate({ search: { ...clean, from, to } });
  };
  const input = (key: 'from' | 'to' | 'account' | 'subject' | 'action', label: string, hint?: string) => (
    <Field label={label} hint={hint}>
      {(slot) => (
        <Input
          id={slot.id}
          maxLength={80}
          aria-describedby={slot.describedBy}
          value={form[key] ?? ''}
          onChange={(event) => set(key)(event.target.value)}
        />
      )}
    </Field>
  );
  return (
    <Section title={t('log.filter')}>
      <form onSubmit={submit}>
        <div className="form-grid">
          {input('from', t('log.from'))}
          {input('to', t('log.to'))}
          {input('account', t('log.account'))}
          <Field label={t('log.body')}>
            {(slot) => (
              <Pick
                id={slot.id}
                value={form.body ?? ''}
                options={[
                  { value: '', label: t('log.allBodies') },
                  ...bodies.map((body) => ({ value: body.id, label: body.name })),
                ]}
                onChange={set('body')}
              />
            )}
          </Field>
          {input('subject', t('log.subject'))}
          {input('action', t('log.action'), t('log.actionHint'))}
          <Field label={t('log.outcome')}>
            {(slot) => (
              <Pick
                id={slot.id}
                value={form.outcome ?? ''}
                options={[
                  { value: '', label: t('log.allOutcomes') },
                  ...outcomes.map((key) => ({ value: key, label: t(outcomeKey[key]) })),
                ]}
                onChange={set('outcome')}
              />
            )}
          </Field>
        </div>
        <div className="filters">
          <Button type="primary" htmlType="submit">
            {t('log.search')}
          </Button>
          <Export filter={filter} />
        </div>
      </form>
    </Section>
  );
}

/** What is shown, with a reason: both go into the log and onto the sheet. */
function Export({ filter }: { filter: LogFilter }) {
  const { t } = useI18n();
  const [reason, setReason] = useState('');
  const ready = reason.trim().length >= 2;
  return (
    <>
      <Input
        className="export-reason"
        aria-label={t('log.exportReason')}
        placeholder={t('log.exportReason')}
        title={t('log.exportHint')}
        maxLength={200}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {ready ? (
        <DownloadButton path="/log.xlsx" query={{ ...filter, reason: reason.trim() }}>
          {t('log.export')}
        </DownloadButton>
      ) : (
        <Button disabled title={t('log.exportHint')}>
          {t('log.export')}
        </Button>
      )}
    </>
  );
}

function LogTable({ rows }: { rows: readonly LogRowView[] }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<LogRowView>[] = [
    {
      key: 'at',
      head: t('look.when'),
      cell: (row) => (
        <RowOpener id={row.id} open={open} onOpen={setOpen} number>
          {formatInstant(row.at)}
        </RowOpener>
      ),
    },
    {
      key: 'who',
      head: t('log.who'),
      cell: (row) => (
        <>
          {row.account?.name || row.actorName}
          <div className="sub">{[row.body, row.osUser, row.address].filter(Boolean).join(' · ')}</div>
        </>
      ),
    },
    {
      key: 'action',
      head: t('log.action'),
      cell: (row) => (
        <>
          {w(row.what)}
          <div className="sub">{row.action}</div>
        </>
      ),
    },
    {
      key: 'about',
      head: t('log.about'),
      cell: (row) =>
        row.subject ? (
          <>
            {row.subject.name ?? row.subject.id}
            {row.subject.code ? <div className="sub">{row.subject.code}</div> : null}
          </>
        ) : (
          (row.resourceKind ?? '—')
        ),
    },
    {
      key: 'purpose',
      head: t('log.purpose'),
      width: 'wide',
      cell: (row) =>
        [row.purpose ? w(row.purpose) : null, row.matter, row.caseNumber].filter(Boolean).join(' · ') || '—',
    },
    {
      key: 'outcome',
      head: t('log.outcome'),
      cell: (row) => (
        <Tag tone={row.outcome === 'ok' ? 'done' : row.outcome === 'refused' ? 'seal' : 'waiting'}>
          {t(outcomeKey[row.outcome])}
        </Tag>
      ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.log')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) =>
        open === row.id ? (
          <div className="draft">
            <p className="quiet">
              {[row.resourceKind, row.resourceId, row.requestId ? t('log.request', { id: row.requestId }) : null]
                .filter(Boolean)
                .join(' · ')}
            </p>
            {row.detail ? (
              <p>
                {t('log.details')}：<code>{row.detail}</code>
              </p>
            ) : null}
          </div>
        ) : null
      }
    />
  );
}
