/** 谁查过我们: each look at the own organisation in plain words, and a way to dispute it. */
import type { DisputeView, LookView } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Chips } from '../../shared/ui/chips.tsx';
import { Code } from '../../shared/ui/code.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { ActForm } from './act-form.tsx';
import { disputeStateKey } from './dispute-words.ts';
import { looksQuery } from './queries.ts';

const route = getRouteApi('/desk/who-looked');
const kinds = ['read', 'export', 'authorised', 'change'] as const;
const kindKey: Readonly<Record<LookView['kind'], Key>> = {
  read: 'look.kind.read',
  export: 'look.kind.export',
  authorised: 'look.kind.authorised',
  change: 'look.kind.change',
};

export function WhoLookedPage() {
  const { t } = useI18n();
  const { kind } = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(looksQuery(kind));
  const subject = query.data?.pages[0]?.subject;
  return (
    <>
      <PageHead
        title={t('nav.whoLooked')}
        actions={
          <DownloadButton path="/my/looks.xlsx" query={{ kind }}>
            {t('action.exportExcel')}
          </DownloadButton>
        }
      >
        {subject ? (
          <p>
            {subject.name} {subject.code ? <Code value={subject.code} /> : null}
          </p>
        ) : null}
        <p className="quiet">{t('look.lead')}</p>
      </PageHead>
      <Chips
        label={t('look.kind')}
        all={t('look.all')}
        items={kinds.map((key) => ({ key, label: t(kindKey[key]) }))}
        value={kind}
        onChange={(next) => void navigate({ search: { kind: kinds.find((key) => key === next) }, replace: true })}
      />
      <PagedList query={query} empty={<Empty title={t('look.empty')}>{t('look.emptyHint')}</Empty>}>
        {(rows) => <LookTable rows={rows} />}
      </PagedList>
    </>
  );
}

function LookTable({ rows }: { rows: readonly LookView[] }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<LookView>[] = [
    {
      key: 'when',
      head: t('look.when'),
      cell: (row) => (
        <>
          <span className="number">{formatInstant(row.lastAt)}</span>
          {row.times > 1 ? (
            <div className="sub">
              {t('look.times', {
                n: row.times,
                from: formatInstant(row.firstAt).slice(11),
                to: formatInstant(row.lastAt).slice(11),
              })}
            </div>
          ) : null}
        </>
      ),
    },
    {
      key: 'who',
      head: t('look.who'),
      cell: (row) => (
        <>
          {row.who.body ?? t('look.platform')}
          <div className="sub">{w(row.who.officer)}</div>
        </>
      ),
    },
    {
      key: 'why',
      head: t('look.why'),
      width: 'wide',
      cell: (row) => (
        <>
          {w(row.why)}
          {row.sections.length > 0 ? (
            <div className="sub">{t('look.sections', { list: row.sections.map((part) => w(part)).join('、') })}</div>
          ) : null}
          {row.delayed ? (
            <div className="sub">
              {t('look.delayed', { rule: w(row.delayed.rule), day: row.delayed.untilOn, basis: row.delayed.basis })}
            </div>
          ) : null}
        </>
      ),
    },
    { key: 'kind', head: t('look.kind'), cell: (row) => <Tag>{t(kindKey[row.kind])}</Tag> },
    {
      key: 'act',
      head: t('look.dispute'),
      align: 'end',
      cell: (row) =>
        row.dispute ? (
          <>
            <Tag tone="waiting">{t(disputeStateKey[row.dispute.state])}</Tag>
            <div className="sub">
              <Link to="/disputes">{t('look.disputed')}</Link>
            </div>
          </>
        ) : (
          <Button size="small" aria-expanded={open === row.id} onClick={() => setOpen(open === row.id ? null : row.id)}>
            {t('look.raise')}
          </Button>
        ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.whoLooked')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) =>
        open === row.id && !row.dispute ? (
          <ActForm<DisputeView>
            path="/disputes"
            label={t('dispute.reason')}
            hint={t('dispute.reasonHint')}
            send={t('dispute.send')}
            done={(made) => t('dispute.sent', { day: made.dueOn ?? '' })}
            body={(reason) => ({ look: row.id, reason })}
            onClose={() => setOpen(null)}
          />
        ) : null
      }
    />
  );
}
