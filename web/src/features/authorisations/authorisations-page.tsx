/** 授权：the organisation sees whom it lets read what, a bank or an agency what it was given and what it asked for. */
import type { AuthorisationView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import {
  emptyPurpose,
  type PurposeDraft,
  PurposeFields,
  stated,
  usePurposes,
} from '../../shared/ui/purpose-fields.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { authorisationsQuery, granteesQuery, renewAuthorisations, termsQuery } from './queries.ts';
import { type TermsDraft, TermsFields, termsOf } from './terms-fields.tsx';
import { stateKey, toneOf } from './words.ts';

export function AuthorisationsPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const gives = may('authorisation.grant');
  const [making, setMaking] = useState(false);
  const query = useInfiniteQuery(authorisationsQuery);
  return (
    <>
      <PageHead
        title={t('nav.authorisations')}
        actions={
          <Button type="primary" onClick={() => setMaking(!making)} aria-expanded={making}>
            {t(gives ? 'auth.give' : 'auth.ask')}
          </Button>
        }
      >
        <p className="quiet">{t(gives ? 'auth.leadGrantor' : 'auth.leadGrantee')}</p>
      </PageHead>
      {making ? <MakeForm gives={gives} onDone={() => setMaking(false)} /> : null}
      <PagedList
        query={query}
        empty={<Empty title={t('auth.none')}>{t(gives ? 'auth.noneGrantor' : 'auth.noneGrantee')}</Empty>}
      >
        {(rows) => <AuthorisationTable rows={rows} gives={gives} />}
      </PagedList>
    </>
  );
}

function MakeForm({ gives, onDone }: { gives: boolean; onDone: () => void }) {
  const { t } = useI18n();
  const navigate = useNavigate();
  const purposes = usePurposes('authorisation');
  const limits = useQuery(termsQuery).data;
  const [who, setWho] = useState('');
  const [note, setNote] = useState('');
  const [purpose, setPurpose] = useState<PurposeDraft>(emptyPurpose);
  const [terms, setTerms] = useState<TermsDraft>({ sections: [], days: '90', uses: '3' });
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: (body: object) =>
      call<{ id: string }>(gives ? '/authorisations:give' : '/authorisations', { method: 'POST', body }),
    onSuccess: ({ id }) => {
      renewAuthorisations();
      void navigate({ to: '/authorisations/$id', params: { id } });
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    // A case number belongs to each use, not to the authorisation.
    const said = stated({ ...purpose, caseNumber: purpose.caseNumber || '-' }, purposes);
    const wanted = limits ? termsOf(terms, limits) : null;
    if (!said || !wanted || who.trim() === '') return;
    make.mutate({
      ...(gives ? { body: who } : { code: who.trim() }),
      purpose: said.purpose,
      ...(said.matter ? { matter: said.matter } : {}),
      ...wanted,
      ...(note.trim() ? { note: note.trim() } : {}),
    });
  };
  return (
    <form className="purpose" onSubmit={submit} noValidate>
      <Note>{t(gives ? 'auth.giveRules' : 'auth.askRules')}</Note>
      {make.error ? <ErrorNote error={make.error} /> : null}
      {gives ? (
        <GranteeField value={who} tried={tried} onChange={setWho} />
      ) : (
        <Field
          label={t('auth.code')}
          mark={t('purpose.needed')}
          remarks={tried && who.trim() === '' ? [{ key: 'who', tone: 'seal', text: t('auth.codeMissing') }] : []}
        >
          {(slot) => (
            <Input
              id={slot.id}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              maxLength={60}
              value={who}
              onChange={(event) => setWho(event.target.value)}
            />
          )}
        </Field>
      )}
      <PurposeFields act="authorisation" draft={purpose} tried={tried} withoutCase onChange={setPurpose} />
      <TermsFields draft={terms} tried={tried} onChange={setTerms} />
      <Field label={t('auth.note')}>
        {(slot) => (
          <Input id={slot.id} maxLength={500} value={note} onChange={(event) => setNote(event.target.value)} />
        )}
      </Field>
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={make.isPending}>
          {t(gives ? 'auth.giveNow' : 'auth.askNow')}
        </Button>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

function GranteeField({
  value,
  tried,
  onChange,
}: {
  value: string;
  tried: boolean;
  onChange: (value: string) => void;
}) {
  const { t } = useI18n();
  const grantees = useQuery(granteesQuery).data ?? [];
  return (
    <Field
      label={t('auth.grantee')}
      mark={t('purpose.needed')}
      remarks={tried && value === '' ? [{ key: 'who', tone: 'seal', text: t('auth.granteeMissing') }] : []}
    >
      {(slot) => (
        <Pick
          id={slot.id}
          describedBy={slot.describedBy}
          status={slot.status}
          value={value}
          onChange={onChange}
          options={[
            { value: '', label: t('auth.chooseGrantee') },
            ...grantees.map((one) => ({ value: one.id, label: one.name })),
          ]}
        />
      )}
    </Field>
  );
}

function AuthorisationTable({ rows, gives }: { rows: readonly AuthorisationView[]; gives: boolean }) {
  const { t, w } = useI18n();
  const columns: Column<AuthorisationView>[] = [
    {
      key: 'who',
      head: t(gives ? 'auth.grantee' : 'auth.subject'),
      width: 'wide',
      cell: (row) => (
        <>
          <Link to="/authorisations/$id" params={{ id: row.id }}>
            {gives ? row.grantee.name : row.subject.name}
          </Link>
          <div className="sub">{[w(row.purposeName), row.matter].filter(Boolean).join(' · ')}</div>
        </>
      ),
    },
    {
      key: 'sections',
      head: t('auth.sections'),
      cell: (row) => <span>{row.sections.map((section) => w(section.name)).join('、')}</span>,
    },
    {
      key: 'period',
      head: t('auth.period'),
      cell: (row) => (row.validFrom && row.validTo ? `${row.validFrom} — ${row.validTo}` : '—'),
    },
    {
      key: 'uses',
      head: t('auth.usesMade'),
      align: 'end',
      cell: (row) => `${row.usesMade} / ${row.usesAllowed ?? '—'}`,
    },
    {
      key: 'state',
      head: t('auth.state'),
      cell: (row) => <Tag tone={toneOf(row.state)}>{t(stateKey[row.state])}</Tag>,
    },
  ];
  return <DataTable caption={t('nav.authorisations')} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}
