/** 新增账号: by form. Roles are asked for with it and decided by a security administrator. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Input } from 'antd';
import { type FormEvent, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { bodiesQuery } from '../../shared/api/queries.ts';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Field, type Remark } from '../../shared/ui/field.tsx';
import { PageHead } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { ErrorNote } from '../../shared/ui/states.tsx';
import { useSession } from '../session/use-session.ts';
import { useRoleName } from './account-words.tsx';
import { type AccountView, organisationQuery, renewAccounts } from './accounts-api.ts';
import { PasswordOnce } from './password-once.tsx';

const asked = [
  'departmentOfficer',
  'creditOffice',
  'accountManager',
  'authorisedReader',
  'systemAdmin',
  'securityAdmin',
  'auditAdmin',
] as const;
const empty = {
  login: '',
  name: '',
  bodyId: '',
  holderNumber: '',
  kind: 'staff',
  activeUntil: '',
  role: 'departmentOfficer',
};

export function NewAccountPage() {
  const { t } = useI18n();
  const { session } = useSession();
  const name = useRoleName();
  const manager = session?.account.roles.includes('accountManager') ?? false;
  const all = useQuery({ ...bodiesQuery, enabled: !manager }).data ?? [];
  const own = useQuery({ ...organisationQuery, enabled: manager }).data ?? [];
  const bodies = (manager ? own : all).filter((body) => !body.closedOn);
  const [form, setForm] = useState(empty);
  const [tried, setTried] = useState(false);
  const make = useMutation({
    mutationFn: () =>
      call<{ account: AccountView; password: string | null }>('/accounts', {
        method: 'POST',
        body: {
          login: form.login.trim(),
          name: form.name.trim(),
          bodyId: form.bodyId || null,
          holderNumber: form.holderNumber.trim(),
          kind: form.kind,
          activeUntil: form.activeUntil || null,
          roles: form.role ? [form.role] : [],
        },
      }),
    onSuccess: () => {
      setForm({ ...empty, bodyId: form.bodyId });
      setTried(false);
      renewAccounts();
    },
  });
  const set = (key: keyof typeof empty) => (value: string) => setForm((before) => ({ ...before, [key]: value }));
  const missing = (key: keyof typeof empty): Remark[] =>
    tried && form[key].trim() === '' ? [{ key, tone: 'seal', text: t('account.missing') }] : [];
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (form.login.trim() && form.name.trim() && form.holderNumber.trim()) make.mutate();
  };
  return (
    <>
      <PageHead crumb={<Link to="/accounts">{t('nav.accounts')}</Link>} title={t('account.new')}>
        <p className="quiet">{t('account.newHint')}</p>
      </PageHead>
      {make.data ? <PasswordOnce login={make.data.account.login} password={make.data.password} /> : null}
      {make.error ? <ErrorNote error={make.error} /> : null}
      <form className="form-grid" onSubmit={submit} noValidate>
        <Field label={t('account.login')} hint={t('account.loginHint')} remarks={missing('login')}>
          {(slot) => (
            <Input
              id={slot.id}
              aria-describedby={slot.describedBy}
              maxLength={64}
              autoComplete="off"
              value={form.login}
              onChange={(event) => set('login')(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('account.name')} remarks={missing('name')}>
          {(slot) => (
            <Input
              id={slot.id}
              maxLength={100}
              value={form.name}
              onChange={(event) => set('name')(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('account.body')}>
          {(slot) => (
            <Pick
              id={slot.id}
              value={form.bodyId}
              onChange={set('bodyId')}
              options={[
                { value: '', label: manager ? t('account.chooseBody') : t('account.noBody') },
                ...bodies.map((body) => ({ value: body.id, label: body.name })),
              ]}
            />
          )}
        </Field>
        <Field label={t('account.number')} hint={t('account.numberHint')} remarks={missing('holderNumber')}>
          {(slot) => (
            <Input
              id={slot.id}
              aria-describedby={slot.describedBy}
              maxLength={40}
              autoComplete="off"
              value={form.holderNumber}
              onChange={(event) => set('holderNumber')(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('account.askedRole')} hint={t('account.askedRoleHint')}>
          {(slot) => (
            <Pick
              id={slot.id}
              describedBy={slot.describedBy}
              value={form.role}
              onChange={set('role')}
              options={[
                { value: '', label: t('account.noRole') },
                ...(manager ? (['departmentOfficer'] as const) : asked).map((role) => ({
                  value: role,
                  label: name(role),
                })),
              ]}
            />
          )}
        </Field>
        {manager ? null : (
          <Field label={t('account.kind')} hint={form.kind === 'vendor' ? t('account.vendorHint') : undefined}>
            {(slot) => (
              <Pick
                id={slot.id}
                value={form.kind}
                onChange={set('kind')}
                options={[
                  { value: 'staff', label: t('account.kind.staff') },
                  { value: 'vendor', label: t('account.kind.vendor') },
                ]}
              />
            )}
          </Field>
        )}
        <Field label={t('account.until')} hint={t('account.untilHint')}>
          {(slot) => (
            <Input
              id={slot.id}
              type="date"
              value={form.activeUntil}
              onChange={(event) => set('activeUntil')(event.target.value)}
            />
          )}
        </Field>
        <div className="form-end">
          <Button type="primary" htmlType="submit" loading={make.isPending}>
            {t('account.make')}
          </Button>
        </div>
      </form>
    </>
  );
}
