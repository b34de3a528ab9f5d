/** Setting up a pull: whose table, where it is, which columns tell what is new, what is gone. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Checkbox, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { bodiesQuery, queryClient, standardsQuery } from '../../shared/api/queries.ts';
import type { ChannelView } from '../../shared/api/types.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';

const texts = [
  'name',
  'host',
  'port',
  'database',
  'table',
  'user',
  'password',
  'keyColumns',
  'watermarkColumn',
] as const;
type Text = (typeof texts)[number];
type Draft = Readonly<Record<Text | 'deletedColumn' | 'everyMinutes', string>> & {
  readonly org: string;
  readonly standard: string;
  readonly engine: 'postgresql' | 'mysql';
  readonly deletes: 'none' | 'column' | 'compare';
  readonly tls: boolean;
};

const PORTS = { postgresql: '5432', mysql: '3306' } as const;
const empty: Draft = {
  org: '',
  standard: '',
  engine: 'postgresql',
  name: '',
  host: '',
  port: PORTS.postgresql,
  database: '',
  table: '',
  user: '',
  password: '',
  keyColumns: '',
  watermarkColumn: '',
  deletes: 'none',
  deletedColumn: '',
  everyMinutes: '60',
  tls: true,
};

const columnsOf = (text: string): string[] =>
  text
    .split(/[,，、\s]+/)
    .map((name) => name.trim())
    .filter(Boolean);

/** What still stands in the way, by field. */
function missing(draft: Draft): ReadonlyMap<string, Key> {
  const out = new Map<string, Key>();
  for (const field of [...texts, 'org', 'standard'] as const)
    if (draft[field].trim() === '') out.set(field, 'pull.missing');
  const port = Number(draft.port);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) out.set('port', 'pull.badPort');
  if (columnsOf(draft.keyColumns).length > 5) out.set('keyColumns', 'pull.manyKeys');
  if (draft.deletes === 'column' && draft.deletedColumn.trim() === '') out.set('deletedColumn', 'pull.missing');
  const every = Number(draft.everyMinutes);
  if (!Number.isInteger(every) || every < 1 || every > 10_080) out.set('everyMinutes', 'pull.badEvery');
  return out;
}

const bodyOf = (draft: Draft) => ({
  org: draft.org,
  name: draft.name.trim(),
  standard: draft.standard,
  engine: draft.engine,
  host: draft.host.trim(),
  port: Number(draft.port),
  database: draft.database.trim(),
  table: draft.table.trim(),
  user: draft.user.trim(),
  password: draft.password,
  tls: draft.tls,
  keyColumns: columnsOf(draft.keyColumns),
  watermarkColumn: draft.watermarkColumn.trim(),
  deletes: draft.deletes,
  ...(draft.deletes === 'column' ? { deletedColumn: draft.deletedColumn.trim() } : {}),
  everyMinutes: Number(draft.everyMinutes),
});

export function NewPull({ onDone }: { onDone: () => void }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const bodies = (useQuery(bodiesQuery).data ?? []).filter((body) => !body.closedOn && body.code);
  const standards = useQuery(standardsQuery).data ?? [];
  const [draft, setDraft] = useState(empty);
  const [tried, setTried] = useState(false);
  const wrong = missing(draft);
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const make = useMutation({
    mutationFn: () => call<ChannelView>('/channels', { method: 'POST', once: false, body: bodyOf(draft) }),
    onSuccess: () => {
      message.success(t('pull.made'));
      void queryClient.invalidateQueries({ queryKey: ['channels'] });
      onDone();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (wrong.size === 0) make.mutate();
  };
  const remarks = (field: string) => {
    const key = tried ? wrong.get(field) : undefined;
    return key ? [{ key: field, tone: 'seal' as const, text: t(key) }] : [];
  };
  const choice = <F extends 'org' | 'standard' | 'engine' | 'deletes'>(
    field: F,
    label: Key,
    options: readonly { value: string; label: string }[],
    onChange: (value: string) => void,
    hint?: Key,
  ) => (
    <Field label={t(label)} hint={hint ? t(hint) : undefined} remarks={remarks(field)}>
      {(slot) => (
        <Pick
          id={slot.id}
          describedBy={slot.describedBy}
          status={slot.status}
          value={draft[field]}
          onChange={onChange}
          options={options}
        />
      )}
    </Field>
  );
  const text = (field: Text | 'deletedColumn' | 'everyMinutes', hint?: Key) => (
    <Field label={t(`pull.${field}`)} hint={hint ? t(hint) : undefined} remarks={remarks(field)}>
      {(slot) => (
        <Input
          id={slot.id}
          aria-describedby={slot.describedBy}
          status={slot.status ?? ''}
          type={field === 'password' ? 'password' : 'text'}
          inputMode={field === 'port' || field === 'everyMinutes' ? 'numeric' : undefined}
          autoComplete={field === 'password' ? 'new-password' : 'off'}
          maxLength={field === 'table' ? 260 : field === 'password' ? 500 : 128}
          value={draft[field]}
          onChange={(event) => set({ [field]: event.target.value })}
        />
      )}
    </Field>
  );
  return (
    <form className="act-form" onSubmit={submit} noValidate aria-label={t('pull.new')}>
      <Note>{t('pull.lead')}</Note>
      {make.error ? <ErrorNote error={make.error} /> : null}
      <div className="form-grid">
        {choice(
          'org',
          'pull.org',
          [
            { value: '', label: t('pull.choose') },
            ...bodies.map((body) => ({ value: body.code ?? '', label: body.name })),
          ],
          (org) => set({ org }),
        )}
        {choice(
          'standard',
          'pull.standard',
          [
            { value: '', label: t('pull.choose') },
            ...standards.map(({ key, name }) => ({ value: key, label: w(name) })),
          ],
          (standard) => set({ standard }),
        )}
        {text('name')}
        {choice(
          'engine',
          'pull.engine',
          [
            { value: 'postgresql', label: 'PostgreSQL' },
            { value: 'mysql', label: 'MySQL / MariaDB' },
          ],
          (engine) => {
            const next = engine === 'mysql' ? 'mysql' : 'postgresql';
            // A port that nobody changed follows the engine.
            set({ engine: next, ...(draft.port === PORTS[draft.engine] ? { port: PORTS[next] } : {}) });
          },
        )}
        {text('host', 'pull.hostHint')}
        {text('port')}
        {text('database')}
        {text('table', 'pull.tableHint')}
        {text('user', 'pull.userHint')}
        {text('password')}
        {text('keyColumns', 'pull.keyHint')}
        {text('watermarkColumn', 'pull.watermarkHint')}
        {choice(
          'deletes',
          'pull.deletes',
          (['none', 'column', 'compare'] as const).map((value) => ({ value, label: t(`pull.deletes.${value}`) })),
          (value) => set({ deletes: value === 'column' || value === 'compare' ? value : 'none' }),
          `pull.deletesHint.${draft.deletes}`,
        )}
        {draft.deletes === 'column' ? text('deletedColumn') : null}
        {text('everyMinutes')}
      </div>
      <p>
        <Checkbox checked={draft.tls} onChange={(event) => set({ tls: event.target.checked })}>
          {t('pull.tls')}
        </Checkbox>
      </p>
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={make.isPending}>
          {t('pull.make')}
        </Button>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}
