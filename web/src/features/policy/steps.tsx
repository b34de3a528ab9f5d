/** The next step of a change, for the office; the answer of a unit. */
import type { BodyView, PolicyChangeView } from '@chengxin/contract';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import type { Key } from '../../shared/i18n/index.tsx';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { Section } from '../../shared/ui/page.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';

interface Part {
  readonly change: PolicyChangeView;
  readonly onChanged: (next: PolicyChangeView) => void;
}

export function Steps({ change, onChanged }: Part) {
  const { t } = useI18n();
  const circulates = change.commands.includes('circulate');
  const approves = change.commands.includes('approve');
  const bodies =
    useQuery({
      queryKey: ['policy', 'bodies'],
      queryFn: ({ signal }) => call<{ items: BodyView[] }>('/bodies', { signal }),
      enabled: circulates,
    }).data?.items.filter((body) => !['bank', 'guarantee', 'creditAgency'].includes(body.kind) && !body.closedOn) ?? [];
  const [note, setNote] = useState('');
  const [bodyIds, setBodyIds] = useState<string[]>([]);
  const [day, setDay] = useState('');
  const act = useMutation({
    mutationFn: (command: string) =>
      call<PolicyChangeView>(`/policy-changes/${change.id}/commands`, {
        method: 'POST',
        body: {
          command,
          version: change.version,
          ...(note.trim() ? { note: note.trim() } : {}),
          ...(command === 'circulate' && bodyIds.length > 0 ? { bodyIds, ...(day ? { replyDueOn: day } : {}) } : {}),
          ...(command === 'approve' && day ? { effectiveOn: day } : {}),
        },
      }),
    onSuccess: onChanged,
  });
  return (
    <Section title={t('policy.steps')}>
      {circulates ? (
        <Field label={t('policy.pickUnits')}>
          {({ id }) => (
            <select
              id={id}
              multiple
              size={6}
              value={bodyIds}
              onChange={(event) => setBodyIds([...event.target.selectedOptions].map((option) => option.value))}
            >
              {bodies.map((body) => (
                <option key={body.id} value={body.id}>
                  {body.name}
                </option>
              ))}
            </select>
          )}
        </Field>
      ) : null}
      {circulates || approves ? (
        <Field label={t(circulates ? 'policy.replyDueOn' : 'policy.effectiveOn')}>
          {({ id }) => <input id={id} type="date" value={day} onChange={(event) => setDay(event.target.value)} />}
        </Field>
      ) : null}
      <Field label={t('policy.note')} hint={t('policy.noteHint')}>
        {({ id }) => (
          <Input.TextArea
            id={id}
            rows={2}
            maxLength={2_000}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
        )}
      </Field>
      {act.error ? <ErrorNote error={act.error} /> : null}
      <div className="actions">
        {change.commands.map((command, at) => (
          <Button
            key={command}
            type={at === 0 ? 'primary' : 'default'}
            loading={act.isPending}
            onClick={() => act.mutate(command)}
          >
            {t(`policy.${command}` as Key)}
          </Button>
        ))}
      </div>
    </Section>
  );
}

export function UnitAnswer({ change, onChanged }: Part) {
  const { t } = useI18n();
  const [comment, setComment] = useState('');
  const answer = useMutation({
    mutationFn: (given: 'confirmed' | 'objected') =>
      call<PolicyChangeView>(`/policy-changes/${change.id}/answer`, {
        method: 'POST',
        body: { answer: given, ...(comment.trim() ? { comment: comment.trim() } : {}) },
      }),
    onSuccess: onChanged,
  });
  return (
    <>
      <Field label={t('policy.comment')}>
        {({ id }) => (
          <Input.TextArea
            id={id}
            rows={2}
            maxLength={2_000}
            value={comment}
            onChange={(event) => setComment(event.target.value)}
          />
        )}
      </Field>
      {answer.error ? <ErrorNote error={answer.error} /> : null}
      <Button type="primary" loading={answer.isPending} onClick={() => answer.mutate('confirmed')}>
        {t('policy.confirm')}
      </Button>{' '}
      <Button onClick={() => answer.mutate('objected')}>{t('policy.object')}</Button>
    </>
  );
}
