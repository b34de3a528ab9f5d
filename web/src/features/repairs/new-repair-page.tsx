/** 可以修复的信息: every adverse record, from which day it may be repaired, what stands in the way; one button begins. */
import type { RepairablePage, RepairView } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead, Tag } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { Tabs } from '../../shared/ui/tabs.tsx';
import { renewCases } from '../cases/queries.ts';
import { useSession } from '../session/use-session.ts';
import { path, repairableQuery, rulesQuery } from './queries.ts';

type Item = RepairablePage['items'][number];

export function NewRepairPage() {
  const { t, w } = useI18n();
  const { session } = useSession();
  const own = session?.account.roles.includes('companyRepresentative') ?? false;
  const rules = useQuery(rulesQuery).data;
  const [typed, setTyped] = useState('');
  const [authorisation, setAuthorisation] = useState('');
  const [code, setCode] = useState('');
  return (
    <>
      <PageHead
        crumb={
          <>
            <Link to="/repairs">{t('nav.repairs')}</Link> / <span>{t('repair.see')}</span>
          </>
        }
        title={t('repair.see')}
      >
        <p className="quiet">{t('repair.seeLead')}</p>
      </PageHead>
      {rules ? <Note tone="done">{w(rules.free)}</Note> : null}
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
          <Field label={t('repair.authorisation')} hint={t('repair.authorisationHint')}>
            {(slot) => (
              <Input
                id={slot.id}
                maxLength={300}
                aria-describedby={slot.describedBy}
                value={authorisation}
                onChange={(event) => setAuthorisation(event.target.value)}
              />
            )}
          </Field>
          <Button htmlType="submit" disabled={typed.trim() === '' || authorisation.trim().length < 2}>
            {t('objection.findRecords')}
          </Button>
        </form>
      )}
      {own || code ? (
        <Repairable key={code} code={own ? null : code} authorisation={own ? null : authorisation.trim()} />
      ) : null}
    </>
  );
}

function Repairable({ code, authorisation }: { code: string | null; authorisation: string | null }) {
  const { t, w } = useI18n();
  const rules = useQuery(rulesQuery).data;
  const [lane, setLane] = useState('creditPlatform');
  const query = useQuery(repairableQuery(code, lane));
  return (
    <Tabs
      label={t('repair.lane')}
      items={(rules?.lanes ?? []).map((one) => ({ key: one.lane, label: t(laneKey(one.lane)) }))}
      active={lane}
      onChange={setLane}
    >
      <p className="quiet">{t(lane === 'creditPlatform' ? 'repair.laneCreditHint' : 'repair.laneMarketHint')}</p>
      <Loaded query={query} rows={4}>
        {(page) =>
          page.items.length === 0 ? (
            <Empty title={t('repair.nothing')}>{t('repair.nothingHint')}</Empty>
          ) : (
            <>
              {page.truncated ? <Note tone="waiting">{t('repair.truncated')}</Note> : null}
              <ul className="plain lines repairable">
                {page.items.map((item) => (
                  <li key={item.record.recordId}>
                    <RepairableRecord item={item} code={page.subject.code ?? ''} authorisation={authorisation} />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      {rules ? <p className="quiet">{w(rules.free)}</p> : null}
    </Tabs>
  );
}

export const laneKey = (lane: string): 'repair.lane.market' | 'repair.lane.credit' =>
  lane === 'marketRegister' ? 'repair.lane.market' : 'repair.lane.credit';

function RepairableRecord({ item, code, authorisation }: { item: Item; code: string; authorisation: string | null }) {
  const { t, w } = useI18n();
  const navigate = useNavigate();
  const { record } = item;
  const begin = useMutation({
    mutationFn: () =>
      call<RepairView>(path, {
        method: 'POST',
        body: { code, recordId: record.recordId, lane: item.lane, ...(authorisation ? { authorisation } : {}) },
      }),
    onSuccess: ({ id }) => {
      renewCases();
      void navigate({ to: '/repairs/$id', params: { id } });
    },
  });
  return (
    <article aria-label={record.title}>
      <h2 className="line-title">{record.title}</h2>
      <p className="sub">
        {record.documentNumber ? <span>{record.documentNumber}</span> : null}
        <span>{record.decidingBody}</span>
        {record.decidedOn ? <span>{record.decidedOn}</span> : null}
        {record.shownUntil ? <span>{t('objection.shownUntil', { day: record.shownUntil })}</span> : null}
      </p>
      <p>
        {item.possible ? (
          <Tag tone="done">{t('repair.now')}</Tag>
        ) : item.firstDay && item.obstacles.every(({ code: why }) => why === 'R1') ? (
          <Tag tone="waiting">{t('repair.from', { day: item.firstDay })}</Tag>
        ) : (
          <Tag tone="seal">{t('repair.notNow')}</Tag>
        )}
      </p>
      {item.obstacles.length > 0 ? (
        <ul className="plain">
          {item.obstacles.map((obstacle) => (
            <li key={obstacle.code}>
              {w(obstacle.words)}
              {obstacle.basis ? <span className="quiet"> {obstacle.basis}</span> : null}
            </li>
          ))}
        </ul>
      ) : (
        <p className="quiet">{t('repair.needed', { what: item.duties.map((duty) => w(duty.name)).join('、') })}</p>
      )}
      {begin.error ? <ErrorNote error={begin.error} /> : null}
      {item.openCase ? (
        <Link to="/repairs/$id" params={{ id: item.openCase }}>
          {t('repair.goOn')}
        </Link>
      ) : item.possible ? (
        <Button type="primary" loading={begin.isPending} onClick={() => begin.mutate()}>
          {t('repair.begin')}
        </Button>
      ) : null}
    </article>
  );
}
