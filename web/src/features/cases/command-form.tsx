/** The form of one command: its closed set of reasons, further choices, the note, and a question before what cannot be undone. */
import type { CaseCommandView } from '@chengxin/contract';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';

export interface CommandBody {
  readonly command: string;
  readonly reason?: string;
  readonly note?: string;
  readonly [choice: string]: string | undefined;
}

const shortest = 2;

export function CommandForm({
  command,
  busy,
  error,
  onSend,
  onClose,
}: {
  command: CaseCommandView;
  busy: boolean;
  error: unknown;
  onSend: (body: CommandBody) => void;
  onClose: () => void;
}) {
  const { t, w } = useI18n();
  const { modal } = App.useApp();
  const [reason, setReason] = useState('');
  const [note, setNote] = useState('');
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [tried, setTried] = useState(false);

  const asked = command.choices.filter(
    (choice) => choice.when === undefined || choice.when.values.includes(chosen[choice.when.key] ?? ''),
  );
  const noReason = command.reasons !== null && reason === '';
  const noNote = command.note === 'required' && note.trim().length < shortest;
  const noChoice = (choice: (typeof asked)[number]): boolean => choice.required && !chosen[choice.key];
  const complete = !noReason && !noNote && !asked.some(noChoice);
  const remark = (wrong: boolean, text: string): Remark[] => (tried && wrong ? [{ key: 'x', tone: 'seal', text }] : []);

  const send = (): void => {
    const choices = Object.fromEntries(
      asked.flatMap((choice) => (chosen[choice.key] ? [[choice.key, chosen[choice.key]]] : [])),
    );
    onSend({
      command: command.command,
      ...(command.reasons !== null ? { reason } : {}),
      ...(note.trim() ? { note: note.trim() } : {}),
      ...choices,
    });
  };
  const submit = (): void => {
    setTried(true);
    if (!complete) return;
    if (command.confirm === null) send();
    else
      modal.confirm({
        title: w(command.label),
        content: w(command.confirm),
        okText: t('case.confirmYes'),
        cancelText: t('case.cancel'),
        okButtonProps: { danger: command.tone === 'danger' },
        onOk: send,
      });
  };

  return (
    <form
      className="decide"
      aria-label={w(command.label)}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {error ? <ErrorNote error={error} /> : null}
      {command.reasons !== null ? (
        <Field label={t('case.reason')} remarks={remark(noReason, t('case.reasonNeeded'))}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={reason}
              status={slot.status}
              describedBy={slot.describedBy}
              options={[
                { value: '', label: t('case.reason.pick') },
                ...(command.reasons ?? []).map((option) => ({ value: option.key, label: w(option.name) })),
              ]}
              onChange={setReason}
            />
          )}
        </Field>
      ) : null}
      {asked.map((choice) => (
        <Field key={choice.key} label={w(choice.label)} remarks={remark(noChoice(choice), t('case.choiceNeeded'))}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={chosen[choice.key] ?? ''}
              status={slot.status}
              describedBy={slot.describedBy}
              options={[
                { value: '', label: t('case.choice.pick') },
                ...choice.options.map((option) => ({ value: option.key, label: w(option.name) })),
              ]}
              onChange={(value) => setChosen({ ...chosen, [choice.key]: value })}
            />
          )}
        </Field>
      ))}
      {command.note !== 'none' ? (
        <Field
          label={command.noteLabel ? w(command.noteLabel) : t('case.note')}
          remarks={remark(noNote, t('case.noteNeeded'))}
        >
          {(slot) => (
            <Input.TextArea
              id={slot.id}
              rows={3}
              maxLength={3000}
              aria-describedby={slot.describedBy}
              status={slot.status ?? ''}
              value={note}
              onChange={(event) => setNote(event.target.value)}
            />
          )}
        </Field>
      ) : null}
      <div className="actions">
        <Button type="primary" danger={command.tone === 'danger'} htmlType="submit" loading={busy}>
          {w(command.label)}
        </Button>
        <Button onClick={onClose}>{t('case.cancel')}</Button>
      </div>
    </form>
  );
}
