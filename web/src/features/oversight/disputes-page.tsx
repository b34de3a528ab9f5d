/** 查询异议: what an organisation disputes, as its three parties read it. */
import type { DisputeView } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { useSession } from '../session/use-session.ts';
import { ActForm } from './act-form.tsx';
import { actKey, disputeStateKey, disputeTone } from './dispute-words.ts';
import { disputesQuery } from './queries.ts';

const route = getRouteApi('/desk/disputes');
type Act = DisputeView['acts'][number];
const doKey: Readonly<Record<Act, Key>> = {
  answer: 'dispute.do.answer',
  contest: 'dispute.do.contest',
  decide: 'dispute.do.decide',
  accept: 'dispute.do.accept',
  withdraw: 'dispute.do.withdraw',
};

export function DisputesPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const subject = may('access.own');
  // A representative has few and wants to see them all; who answers begins with what waits.
  const shown = state ?? (subject ? 'all' : 'waiting');
  const query = useInfiniteQuery(disputesQuery(shown === 'all' ? undefined : 'waiting'));
  const lead = may('dispute.decide') ? 'dispute.leadAudit' : subject ? 'dispute.leadSubject' : 'dispute.leadBody';
  return (
    <>
      <PageHead title={t('nav.disputes')}>
        <p className="quiet">{t(lead)}</p>
      </PageHead>
      <Tabs
        label={t('nav.disputes')}
        items={[
          { key: 'waiting', label: t('dispute.waiting') },
          { key: 'all', label: t('dispute.everything') },
        ]}
        active={shown === 'all' ? 'all' : 'waiting'}
        onChange={(next) => void navigate({ search: { state: next }, replace: true })}
      >
        <PagedList query={query} empty={<Empty title={t(shown === 'all' ? 'dispute.none' : 'dispute.noneWaiting')} />}>
          {(rows) => <DisputeTable rows={rows} />}
        </PagedList>
      </Tabs>
    </>
  );
}

function DisputeTable({ rows }: { rows: readonly DisputeView[] }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<DisputeView>[] = [
    {
      key: 'subject',
      head: t('dispute.subject'),
      cell: (row) => (
        <>
          <RowOpener id={row.id} open={open} onOpen={setOpen}>
            {row.subject.name}
          </RowOpener>
          <div className="sub">{formatInstant(row.raisedAt)}</div>
        </>
      ),
    },
    {
      key: 'look',
      head: t('dispute.look'),
      width: 'wide',
      cell: (row) => (
        <>
          {w(row.look.why)}
          <div className="sub">
            {[row.body ?? t('look.platform'), w(row.look.officer), formatInstant(row.look.lastAt)].join(' · ')}
          </div>
        </>
      ),
    },
    { key: 'reason', head: t('dispute.reason'), cell: (row) => row.reason },
    {
      key: 'state',
      head: t('dispute.state'),
      cell: (row) => (
        <>
          <Tag tone={disputeTone[row.state]}>{t(disputeStateKey[row.state])}</Tag>
          {row.dueOn ? (
            <div className={row.overdue ? 'sub text-seal' : 'sub'}>
              {t(row.overdue ? 'dispute.overdue' : 'dispute.due', { day: row.dueOn })}
            </div>
          ) : null}
        </>
      ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.disputes')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) => (open === row.id ? <DisputeBody dispute={row} /> : null)}
    />
  );
}

function DisputeBody({ dispute }: { dispute: DisputeView }) {
  const { t } = useI18n();
  const [act, setAct] = useState<Act | null>(null);
  return (
    <div className="draft">
      <ol className="plain lines">
        {dispute.events.map((event) => (
          <li key={`${event.at}-${event.act}`}>
            <strong>{t(actKey[event.act] ?? 'dispute.act.raise')}</strong>{' '}
            <span className="quiet number">{formatInstant(event.at)}</span>
            {event.note ? <div>{event.note}</div> : null}
          </li>
        ))}
      </ol>
      {dispute.finding ? (
        <p>
          {t('dispute.finding')}：
          {t(dispute.finding === 'justified' ? 'dispute.finding.justified' : 'dispute.finding.unjustified')}
        </p>
      ) : null}
      {dispute.outcome ? (
        <p>
          {t('dispute.outcome')}：
          {t(dispute.outcome === 'upheld' ? 'dispute.outcome.upheld' : 'dispute.outcome.unfounded')}
        </p>
      ) : null}
      {act ? (
        <Acting dispute={dispute} act={act} onClose={() => setAct(null)} />
      ) : (
        <div className="actions">
          {dispute.acts.map((each, at) => (
            <Button key={each} {...(at === 0 ? { type: 'primary' as const } : {})} onClick={() => setAct(each)}>
              {t(doKey[each])}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}

function Acting({ dispute, act, onClose }: { dispute: DisputeView; act: Act; onClose: () => void }) {
  const { t } = useI18n();
  const common = {
    path: `/disputes/${dispute.id}/${act}`,
    label: t('dispute.words'),
    send: t(doKey[act]),
    done: () => t('dispute.done'),
    onClose,
  };
  if (act === 'answer') {
    return (
      <ActForm<DisputeView>
        {...common}
        choice={{
          label: t('dispute.finding'),
          options: [
            { value: 'justified', label: t('dispute.finding.justified') },
            { value: 'unjustified', label: t('dispute.finding.unjustified') },
          ],
        }}
        body={(answer, finding) => ({ answer, finding })}
      />
    );
  }
  if (act === 'decide') {
    return (
      <ActForm<DisputeView>
        {...common}
        choice={{
          label: t('dispute.outcome'),
          options: [
            { value: 'upheld', label: t('dispute.outcome.upheld') },
            { value: 'unfounded', label: t('dispute.outcome.unfounded') },
          ],
        }}
        body={(decision, outcome) => ({ decision, outcome })}
      />
    );
  }
  return <ActForm<DisputeView> {...common} body={(note) => ({ note })} />;
}
