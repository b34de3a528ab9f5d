/** What the reader may do now with a case: a button for each command the server names, then its form. */
import type { CaseCommandView, CaseView } from '@chengxin/contract';
import { useMutation } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { ApiError, call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Section } from '../../shared/ui/page.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';
import { type CommandBody, CommandForm } from './command-form.tsx';
import { renewCases } from './queries.ts';

export function CaseCommands({ path, view }: { path: string; view: CaseView }) {
  const { t, w } = useI18n();
  const { message } = App.useApp();
  const [open, setOpen] = useState<CaseCommandView | null>(null);
  const act = useMutation({
    mutationFn: (body: CommandBody) =>
      call(`${path}/${view.id}/commands`, { method: 'POST', body: { ...body, expectedEvents: view.events } }),
    onSuccess: () => {
      message.success(t('case.done', { what: open ? w(open.label) : '' }));
      setOpen(null);
      renewCases();
    },
    onError: (error) => {
      if (!(error instanceof ApiError) || error.status !== 409) return;
      message.warning(t('case.changed'));
      renewCases();
    },
  });
  const shown = open && view.commands.find(({ command }) => command === open.command);
  const nothing = view.commands.length === 0 && !view.extension.ask && !view.extension.answer;
  if (view.closed && nothing) return null;
  return (
    <Section title={t('case.act')}>
      {nothing ? <p className="quiet">{t('case.act.none')}</p> : null}
      {shown ? (
        <CommandForm
          key={shown.command}
          command={shown}
          busy={act.isPending}
          error={act.error}
          onSend={(body) => act.mutate(body)}
          onClose={() => {
            act.reset();
            setOpen(null);
          }}
        />
      ) : (
        <div className="actions">
          {view.commands.map((command) => (
            <Button
              key={command.command}
              {...(command.tone === 'primary' ? { type: 'primary' as const } : {})}
              danger={command.tone === 'danger'}
              onClick={() => setOpen(command)}
            >
              {w(command.label)}
            </Button>
          ))}
        </div>
      )}
      <Extension path={path} view={view} />
    </Section>
  );
}

function Extension({ path, view }: { path: string; view: CaseView }) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const act = useMutation({
    mutationFn: (body: { act: 'ask' | 'grant' | 'refuse'; reason?: string }) =>
      call(`${path}/${view.id}/extension`, { method: 'POST', body }),
    onSuccess: () => {
      message.success(t('case.extend.done'));
      setAsking(false);
      setReason('');
      renewCases();
    },
  });
  const { extension, extensionAsked } = view;
  if (!extension.ask && extensionAsked === null) return null;
  return (
    <div className="extension">
      {act.error ? <ErrorNote error={act.error} /> : null}
      {extensionAsked !== null ? (
        <Note tone="waiting">{t('case.extend.asked', { reason: extensionAsked })}</Note>
      ) : null}
      {extension.answer ? (
        <div className="actions">
          <Button loading={act.isPending} onClick={() => act.mutate({ act: 'grant' })}>
            {t('case.extend.grant')}
          </Button>
          <Button loading={act.isPending} onClick={() => act.mutate({ act: 'refuse' })}>
            {t('case.extend.refuse')}
          </Button>
        </div>
      ) : null}
      {extension.ask && !asking ? (
        <Button type="link" onClick={() => setAsking(true)}>
          {t('case.extend')}
        </Button>
      ) : null}
      {asking ? (
        <div className="decide">
          <Field label={t('case.extend.reason')}>
            {(slot) => (
              <Input.TextArea
                id={slot.id}
                rows={2}
                maxLength={1000}
                value={reason}
                onChange={(event) => setReason(event.target.value)}
              />
            )}
          </Field>
          <div className="actions">
            <Button
              type="primary"
              loading={act.isPending}
              disabled={reason.trim().length < 2}
              onClick={() => act.mutate({ act: 'ask', reason: reason.trim() })}
            >
              {t('case.extend')}
            </Button>
            <Button onClick={() => setAsking(false)}>{t('case.cancel')}</Button>
          </div>
        </div>
      ) : null}
    </div>
  );
}
