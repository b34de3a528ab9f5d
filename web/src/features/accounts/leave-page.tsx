/** 请假与代理（AB 角）: who acts for whom, from when to when, and taking up somebody's work. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead, Section, Tag } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { colleaguesQuery, type DeputyView, deputiesQuery, renewAccounts } from './accounts-api.ts';
import { actAs } from './deputy-banner.tsx';

export function LeavePage() {
  const { t } = useI18n();
  const { session } = useSession();
  const query = useInfiniteQuery(deputiesQuery);
  const business =
    session?.account.roles.some((role) => role === 'departmentOfficer' || role === 'creditOffice') ?? false;
  return (
    <>
      <PageHead title={t('nav.leave')}>
        <p className="quiet">{t('leave.lead')}</p>
      </PageHead>
      {business && !session?.deputyFor ? <NewLeave /> : null}
      <Section title={t('leave.list')}>
        <PagedList query={query} empty={<Empty title={t('leave.empty')}>{t('leave.emptyHint')}</Empty>}>
          {(rows) => <Deputies rows={rows} />}
        </PagedList>
      </Section>
    </>
  );
}

function NewLeave() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { session } = useSession();
  const people = useQuery(colleaguesQuery(session?.account.body?.id)).data ?? [];
  const [draft, setDraft] = useState({ deputyId: '', fromOn: '', toOn: '', reason: '' });
  const set = (change: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...change }));
  const save = useMutation({
    mutationFn: () => call('/deputies', { method: 'POST', body: { ...draft, reason: draft.reason.trim() } }),
    onSuccess: () => {
      message.success(t('leave.saved'));
      setDraft({ deputyId: '', fromOn: '', toOn: '', reason: '' });
      renewAccounts();
    },
  });
  const ready = draft.deputyId && draft.fromOn && draft.toOn && draft.reason.trim().length >= 2;
  return (
    <Section title={t('leave.new')}>
      {save.error ? <ErrorNote error={save.error} /> : null}
      <form
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) save.mutate();
        }}
      >
        <Field label={t('leave.deputy')} hint={people.length === 0 ? t('leave.nobody') : t('leave.deputyHint')}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={draft.deputyId}
              onChange={(deputyId) => set({ deputyId })}
              options={[
                { value: '', label: t('leave.choose') },
                ...people.map((person) => ({ value: person.id, label: `${person.name}（${person.login}）` })),
              ]}
            />
          )}
        </Field>
        <Field label={t('leave.from')}>
          {(slot) => (
            <Input
              id={slot.id}
              type="date"
              value={draft.fromOn}
              onChange={(event) => set({ fromOn: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('leave.to')}>
          {(slot) => (
            <Input
              id={slot.id}
              type="date"
              value={draft.toOn}
              onChange={(event) => set({ toOn: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('leave.reason')}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={300}
              placeholder={t('leave.reasonHint')}
              value={draft.reason}
              onChange={(event) => set({ reason: event.target.value })}
            />
          )}
        </Field>
        <div className="form-end">
          <Button type="primary" htmlType="submit" loading={save.isPending} disabled={!ready}>
            {t('leave.save')}
          </Button>
        </div>
      </form>
    </Section>
  );
}

const tones = { coming: 'brand', running: 'done', over: undefined, ended: undefined } as const;

function Deputies({ rows }: { rows: readonly DeputyView[] }) {
  const { t } = useI18n();
  const { session } = useSession();
  const end = useMutation({
    mutationFn: (id: string) => call(`/deputies/${id}/end`, { method: 'POST' }),
    onSuccess: renewAccounts,
  });
  const act = useMutation({ mutationFn: (id: string) => actAs(id) });
  const columns: Column<DeputyView>[] = [
    { key: 'absent', head: t('leave.absent'), cell: (row) => row.absent.name },
    { key: 'deputy', head: t('leave.deputy'), cell: (row) => row.deputy.name },
    {
      key: 'days',
      head: t('leave.days'),
      cell: (row) => (
        <span className="number">
          {row.fromOn} — {row.toOn}
        </span>
      ),
    },
    { key: 'reason', head: t('leave.reason'), cell: (row) => row.reason },
    {
      key: 'state',
      head: t('account.state'),
      cell: (row) => <Tag tone={tones[row.state]}>{t(`leave.state.${row.state}`)}</Tag>,
    },
    {
      key: 'acts',
      head: t('leave.acts'),
      cell: (row) => (
        <div className="actions wrap">
          {row.mine === 'deputy' && row.state === 'running' && session?.deputyFor?.deputyId !== row.id ? (
            <Button type="primary" loading={act.isPending} onClick={() => act.mutate(row.id)}>
              {t('leave.actAs', { name: row.absent.name })}
            </Button>
          ) : null}
          {row.state === 'coming' || row.state === 'running' ? (
            <Button loading={end.isPending} onClick={() => end.mutate(row.id)}>
              {t('leave.end')}
            </Button>
          ) : null}
        </div>
      ),
    },
  ];
  return (
    <>
      {end.error || act.error ? <ErrorNote error={end.error ?? act.error} /> : null}
      <DataTable caption={t('leave.list')} columns={columns} rows={rows} rowKey={(row) => row.id} />
    </>
  );
}
