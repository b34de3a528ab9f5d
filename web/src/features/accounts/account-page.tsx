/** One account: what it is, what may be done with it now, what is open, its history. */
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { App, Button, Input } from 'antd';
import { type ReactNode, useState } from 'react';
import { call } from '../../shared/api/client.ts';
import { bodiesQuery } from '../../shared/api/queries.ts';
import { type Key, useI18n } from '../../shared/i18n/index.tsx';
import { PagedList } from '../../shared/ui/data-table.tsx';
import { Field } from '../../shared/ui/field.tsx';
import { formatInstant } from '../../shared/ui/format.ts';
import { PageHead, Section } from '../../shared/ui/page.tsx';
import { Pick } from '../../shared/ui/pick.tsx';
import { Empty, ErrorNote, Loaded, Note } from '../../shared/ui/states.tsx';
import { StateTag, useEventName, useRoleName } from './account-words.tsx';
import {
  type AccountDetail,
  type AccountEvent,
  accountQuery,
  colleaguesQuery,
  eventsQuery,
  renewAccounts,
} from './accounts-api.ts';
import { PasswordOnce } from './password-once.tsx';

const route = getRouteApi('/desk/accounts/$id');

export function AccountPage() {
  const { id } = route.useParams();
  const query = useQuery(accountQuery(id));
  return (
    <Loaded query={query} rows={6}>
      {(detail) => <Detail key={id} detail={detail} />}
    </Loaded>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Detail({ detail }: { detail: AccountDetail }) {
  const { t, w } = useI18n();
  const name = useRoleName();
  const { account } = detail;
  const open = detail.tasks.filter((task) => task.open > 0);
  return (
    <>
      <PageHead crumb={<Link to="/accounts">{t('nav.accounts')}</Link>} title={account.name}>
        <p>
          {account.login} <StateTag account={account} />
        </p>
      </PageHead>
      <dl className="facts">
        <Fact label={t('account.body')}>{account.body?.name ?? '—'}</Fact>
        <Fact label={t('account.kind')}>{t(`account.kind.${account.kind}`)}</Fact>
        <Fact label={t('account.role')}>
          {account.roles
            .map(({ role, expiresOn }) => `${name(role)}${expiresOn ? t('account.roleUntil', { on: expiresOn }) : ''}`)
            .join('、') || '—'}
          {account.waitingRoles.length > 0 ? (
            <div className="sub">{t('account.waitingRole', { roles: account.waitingRoles.map(name).join('、') })}</div>
          ) : null}
        </Fact>
        <Fact label={t('account.until')}>{account.activeUntil ?? t('account.noEnd')}</Fact>
        <Fact label={t('account.lastUsed')}>
          {account.lastUsedAt ? formatInstant(account.lastUsedAt) : t('account.never')}
        </Fact>
        <Fact label={t('account.created')}>{formatInstant(account.createdAt)}</Fact>
        <Fact label={t('account.holder')}>{t(account.holderKnown ? 'account.holderYes' : 'account.holderNo')}</Fact>
        {detail.sameHolder.length > 0 ? (
          <Fact label={t('account.sameHolder')}>
            {detail.sameHolder.map((other) => (
              <div key={other.id}>
                <Link to="/accounts/$id" params={{ id: other.id }}>
                  {other.login}
                </Link>{' '}
                <span className="quiet">{t(`account.state.${other.state}`)}</span>
              </div>
            ))}
          </Fact>
        ) : null}
      </dl>
      {account.departsOn ? (
        <Note tone="waiting">{t('account.leaves', { on: account.departsOn, who: detail.successor?.name ?? '—' })}</Note>
      ) : null}
      {open.length > 0 ? (
        <Note>{t('account.open', { what: open.map((task) => `${w(task.name)} ${task.open}`).join('、') })}</Note>
      ) : null}
      {detail.own ? <Note tone="waiting">{t('account.own')}</Note> : null}
      {detail.actions.length > 0 ? <Acts detail={detail} /> : null}
      <Section title={t('account.history')}>
        <History id={account.id} />
      </Section>
    </>
  );
}

function History({ id }: { id: string }) {
  const { t } = useI18n();
  const eventName = useEventName();
  const query = useInfiniteQuery(eventsQuery(id));
  return (
    <PagedList query={query} empty={<Empty title={t('account.noHistory')} />}>
      {(rows) => (
        <ul className="plain lines">
          {rows.map((event) => (
            <li key={event.id}>
              <strong>{eventName(event.kind)}</strong> <Words event={event} />
              <div className="sub">
                {formatInstant(event.at)} · {event.by ?? t('account.byItself')}
              </div>
            </li>
          ))}
        </ul>
      )}
    </PagedList>
  );
}

function Words({ event }: { event: AccountEvent }) {
  const { t } = useI18n();
  const name = useRoleName();
  const { role, reason, on, deputyName, from, to } = event.detail;
  const reasonKey = reason === 'unused' || reason === 'unconfirmed' ? (`account.reason.${reason}` as Key) : null;
  const parts = [
    typeof role === 'string' ? name(role) : null,
    event.kind === 'rename' || event.kind === 'addDeputy' ? [from, to].filter(Boolean).join(' → ') : null,
    typeof deputyName === 'string' ? deputyName : null,
    typeof on === 'string' ? on : null,
    reasonKey ? t(reasonKey) : typeof reason === 'string' ? reason : null,
  ];
  return <span>{parts.filter(Boolean).join(' · ')}</span>;
}

type Act =
  | 'disable'
  | 'enable'
  | 'resetPassword'
  | 'transfer'
  | 'rename'
  | 'handOver'
  | 'depart'
  | 'requestRole'
  | 'revokeRole';
const order: readonly Act[] = [
  'requestRole',
  'revokeRole',
  'resetPassword',
  'enable',
  'rename',
  'transfer',
  'handOver',
  'depart',
  'disable',
];
const asked = [
  'departmentOfficer',
  'creditOffice',
  'accountManager',
  'authorisedReader',
  'systemAdmin',
  'securityAdmin',
  'auditAdmin',
] as const;

interface Draft {
  readonly reason: string;
  readonly name: string;
  readonly bodyId: string;
  readonly successorId: string;
  readonly on: string;
  readonly role: string;
  readonly expiresOn: string;
  readonly activeUntil: string;
}

function requestOf(act: Act, id: string, draft: Draft): { path: string; body: object } {
  const reason = draft.reason.trim();
  const successor = draft.successorId ? { successorId: draft.successorId } : {};
  switch (act) {
    case 'rename':
      return { path: `/accounts/${id}/name`, body: { name: draft.name.trim() } };
    case 'resetPassword':
      return { path: `/accounts/${id}/password`, body: { reason } };
    case 'enable':
      return {
        path: `/accounts/${id}/enable`,
        body: { reason, ...(draft.activeUntil ? { activeUntil: draft.activeUntil } : {}) },
      };
    case 'transfer':
      return { path: `/accounts/${id}/transfer`, body: { bodyId: draft.bodyId, ...successor, reason } };
    case 'handOver':
      return { path: `/accounts/${id}/hand-over`, body: { successorId: draft.successorId, reason } };
    case 'depart':
      return { path: `/accounts/${id}/departure`, body: { on: draft.on, ...successor, reason } };
    case 'requestRole':
      return {
        path: '/role-requests',
        body: { accountId: id, role: draft.role, expiresOn: draft.expiresOn || null, reason },
      };
    case 'revokeRole':
      return { path: `/accounts/${id}/roles:revoke`, body: { role: draft.role, reason } };
    default:
      return { path: `/accounts/${id}/disable`, body: { reason } };
  }
}

/** One thing at a time, below the buttons: no dialogs. */
function Acts({ detail }: { detail: AccountDetail }) {
  const { t } = useI18n();
  const [act, setAct] = useState<Act | null>(null);
  const [password, setPassword] = useState<string | null | undefined>(undefined);
  return (
    <Section title={t('account.acts')}>
      {password !== undefined ? <PasswordOnce login={detail.account.login} password={password} /> : null}
      <div className="actions wrap">
        {order
          .filter((entry) => detail.actions.includes(entry))
          .map((entry) => (
            <Button key={entry} aria-expanded={act === entry} onClick={() => setAct(act === entry ? null : entry)}>
              {t(`account.act.${entry}`)}
            </Button>
          ))}
      </div>
      {act ? (
        <ActForm
          key={act}
          act={act}
          detail={detail}
          onDone={(secret) => {
            setAct(null);
            setPassword(secret);
          }}
        />
      ) : null}
    </Section>
  );
}

function ActForm({
  act,
  detail,
  onDone,
}: {
  act: Act;
  detail: AccountDetail;
  onDone: (password: string | null | undefined) => void;
}) {
  const { t } = useI18n();
  const { message } = App.useApp();
  const { account } = detail;
  const [draft, setDraft] = useState<Draft>({
    reason: '',
    name: account.name,
    bodyId: '',
    successorId: '',
    on: '',
    role: act === 'revokeRole' ? (account.roles[0]?.role ?? '') : 'departmentOfficer',
    expiresOn: '',
    activeUntil: '',
  });
  const [tried, setTried] = useState(false);
  const set = (change: Partial<Draft>): void => setDraft((before) => ({ ...before, ...change }));
  const needsReason = act !== 'rename';
  const ready =
    (!needsReason || draft.reason.trim().length >= 2) &&
    (act !== 'rename' || draft.name.trim() !== '') &&
    (act !== 'transfer' || draft.bodyId !== '') &&
    (act !== 'handOver' || draft.successorId !== '') &&
    (act !== 'depart' || draft.on !== '') &&
    (act !== 'revokeRole' || draft.role !== '');
  const run = useMutation({
    mutationFn: () => {
      const { path, body } = requestOf(act, account.id, draft);
      return call<{ password?: string | null } | undefined>(path, { method: 'POST', body });
    },
    onSuccess: (answer) => {
      message.success(t('account.done'));
      renewAccounts();
      onDone(answer && 'password' in answer ? answer.password : undefined);
    },
  });
  return (
    <form
      className="act-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (ready) run.mutate();
      }}
    >
      <p className="quiet">{t(`account.actHint.${act}`)}</p>
      {run.error ? <ErrorNote error={run.error} /> : null}
      <div className="form-grid">
        {act === 'rename' ? (
          <Field label={t('account.name')}>
            {(slot) => (
              <Input
                id={slot.id}
                maxLength={100}
                value={draft.name}
                onChange={(event) => set({ name: event.target.value })}
              />
            )}
          </Field>
        ) : null}
        {act === 'transfer' ? <BodyField value={draft.bodyId} onChange={(bodyId) => set({ bodyId })} /> : null}
        {act === 'depart' ? (
          <Field label={t('account.departOn')} hint={t('account.departOnHint')}>
            {(slot) => (
              <Input id={slot.id} type="date" value={draft.on} onChange={(event) => set({ on: event.target.value })} />
            )}
          </Field>
        ) : null}
        {act === 'transfer' || act === 'depart' || act === 'handOver' ? (
          <SuccessorField
            bodyId={account.body?.id}
            except={account.id}
            value={draft.successorId}
            onChange={(successorId) => set({ successorId })}
          />
        ) : null}
        {act === 'requestRole' || act === 'revokeRole' ? (
          <RoleField act={act} detail={detail} value={draft.role} onChange={(role) => set({ role })} />
        ) : null}
        {act === 'requestRole' ? (
          <Field label={t('account.expiresOn')} hint={t('account.untilHint')}>
            {(slot) => (
              <Input
                id={slot.id}
                type="date"
                value={draft.expiresOn}
                onChange={(event) => set({ expiresOn: event.target.value })}
              />
            )}
          </Field>
        ) : null}
        {act === 'enable' ? (
          <Field
            label={t('account.until')}
            hint={account.kind === 'vendor' ? t('account.vendorHint') : t('account.untilHint')}
          >
            {(slot) => (
              <Input
                id={slot.id}
                type="date"
                value={draft.activeUntil}
                onChange={(event) => set({ activeUntil: event.target.value })}
              />
            )}
          </Field>
        ) : null}
        {needsReason ? (
          <Field
            label={t('account.why')}
            remarks={
              tried && draft.reason.trim().length < 2 ? [{ key: 'why', tone: 'seal', text: t('account.missing') }] : []
            }
          >
            {(slot) => (
              <Input
                id={slot.id}
                maxLength={300}
                value={draft.reason}
                onChange={(event) => set({ reason: event.target.value })}
              />
            )}
          </Field>
        ) : null}
      </div>
      {tried && !ready ? <p className="text-seal">{t('account.fill')}</p> : null}
      <div className="actions">
        <Button
          type="primary"
          htmlType="submit"
          loading={run.isPending}
          danger={act === 'disable' || act === 'depart' || act === 'revokeRole'}
        >
          {t(`account.act.${act}`)}
        </Button>
      </div>
    </form>
  );
}

function BodyField({ value, onChange }: { value: string; onChange: (id: string) => void }) {
  const { t } = useI18n();
  const bodies = useQuery(bodiesQuery).data ?? [];
  return (
    <Field label={t('account.newBody')}>
      {(slot) => (
        <Pick
          id={slot.id}
          value={value}
          onChange={onChange}
          options={[
            { value: '', label: t('account.chooseBody') },
            ...bodies.filter((body) => !body.closedOn).map((body) => ({ value: body.id, label: body.name })),
          ]}
        />
      )}
    </Field>
  );
}

function SuccessorField({
  bodyId,
  except,
  value,
  onChange,
}: {
  bodyId: string | undefined;
  except: string;
  value: string;
  onChange: (id: string) => void;
}) {
  const { t } = useI18n();
  const people = useQuery(colleaguesQuery(bodyId)).data ?? [];
  return (
    <Field label={t('account.successor')} hint={t('account.successorHint')}>
      {(slot) => (
        <Pick
          id={slot.id}
          value={value}
          onChange={onChange}
          options={[
            { value: '', label: t('account.noSuccessor') },
            ...people
              .filter((person) => person.id !== except)
              .map((person) => ({ value: person.id, label: `${person.name}（${person.login}）` })),
          ]}
        />
      )}
    </Field>
  );
}

function RoleField({
  act,
  detail,
  value,
  onChange,
}: {
  act: Act;
  detail: AccountDetail;
  value: string;
  onChange: (role: string) => void;
}) {
  const { t } = useI18n();
  const name = useRoleName();
  const held = detail.account.roles.map(({ role }) => role);
  const roles: readonly string[] = act === 'revokeRole' ? held : asked.filter((role) => !held.includes(role));
  return (
    <Field label={t('account.role')}>
      {(slot) => (
        <Pick
          id={slot.id}
          value={value}
          onChange={onChange}
          options={roles.map((role) => ({ value: role, label: name(role) }))}
        />
      )}
    </Field>
  );
}
