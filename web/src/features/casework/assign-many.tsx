/** The chosen cases go to one person of the handling body, or back to its queue. */
import type { CaseBatchResult } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';
import { renewCases } from '../cases/queries.ts';
import { BatchNote } from './batch-note.tsx';
import { renewWorkers, workersQuery } from './work-queries.ts';

const queue = 'queue';

export function AssignMany({ ids }: { ids: readonly string[] }) {
  const { t } = useI18n();
  const workers = useQuery(workersQuery).data?.items ?? [];
  const [to, setTo] = useState('');
  const assign = useMutation({
    mutationFn: () =>
      call<CaseBatchResult>('/casework/assign', {
        method: 'POST',
        body: { ids: [...ids], accountId: to === queue ? null : to },
      }),
    onSuccess: () => {
      renewCases();
      renewWorkers();
    },
  });
  return (
    <>
      {ids.length === 0 ? null : (
        <div className="batch">
          <span>{t('work.assign')}</span>
          <div className="batch-actions">
            <Pick
              label={t('work.to')}
              value={to}
              options={[
                { value: '', label: t('work.choose') },
                { value: queue, label: t('work.queue') },
                ...workers.map((one) => ({
                  value: one.id,
                  label: t('work.person', { name: one.name, n: one.open }),
                  group: one.body,
                })),
              ]}
              onChange={setTo}
            />
            <Button disabled={to === ''} loading={assign.isPending} onClick={() => assign.mutate()}>
              {t('work.give')}
            </Button>
          </div>
        </div>
      )}
      {assign.error ? <ErrorNote error={assign.error} /> : null}
      {assign.data ? <BatchNote result={assign.data} /> : null}
    </>
  );
}
