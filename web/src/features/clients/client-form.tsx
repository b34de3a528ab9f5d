/** Registering a system, and changing what it may do. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Checkbox, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { bodiesQuery } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { organisationQuery } from '../accounts/accounts-api.ts';
import { useSession } from '../session/use-session.ts';
import { type ClientChoices, type ClientView, linesOf, renewClients, scopeName } from './clients-api.ts';

interface Draft {
  readonly name: string;
  readonly scopes: readonly string[];
  readonly addresses: string;
  readonly contact: string;
  readonly signatureRequired: boolean;
}
const empty: Draft = { name: '', scopes: [], addresses: '', contact: '', signatureRequired: false };
const bodyOf = (draft: Draft) => ({
  name: draft.name.trim(),
  scopes: draft.scopes,
  addresses: linesOf(draft.addresses),
  contact: draft.contact.trim(),
  signatureRequired: draft.signatureRequired,
});
const isWhole = (draft: Draft): boolean =>
  draft.name.trim() !== '' && draft.contact.trim() !== '' && draft.scopes.length > 0;

export function NewClient({ choices, onDone }: { choices: ClientChoices; onDone: () => void }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { session } = useSession();
  const manager = session?.account.roles.includes('accountManager') ?? false;
  const all = useQuery({ ...bodiesQuery, enabled: !manager }).data ?? [];
  const own = useQuery({ ...organisationQuery, enabled: manager }).data ?? [];
  const bodies = (manager ? own : all).filter((body) => !body.closedOn);
  const [draft, setDraft] = useState(empty);
  const [bodyId, setBodyId] = useState('');
  const [way, setWay] = useState<ClientView['way']>('direct');
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () => call('/clients', { method: 'POST', once: false, body: { ...bodyOf(draft), bodyId, way } }),
    onSuccess: () => {
      message.success(t('client.sent'));
      renewClients();
      onDone();
    },
  });
  const changeWay = (to: string): void => {
    const next = to === 'gateway' ? 'gateway' : 'direct';
    setWay(next);
    setDraft((before) => ({
      ...before,
      scopes: before.scopes.filter((scope) => choices[next].includes(scope)),
      signatureRequired: next === 'direct' && before.signatureRequired,
    }));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (bodyId !== '' && isWhole(draft)) make.mutate();
  };
  return (
    <form className="act-form" onSubmit={submit} noValidate aria-label={t('client.new')}>
      {make.error ? <ErrorNote error={make.error} /> : null}
      <div className="form-grid">
        <Field
          label={t('client.body')}
          remarks={tried && bodyId === '' ? [{ key: 'body', tone: 'seal', text: t('client.missing') }] : []}
        >
          {(slot) => (
            <Pick
              id={slot.id}
              describedBy={slot.describedBy}
              status={slot.status}
              value={bodyId}
              onChange={setBodyId}
              options={[
                { value: '', label: t('client.chooseBody') },
                ...bodies.map((body) => ({ value: body.id, label: body.name })),
              ]}
            />
          )}
        </Field>
        <Field label={t('client.way')} hint={way === 'gateway' ? t('client.gatewayHint') : undefined}>
          {(slot) => (
            <Pick
              id={slot.id}
              describedBy={slot.describedBy}
              value={way}
              onChange={changeWay}
              options={[
                { value: 'direct', label: t('client.way.direct') },
                { value: 'gateway', label: t('client.way.gateway') },
              ]}
            />
          )}
        </Field>
        <Terms draft={draft} scopes={choices[way]} way={way} tried={tried} onChange={setDraft} />
      </div>
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={make.isPending}>
          {t('client.send')}
        </Button>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

export function ChangeClient({
  client,
  choices,
  onDone,
}: {
  client: ClientView;
  choices: ClientChoices;
  onDone: () => void;
}) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [draft, setDraft] = useState<Draft>({ ...client, addresses: client.addresses.join('\n') });
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () => call(`/clients/${client.id}`, { method: 'PUT', body: bodyOf(draft) }),
    onSuccess: () => {
      message.success(t('client.saved'));
      renewClients();
      onDone();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (isWhole(draft)) change.mutate();
  };
  return (
    <form onSubmit={submit} noValidate aria-label={t('client.change')}>
      <Note>{t('client.changeHint')}</Note>
      {change.error ? <ErrorNote error={change.error} /> : null}
      <div className="form-grid">
        <Terms draft={draft} scopes={choices[client.way]} way={client.way} tried={tried} onChange={setDraft} />
      </div>
      <div className="actions">
        <Button type="primary" htmlType="submit" loading={change.isPending}>
          {t('client.save')}
        </Button>
        <Button onClick={onDone}>{t('action.cancel')}</Button>
      </div>
    </form>
  );
}

function Terms({
  draft,
  scopes,
  way,
  tried,
  onChange,
}: {
  draft: Draft;
  scopes: readonly string[];
  way: ClientView['way'];
  tried: boolean;
  onChange: (draft: Draft) => void;
}) {
  const { t } = useI18n();
  const set = (change: Partial<Draft>): void => onChange({ ...draft, ...change });
  const missing = (value: string): Remark[] =>
    tried && value.trim() === '' ? [{ key: 'missing', tone: 'seal', text: t('client.missing') }] : [];
  return (
    <>
      <Field label={t('client.name')} hint={t('client.nameHint')} remarks={missing(draft.name)}>
        {(slot) => (
          <Input
            id={slot.id}
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            maxLength={100}
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        )}
      </Field>
      <Field label={t('client.contact')} hint={t('client.contactHint')} remarks={missing(draft.contact)}>
        {(slot) => (
          <Input
            id={slot.id}
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            maxLength={100}
            value={draft.contact}
            onChange={(event) => set({ contact: event.target.value })}
          />
        )}
      </Field>
      <Field
        label={t('client.scopes')}
        wide
        remarks={
          tried && draft.scopes.length === 0 ? [{ key: 'scopes', tone: 'seal', text: t('client.missingScope') }] : []
        }
      >
        {(slot) => (
          // biome-ignore lint/a11y/useSemanticElements: the field has its label already
          <div role="group" aria-labelledby={slot.labelId} aria-describedby={slot.describedBy} className="choices">
            {scopes.map((scope) => (
              <Checkbox
                key={scope}
                checked={draft.scopes.includes(scope)}
                onChange={(event) =>
                  set({
                    scopes: event.target.checked
                      ? [...draft.scopes, scope]
                      : draft.scopes.filter((one) => one !== scope),
                  })
                }
              >
                {scopeName(t, scope)}
              </Checkbox>
            ))}
          </div>
        )}
      </Field>
      <Field label={t('client.addresses')} hint={t('client.addressesHint')}>
        {(slot) => (
          <Input.TextArea
            id={slot.id}
            className="code-input"
            aria-describedby={slot.describedBy}
            rows={3}
            maxLength={3000}
            value={draft.addresses}
            onChange={(event) => set({ addresses: event.target.value })}
          />
        )}
      </Field>
      {way === 'direct' ? (
        <Field label={t('client.signatureTitle')} hint={t('client.signatureHint')}>
          {(slot) => (
            <Checkbox
              id={slot.id}
              aria-describedby={slot.describedBy}
              checked={draft.signatureRequired}
              onChange={(event) => set({ signatureRequired: event.target.checked })}
            >
              {t('client.signature')}
            </Checkbox>
          )}
        </Field>
      ) : null}
    </>
  );
}
