/** Incidents with the two clocks of PIPL art. 57. */
import type { Incidents } from '@chengxin/contract';
import { Button } from 'antd';
import { type FormEvent, useState } from 'react';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { Section, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Loaded } from '../../shared/ui/states.tsx';
import { TextField } from '../lookups/lookup-page.tsx';
import { usePrivacy, useWrite } from './use-privacy.ts';

type Incident = Incidents['items'][number];

export function IncidentsTab() {
  const { t } = useI18n();
  const query = usePrivacy<Incidents>('incidents');
  return (
    <>
      <Loaded query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty title={t('privacy.noIncidents')}>{t('privacy.noIncidentsHint')}</Empty>
          ) : (
            items.map((row) => <IncidentView key={`${row.incidentId} ${row.version}`} row={row} />)
          )
        }
      </Loaded>
      <NewIncident />
    </>
  );
}

const acts = ['contain', 'tellAuthority', 'tellPersons', 'waivePersons', 'close'] as const;

function openActs(row: Incident): (typeof acts)[number][] {
  const told = row.personsToldAt !== null || row.personsWaived;
  return acts.filter((act) => {
    if (row.state === 'closed') return false;
    if (act === 'contain') return row.state === 'open';
    if (act === 'tellAuthority') return row.authorityToldAt === null;
    if (act === 'close') return row.authorityToldAt !== null && told;
    return !told;
  });
}

function IncidentView({ row }: { row: Incident }) {
  const { t } = useI18n();
  const [text, setText] = useState('');
  const write = useWrite<object>();
  const act = (name: string): void =>
    write.mutate({
      path: `incidents/${row.incidentId}/act`,
      body: { act: name, version: row.version, ...(text.trim() ? { text: text.trim() } : {}) },
    });
  const clock = (told: string | null, due: string, overdue: boolean): string =>
    told
      ? t('privacy.told', { at: formatInstant(told) })
      : `${t('privacy.before', { at: due })}${overdue ? ` · ${t('privacy.overdue')}` : ''}`;
  const facts: readonly (readonly [Key, string])[] = [
    ['privacy.discoveredAt', formatInstant(row.discoveredAt)],
    ['privacy.persons', String(row.persons)],
    ['privacy.dataKindsHeld', row.dataKinds.join('、')],
    ['privacy.cause', row.cause],
    ['privacy.harm', row.harm],
    ['privacy.remedy', row.measures],
    ['privacy.authority', clock(row.authorityToldAt, formatInstant(row.authorityDueAt), row.authorityOverdue)],
    [
      'privacy.tellPersons',
      row.personsWaived
        ? t('privacy.waived', { why: row.waiver })
        : clock(row.personsToldAt, row.personsDueOn, row.personsOverdue),
    ],
  ];
  return (
    <Section
      title={`${row.number} ${t(`privacy.incident.${row.kind}`)}`}
      aside={
        <Tag tone={row.state === 'closed' ? 'done' : row.authorityOverdue || row.personsOverdue ? 'seal' : 'waiting'}>
          {t(`privacy.incidentState.${row.state}`)}
        </Tag>
      }
    >
      <dl className="facts register">
        {facts.map(([key, value]) => (
          <div key={key} className={value.length > 40 ? 'long' : undefined}>
            <dt>{t(key)}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {row.state === 'closed' ? null : (
        <>
          <TextField label={t('privacy.note')} value={text} max={4000} rows={2} onChange={setText} />
          {write.error ? <ErrorNote error={write.error} /> : null}
          <div className="actions">
            {openActs(row).map((name) => (
              <Button key={name} disabled={write.isPending} onClick={() => act(name)}>
                {t(`privacy.incidentAct.${name}` as Key)}
              </Button>
            ))}
          </div>
        </>
      )}
    </Section>
  );
}

const blank = { kind: 'leak', persons: '', dataKinds: '', cause: '', harm: '', measures: '', contact: '' };

function NewIncident() {
  const { t } = useI18n();
  const [draft, setDraft] = useState(blank);
  const set = (part: Partial<typeof blank>): void => setDraft({ ...draft, ...part });
  const write = useWrite<object>(() => setDraft(blank));
  const ready = Object.values(draft).every((text) => text.trim() !== '') && /^\d{1,8}$/.test(draft.persons);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!ready) return;
    const dataKinds = draft.dataKinds
      .split(/[、,，;；]/)
      .map((one) => one.trim())
      .filter((one) => one !== '');
    // A minute back: the browser's clock may run before the server's.
    const discoveredAt = new Date(Date.now() - 60_000).toISOString();
    write.mutate({ path: 'incidents', body: { ...draft, persons: Number(draft.persons), dataKinds, discoveredAt } });
  };
  return (
    <Section title={t('privacy.newIncident')}>
      <form className="purpose" onSubmit={submit} noValidate>
        <Field label={t('privacy.incidentKind')}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={draft.kind}
              options={(['leak', 'tampering', 'loss'] as const).map((kind) => ({
                value: kind,
                label: t(`privacy.incident.${kind}`),
              }))}
              onChange={(kind) => set({ kind })}
            />
          )}
        </Field>
        <TextField
          label={t('privacy.persons')}
          value={draft.persons}
          max={8}
          onChange={(persons) => set({ persons: persons.replaceAll(/\D/g, '') })}
        />
        <TextField
          label={t('privacy.dataKinds')}
          value={draft.dataKinds}
          max={500}
          onChange={(dataKinds) => set({ dataKinds })}
        />
        <TextField
          label={t('privacy.cause')}
          value={draft.cause}
          max={4000}
          rows={2}
          onChange={(cause) => set({ cause })}
        />
        <TextField
          label={t('privacy.harm')}
          value={draft.harm}
          max={4000}
          rows={2}
          onChange={(harm) => set({ harm })}
        />
        <TextField
          label={t('privacy.remedy')}
          value={draft.measures}
          max={4000}
          rows={2}
          onChange={(measures) => set({ measures })}
        />
        <TextField
          label={t('privacy.contact')}
          value={draft.contact}
          max={200}
          onChange={(contact) => set({ contact })}
        />
        {write.error ? <ErrorNote error={write.error} /> : null}
        <Button htmlType="submit" disabled={!ready} loading={write.isPending}>
          {t('privacy.save')}
        </Button>
      </form>
    </Section>
  );
}
