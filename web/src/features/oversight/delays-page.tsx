/** 推迟显示: looks that are shown to the organisation later, under a rule and until a day. */
import type { DelayList, DelayView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import type { Static } from 'typebox';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant, readDay } from '../../shared/ui/format.ts';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { delaysQuery, renewOversight } from './queries.ts';

type Rules = Static<typeof DelayList>['rules'];

export function DelaysPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const [making, setMaking] = useState(false);
  const query = useInfiniteQuery(delaysQuery());
  const rules = query.data?.pages[0]?.rules ?? [];
  return (
    <>
      <PageHead
        title={t('nav.delays')}
        actions={
          may('delay.manage') && rules.length > 0 && !making ? (
            <Button type="primary" onClick={() => setMaking(true)}>
              {t('delay.new')}
            </Button>
          ) : undefined
        }
      >
        <p className="quiet">{t('delay.lead')}</p>
      </PageHead>
      {making ? <NewDelay rules={rules} onClose={() => setMaking(false)} /> : null}
      <PagedList query={query} empty={<Empty title={t('delay.none')} />}>
        {(rows) => <DelayTable rows={rows} />}
      </PagedList>
    </>
  );
}

function NewDelay({ rules, onClose }: { rules: Rules; onClose: () => void }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const [form, setForm] = useState({
    code: '',
    rule: rules[0]?.key ?? '',
    caseNumber: '',
    reason: '',
    untilOn: '',
  });
  const rule = rules.find((row) => row.key === form.rule);
  const make = useMutation({
    mutationFn: () =>
      call<DelayView>('/delays', { method: 'POST', body: { ...form, untilOn: readDay(form.untilOn) ?? '' } }),
    onSuccess: () => {
      message.success(t('delay.made'));
      renewOversight();
      onClose();
    },
  });
  const input = (key: 'code' | 'caseNumber' | 'reason' | 'untilOn', label: string, hint?: string) => (
    <Field label={label} hint={hint}>
      {(slot) => (
        <Input
          id={slot.id}
          maxLength={key === 'reason' ? 500 : 100}
          aria-describedby={slot.describedBy}
          value={form[key]}
          onChange={(event) => setForm({ ...form, [key]: event.target.value })}
        />
      )}
    </Field>
  );
  const ready = form.code.trim() !== '' && form.caseNumber.trim() !== '' && form.reason.trim().length >= 5;
  return (
    <Section title={t('delay.new')}>
      {make.error ? <ErrorNote error={make.error} /> : null}
      <div className="form-grid">
        {input('code', t('delay.code'))}
        <Field
          label={t('delay.rule')}
          hint={rule ? t('delay.ruleMax', { n: rule.maxDays, basis: rule.basis }) : undefined}
        >
          {(slot) => (
            <Pick
              id={slot.id}
              value={form.rule}
              options={rules.map((row) => ({ value: row.key, label: w(row.name) }))}
              onChange={(value) => setForm({ ...form, rule: value })}
              describedBy={slot.describedBy}
            />
          )}
        </Field>
        {input('caseNumber', t('delay.case'))}
        {input('untilOn', t('delay.until'), t('delay.untilHint'))}
        {input('reason', t('delay.reason'))}
      </div>
      <div className="actions">
        <Button
          type="primary"
          loading={make.isPending}
          disabled={!ready || readDay(form.untilOn) === null}
          onClick={() => make.mutate()}
        >
          {t('delay.make')}
        </Button>
        <Button onClick={onClose}>{t('dispute.cancel')}</Button>
      </div>
    </Section>
  );
}

function DelayTable({ rows }: { rows: readonly DelayView[] }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const { may } = useSession();
  const end = useMutation({
    mutationFn: (id: string) => call<DelayView>(`/delays/${id}/end`, { method: 'POST' }),
    onSuccess: () => {
      message.success(t('delay.ended'));
      renewOversight();
    },
  });
  const columns: Column<DelayView>[] = [
    {
      key: 'subject',
      head: t('dispute.subject'),
      cell: (row) => (
        <>
          {row.subject.name}
          {row.subject.code ? (
            <div className="sub">
              <Code value={row.subject.code} />
            </div>
          ) : null}
        </>
      ),
    },
    {
      key: 'rule',
      head: t('delay.rule'),
      width: 'wide',
      cell: (row) => (
        <>
          {w(row.rule)}
          <div className="sub">{[row.body, row.caseNumber, row.reason].filter(Boolean).join(' · ')}</div>
        </>
      ),
    },
    {
      key: 'until',
      head: t('delay.until'),
      cell: (row) => (
        <>
          <span className="number">{row.untilOn}</span>
          <div className="sub number">{formatInstant(row.fromAt)}</div>
        </>
      ),
    },
    {
      key: 'state',
      head: t('dispute.state'),
      cell: (row) => (
        <Tag tone={row.active ? 'waiting' : undefined}>{t(row.active ? 'delay.active' : 'delay.over')}</Tag>
      ),
    },
    ...(may('delay.manage')
      ? [
          {
            key: 'act',
            head: t('delay.end'),
            align: 'end' as const,
            cell: (row: DelayView) =>
              row.active ? (
                <Button size="small" loading={end.isPending} onClick={() => end.mutate(row.id)}>
                  {t('delay.end')}
                </Button>
              ) : (
                '—'
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      {end.error ? <ErrorNote error={end.error} /> : null}
      <DataTable caption={t('nav.delays')} columns={columns} rows={rows} rowKey={(row) => row.id} />
    </>
  );
}
