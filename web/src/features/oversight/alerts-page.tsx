/** 查询提示: ways of looking that differ from what is usual; the officer explains, the audit administrator decides. */
import type { AlertView } from '@chengxin/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag, type Tone } from '../../shared/ui/page.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { useSession } from '../session/use-session.ts';
import { ActForm } from './act-form.tsx';
import { alertsQuery } from './queries.ts';

const route = getRouteApi('/desk/alerts');
type Act = AlertView['acts'][number];
const stateKey: Readonly<Record<AlertView['state'], Key>> = {
  open: 'alert.state.open',
  replied: 'alert.state.replied',
  cleared: 'alert.state.cleared',
  confirmed: 'alert.state.confirmed',
  expired: 'alert.state.expired',
};
const tones: Readonly<Record<AlertView['state'], Tone | undefined>> = {
  open: 'waiting',
  replied: 'waiting',
  cleared: 'done',
  confirmed: 'seal',
  expired: undefined,
};
const doKey: Readonly<Record<Act, Key>> = {
  reply: 'alert.do.reply',
  clear: 'alert.do.clear',
  confirm: 'alert.do.confirm',
};

export function AlertsPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const { state } = route.useSearch();
  const navigate = route.useNavigate();
  const shown = state === 'all' ? 'all' : 'waiting';
  const query = useInfiniteQuery(alertsQuery(shown === 'all' ? undefined : 'waiting'));
  return (
    <>
      <PageHead title={t('nav.alerts')}>
        <p className="quiet">{t(may('alert.decide') ? 'alert.leadAudit' : 'alert.leadOfficer')}</p>
      </PageHead>
      <Tabs
        label={t('nav.alerts')}
        items={[
          { key: 'waiting', label: t('alert.waiting') },
          { key: 'all', label: t('alert.everything') },
        ]}
        active={shown}
        onChange={(next) => void navigate({ search: { state: next === 'all' ? 'all' : undefined }, replace: true })}
      >
        <PagedList query={query} empty={<Empty title={t('alert.none')} />}>
          {(rows) => <AlertTable rows={rows} />}
        </PagedList>
      </Tabs>
    </>
  );
}

function AlertTable({ rows }: { rows: readonly AlertView[] }) {
  const { t, w } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<AlertView>[] = [
    {
      key: 'officer',
      head: t('alert.officer'),
      cell: (row) => (
        <>
          <RowOpener id={row.id} open={open} onOpen={setOpen}>
            {row.officer.name}
          </RowOpener>
          <div className="sub">{row.body}</div>
        </>
      ),
    },
    {
      key: 'pattern',
      head: t('alert.pattern'),
      width: 'wide',
      cell: (row) => (
        <>
          {w(row.detector)}
          <div className="sub number">
            {t('alert.window', { from: formatInstant(row.windowFrom), to: formatInstant(row.windowTo) })}
          </div>
        </>
      ),
    },
    {
      key: 'figures',
      head: t('alert.figures'),
      cell: (row) => (
        <ul className="plain">
          {row.facts.map((fact) => (
            <li key={fact.label.en}>
              <span className="quiet">{w(fact.label)}</span> <span className="number">{fact.value}</span>
            </li>
          ))}
        </ul>
      ),
    },
    {
      key: 'state',
      head: t('dispute.state'),
      cell: (row) => (
        <>
          <Tag tone={tones[row.state]}>{t(stateKey[row.state])}</Tag>
          {row.state === 'open' ? <div className="sub">{t('alert.replyDue', { day: row.replyDueOn })}</div> : null}
          {row.state === 'open' || row.state === 'replied' ? (
            <div className="sub">{t('alert.expires', { day: row.expiresOn })}</div>
          ) : null}
        </>
      ),
    },
  ];
  return (
    <DataTable
      caption={t('nav.alerts')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) => (open === row.id ? <AlertBody alert={row} /> : null)}
    />
  );
}

function AlertBody({ alert }: { alert: AlertView }) {
  const { t } = useI18n();
  const [act, setAct] = useState<Act | null>(null);
  return (
    <div className="draft">
      <ul className="plain lines">
        {alert.reply ? (
          <li>
            <strong>{t('alert.reply')}</strong>{' '}
            <span className="quiet number">{alert.repliedAt ? formatInstant(alert.repliedAt) : ''}</span>
            <div>{alert.reply}</div>
          </li>
        ) : null}
        {alert.decision ? (
          <li>
            <strong>{t('alert.decision')}</strong>{' '}
            <span className="quiet number">{alert.decidedAt ? formatInstant(alert.decidedAt) : ''}</span>
            <div>{alert.decision}</div>
          </li>
        ) : null}
      </ul>
      {act ? (
        <ActForm<AlertView>
          path={`/alerts/${alert.id}/${act === 'reply' ? 'reply' : 'decide'}`}
          label={t(act === 'reply' ? 'alert.reply' : 'alert.decision')}
          send={t(doKey[act])}
          done={() => t('dispute.done')}
          body={(words) =>
            act === 'reply' ? { note: words } : { outcome: act === 'clear' ? 'cleared' : 'confirmed', decision: words }
          }
          onClose={() => setAct(null)}
        />
      ) : (
        <div className="actions">
          {alert.acts.map((each, at) => (
            <Button key={each} {...(at === 0 ? { type: 'primary' as const } : {})} onClick={() => setAct(each)}>
              {t(doKey[each])}
            </Button>
          ))}
        </div>
      )}
    </div>
  );
}
