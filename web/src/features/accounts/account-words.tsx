/** Words of accounts: roles, states, what was done. */
import type { Key } from '../../shared/i18n/index.tsx';
import { useI18n } from '../../shared/i18n/index.tsx';
import { Tag, type Tone } from '../../shared/ui/page.tsx';
import type { AccountView } from './accounts-api.ts';

export const roleKeys = [
  'departmentOfficer',
  'creditOffice',
  'authorisedReader',
  'accountManager',
  'systemAdmin',
  'securityAdmin',
  'auditAdmin',
  'departmentSystem',
  'companyRepresentative',
] as const;
const known: readonly string[] = roleKeys;

export function useRoleName(): (role: string) => string {
  const { t } = useI18n();
  return (role) => (known.includes(role) ? t(`role.${role}` as Key) : role);
}

export const accountStates = ['active', 'disabled', 'expired', 'departed'] as const;
export const accountRemarks = ['unused', 'neverUsed', 'holderUnknown', 'leaving'] as const;
export const bodyKinds = [
  'city',
  'creditOffice',
  'district',
  'zone',
  'department',
  'bank',
  'guarantee',
  'creditAgency',
  'upper',
] as const;

const stateTone: Readonly<Record<AccountView['state'], Tone | undefined>> = {
  active: 'done',
  disabled: 'seal',
  expired: 'waiting',
  departed: undefined,
};

export function StateTag({ account }: { account: Pick<AccountView, 'state' | 'disabledReason'> }) {
  const { t } = useI18n();
  const reason =
    account.state === 'disabled' && account.disabledReason ? `account.reason.${account.disabledReason}` : null;
  return (
    <>
      <Tag tone={stateTone[account.state]}>{t(`account.state.${account.state}`)}</Tag>
      {reason ? <div className="sub">{t(reason as Key)}</div> : null}
    </>
  );
}

const events: readonly string[] = [
  'create',
  'disable',
  'enable',
  'resetPassword',
  'rename',
  'transfer',
  'planDeparture',
  'depart',
  'handOver',
  'requestRole',
  'grantRole',
  'refuseRole',
  'withdrawRole',
  'revokeRole',
  'expireRole',
  'registerHolder',
  'confirm',
  'notNeeded',
  'addDeputy',
  'endDeputy',
  'actAsDeputy',
  'layDownDeputy',
];

export function useEventName(): (kind: string) => string {
  const { t } = useI18n();
  return (kind) => (events.includes(kind) ? t(`account.event.${kind}` as Key) : kind);
}
