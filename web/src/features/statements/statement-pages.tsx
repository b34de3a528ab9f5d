/** 主体说明: the subject's own words beside a record, read by the credit office before they are shown. */
import type { CaseView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead, Section } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { CaseDetail } from '../cases/case-detail.tsx';
import { ProcedureQueue } from '../cases/procedure-queue.tsx';
import { renewCases } from '../cases/queries.ts';
import { objectableQuery } from '../objections/queries.ts';
import { RecordChoices } from '../objections/record-choices.tsx';
import { useSession } from '../session/use-session.ts';

const path = '/statements';
const maxCharacters = 500;
const list = getRouteApi('/desk/statements');
const one = getRouteApi('/desk/statements/$id');
const form = getRouteApi('/desk/statements/new');

export function StatementsPage() {
  const { t } = useI18n();
  const { session } = useSession();
  const navigate = list.useNavigate();
  const own = session?.account.roles.includes('companyRepresentative') ?? false;
  const make = own ? (
    <LinkButton primary to="/statements/new">
      {t('statement.new')}
    </LinkButton>
  ) : null;
  return (
    <ProcedureQueue
      path={path}
      to="/statements/$id"
      title={t('nav.statements')}
      lead={t('statement.lead')}
      actions={make}
      ranges={own ? ['all', 'open'] : ['open', 'overdue', 'all']}
      search={list.useSearch()}
      onSearch={(next) => void navigate({ search: next, replace: true })}
      empty={own ? <Empty title={t('statement.noneOwn')} action={make} /> : undefined}
    />
  );
}

export function StatementPage() {
  const { t } = useI18n();
  return (
    <CaseDetail
      path={path}
      id={one.useParams().id}
      materials={false}
      crumb={<Link to="/statements">{t('nav.statements')}</Link>}
    />
  );
}

export function NewStatementPage() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const navigate = form.useNavigate();
  const search = form.useSearch();
  const records = useInfiniteQuery(objectableQuery(null));
  const [record, setRecord] = useState(search.record ?? '');
  const [text, setText] = useState('');
  const [tried, setTried] = useState(false);
  const send = useMutation({
    mutationFn: () => call<CaseView>(path, { method: 'POST', body: { recordId: record, text: text.trim() } }),
    onSuccess: (made) => {
      message.success(t('statement.sent'));
      renewCases();
      void navigate({ to: '/statements/$id', params: { id: made.id } });
    },
  });
  const short = text.trim().length < 5;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!short && record !== '') send.mutate();
  };
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/statements">{t('nav.statements')}</Link> / <span>{t('statement.new')}</span>
          </>
        }
        title={t('statement.new')}
      >
        <p className="quiet">{t('statement.lead')}</p>
      </PageHead>
      <form className="objection-form" onSubmit={submit} noValidate>
        <Section title={t('objection.step1')}>
          {tried && record === '' ? (
            <p className="remark-seal" role="alert">
              {t('statement.pickRecord')}
            </p>
          ) : null}
          <PagedList query={records} empty={<Empty title={t('objection.noRecords')} />}>
            {(rows) => <RecordChoices rows={rows} value={record} onChange={setRecord} />}
          </PagedList>
        </Section>
        <Section title={t('statement.text')}>
          <Field
            label={t('statement.text')}
            hint={t('statement.hint', { n: maxCharacters })}
            remarks={tried && short ? [{ key: 'x', tone: 'seal', text: t('statement.short') }] : []}
          >
            {(slot) => (
              <Input.TextArea
                id={slot.id}
                rows={5}
                maxLength={maxCharacters}
                aria-describedby={slot.describedBy}
                status={slot.status ?? ''}
                value={text}
                onChange={(event) => setText(event.target.value)}
              />
            )}
          </Field>
          <Note>{t('statement.review')}</Note>
          {send.error ? <ErrorNote error={send.error} /> : null}
          <div className="actions">
            <Button type="primary" htmlType="submit" loading={send.isPending}>
              {t('statement.send')}
            </Button>
          </div>
        </Section>
      </form>
    </>
  );
}
