/** 值班表: who is on duty for a body, by hand or by Excel. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { App, Button, Input } from 'antd';
import { useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { type Column, DataTable, PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { PageHead, Section } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { colleaguesQuery, type DutyView, dutiesQuery, renewAccounts } from './accounts-api.ts';
import { SheetImport } from './sheet-import.tsx';

const today = (): string => new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);

export function DutyPage() {
  const { t } = useI18n();
  const { may } = useSession();
  const [from, setFrom] = useState(today);
  const [importing, setImporting] = useState(false);
  const query = useInfiniteQuery(dutiesQuery(from));
  return (
    <>
      <PageHead
        title={t('nav.duty')}
        actions={
          may('duty.manage') ? (
            <Button aria-expanded={importing} onClick={() => setImporting(!importing)}>
              {t('duty.import')}
            </Button>
          ) : null
        }
      >
        <p className="quiet">{t('duty.lead')}</p>
      </PageHead>
      {importing ? (
        <SheetImport path="/duty-roster/imports" templatePath="/duty-roster/template" passwords={false} />
      ) : null}
      {may('duty.manage') ? <Plan /> : null}
      <Section title={t('duty.list')}>
        <div className="filters">
          <Input
            type="date"
            aria-label={t('duty.from')}
            value={from}
            onChange={(event) => setFrom(event.target.value || today())}
          />
        </div>
        <PagedList query={query} empty={<Empty title={t('duty.empty')}>{t('duty.emptyHint')}</Empty>}>
          {(rows) => <Duties rows={rows} removes={may('duty.manage')} />}
        </PagedList>
      </Section>
    </>
  );
}

function Plan() {
  const { t } = useI18n();
  const { message } = App.useApp();
  const people = useQuery(colleaguesQuery()).data ?? [];
  const [draft, setDraft] = useState({ accountId: '', onDate: '', shift: 'day', phone: '' });
  const set = (change: Partial<typeof draft>): void => setDraft((before) => ({ ...before, ...change }));
  const person = people.find((entry) => entry.id === draft.accountId);
  const save = useMutation({
    mutationFn: () =>
      call('/duty-roster', {
        method: 'POST',
        body: { ...draft, phone: draft.phone.trim() || null, ...(person?.body ? { bodyId: person.body.id } : {}) },
      }),
    onSuccess: () => {
      message.success(t('account.done'));
      set({ onDate: '' });
      renewAccounts();
    },
  });
  return (
    <Section title={t('duty.plan')}>
      {save.error ? <ErrorNote error={save.error} /> : null}
      <form
        className="form-grid"
        onSubmit={(event) => {
          event.preventDefault();
          if (draft.accountId && draft.onDate) save.mutate();
        }}
      >
        <Field label={t('duty.officer')}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={draft.accountId}
              onChange={(accountId) => set({ accountId })}
              options={[
                { value: '', label: t('leave.choose') },
                ...people.map((entry) => ({
                  value: entry.id,
                  label: `${entry.name}（${entry.login}）`,
                  group: entry.body?.name ?? '',
                })),
              ]}
            />
          )}
        </Field>
        <Field label={t('duty.on')}>
          {(slot) => (
            <Input
              id={slot.id}
              type="date"
              value={draft.onDate}
              onChange={(event) => set({ onDate: event.target.value })}
            />
          )}
        </Field>
        <Field label={t('duty.shift')}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={draft.shift}
              onChange={(shift) => set({ shift })}
              options={[
                { value: 'day', label: t('duty.shift.day') },
                { value: 'night', label: t('duty.shift.night') },
              ]}
            />
          )}
        </Field>
        <Field label={t('duty.phone')}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={40}
              value={draft.phone}
              onChange={(event) => set({ phone: event.target.value })}
            />
          )}
        </Field>
        <div className="form-end">
          <Button
            type="primary"
            htmlType="submit"
            loading={save.isPending}
            disabled={!draft.accountId || !draft.onDate}
          >
            {t('duty.save')}
          </Button>
        </div>
      </form>
    </Section>
  );
}

function Duties({ rows, removes }: { rows: readonly DutyView[]; removes: boolean }) {
  const { t } = useI18n();
  const remove = useMutation({
    mutationFn: (id: string) => call(`/duty-roster/${id}`, { method: 'DELETE' }),
    onSuccess: renewAccounts,
  });
  const columns: Column<DutyView>[] = [
    {
      key: 'on',
      head: t('duty.on'),
      cell: (row) => (
        <>
          <span className="number">{row.onDate}</span> {t(`duty.shift.${row.shift}`)}
        </>
      ),
    },
    { key: 'body', head: t('account.body'), width: 'middle', cell: (row) => row.body.name },
    { key: 'who', head: t('duty.officer'), cell: (row) => row.officer.name },
    { key: 'phone', head: t('duty.phone'), cell: (row) => <span className="number">{row.phone ?? '—'}</span> },
    ...(removes
      ? [
          {
            key: 'acts',
            head: t('leave.acts'),
            cell: (row: DutyView) => (
              <Button loading={remove.isPending} onClick={() => remove.mutate(row.id)}>
                {t('duty.remove')}
              </Button>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      {remove.error ? <ErrorNote error={remove.error} /> : null}
      <DataTable caption={t('duty.list')} columns={columns} rows={rows} rowKey={(row) => row.id} />
    </>
  );
}
