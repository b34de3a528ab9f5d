/** How often was asked, by matter and in which of the four ways; and how bodies feed back. */
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatCount, readDay } from '../../shared/ui/format.ts';
import { Figures, PageHead, Section } from '../../shared/ui/page.tsx';
import { Empty, Loaded } from '../../shared/ui/states.tsx';
import { type Counts, countsQuery } from './batch-queries.ts';
import { CheckLinks } from './check-links.tsx';

const route = getRouteApi('/desk/checks/counts');
const ways = ['automatic', 'embedded', 'batch', 'website'] as const;
type Way = (typeof ways)[number];

/** By the calendar in China, which counts. */
const today = (): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date());

export function CountsPage() {
  const { t } = useI18n();
  const search = route.useSearch();
  const to = search.to ?? today();
  const from = search.from ?? `${to.slice(0, 4)}-01-01`;
  return (
    <>
      <PageHead title={t('counts.title')}>
        <p className="quiet">{t('counts.lead')}</p>
        <CheckLinks />
      </PageHead>
      <Span key={`${from} ${to}`} from={from} to={to} />
      <Loaded query={useQuery(countsQuery(from, to))} rows={6}>
        {(data) =>
          data.items.length === 0 ? (
            <Empty title={t('counts.none')}>{t('counts.noneHint')}</Empty>
          ) : (
            <Shown counts={data} />
          )
        }
      </Loaded>
    </>
  );
}

function Span(given: { from: string; to: string }) {
  const { t } = useI18n();
  const navigate = route.useNavigate();
  const [from, setFrom] = useState(given.from);
  const [to, setTo] = useState(given.to);
  const [bad, setBad] = useState(false);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const span = { from: readDay(from), to: readDay(to) };
    const right = span.from !== null && span.to !== null && span.from <= span.to;
    setBad(!right);
    if (right) void navigate({ search: { from: span.from ?? undefined, to: span.to ?? undefined }, replace: true });
  };
  const remarks = bad ? [{ key: 'x', tone: 'seal' as const, text: t('counts.span') }] : [];
  return (
    <form className="filters span" onSubmit={submit} noValidate>
      <Field label={t('counts.from')} remarks={remarks}>
        {(slot) => (
          <Input
            id={slot.id}
            maxLength={12}
            aria-describedby={slot.describedBy}
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
        )}
      </Field>
      <Field label={t('counts.to')}>
        {(slot) => <Input id={slot.id} maxLength={12} value={to} onChange={(event) => setTo(event.target.value)} />}
      </Field>
      <Button htmlType="submit">{t('lists.find')}</Button>
    </form>
  );
}

interface MatterCounts {
  readonly matter: string;
  readonly name: Counts['items'][number]['matterName'];
  readonly by: Readonly<Record<Way, number>>;
  readonly hits: number;
}

const none = { automatic: 0, embedded: 0, batch: 0, website: 0 } as const;
const isWay = (way: string): way is Way => (ways as readonly string[]).includes(way);

function byMatter(items: Counts['items']): MatterCounts[] {
  const found = new Map<string, MatterCounts>();
  for (const { matter, matterName, way, checks, hits } of items) {
    const known = found.get(matter) ?? { matter, name: matterName, by: none, hits: 0 };
    const by = isWay(way) ? { ...known.by, [way]: known.by[way] + checks } : known.by;
    found.set(matter, { ...known, by, hits: known.hits + hits });
  }
  return [...found.values()];
}

const totalOf = (by: Readonly<Record<Way, number>>): number => ways.reduce((sum, way) => sum + by[way], 0);

function Shown({ counts }: { counts: Counts }) {
  const { t, w } = useI18n();
  const matters = byMatter(counts.items);
  const sum = (way: Way): number => matters.reduce((all, one) => all + one.by[way], 0);
  const number = (value: number) => <span className="number">{formatCount(value)}</span>;
  const columns: Column<MatterCounts>[] = [
    { key: 'matter', head: t('counts.matter'), width: 'wide', cell: (row) => w(row.name) },
    ...ways.map(
      (way): Column<MatterCounts> => ({
        key: way,
        head: t(`counts.${way}`),
        align: 'end',
        cell: (row) => number(row.by[way]),
      }),
    ),
    { key: 'total', head: t('counts.total'), align: 'end', cell: (row) => number(totalOf(row.by)) },
    { key: 'hits', head: t('counts.hits'), align: 'end', cell: (row) => number(row.hits) },
  ];
  return (
    <>
      <Figures items={ways.map((way) => ({ key: way, value: sum(way), label: t(`counts.${way}`) }))} />
      <DataTable caption={t('counts.title')} columns={columns} rows={matters} rowKey={(row) => row.matter} />
      {counts.feedback.length === 0 ? null : (
        <Section title={t('counts.feedback')}>
          <DataTable
            caption={t('counts.feedback')}
            rows={counts.feedback}
            rowKey={(row) => row.body}
            columns={[
              { key: 'body', head: t('counts.body'), width: 'wide', cell: (row) => row.body },
              { key: 'hits', head: t('counts.hits'), align: 'end', cell: (row) => number(row.hits) },
              { key: 'answered', head: t('counts.answered'), align: 'end', cell: (row) => number(row.answered) },
              { key: 'inTime', head: t('counts.inTime'), align: 'end', cell: (row) => number(row.inTime) },
              { key: 'overdue', head: t('counts.overdue'), align: 'end', cell: (row) => number(row.overdue) },
            ]}
          />
        </Section>
      )}
    </>
  );
}
