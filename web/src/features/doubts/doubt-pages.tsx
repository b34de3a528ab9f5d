/** 疑点核实: what a body that acts on a record doubts, and what the recogniser has verified. */
import type { CaseView } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { CaseDetail } from '../cases/case-detail.tsx';
import { caseDeskQuery, ProcedureQueue } from '../cases/procedure-queue.tsx';
import { renewCases } from '../cases/queries.ts';

const path = '/doubts';
const list = getRouteApi('/desk/doubts');
const one = getRouteApi('/desk/doubts/$id');
const form = getRouteApi('/desk/doubts/new');

export function DoubtsPage() {
  const { t } = useI18n();
  const navigate = list.useNavigate();
  return (
    <ProcedureQueue
      path={path}
      to="/doubts/$id"
      title={t('nav.doubts')}
      lead={t('doubt.lead')}
      ranges={['open', 'overdue', 'all']}
      search={list.useSearch()}
      onSearch={(next) => void navigate({ search: next, replace: true })}
      empty={<Empty title={t('doubt.none')}>{t('doubt.noneHint')}</Empty>}
    />
  );
}

export function DoubtPage() {
  const { t } = useI18n();
  return <CaseDetail path={path} id={one.useParams().id} crumb={<Link to="/doubts">{t('nav.doubts')}</Link>} />;
}

export function NewDoubtPage() {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const navigate = form.useNavigate();
  const { record } = form.useSearch();
  const kinds = useQuery(caseDeskQuery(path)).data?.kinds ?? [];
  const [kind, setKind] = useState('');
  const [statement, setStatement] = useState('');
  const [matter, setMatter] = useState('');
  const [tried, setTried] = useState(false);
  const send = useMutation({
    mutationFn: () =>
      call<CaseView>(path, {
        method: 'POST',
        body: {
          recordId: record,
          kind,
          statement: statement.trim(),
          ...(matter.trim() ? { matter: matter.trim() } : {}),
        },
      }),
    onSuccess: (made) => {
      message.success(t('doubt.sent'));
      renewCases();
      void navigate({ to: '/doubts/$id', params: { id: made.id } });
    },
  });
  const short = statement.trim().length < 5;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!short && kind !== '') send.mutate();
  };
  const crumb = (
    <>
      <Link to="/doubts">{t('nav.doubts')}</Link> / <span>{t('doubt.new')}</span>
    </>
  );
  if (!record)
    return (
      <>
        <PageHead crumb={crumb} title={t('doubt.new')} />
        <Empty title={t('doubt.fromArchive')}>{t('doubt.noneHint')}</Empty>
      </>
    );
  return (
    <>
      <PageHead crumb={crumb} title={t('doubt.new')}>
        <p className="quiet">{t('doubt.lead')}</p>
      </PageHead>
      <form className="purpose" onSubmit={submit} noValidate>
        <Field
          label={t('case.kind')}
          remarks={tried && kind === '' ? [{ key: 'x', tone: 'seal', text: t('case.choiceNeeded') }] : []}
        >
          {(slot) => (
            <Pick
              id={slot.id}
              value={kind}
              status={slot.status}
              describedBy={slot.describedBy}
              options={[
                { value: '', label: t('case.choice.pick') },
                ...kinds.map((option) => ({ value: option.key, label: w(option.name) })),
              ]}
              onChange={setKind}
            />
          )}
        </Field>
        <Field
          label={t('doubt.statement')}
          hint={t('doubt.statementHint')}
          remarks={tried && short ? [{ key: 'x', tone: 'seal', text: t('statement.short') }] : []}
        >
          {(slot) => (
            <Input.TextArea
              id={slot.id}
              rows={4}
              maxLength={3000}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              value={statement}
              onChange={(event) => setStatement(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('doubt.matter')}>
          {(slot) => (
            <Input id={slot.id} maxLength={100} value={matter} onChange={(event) => setMatter(event.target.value)} />
          )}
        </Field>
        {send.error ? <ErrorNote error={send.error} /> : null}
        <Button type="primary" htmlType="submit" loading={send.isPending}>
          {t('doubt.send')}
        </Button>
      </form>
    </>
  );
}
