/** One check inside a decision, and what it told. */
import type { CheckAnswer, CheckMatterView } from '@chengxin/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Tag } from '../../shared/ui/page.tsx';
import { ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { MatterField } from './matter-field.tsx';
import { mattersQuery } from './queries.ts';

const isCode = (text: string): boolean => /^[0-9A-Za-z\s-]{8,24}$/.test(text);

export function CheckForm() {
  return <Loaded query={useQuery(mattersQuery)}>{(data) => <Form matters={data.items} />}</Loaded>;
}

function Form({ matters }: { matters: readonly CheckMatterView[] }) {
  const { t } = useI18n();
  const client = useQueryClient();
  const [asked, setAsked] = useState('');
  const [code, setCode] = useState('');
  const [caseNumber, setCaseNumber] = useState('');
  const [tried, setTried] = useState(false);
  const matter = matters.find((one) => one.code === code);
  const lacksCase = matter?.caseNumber === 'required' && caseNumber.trim() === '';
  const remark = (bad: boolean, text: string) => (tried && bad ? [{ key: 'x', tone: 'seal' as const, text }] : []);
  const run = useMutation({
    mutationFn: () =>
      call<CheckAnswer>('/checks', {
        method: 'POST',
        body: {
          ...(isCode(asked.trim()) ? { code: asked.trim() } : { name: asked.trim() }),
          matter: code,
          purpose: matter?.purposes[0] ?? '',
          ...(caseNumber.trim() === '' ? {} : { caseNumber: caseNumber.trim() }),
        },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['checks', 'hits'] }),
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (asked.trim().length > 1 && matter && !lacksCase) run.mutate();
  };
  return (
    <>
      <form className="purpose" onSubmit={submit} noValidate>
        <MatterField
          matters={matters}
          value={code}
          remarks={remark(!matter, t('checks.matterNeeded'))}
          onChange={setCode}
        />
        <Field label={t('checks.code')} remarks={remark(asked.trim().length < 2, t('checks.codeNeeded'))}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={200}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              value={asked}
              onChange={(event) => setAsked(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('checks.case')} remarks={remark(lacksCase, t('checks.caseNeeded'))}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={100}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              value={caseNumber}
              onChange={(event) => setCaseNumber(event.target.value)}
            />
          )}
        </Field>
        {run.error ? <ErrorNote error={run.error} /> : null}
        <Button type="primary" htmlType="submit" loading={run.isPending}>
          {t('checks.run')}
        </Button>
      </form>
      {run.data ? <Answer answer={run.data} /> : null}
    </>
  );
}

function Answer({ answer }: { answer: CheckAnswer }) {
  const { t, w } = useI18n();
  const [result] = answer.results;
  if (!result) return null;
  return (
    <div role="status">
      {answer.feeds.stale ? (
        <Note tone="waiting">
          {t('checks.stale', {
            on: answer.feeds.listsAsOf === null ? t('checks.never') : formatInstant(answer.feeds.listsAsOf),
          })}
          {answer.feeds.jobsWaitingSince === null
            ? null
            : ` ${t('checks.jobsWait', { since: formatInstant(answer.feeds.jobsWaitingSince) })}`}
        </Note>
      ) : null}
      <Note tone={result.measures.length === 0 ? 'done' : 'seal'}>
        <strong>{result.measures.length === 0 ? t('checks.none') : (result.code ?? '')}</strong>
        {result.measures.length === 0 ? <p>{t('checks.noneHint')}</p> : null}
        <p className="quiet">
          {t('checks.receipt', { receipt: answer.receipt, until: formatInstant(answer.validUntil) })}{' '}
          <Link to="/checks/receipts" search={{ no: answer.receipt }}>
            {t('receipt.open')}
          </Link>
        </p>
      </Note>
      {result.measures.length === 0 ? null : (
        <DataTable
          caption={t('checks.measure')}
          rows={result.measures}
          rowKey={(one) => `${one.id}${one.list}${one.document}`}
          columns={[
            {
              key: 'measure',
              head: t('checks.measure'),
              cell: (one) => (
                <>
                  <Tag tone={one.force === 'required' ? 'seal' : 'waiting'}>{t(`checks.${one.force}`)}</Tag>{' '}
                  <a href={`/measures/${one.id}`}>{w(one.name)}</a>
                  <div className="sub">{w(one.proportion)}</div>
                </>
              ),
            },
            {
              key: 'why',
              head: t('checks.why'),
              width: 'wide',
              cell: (one) => (
                <>
                  {w(one.listName)} · {one.document}
                  <div className="sub">{one.article}</div>
                  <div className="sub">{w(one.relevance)}</div>
                </>
              ),
            },
            {
              key: 'until',
              head: t('checks.until'),
              width: 'narrow',
              cell: (one) => (one.until === null ? t('checks.untilGone') : t('checks.untilOn', { on: one.until })),
            },
          ]}
        />
      )}
      {result.incentives.map((one) => (
        <Note key={`${one.id}${one.list}`} tone="done">
          {t('checks.incentive', { name: w(one.name), condition: w(one.condition) })}
        </Note>
      ))}
      {result.annotations.map((one) => (
        <Note key={`${one.document}${one.kind}`} tone="waiting">
          {t('checks.annotation', { document: one.document })}
        </Note>
      ))}
    </div>
  );
}
