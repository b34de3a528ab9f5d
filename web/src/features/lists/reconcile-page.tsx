/** A list that is decided elsewhere: its extract is compared with what is listed here, and the differences are accepted. */
import type { ListDifferences, ReconcileListResult } from '@chengxin/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button, Checkbox, Input } from 'antd';
import { type FormEvent, useRef, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { bodiesQuery } from '../../shared/api/queries.ts';
import { upload } from '../../shared/api/upload.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatBytes, readDay } from '../../shared/ui/format.ts';
import { Figures, PageHead, Section } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { listsQuery } from './queries.ts';

const route = getRouteApi('/desk/lists/$list/reconcile');

export function ReconcilePage() {
  const { t, w } = useI18n();
  const { list } = route.useParams();
  return (
    <Loaded query={useQuery(listsQuery)} rows={6}>
      {(data) => {
        const found = data.items.find((one) => one.key === list);
        if (!found) return <Empty title={t('lists.noSuchList')} />;
        return (
          <>
            <PageHead
              crumb={
                <>
                  <Link to="/lists">{t('nav.lists')}</Link> /{' '}
                  <Link to="/lists/$list" params={{ list }}>
                    {w(found.name)}
                  </Link>{' '}
                  / <span>{t('reconcile.title')}</span>
                </>
              }
              title={t('reconcile.title')}
            >
              <p className="quiet">{t('reconcile.lead')}</p>
            </PageHead>
            <Reconcile list={list} />
          </>
        );
      }}
    </Loaded>
  );
}

interface Asked {
  readonly asOf: string;
  readonly bodyId: string;
  readonly file: File;
}

function Reconcile({ list }: { list: string }) {
  const [asked, setAsked] = useState<Asked | null>(null);
  const compare = useMutation({
    mutationFn: ({ asOf, bodyId, file }: Asked) => {
      const query = new URLSearchParams({ asOf, ...(bodyId === '' ? {} : { bodyId }) });
      return upload<ListDifferences>(`/lists/${list}/differences?${query}`, file, {}).done;
    },
  });
  return (
    <>
      <Ask
        busy={compare.isPending}
        onSend={(next) => {
          setAsked(next);
          compare.mutate(next);
        }}
      />
      {compare.error ? <ErrorNote error={compare.error} /> : null}
      {compare.data && asked ? (
        <Differences key={compare.submittedAt} list={list} bodyId={asked.bodyId} found={compare.data} />
      ) : null}
    </>
  );
}

function Ask({ busy, onSend }: { busy: boolean; onSend: (asked: Asked) => void }) {
  const { t } = useI18n();
  const { session } = useSession();
  const office = session?.account.roles.includes('creditOffice') ?? false;
  const [asOf, setAsOf] = useState('');
  const [bodyId, setBodyId] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const [tried, setTried] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const day = readDay(asOf);
  const remark = (bad: boolean, text: string) => (tried && bad ? [{ key: 'x', tone: 'seal' as const, text }] : []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (day !== null && file) onSend({ asOf: day, bodyId, file });
  };
  return (
    <form className="purpose" onSubmit={submit} noValidate>
      {office ? <BodyPick value={bodyId} onChange={setBodyId} /> : null}
      <Field
        label={t('reconcile.asOf')}
        hint={t('reconcile.asOfHint')}
        remarks={remark(day === null, t('reconcile.asOfBad'))}
      >
        {(slot) => (
          <Input
            id={slot.id}
            maxLength={12}
            placeholder="2026-11-22"
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            value={asOf}
            onChange={(event) => setAsOf(event.target.value)}
          />
        )}
      </Field>
      <Field
        label={t('reconcile.file')}
        hint={t('reconcile.fileHint')}
        remarks={remark(file === null, t('reconcile.fileNeeded'))}
      >
        {(slot) => (
          <div>
            <Button id={slot.id} aria-describedby={slot.describedBy} onClick={() => input.current?.click()}>
              {t('reconcile.choose')}
            </Button>{' '}
            {file ? `${file.name}（${formatBytes(file.size)}）` : null}
            <input
              ref={input}
              type="file"
              hidden
              accept=".xlsx,.csv,.txt"
              aria-label={t('reconcile.file')}
              onChange={(event) => setFile(event.target.files?.[0] ?? null)}
            />
          </div>
        )}
      </Field>
      <Button type="primary" htmlType="submit" loading={busy}>
        {t('reconcile.compare')}
      </Button>{' '}
      <DownloadButton path="/lists/extract-template.xlsx">{t('reconcile.template')}</DownloadButton>
    </form>
  );
}

/** The credit office reconciles for any recogniser. */
function BodyPick({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const { t } = useI18n();
  const bodies = useQuery(bodiesQuery).data ?? [];
  return (
    <Field label={t('reconcile.body')}>
      {(slot) => (
        <Pick
          id={slot.id}
          value={value}
          describedBy={slot.describedBy}
          options={[
            { value: '', label: t('reconcile.own') },
            ...bodies.map((body) => ({ value: body.id, label: body.name })),
          ]}
          onChange={onChange}
        />
      )}
    </Field>
  );
}

function Differences({ list, bodyId, found }: { list: string; bodyId: string; found: ListDifferences }) {
  const { t } = useI18n();
  const same = found.addedTotal + found.missingTotal + found.changedTotal === 0;
  return (
    <div role="status" className="section">
      <Figures
        items={[
          { key: 'stated', value: found.stated, label: t('reconcile.stated') },
          { key: 'matched', value: found.matched, label: t('reconcile.matched') },
          { key: 'added', value: found.addedTotal, label: t('reconcile.addedN'), tone: 'waiting' },
          { key: 'missing', value: found.missingTotal, label: t('reconcile.missingN'), tone: 'seal' },
          { key: 'changed', value: found.changedTotal, label: t('reconcile.changedN'), tone: 'waiting' },
        ]}
      />
      {found.persons > 0 ? <Note tone="waiting">{t('reconcile.persons', { n: found.persons })}</Note> : null}
      {same ? <Empty title={t('reconcile.none')}>{t('reconcile.noneHint')}</Empty> : <Tables found={found} />}
      <Accept list={list} bodyId={bodyId} found={found} />
    </div>
  );
}

function Tables({ found }: { found: ListDifferences }) {
  const { t } = useI18n();
  const organisation = (row: { name?: string; code: string | null }) => (
    <>
      {row.name}
      {row.code ? (
        <div className="sub">
          <Code value={row.code} />
        </div>
      ) : null}
    </>
  );
  const cut = (shown: readonly unknown[], total: number) =>
    shown.length < total ? <p className="quiet">{t('reconcile.first')}</p> : null;
  return (
    <>
      {found.missing.length > 0 ? (
        <Section title={t('reconcile.missing')}>
          <DataTable
            caption={t('reconcile.missing')}
            rows={found.missing}
            rowKey={(row) => `${row.code} ${row.documentNumber} ${row.listedOn}`}
            columns={[
              { key: 'subject', head: t('case.subject'), width: 'wide', cell: organisation },
              { key: 'document', head: t('reconcile.document'), cell: (row) => row.documentNumber },
              { key: 'on', head: t('reconcile.listedOn'), cell: (row) => row.listedOn },
            ]}
          />
          {cut(found.missing, found.missingTotal)}
        </Section>
      ) : null}
      {found.changed.length > 0 ? (
        <Section title={t('reconcile.changed')}>
          <DataTable
            caption={t('reconcile.changed')}
            rows={found.changed}
            rowKey={(row) => `${row.code} ${row.here}`}
            columns={[
              { key: 'subject', head: t('case.subject'), width: 'wide', cell: organisation },
              { key: 'here', head: t('reconcile.here'), cell: (row) => row.here },
              { key: 'there', head: t('reconcile.there'), cell: (row) => row.there },
            ]}
          />
          {cut(found.changed, found.changedTotal)}
        </Section>
      ) : null}
      {found.added.length > 0 ? (
        <Section title={t('reconcile.added')}>
          <DataTable
            caption={t('reconcile.added')}
            rows={found.added}
            rowKey={(row) => `${row.code} ${row.documentNumber}`}
            columns={[
              { key: 'subject', head: t('case.subject'), width: 'wide', cell: organisation },
              { key: 'document', head: t('reconcile.document'), cell: (row) => row.documentNumber },
            ]}
          />
          {cut(found.added, found.addedTotal)}
        </Section>
      ) : null}
    </>
  );
}

function Accept({ list, bodyId, found }: { list: string; bodyId: string; found: ListDifferences }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [sure, setSure] = useState(false);
  const accept = useMutation({
    mutationFn: () =>
      call<ReconcileListResult>(`/lists/${list}/reconcile`, {
        method: 'POST',
        body: {
          asOf: found.asOf,
          entries: found.entries,
          ...(bodyId === '' ? {} : { bodyId }),
          ...(sure ? { confirm: true } : {}),
        },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['lists'] }),
  });
  if (accept.data)
    return (
      <Note tone="done" role="status">
        {t('reconcile.accepted', { ended: accept.data.ended, unknown: accept.data.unknown })}
      </Note>
    );
  return (
    <>
      {found.needsConfirm ? (
        <p>
          <Checkbox checked={sure} onChange={(event) => setSure(event.target.checked)}>
            {t('reconcile.confirmMany')}
          </Checkbox>
        </p>
      ) : null}
      {accept.error ? <ErrorNote error={accept.error} /> : null}
      <p className="section">
        <Button
          type="primary"
          disabled={found.needsConfirm && !sure}
          loading={accept.isPending}
          onClick={() => accept.mutate()}
        >
          {t('reconcile.accept')}
        </Button>
      </p>
    </>
  );
}
