/** One authorisation: its terms, who used it when, and what either side may do now. */
import type { AuthorisationUseView, AuthorisationView, UseOpened } from '@chengxin/contract';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { ApiError, apiPath, call, problemFrom } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { usePurposes } from '../../shared/ui/purpose-fields.tsx';
import { Empty, ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { authorisationQuery, renewAuthorisations, termsQuery, usesQuery } from './queries.ts';
import { type TermsDraft, TermsFields, termsOf } from './terms-fields.tsx';
import { UsedArchive } from './used-archive.tsx';
import { stateKey, toneOf } from './words.ts';

const route = getRouteApi('/desk/authorisations/$id');

export function AuthorisationPage() {
  const { id } = route.useParams();
  const query = useQuery(authorisationQuery(id));
  return <Loaded query={query}>{(row) => <Body key={row.id} row={row} />}</Loaded>;
}

function Body({ row }: { row: AuthorisationView }) {
  const { t, w } = useI18n();
  const [use, setUse] = useState<UseOpened | null>(null);
  const facts: readonly (readonly [string, string | null])[] = [
    [t('auth.subject'), row.subject.name],
    [t('auth.grantee'), row.grantee.name],
    [t('auth.purpose'), w(row.purposeName)],
    [t('purpose.matter'), row.matter],
    [t('auth.sections'), row.sections.map((section) => w(section.name)).join('、')],
    [t('auth.period'), row.validFrom && row.validTo ? `${row.validFrom} — ${row.validTo}` : null],
    [t('auth.usesMade'), `${row.usesMade} / ${row.usesAllowed ?? '—'}`],
    [t('auth.askedAt'), row.askedAt ? formatInstant(row.askedAt) : null],
    [t('auth.answerBy'), row.state === 'asked' && row.answerBy ? formatInstant(row.answerBy) : null],
    [t('auth.grantedAt'), row.grantedAt ? formatInstant(row.grantedAt) : null],
    [t('auth.endedAt'), row.endedAt ? formatInstant(row.endedAt) : null],
    [t('auth.note'), [row.note, row.endNote].filter(Boolean).join('；') || null],
  ];
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/authorisations">{t('nav.authorisations')}</Link> / <span>{row.grantee.name}</span>
          </>
        }
        title={t('auth.title', { grantee: row.grantee.name })}
      >
        <p>
          <Tag tone={toneOf(row.state)}>{t(stateKey[row.state])}</Tag>{' '}
          {row.subject.code ? <Code value={row.subject.code} /> : null}
        </p>
      </PageHead>
      <dl className="facts">
        {facts.map(([label, value]) =>
          value ? (
            <div key={label} className={value.length > 40 ? 'long' : undefined}>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </div>
          ) : null,
        )}
      </dl>
      {row.may.grant ? <Answer row={row} /> : null}
      {row.may.revoke ? <End row={row} act="revoke" /> : null}
      {row.may.withdraw ? <End row={row} act="withdraw" /> : null}
      {row.may.use ? <Use row={row} onOpened={setUse} /> : null}
      {use ? <UsedArchive id={row.id} use={use} /> : null}
      <Uses row={row} />
    </>
  );
}

const renew = (): void => renewAuthorisations();

function Answer({ row }: { row: AuthorisationView }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const limits = useQuery(termsQuery).data;
  const asked = row.sections.map((section) => section.key);
  const [terms, setTerms] = useState<TermsDraft>({ sections: asked, days: '90', uses: String(row.usesAllowed ?? 1) });
  const [tried, setTried] = useState(false);
  const grant = useMutation({
    mutationFn: (body: object) => call(`/authorisations/${row.id}/grant`, { method: 'POST', body }),
    onSuccess: () => {
      message.success(t('auth.granted'));
      renew();
    },
  });
  const decline = useMutation({
    mutationFn: () => call(`/authorisations/${row.id}/decline`, { method: 'POST', body: {} }),
    onSuccess: () => {
      message.success(t('auth.declined'));
      renew();
    },
  });
  const give = (): void => {
    setTried(true);
    const wanted = limits ? termsOf(terms, { ...limits, maxUses: row.usesAllowed ?? limits.maxUses }) : null;
    if (wanted) grant.mutate(wanted);
  };
  return (
    <Section title={t('auth.answer')}>
      <div className="purpose">
        <Note>{t('auth.answerHint')}</Note>
        {grant.error || decline.error ? <ErrorNote error={grant.error ?? decline.error} /> : null}
        <TermsFields
          draft={terms}
          tried={tried}
          only={asked}
          maxUses={row.usesAllowed ?? undefined}
          onChange={setTerms}
        />
        <div className="actions">
          <Button type="primary" loading={grant.isPending} onClick={give}>
            {t('auth.grant')}
          </Button>
          <Button loading={decline.isPending} onClick={() => decline.mutate()}>
            {t('auth.decline')}
          </Button>
        </div>
      </div>
    </Section>
  );
}

function End({ row, act }: { row: AuthorisationView; act: 'revoke' | 'withdraw' }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const end = useMutation({
    mutationFn: () => call(`/authorisations/${row.id}/${act}`, { method: 'POST', body: {} }),
    onSuccess: () => {
      message.success(t(act === 'revoke' ? 'auth.revoked' : 'auth.withdrawn'));
      renew();
    },
  });
  return (
    <Section title={t(act === 'revoke' ? 'auth.revoke' : 'auth.withdraw')}>
      {end.error ? <ErrorNote error={end.error} /> : null}
      <p>{t(act === 'revoke' ? 'auth.revokeHint' : 'auth.withdrawHint')}</p>
      <div className="actions">
        <Button danger={act === 'revoke'} loading={end.isPending} onClick={() => end.mutate()}>
          {t(act === 'revoke' ? 'auth.revokeNow' : 'auth.withdrawNow')}
        </Button>
      </div>
    </Section>
  );
}

async function takeReport(id: string, body: object): Promise<void> {
  const response = await fetch(apiPath(`/authorisations/${id}/report`), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new ApiError(response.status, problemFrom(await response.text()));
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = `${response.headers.get('x-report-number') ?? 'report'}.pdf`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

function Use({ row, onOpened }: { row: AuthorisationView; onOpened: (use: UseOpened) => void }) {
  const { t } = useI18n();
  const rule = usePurposes('authorisation').find((purpose) => purpose.key === row.purpose);
  const [matter, setMatter] = useState(row.matter ?? '');
  const [caseNumber, setCaseNumber] = useState('');
  const body = (): object => ({
    ...(matter.trim() ? { matter: matter.trim() } : {}),
    ...(caseNumber.trim() ? { caseNumber: caseNumber.trim() } : {}),
  });
  const open = useMutation({
    mutationFn: () => call<UseOpened>(`/authorisations/${row.id}/uses`, { method: 'POST', body: body() }),
    onSuccess: (use) => {
      onOpened(use);
      renew();
    },
  });
  const report = useMutation({ mutationFn: () => takeReport(row.id, body()), onSettled: renew });
  return (
    <Section title={t('auth.use')}>
      <div className="purpose">
        <Note>{t('auth.useHint', { n: (row.usesAllowed ?? 0) - row.usesMade })}</Note>
        {open.error || report.error ? <ErrorNote error={open.error ?? report.error} /> : null}
        <Field label={t('purpose.matter')}>
          {(slot) => (
            <Input id={slot.id} maxLength={100} value={matter} onChange={(event) => setMatter(event.target.value)} />
          )}
        </Field>
        <Field label={t('purpose.caseNumber')} mark={rule?.caseNumber === 'required' ? t('purpose.needed') : undefined}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={100}
              value={caseNumber}
              onChange={(event) => setCaseNumber(event.target.value)}
            />
          )}
        </Field>
        <div className="actions">
          <Button type="primary" loading={open.isPending} onClick={() => open.mutate()}>
            {t('auth.openArchive')}
          </Button>
          <Button loading={report.isPending} onClick={() => report.mutate()}>
            {t('auth.report')}
          </Button>
        </div>
      </div>
    </Section>
  );
}

function Uses({ row }: { row: AuthorisationView }) {
  const { t } = useI18n();
  const query = useInfiniteQuery(usesQuery(row.id));
  const columns: Column<AuthorisationUseView>[] = [
    { key: 'at', head: t('auth.usedAt'), cell: (use) => formatInstant(use.usedAt) },
    { key: 'by', head: t('auth.usedBy'), cell: (use) => use.by },
    {
      key: 'kind',
      head: t('auth.usedFor'),
      cell: (use) => (
        <>
          {t(use.kind === 'report' ? 'auth.kindReport' : 'auth.kindArchive')}
          {use.reportNumber ? <div className="sub code">{use.reportNumber}</div> : null}
        </>
      ),
    },
    {
      key: 'case',
      head: t('auth.usedCase'),
      cell: (use) => [use.matter, use.caseNumber].filter(Boolean).join(' · ') || '—',
    },
  ];
  return (
    <Section title={t('auth.history')}>
      <PagedList query={query} empty={<Empty title={t('auth.notUsed')} />}>
        {(rows) => <DataTable caption={t('auth.history')} columns={columns} rows={rows} rowKey={(use) => use.id} />}
      </PagedList>
    </Section>
  );
}
