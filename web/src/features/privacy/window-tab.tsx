/** A request of somebody who is at the window with their document. */
import type { PrivacyRequest } from '@chengxin/contract';
import { Button, Checkbox } from 'antd';
import { type FormEvent, useState } from 'react';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { documentKinds, TextField } from '../lookups/lookup-page.tsx';
import { useWrite } from './use-privacy.ts';

const kinds = ['access', 'copy', 'transfer', 'correct', 'delete', 'restrict', 'refuse', 'explain', 'complain'] as const;
const actors = ['self', 'guardian', 'survivor'] as const;
const blank = {
  kind: 'access',
  actingAs: 'self',
  documentType: 'citizenId',
  number: '',
  statement: '',
  contact: '',
  documentSeen: false,
};

export function WindowTab() {
  const { t } = useI18n();
  const [draft, setDraft] = useState(blank);
  const [made, setMade] = useState<PrivacyRequest | null>(null);
  const set = (part: Partial<typeof blank>): void => setDraft({ ...draft, ...part });
  const write = useWrite<object, PrivacyRequest>((request) => {
    setMade(request);
    setDraft(blank);
  });
  const ready = draft.number.trim() !== '' && draft.statement.trim() !== '' && draft.documentSeen;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setMade(null);
    const { contact, ...rest } = draft;
    if (ready) write.mutate({ path: 'requests', body: { ...rest, ...(contact ? { contact } : {}) } });
  };
  const pick = (
    label: string,
    key: 'kind' | 'actingAs' | 'documentType',
    values: readonly string[],
    prefix: string,
  ) => (
    <Field label={label}>
      {(slot) => (
        <Pick
          id={slot.id}
          value={draft[key]}
          options={values.map((value) => ({ value, label: t(`${prefix}.${value}` as Key) }))}
          onChange={(value) => set({ [key]: value })}
        />
      )}
    </Field>
  );
  return (
    <form className="purpose" onSubmit={submit} noValidate autoComplete="off">
      <Note>{t('privacy.windowLead')}</Note>
      {pick(t('privacy.kind'), 'kind', kinds, 'privacy.kind')}
      {pick(t('privacy.windowActing'), 'actingAs', actors, 'privacy.acting')}
      {pick(t('lookup.documentType'), 'documentType', documentKinds, 'document')}
      <TextField label={t('lookup.number')} value={draft.number} max={64} onChange={(number) => set({ number })} />
      <TextField
        label={t('privacy.statement')}
        value={draft.statement}
        max={4000}
        rows={4}
        onChange={(statement) => set({ statement })}
      />
      <TextField
        label={t('privacy.contact')}
        value={draft.contact}
        max={200}
        onChange={(contact) => set({ contact })}
      />
      <p>
        <Checkbox checked={draft.documentSeen} onChange={(event) => set({ documentSeen: event.target.checked })}>
          {t('privacy.windowSeen')}
        </Checkbox>
      </p>
      {write.error ? <ErrorNote error={write.error} /> : null}
      {made ? (
        <Note tone="done" role="status">
          {t('privacy.windowDone', { number: made.number, due: made.dueOn })}
        </Note>
      ) : null}
      <Button type="primary" htmlType="submit" disabled={!ready} loading={write.isPending}>
        {t('privacy.windowSubmit')}
      </Button>
    </form>
  );
}
