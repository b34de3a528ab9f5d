/** Hits of the own body: what was done, and what has to be lifted. */
import type { HitView } from '@chengxin/contract';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Tag } from '../../shared/ui/page.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { hitsQuery } from './queries.ts';

type Action = 'applied' | 'notApplied' | 'lifted';

export function HitList({ state }: { state: HitView['state'] }) {
  const { t, w } = useI18n();
  const { may } = useSession();
  return (
    <PagedList
      query={useInfiniteQuery(hitsQuery(state))}
      empty={<Empty title={t('checks.empty')}>{t('checks.emptyHint')}</Empty>}
    >
      {(rows) => (
        <DataTable
          caption={t('checks.hits')}
          rows={rows}
          rowKey={(hit) => hit.id}
          columns={[
            {
              key: 'subject',
              head: t('checks.subject'),
              cell: (hit) => (
                <>
                  {hit.name}
                  <div className="sub">{hit.code}</div>
                </>
              ),
            },
            {
              key: 'about',
              head: t('checks.about'),
              cell: (hit) => (
                <>
                  {w(hit.matterName)}
                  <div className="sub">{hit.caseNumber}</div>
                </>
              ),
            },
            {
              key: 'measure',
              head: t('checks.measure'),
              cell: (hit) => (
                <>
                  {w(hit.measureName)}
                  <div className="sub">
                    {t(`checks.${hit.force}`)} · {hit.list}
                  </div>
                </>
              ),
            },
            {
              key: 'state',
              head: t('checks.state'),
              cell: (hit) => (
                <>
                  <Tag tone={hit.overdue || (hit.state === 'applied' && !hit.causeLive) ? 'seal' : undefined}>
                    {hit.overdue
                      ? t('checks.overdue')
                      : hit.state === 'applied' && !hit.causeLive
                        ? t('checks.toLift')
                        : t(`checks.${hit.state}`)}
                  </Tag>
                  {hit.state === 'open' ? <div className="sub">{t('checks.due', { on: hit.dueOn })}</div> : null}
                  {hit.document ? <div className="sub">{hit.document}</div> : null}
                </>
              ),
            },
            {
              key: 'act',
              head: t('checks.act'),
              cell: (hit) => (may('check.feedback') ? <Feedback hit={hit} /> : null),
            },
          ]}
        />
      )}
    </PagedList>
  );
}

function Feedback({ hit }: { hit: HitView }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const client = useQueryClient();
  const [open, setOpen] = useState<Action | null>(null);
  const [document, setDocument] = useState('');
  const [reason, setReason] = useState('');
  const send = useMutation({
    mutationFn: (action: Action) =>
      call(`/checks/${hit.id}/feedback`, {
        method: 'POST',
        body: {
          action,
          ...(document.trim() === '' ? {} : { document: document.trim() }),
          ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
        },
      }),
    onSuccess: async () => {
      message.success(t('checks.saved'));
      await client.invalidateQueries({ queryKey: ['checks', 'hits'] });
    },
  });
  const skip = (): void => {
    if (hit.force === 'permitted') send.mutate('notApplied');
    else setOpen('notApplied');
  };
  if (hit.state === 'lifted' || (hit.state === 'applied' && hit.causeLive)) return null;
  if (open === null)
    return (
      <>
        {hit.state === 'applied' ? (
          <Button size="small" loading={send.isPending} onClick={() => send.mutate('lifted')}>
            {t('checks.lift')}
          </Button>
        ) : (
          <Button size="small" disabled={!hit.causeLive} onClick={() => setOpen('applied')}>
            {t('checks.apply')}
          </Button>
        )}{' '}
        {hit.state === 'open' ? (
          <Button size="small" loading={send.isPending} onClick={skip}>
            {t('checks.skip')}
          </Button>
        ) : null}
        {send.error ? <ErrorNote error={send.error} /> : null}
      </>
    );
  return (
    <>
      {open === 'applied' ? (
        <Field label={t('checks.document')} hint={t('checks.documentHint')}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={200}
              aria-describedby={slot.describedBy}
              value={document}
              onChange={(event) => setDocument(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <Field label={t('checks.reason')} hint={t('checks.reasonHint')}>
        {(slot) => (
          <Input.TextArea
            id={slot.id}
            rows={2}
            maxLength={2000}
            aria-describedby={slot.describedBy}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {send.error ? <ErrorNote error={send.error} /> : null}
      <Button size="small" type="primary" loading={send.isPending} onClick={() => send.mutate(open)}>
        {t('checks.save')}
      </Button>{' '}
      <Button size="small" onClick={() => setOpen(null)}>
        {t('checks.cancel')}
      </Button>
    </>
  );
}
