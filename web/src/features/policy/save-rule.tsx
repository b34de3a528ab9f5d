/** A rule into a change: one that is open, or a new one with its reason. */
import type { PolicyChangeView, PolicyRuleCells } from '@chengxin/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { useRef, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { ErrorNote, Note } from '../../shared/ui/states.tsx';

export function SaveRule({
  setKey,
  change,
  cells,
  was,
  ready,
  changed,
  onSaved,
}: {
  setKey: string;
  change: string | undefined;
  cells: PolicyRuleCells;
  was: { id: string; hash: string } | null;
  ready: boolean;
  changed: boolean;
  onSaved: () => void;
}) {
  const { t } = useI18n();
  const client = useQueryClient();
  const navigate = useNavigate({ from: '/policy-rules' });
  const [title, setTitle] = useState('');
  const [reason, setReason] = useState('');
  const made = useRef<string | null>(change ?? null);
  const save = useMutation({
    mutationFn: async () => {
      // Where the rule is refused, the draft that was made for it stays: the next try goes into the same one.
      made.current ??=
        change ?? (await call<PolicyChangeView>('/policy-changes', { method: 'POST', body: { title, reason } })).id;
      return call<PolicyChangeView>(`/policy-changes/${made.current}/rules/${setKey}`, {
        method: 'PUT',
        body: { rule: cells, was },
      });
    },
    onSuccess: async (saved) => {
      onSaved();
      await client.invalidateQueries({ queryKey: ['policy'] });
      await navigate({ search: (old) => ({ ...old, change: saved.id, rule: cells.id }), replace: true });
    },
  });
  const named = change !== undefined || (title.trim().length > 1 && reason.trim().length > 1);
  return (
    <div className="draft">
      {change ? null : (
        <>
          <Field label={t('policy.title')}>
            {({ id }) => (
              <Input id={id} value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
            )}
          </Field>
          <Field label={t('policy.reason')}>
            {({ id }) => (
              <Input id={id} value={reason} maxLength={2_000} onChange={(event) => setReason(event.target.value)} />
            )}
          </Field>
        </>
      )}
      {save.error ? <ErrorNote error={save.error} /> : null}
      {change && !changed ? (
        <Note tone="done" role="status">
          <Link to="/policy-changes/$id" params={{ id: change }}>
            {t('policy.rule.toChange')}
          </Link>
        </Note>
      ) : null}
      <div className="actions">
        <Button
          type="primary"
          loading={save.isPending}
          disabled={!ready || !changed || !named}
          onClick={() => save.mutate()}
        >
          {t('policy.rule.save')}
        </Button>
      </div>
      {changed && !ready ? <p className="quiet">{t('policy.rule.notReady')}</p> : null}
    </div>
  );
}
