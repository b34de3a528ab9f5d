/** 提出异议: which record, what is wrong, why. A representative for its own organisation, a window officer for whoever came. */
import type { CaseView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead, Section } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Note } from '../../shared/ui/states.tsx';
import { renewCases } from '../cases/queries.ts';
import { useSession } from '../session/use-session.ts';
import { objectableQuery, path, rulesQuery } from './queries.ts';
import { RecordChoices } from './record-choices.tsx';

const route = getRouteApi('/desk/objections/new');
/** Chosen on purpose: the objection is about no single record. */
const noRecord = 'none';

export function NewObjectionPage() {
  const { t } = useI18n();
  const { session } = useSession();
  const own = session?.account.roles.includes('companyRepresentative') ?? false;
  const [typed, setTyped] = useState('');
  const [code, setCode] = useState('');
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/objections">{t('nav.objections')}</Link> / <span>{t('objection.new')}</span>
          </>
        }
        title={t('objection.new')}
      >
        <p className="quiet">{t('objection.leadOwn')}</p>
      </PageHead>
      {own ? null : (
        <form
          className="purpose"
          onSubmit={(event) => {
            event.preventDefault();
            setCode(typed.trim());
          }}
        >
          <Field label={t('objection.code')} hint={t('objection.codeHint')}>
            {(slot) => (
              <Input
                id={slot.id}
                className="code-input"
                maxLength={40}
                aria-describedby={slot.describedBy}
                value={typed}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
          <Button htmlType="submit" disabled={typed.trim() === ''}>
            {t('objection.findRecords')}
          </Button>
        </form>
      )}
      {own || code ? <ObjectionForm key={code} code={own ? null : code} /> : null}
    </>
  );
}

function ObjectionForm({ code }: { code: string | null }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const rules = useQuery(rulesQuery).data;
  const records = useInfiniteQuery(objectableQuery(code));
  const [record, setRecord] = useState(search.record ?? '');
  const [kind, setKind] = useState('');
  const [statement, setStatement] = useState('');
  const [wanted, setWanted] = useState('');
  const [tried, setTried] = useState(false);
  const send = useMutation({
    mutationFn: () =>
      call<CaseView>(path, {
        method: 'POST',
        body: {
          ...(code === null ? {} : { code }),
          kind,
          statement: statement.trim(),
          wanted: wanted.trim(),
          ...(record !== noRecord ? { recordId: record } : {}),
        },
      }),
    onSuccess: (made) => {
      message.success(made.dueOn ? t('objection.sent', { day: made.dueOn }) : t('objection.sentPlain'));
      renewCases();
      void navigate({ to: '/objections/$id', params: { id: made.id } });
    },
  });
  const wrong = {
    record: record === '',
    kind: kind === '',
    statement: statement.trim().length < 10,
    wanted: wanted.trim().length < 2,
  };
  const remark = (bad: boolean, text: string) => (tried && bad ? [{ key: 'x', tone: 'seal' as const, text }] : []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!Object.values(wrong).some(Boolean)) send.mutate();
  };
  return (
    <form className="objection-form" onSubmit={submit} noValidate>
      <Section title={t('objection.step1')}>
        {tried && wrong.record ? (
          <p className="remark-seal" role="alert">
            {t('objection.pickRecord')}
          </p>
        ) : null}
        <PagedList query={records} empty={<Empty title={t('objection.noRecords')} />}>
          {(rows) => <RecordChoices rows={rows} value={record} onChange={setRecord} />}
        </PagedList>
        <label className="choice">
          <input type="radio" name="record" checked={record === noRecord} onChange={() => setRecord(noRecord)} />
          <span>{t('objection.noRecord')}</span>
        </label>
      </Section>
      <Section title={t('objection.step2')}>
        <Field label={t('case.kind')} remarks={remark(wrong.kind, t('objection.kindNeeded'))}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={kind}
              status={slot.status}
              describedBy={slot.describedBy}
              options={[
                { value: '', label: t('case.choice.pick') },
                ...(rules?.reasons.kind ?? []).map((one) => ({ value: one.key, label: w(one.name) })),
              ]}
              onChange={setKind}
            />
          )}
        </Field>
      </Section>
      <Section title={t('objection.step3')}>
        <Field
          label={t('objection.statement')}
          hint={t('objection.statementHint')}
          remarks={remark(wrong.statement, t('objection.statementShort'))}
        >
          {(slot) => (
            <Input.TextArea
              id={slot.id}
              rows={5}
              maxLength={3000}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              value={statement}
              onChange={(event) => setStatement(event.target.value)}
            />
          )}
        </Field>
        <Field
          label={t('objection.wanted')}
          hint={t('objection.wantedHint')}
          remarks={remark(wrong.wanted, t('objection.wantedShort'))}
        >
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={1000}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              value={wanted}
              onChange={(event) => setWanted(event.target.value)}
            />
          )}
        </Field>
        <Note>{t('objection.filesHint')}</Note>
        {send.error ? <ErrorNote error={send.error} /> : null}
        <div className="actions">
          <Button type="primary" htmlType="submit" loading={send.isPending}>
            {t('objection.send')}
          </Button>
        </div>
      </Section>
    </form>
  );
}
