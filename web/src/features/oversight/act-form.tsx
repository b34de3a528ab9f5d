/** One act with its words: a choice where there is one, a text, send. */
import { useMutation } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Pick, type PickOption } from '../../shared/ui/pick.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';
import { renewOversight } from './queries.ts';

const shortest = 5;

export interface ActFormProps<T> {
  readonly path: string;
  readonly label: string;
  readonly hint?: string;
  readonly send: string;
  readonly done: (answer: T) => string;
  /** The choice beside the words; the first option stands. */
  readonly choice?: { readonly label: string; readonly options: readonly PickOption[] };
  readonly body: (words: string, choice: string) => object;
  readonly onClose: () => void;
}

export function ActForm<T>({ path, label, hint, send, done, choice, body, onClose }: ActFormProps<T>) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState(choice?.options[0]?.value ?? '');
  const [tried, setTried] = useState(false);
  const act = useMutation({
    mutationFn: () => call<T>(path, { method: 'POST', body: body(words.trim(), chosen) }),
    onSuccess: (answer) => {
      message.success(done(answer));
      renewOversight();
      onClose();
    },
  });
  const short = words.trim().length < shortest;
  return (
    <div className="decide">
      {act.error ? <ErrorNote error={act.error} /> : null}
      {choice ? (
        <Field label={choice.label}>
          {(slot) => <Pick id={slot.id} value={chosen} options={choice.options} onChange={setChosen} />}
        </Field>
      ) : null}
      <Field
        label={label}
        hint={hint}
        remarks={tried && short ? [{ key: 'short', tone: 'seal', text: t('dispute.tooShort') }] : []}
      >
        {(slot) => (
          <Input.TextArea
            id={slot.id}
            rows={3}
            maxLength={2000}
            aria-describedby={slot.describedBy}
            status={slot.status ?? ''}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        )}
      </Field>
      <div className="actions">
        <Button
          type="primary"
          loading={act.isPending}
          onClick={() => {
            setTried(true);
            if (!short) act.mutate();
          }}
        >
          {send}
        </Button>
        <Button onClick={onClose}>{t('dispute.cancel')}</Button>
      </div>
    </div>
  );
}
