/** One change, from the sheet to its roll-back: each step stands below the other, in the order in which they are done. */
import type { PolicyChangeView, PolicyTemplateList } from '@chengxin/contract';
import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { upload } from '../../shared/api/upload.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { DownloadButton } from '../../shared/ui/download-link.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Section, Tag, type Tone } from '../../shared/ui/page.tsx';
import { ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { stateTones } from './changes-page.tsx';
import { Differences } from './differences.tsx';
import { Simulation } from './simulation.tsx';
import { Steps, UnitAnswer } from './steps.tsx';

const route = getRouteApi('/desk/policy-changes/$id');
const changeQuery = (id: string) =>
  queryOptions({
    queryKey: ['policy', 'change', id],
    queryFn: ({ signal }) => call<PolicyChangeView>(`/policy-changes/${id}`, { signal }),
  });
const templatesQuery = queryOptions({
  queryKey: ['policy', 'templates'],
  queryFn: ({ signal }) => call<PolicyTemplateList>('/policy-templates', { signal }),
});

export function PolicyChangePage() {
  const { id } = route.useParams();
  const query = useQuery({
    ...changeQuery(id),
    // A trial that runs by itself says how far it is.
    refetchInterval: ({ state }) => (['waiting', 'running'].includes(state.data?.run?.state ?? '') ? 2_000 : false),
  });
  return <Loaded query={query}>{(change) => <Change change={change} />}</Loaded>;
}

const unitTones: Readonly<Record<string, Tone>> = {
  confirmed: 'done',
  waiting: 'waiting',
  objected: 'seal',
  notConfirmed: 'seal',
};

function Change({ change }: { change: PolicyChangeView }) {
  const { t, w } = useI18n();
  const { may } = useSession();
  const client = useQueryClient();
  const office = may('policyChange.draft');
  const changed = (next: PolicyChangeView): void => {
    client.setQueryData(changeQuery(change.id).queryKey, next);
    void client.invalidateQueries({ queryKey: ['policy', 'changes'] });
  };
  return (
    <>
      <PageHead crumb={<Link to="/policy-changes">{t('nav.policy')}</Link>} title={change.title}>
        <p>
          <Tag tone={stateTones[change.state]}>{w(change.stateLabel)}</Tag>{' '}
          {change.effectiveOn ? `${t('policy.effectiveOn')} ${change.effectiveOn}` : ''}
        </p>
        <p className="quiet">{change.reason}</p>
        {change.policySetId ? (
          <p className="quiet">
            {office ? (
              <Link to="/policy-sets/$setId" params={{ setId: String(change.policySetId) }}>
                {t('policy.set', { n: change.policySetId })}
              </Link>
            ) : (
              t('policy.set', { n: change.policySetId })
            )}
          </p>
        ) : null}
      </PageHead>
      {office && change.state === 'drafted' ? <Sheets change={change} onChanged={changed} /> : null}
      <Section title={t('policy.differences')}>
        <Differences change={change} />
      </Section>
      <Section title={t('policy.units')}>
        {change.units.length === 0 ? (
          <p className="quiet">{t('policy.noUnits')}</p>
        ) : (
          <ul className="plain">
            {change.units.map((unit) => (
              <li key={unit.bodyId}>
                {unit.name} <Tag tone={unitTones[unit.answer]}>{t(`policy.${unit.answer}`)}</Tag> {unit.comment}{' '}
                <span className="quiet">
                  {unit.toldAt ? t('policy.toldAt', { at: formatInstant(unit.toldAt) }) : ''}
                  {unit.remindedAt ? t('policy.remindedAt', { at: formatInstant(unit.remindedAt) }) : ''}
                </span>
              </li>
            ))}
          </ul>
        )}
        {!office && change.state === 'circulated' ? <UnitAnswer change={change} onChanged={changed} /> : null}
      </Section>
      {office ? <Simulation change={change} onChanged={changed} /> : null}
      {change.commands.length > 0 ? <Steps key={change.state} change={change} onChanged={changed} /> : null}
      {change.events.length > 0 ? <History change={change} /> : null}
    </>
  );
}

export interface Part {
  readonly change: PolicyChangeView;
  readonly onChanged: (next: PolicyChangeView) => void;
}

function Sheets({ change, onChanged }: Part) {
  const { t, w } = useI18n();
  const templates = useQuery(templatesQuery).data?.items ?? [];
  const [chosen, setChosen] = useState('');
  const [file, setFile] = useState<File | null>(null);
  const send = useMutation({
    mutationFn: (sent: File) =>
      upload<PolicyChangeView>(`/policy-changes/${change.id}/files/${chosen}`, sent, {}, () => {}, 'PUT').done,
    onSuccess: onChanged,
  });
  return (
    <Section
      title={t('policy.sheets')}
      aside={
        <Link to="/policy-rules" search={{ change: change.id }}>
          {t('policy.rule.edit')}
        </Link>
      }
    >
      <Field label={t('policy.template')}>
        {({ id }) => (
          <select id={id} value={chosen} onChange={(event) => setChosen(event.target.value)}>
            <option value="" />
            {templates.map((one) => (
              <option key={`${one.kind}/${one.key}`} value={`${one.kind}/${one.key}`}>
                {w(one.name)}（{one.key}）
              </option>
            ))}
          </select>
        )}
      </Field>
      {chosen ? (
        <>
          <DownloadButton path={`/policy-templates/${chosen}`}>{t('policy.download')}</DownloadButton>
          <Field label={t('policy.file')}>
            {({ id }) => (
              <input
                id={id}
                type="file"
                accept=".xlsx,.csv"
                onChange={(event) => setFile(event.target.files?.[0] ?? null)}
              />
            )}
          </Field>
          {send.error ? <ErrorNote error={send.error} /> : null}
          <Button type="primary" disabled={!file} loading={send.isPending} onClick={() => file && send.mutate(file)}>
            {t('policy.upload')}
          </Button>
        </>
      ) : null}
    </Section>
  );
}

function History({ change }: { change: PolicyChangeView }) {
  const { t } = useI18n();
  const names: Readonly<Record<string, string>> = {
    draft: t('policy.event.draft'),
    upload: t('policy.event.upload'),
    rule: t('policy.event.rule'),
    simulate: t('policy.event.simulate'),
    stopSimulation: t('policy.event.stopSimulation'),
    activate: t('policy.event.activate'),
    confirmed: t('policy.confirmed'),
    objected: t('policy.objected'),
    circulate: t('policy.circulate'),
    revise: t('policy.revise'),
    submit: t('policy.submit'),
    approve: t('policy.approve'),
    reject: t('policy.reject'),
    cancel: t('policy.cancel'),
    rollBack: t('policy.rollBack'),
    discard: t('policy.discard'),
  };
  return (
    <Section title={t('policy.history')}>
      <ol>
        {change.events.map((event) => (
          <li key={`${event.at} ${event.kind}`}>
            {formatInstant(event.at)} {names[event.kind] ?? event.kind} {event.by ?? ''} {event.note ?? ''}
          </li>
        ))}
      </ol>
    </Section>
  );
}
