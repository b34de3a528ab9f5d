/** 投诉: against the conduct of an officer or a body, or the platform's service. */
import type { CaseView } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { LinkButton } from '../../shared/ui/link-button.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { CaseDetail } from '../cases/case-detail.tsx';
import { caseDeskQuery, ProcedureQueue } from '../cases/procedure-queue.tsx';
import { renewCases } from '../cases/queries.ts';
import { useSession } from '../session/use-session.ts';

const path = '/complaints';
const list = getRouteApi('/desk/complaints');
const one = getRouteApi('/desk/complaints/$id');
const form = getRouteApi('/desk/complaints/new');

export function ComplaintsPage() {
  const { t } = useI18n();
  const { may, session } = useSession();
  const navigate = list.useNavigate();
  const own = session?.account.roles.includes('companyRepresentative') ?? false;
  const make = may('complaint.submit') ? (
    <LinkButton primary to="/complaints/new">
      {t('complaint.new')}
    </LinkButton>
  ) : null;
  return (
    <ProcedureQueue
      path={path}
      to="/complaints/$id"
      title={t(own ? 'complaint.titleOwn' : 'nav.complaints')}
      lead={t('complaint.lead')}
      actions={make}
      ranges={own ? ['open', 'all'] : ['open', 'overdue', 'all']}
      search={list.useSearch()}
      onSearch={(next) => void navigate({ search: next, replace: true })}
      empty={own ? <Empty title={t('complaint.noneOwn')} action={make} /> : undefined}
    />
  );
}

export function ComplaintPage() {
  const { t } = useI18n();
  return <CaseDetail path={path} id={one.useParams().id} crumb={<Link to="/complaints">{t('nav.complaints')}</Link>} />;
}

export function NewComplaintPage() {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const { session } = useSession();
  const navigate = form.useNavigate();
  const kinds = useQuery(caseDeskQuery(path)).data?.kinds ?? [];
  const own = session?.account.roles.includes('companyRepresentative') ?? false;
  const [draft, setDraft] = useState({ code: '', kind: '', against: '', statement: '', wanted: '' });
  const [tried, setTried] = useState(false);
  const set = (key: keyof typeof draft) => (value: string) => setDraft({ ...draft, [key]: value });
  const send = useMutation({
    mutationFn: () =>
      call<CaseView>(path, {
        method: 'POST',
        body: {
          kind: draft.kind,
          statement: draft.statement.trim(),
          wanted: draft.wanted.trim(),
          ...(own ? {} : { code: draft.code.trim() }),
          ...(draft.against.trim() ? { against: draft.against.trim() } : {}),
        },
      }),
    onSuccess: (made) => {
      message.success(t('complaint.sent'));
      renewCases();
      void navigate({ to: '/complaints/$id', params: { id: made.id } });
    },
  });
  const wrong = {
    code: !own && draft.code.trim() === '',
    kind: draft.kind === '',
    statement: draft.statement.trim().length < 10,
    wanted: draft.wanted.trim().length < 2,
  };
  const remark = (bad: boolean, text: string) => (tried && bad ? [{ key: 'x', tone: 'seal' as const, text }] : []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!Object.values(wrong).some(Boolean)) send.mutate();
  };
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/complaints">{t('nav.complaints')}</Link> / <span>{t('complaint.new')}</span>
          </>
        }
        title={t('complaint.new')}
      >
        <p className="quiet">{t('complaint.lead')}</p>
      </PageHead>
      <form className="purpose" onSubmit={submit} noValidate>
        <Note>{t('complaint.notObjection')}</Note>
        {own ? null : (
          <Field
            label={t('objection.code')}
            hint={t('objection.codeHint')}
            remarks={remark(wrong.code, t('objection.codeNeeded'))}
          >
            {(slot) => (
              <Input
                id={slot.id}
                className="code-input"
                maxLength={40}
                aria-describedby={slot.describedBy}
                status={slot.status ?? ''}
                value={draft.code}
                onChange={(event) => set('code')(event.target.value)}
              />
            )}
          </Field>
        )}
        <Field label={t('complaint.kind')} remarks={remark(wrong.kind, t('case.choiceNeeded'))}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={draft.kind}
              status={slot.status}
              describedBy={slot.describedBy}
              options={[
                { value: '', label: t('case.choice.pick') },
                ...kinds.map((kind) => ({ value: kind.key, label: w(kind.name) })),
              ]}
              onChange={set('kind')}
            />
          )}
        </Field>
        <Field label={t('complaint.against')} hint={t('complaint.againstHint')}>
          {(slot) => (
            <Input
              id={slot.id}
              className="code-input"
              maxLength={40}
              aria-describedby={slot.describedBy}
              value={draft.against}
              onChange={(event) => set('against')(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t('complaint.statement')}
          hint={t('complaint.statementHint')}
          remarks={remark(wrong.statement, t('objection.statementShort'))}
        >
          {(slot) => (
            <Input.TextArea
              id={slot.id}
              rows={5}
              maxLength={3000}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              value={draft.statement}
              onChange={(event) => set('statement')(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('objection.wanted')} remarks={remark(wrong.wanted, t('objection.wantedShort'))}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={1000}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              value={draft.wanted}
              onChange={(event) => set('wanted')(event.target.value)}
            />
          )}
        </Field>
        {send.error ? <ErrorNote error={send.error} /> : null}
        <Button type="primary" htmlType="submit" loading={send.isPending}>
          {t('complaint.send')}
        </Button>
      </form>
    </>
  );
}
