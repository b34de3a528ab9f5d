/** What a change would have said of what was reported: at once for the newest rows, or by itself for many. */
import type { PolicyChangeView, PolicySimulationView } from '@chengxin/contract';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DataTable } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatCount, formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag } from '../../shared/ui/page.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import type { Part } from './change-page.tsx';

const sizes = [5_000, 50_000, 200_000, 1_000_000] as const;

export function Simulation({ change, onChanged }: Part) {
  const { t } = useI18n();
  const [rows, setRows] = useState<number>(sizes[0]);
  const path = `/policy-changes/${change.id}/simulation`;
  const run = useMutation({
    mutationFn: () => call<PolicyChangeView>(path, { method: 'POST', query: { rows } }),
    onSuccess: onChanged,
  });
  const stop = useMutation({
    mutationFn: () => call<PolicyChangeView>(path, { method: 'DELETE' }),
    onSuccess: onChanged,
  });
  const running = ['waiting', 'running'].includes(change.run?.state ?? '');
  const open = ['drafted', 'circulated'].includes(change.state) && change.files.length > 0;
  return (
    <Section title={t('policy.simulation')}>
      {change.simulation ? (
        <Result simulation={change.simulation} />
      ) : (
        <p className="quiet">{t('policy.notSimulated')}</p>
      )}
      {change.run && (running || change.run.problem || change.run.state === 'cancelled') ? (
        <Note tone={change.run.problem ? 'seal' : 'waiting'} role="status">
          <Running run={change.run} />
        </Note>
      ) : null}
      {run.error ? <ErrorNote error={run.error} /> : null}
      {stop.error ? <ErrorNote error={stop.error} /> : null}
      {open && !running ? (
        <>
          <Field label={t('policy.simulateRows')} hint={t('policy.simulateRowsHint')}>
            {({ id, describedBy }) => (
              <select
                id={id}
                aria-describedby={describedBy}
                value={rows}
                onChange={(event) => setRows(Number(event.target.value))}
              >
                {sizes.map((one) => (
                  <option key={one} value={one}>
                    {formatCount(one)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Button loading={run.isPending} onClick={() => run.mutate()}>
            {t('policy.simulate')}
          </Button>
        </>
      ) : null}
      {running ? (
        <Button loading={stop.isPending} onClick={() => stop.mutate()}>
          {t('policy.stopSimulation')}
        </Button>
      ) : null}
    </Section>
  );
}

function Running({ run }: { run: NonNullable<PolicyChangeView['run']> }) {
  const { t, w } = useI18n();
  if (run.problem) return <p>{w(run.problem)}</p>;
  if (run.state === 'cancelled') return <p>{t('policy.simulationStopped', { n: formatCount(run.rowsDone) })}</p>;
  return (
    <p>
      {t('policy.simulationRuns', {
        n: formatCount(run.rowsDone),
        of: formatCount(run.rowLimit),
        records: formatCount(run.recordsDone),
        at: formatInstant(run.askedAt),
      })}
    </p>
  );
}

function Result({ simulation }: { simulation: PolicySimulationView }) {
  const { t } = useI18n();
  return (
    <>
      <p>
        {t('policy.simulated', { n: formatCount(simulation.rows), m: formatCount(simulation.submissions) })}
        {simulation.unreadable > 0 ? t('policy.unreadable', { n: simulation.unreadable }) : ''}{' '}
        {t(simulation.complete ? 'policy.simulatedAll' : 'policy.simulatedPart')}
      </p>
      {simulation.rules.length === 0 ? (
        <p className="quiet">{t('policy.noEffect')}</p>
      ) : (
        <DataTable
          caption={t('policy.simulation')}
          columns={[
            { key: 'rule', head: t('policy.rule'), width: 'wide', cell: (row) => row.rule },
            { key: 'body', head: t('policy.body'), cell: (row) => row.body },
            { key: 'appear', head: t('policy.appear'), width: 'narrow', cell: (row) => row.appear },
            { key: 'vanish', head: t('policy.vanish'), width: 'narrow', cell: (row) => row.vanish },
          ]}
          rows={simulation.rules}
          rowKey={(row) => `${row.rule} ${row.body}`}
        />
      )}
      {simulation.samples.length > 0 ? <Samples samples={simulation.samples} /> : null}
      {simulation.records ? <Records records={simulation.records} /> : null}
    </>
  );
}

function Samples({ samples }: { samples: PolicySimulationView['samples'] }) {
  const { t } = useI18n();
  return (
    <details className="folded">
      <summary>{t('policy.samples', { n: samples.length })}</summary>
      <ul className="plain">
        {samples.map((one) => (
          <li key={`${one.submissionId} ${one.row} ${one.rule}`}>
            <Tag tone={one.how === 'appear' ? 'waiting' : 'done'}>{t(`policy.${one.how}`)}</Tag> {one.rule}{' '}
            <Link to="/submissions/$id" params={{ id: one.submissionId }}>
              {one.body} {t('policy.rule.rowNo', { n: one.row })}
            </Link>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Records({ records }: { records: NonNullable<PolicySimulationView['records']> }) {
  const { t } = useI18n();
  const caption = t('policy.recordsEffect');
  return (
    <>
      <h3 className="sub-head">{caption}</h3>
      <p>
        {t('policy.recordsRead', { n: formatCount(records.read) })}{' '}
        {t(records.complete ? 'policy.simulatedAll' : 'policy.simulatedPart')}
      </p>
      {records.changes.length === 0 ? (
        <p className="quiet">{t('policy.noRecordEffect')}</p>
      ) : (
        <DataTable
          caption={caption}
          columns={[
            { key: 'item', head: t('policy.item'), width: 'wide', cell: (row) => row.item },
            { key: 'body', head: t('policy.decidingBody'), cell: (row) => row.body },
            { key: 'show', head: t('policy.show'), width: 'narrow', cell: (row) => row.show },
            { key: 'hide', head: t('policy.hide'), width: 'narrow', cell: (row) => row.hide },
            { key: 'longer', head: t('policy.longer'), width: 'narrow', cell: (row) => row.longer },
            { key: 'shorter', head: t('policy.shorter'), width: 'narrow', cell: (row) => row.shorter },
          ]}
          rows={records.changes}
          rowKey={(row) => `${row.item} ${row.body}`}
        />
      )}
    </>
  );
}
