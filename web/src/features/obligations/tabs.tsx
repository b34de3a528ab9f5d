/** 我的义务, 待解除 and 全流程: three tabs of the page of checks. */
import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Figures, Section } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, Loaded } from '../../shared/ui/states.tsx';
import { HitList } from '../checks/hit-list.tsx';
import { listsQuery } from '../lists/queries.ts';
import { ObligationList } from './obligation-list.tsx';
import { cycleQuery, ratesQuery } from './queries.ts';

const states = ['sent', 'acknowledged', 'applied', 'notApplied', 'toLift', 'lifted', 'withdrawn'] as const;

export function OwnObligations({ start = 'sent' }: { start?: string }) {
  const { t, w } = useI18n();
  const [state, setState] = useState(start);
  const [overdue, setOverdue] = useState(false);
  const [list, setList] = useState('');
  const lists = useQuery(listsQuery).data?.items.filter(({ kind }) => kind === 'serious') ?? [];
  const filter = {
    ...(state === '' ? {} : { state }),
    ...(list === '' ? {} : { list }),
    ...(overdue ? { overdue: 'true' } : {}),
  };
  return (
    <>
      <p className="quiet">{t('obl.lead')}</p>
      <div className="filters">
        <Pick
          label={t('obl.filter.state')}
          value={state}
          options={[
            { value: '', label: t('obl.filter.any') },
            ...states.map((value) => ({ value, label: t(`obl.state.${value}`) })),
          ]}
          onChange={setState}
        />
        <Pick
          label={t('obl.filter.list')}
          value={list}
          options={[
            { value: '', label: t('obl.filter.anyList') },
            ...lists.map((one) => ({ value: one.key, label: w(one.name) })),
          ]}
          onChange={setList}
        />
        <Checkbox checked={overdue} onChange={(event) => setOverdue(event.target.checked)}>
          {t('obl.filter.overdue')}
        </Checkbox>
        <DownloadButton path="/obligations.xlsx" query={filter}>
          {t('case.export')}
        </DownloadButton>
      </div>
      <ObligationList
        key={JSON.stringify(filter)}
        filter={filter}
        empty={<Empty title={t('obl.none')}>{t('obl.noneHint')}</Empty>}
      />
    </>
  );
}

/** What the own body has to undo: obligations, and uses at checks that no obligation covers. */
export function ToLift() {
  const { t } = useI18n();
  return (
    <>
      <p className="quiet">{t('obl.leadToLift')}</p>
      <ObligationList filter={{ state: 'toLift' }} empty={<Empty title={t('obl.noneToLift')} />} />
      <Section title={t('obl.hitsToLift')}>
        <HitList state="applied" />
      </Section>
    </>
  );
}

const rate = ({ done, of }: { done: number; of: number | null }, unknown: string, nothing: string): string => {
  if (of === null) return unknown;
  if (of === 0) return nothing;
  return `${Math.round((done / of) * 1000) / 10}%（${done}/${of}）`;
};

export function Cycle() {
  const { t, w } = useI18n();
  const [open, setOpen] = useState('');
  return (
    <Loaded query={useQuery(cycleQuery)}>
      {(data) => (
        <>
          <Section title={t('obl.cycle.states')}>
            <Figures
              items={data.states.map(({ state, count }) => ({
                key: state,
                value: count,
                label: t(`obl.state.${state}`),
                tone: state === 'toLift' ? ('seal' as const) : undefined,
              }))}
            />
          </Section>
          <Section title={t('obl.stuck')}>
            {data.stuck.length === 0 ? (
              <Empty title={t('obl.stuck.none')} />
            ) : (
              <DataTable
                caption={t('obl.stuck')}
                rows={data.stuck}
                rowKey={(row) => `${row.list}${row.bodyId}`}
                columns={[
                  { key: 'list', head: t('obl.stuck.list'), cell: (row) => w(row.listName) },
                  { key: 'body', head: t('obl.body'), cell: (row) => row.body },
                  {
                    key: 'ack',
                    head: t('obl.stuck.toAcknowledge'),
                    align: 'end',
                    cell: (row) => <span className="number">{row.toAcknowledge}</span>,
                  },
                  {
                    key: 'lift',
                    head: t('obl.stuck.toLift'),
                    align: 'end',
                    cell: (row) => <span className="number">{row.toLift}</span>,
                  },
                  {
                    key: 'oldest',
                    head: t('obl.stuck.oldest'),
                    cell: (row) => <span className="number">{row.oldestDueOn}</span>,
                  },
                  {
                    key: 'show',
                    head: t('obl.stuck.rows'),
                    cell: (row) => {
                      const key = `${row.list}${row.bodyId}`;
                      return (
                        <Button
                          size="small"
                          aria-expanded={open === key}
                          onClick={() => setOpen(open === key ? '' : key)}
                        >
                          {t('obl.stuck.show')}
                        </Button>
                      );
                    },
                  },
                ]}
                below={(row) =>
                  open === `${row.list}${row.bodyId}` ? (
                    <ObligationList
                      filter={{ list: row.list, bodyId: row.bodyId, overdue: 'true' }}
                      empty={<Empty title={t('obl.stuck.none')} />}
                    />
                  ) : null
                }
              />
            )}
          </Section>
          <Rates today={data.dataAsOf.slice(0, 10)} />
        </>
      )}
    </Loaded>
  );
}

function Rates({ today }: { today: string }) {
  const { t } = useI18n();
  const [span, setSpan] = useState({ from: `${today.slice(0, 4)}-01-01`, to: `${today.slice(0, 4)}-12-31` });
  const [asked, setAsked] = useState(span);
  const cell = (one: { done: number; of: number | null }) => (
    <span className="number">{rate(one, t('obl.rates.unknown'), t('obl.rates.nothing'))}</span>
  );
  const day = (key: 'from' | 'to') => (
    <Field label={t(`obl.rates.${key}`)}>
      {(slot) => (
        <Input
          id={slot.id}
          type="date"
          value={span[key]}
          onChange={(event) => setSpan({ ...span, [key]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <Section title={t('obl.rates')}>
      <p className="quiet">{t('obl.rates.note')}</p>
      <form
        className="filters span"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(span);
        }}
      >
        {day('from')}
        {day('to')}
        <Button htmlType="submit">{t('obl.rates.show')}</Button>
      </form>
      <Loaded query={useQuery(ratesQuery(asked.from, asked.to))}>
        {(data) =>
          data.bodies.length === 0 ? (
            <Empty title={t('obl.rates.none')} />
          ) : (
            <DataTable
              caption={t('obl.rates')}
              rows={data.bodies}
              rowKey={(row) => row.body}
              columns={[
                { key: 'body', head: t('obl.body'), cell: (row) => row.body },
                { key: 'query', head: t('obl.rates.query'), align: 'end', cell: (row) => cell(row.query) },
                { key: 'feedback', head: t('obl.rates.feedback'), align: 'end', cell: (row) => cell(row.feedback) },
                { key: 'ack', head: t('obl.rates.acknowledged'), align: 'end', cell: (row) => cell(row.acknowledged) },
                { key: 'lifted', head: t('obl.rates.lifted'), align: 'end', cell: (row) => cell(row.lifted) },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
