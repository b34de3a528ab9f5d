/** 接口客户端: departments' systems, what they may do, from where and with which keys; gateways below. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Tag, type Tone } from '../../shared/ui/page.tsx';
import { RowOpener } from '../../shared/ui/row-opener.tsx';
import { Empty } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { NewClient } from './client-form.tsx';
import { ClientPanel } from './client-panel.tsx';
import {
  type ClientChoices,
  type ClientState,
  type ClientView,
  clientsQuery,
  isValid,
  scopeName,
  stateOf,
} from './clients-api.ts';
import { Gateways } from './gateways.tsx';

export function ClientsPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const query = useInfiniteQuery(clientsQuery);
  const [making, setMaking] = useState(false);
  const first = query.data?.pages[0];
  return (
    <>
      <PageHead
        title={t('nav.clients')}
        actions={
          first ? (
            <Button type="primary" onClick={() => setMaking(!making)} aria-expanded={making}>
              {t('client.new')}
            </Button>
          ) : null
        }
      >
        <p className="quiet">{t('client.lead')}</p>
      </PageHead>
      {making && first ? <NewClient choices={first.choices} onDone={() => setMaking(false)} /> : null}
      <PagedList query={query} empty={<Empty title={t('client.none')}>{t('client.noneHint')}</Empty>}>
        {(rows) => (first ? <ClientTable rows={rows} choices={first.choices} now={first.dataAsOf} /> : null)}
      </PagedList>
      {may('gateway.manage') ? <Gateways /> : null}
    </>
  );
}

const tones: Readonly<Record<ClientState, Tone | undefined>> = {
  waiting: 'waiting',
  active: 'done',
  noKey: 'waiting',
  revoked: undefined,
};

function ClientTable({ rows, choices, now }: { rows: readonly ClientView[]; choices: ClientChoices; now: string }) {
  const { t } = useI18n();
  const [open, setOpen] = useState<string | null>(null);
  const columns: Column<ClientView>[] = [
    {
      key: 'name',
      head: t('client.name'),
      width: 'wide',
      cell: (row) => (
        <>
          <RowOpener id={row.id} open={open} onOpen={setOpen} label={t('client.open', { name: row.name })}>
            {row.name}
          </RowOpener>
          <div className="sub">{row.body.name}</div>
        </>
      ),
    },
    {
      key: 'state',
      head: t('client.state'),
      width: 'narrow',
      cell: (row) => {
        const state = stateOf(row, now);
        return <Tag tone={tones[state]}>{t(`client.state.${state}`)}</Tag>;
      },
    },
    {
      key: 'scopes',
      head: t('client.scopes'),
      width: 'wide',
      cell: (row) => (
        <>
          {row.scopes.map((scope) => scopeName(t, scope)).join('、')}
          <div className="sub">
            <span>{t(`client.way.${row.way}`)}</span>
            {row.signatureRequired ? <span>{t('client.signatureShort')}</span> : null}
          </div>
        </>
      ),
    },
    {
      key: 'addresses',
      head: t('client.addresses'),
      cell: (row) =>
        row.addresses.length === 0 ? (
          <span className="quiet">{t('client.anyAddress')}</span>
        ) : (
          <Few items={row.addresses} />
        ),
    },
    { key: 'keys', head: t('client.keys'), cell: (row) => <KeysLine client={row} now={now} /> },
  ];
  return (
    <DataTable
      caption={t('nav.clients')}
      columns={columns}
      rows={rows}
      rowKey={(row) => row.id}
      below={(row) => (open === row.id ? <ClientPanel client={row} choices={choices} now={now} /> : null)}
    />
  );
}

const shown = 3;
function Few({ items }: { items: readonly string[] }) {
  return (
    <>
      {items.slice(0, shown).map((item) => (
        <div key={item} className="code">
          {item}
        </div>
      ))}
      {items.length > shown ? <div className="sub">+{items.length - shown}</div> : null}
    </>
  );
}

function KeysLine({ client, now }: { client: ClientView; now: string }) {
  const { t } = useI18n();
  const valid = client.keys.filter((key) => isValid(key, now));
  const until = valid
    .map((key) => key.expiresAt)
    .sort()
    .at(-1);
  const used = client.keys
    .map((key) => key.lastUsedAt)
    .filter((at) => at !== null)
    .sort()
    .at(-1);
  if (client.revokedAt) return <span className="quiet">—</span>;
  if (!until) return <span className="quiet">{t('client.noKeys')}</span>;
  return (
    <>
      <span className="number">{t('client.keysUntil', { at: formatInstant(until).slice(0, 10) })}</span>
      <div className="sub">{used ? `${t('client.lastUsed')} ${formatInstant(used)}` : t('client.neverUsed')}</div>
    </>
  );
}
