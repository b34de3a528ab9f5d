/** 提出列入建议: against what the list asks for; nothing can be proposed that policy does not name. */
import type { CaseView, CreditListView } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Checkbox, Input, InputNumber } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { renewCases } from '../cases/queries.ts';
import { listsQuery } from './queries.ts';

const route = getRouteApi('/desk/listings/new');

export function ProposeListingPage() {
  const { t } = useI18n();
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/listings">{t('nav.listings')}</Link> / <span>{t('lists.propose')}</span>
          </>
        }
        title={t('lists.propose')}
      >
        <p className="quiet">{t('lists.proposeLead')}</p>
      </PageHead>
      <Loaded query={useQuery(listsQuery)} rows={8}>
        {(data) => {
          const own = data.items.filter((list) => list.mayPropose);
          return own.length === 0 ? (
            <Empty title={t('lists.notRecogniser')}>{t('lists.notRecogniserHint')}</Empty>
          ) : (
            <Form lists={own} />
          );
        }}
      </Loaded>
    </>
  );
}

const texts = ['facts', 'legalBasis', 'evidence', 'basisDocument'] as const;
type Draft = Record<(typeof texts)[number] | 'code' | 'list', string>;

function Form({ lists }: { lists: readonly CreditListView[] }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const first = lists.find((list) => list.key === search.list);
  const [draft, setDraft] = useState<Draft>({
    code: search.code ?? '',
    list: first?.key ?? '',
    facts: '',
    legalBasis: '',
    evidence: '',
    basisDocument: '',
  });
  const [criteria, setCriteria] = useState<readonly string[]>([]);
  const [months, setMonths] = useState<number | null>(first?.termMonths ?? null);
  const [tried, setTried] = useState(false);
  const list = lists.find((one) => one.key === draft.list);
  const set = (key: keyof Draft) => (value: string) => setDraft({ ...draft, [key]: value });
  const choose = (key: string): void => {
    setDraft({ ...draft, list: key });
    setCriteria([]);
    setMonths(lists.find((one) => one.key === key)?.termMonths ?? null);
  };
  const send = useMutation({
    mutationFn: () =>
      call<CaseView>('/listings', {
        method: 'POST',
        body: {
          code: draft.code.trim(),
          list: draft.list,
          facts: draft.facts.trim(),
          legalBasis: draft.legalBasis.trim(),
          evidence: draft.evidence.trim(),
          basisDocument: draft.basisDocument.trim(),
          criteria,
          ...(months === null ? {} : { termMonths: months }),
        },
      }),
    onSuccess: (made) => {
      message.success(t('lists.proposed'));
      renewCases();
      void navigate({ to: '/listings/$id', params: { id: made.id } });
    },
  });
  const missing = (value: string): boolean => value.trim().length < 2;
  const remark = (bad: boolean, text: string) => (tried && bad ? [{ key: 'x', tone: 'seal' as const, text }] : []);
  const unmet = list?.criteria.some(({ key }) => !criteria.includes(key)) ?? false;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (list && !unmet && !missing(draft.code) && !texts.some((key) => missing(draft[key]))) send.mutate();
  };
  return (
    <form className="purpose" onSubmit={submit} noValidate>
      <Field label={t('lists.list')} remarks={remark(!list, t('case.choiceNeeded'))}>
        {(slot) => (
          <Pick
            id={slot.id}
            value={draft.list}
            status={slot.status}
            describedBy={slot.describedBy}
            options={[
              { value: '', label: t('case.choice.pick') },
              ...lists.map((one) => ({ value: one.key, label: w(one.name) })),
            ]}
            onChange={choose}
          />
        )}
      </Field>
      {list ? (
        <Note tone={list.kind === 'serious' ? 'waiting' : 'brand'}>
          <p>{w(list.measures)}</p>
          <p className="quiet">{list.basis.join('；')}</p>
        </Note>
      ) : null}
      <Field
        label={t('objection.code')}
        hint={t('lists.codeHint')}
        remarks={remark(missing(draft.code), t('objection.codeNeeded'))}
      >
        {(slot) => (
          <Input
            id={slot.id}
            className="code-input"
            maxLength={20}
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            value={draft.code}
            onChange={(event) => set('code')(event.target.value)}
          />
        )}
      </Field>
      {list && list.criteria.length > 0 ? (
        <Field
          label={t('lists.criteria')}
          hint={t('lists.criteriaHint')}
          remarks={remark(unmet, t('lists.criteriaNeeded'))}
        >
          {(slot) => (
            <Checkbox.Group
              aria-describedby={slot.describedBy}
              value={[...criteria]}
              options={list.criteria.map((one) => ({ value: one.key, label: w(one.name) }))}
              onChange={(values) => setCriteria(values.map(String))}
            />
          )}
        </Field>
      ) : null}
      {texts.map((key) => (
        <Field
          key={key}
          label={t(`lists.${key}`)}
          hint={t(`lists.${key}Hint`)}
          remarks={remark(missing(draft[key]), t('lists.needed'))}
        >
          {(slot) => (
            <Input.TextArea
              id={slot.id}
              rows={key === 'facts' ? 5 : 2}
              maxLength={key === 'basisDocument' ? 200 : 2000}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              value={draft[key]}
              onChange={(event) => set(key)(event.target.value)}
            />
          )}
        </Field>
      ))}
      {list && list.maxMonths !== null ? (
        <Field label={t('lists.termMonths')} hint={t('lists.atMost', { n: list.maxMonths })}>
          {(slot) => (
            <InputNumber
              id={slot.id}
              min={1}
              max={list.maxMonths ?? 1}
              precision={0}
              aria-describedby={slot.describedBy}
              value={months}
              onChange={(value) => setMonths(value)}
            />
          )}
        </Field>
      ) : null}
      {send.error ? <ErrorNote error={send.error} /> : null}
      <Button type="primary" htmlType="submit" loading={send.isPending}>
        {t('lists.send')}
      </Button>
    </form>
  );
}
