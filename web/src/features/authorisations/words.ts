import type { AuthorisationView } from '@chengxin/contract';
import type { Key } from '../../shared/i18n/index.tsx';
import type { Tone } from '../../shared/ui/page.tsx';

export const stateKey: Readonly<Record<AuthorisationView['state'], Key>> = {
  asked: 'auth.state.asked',
  granted: 'auth.state.granted',
  declined: 'auth.state.declined',
  withdrawn: 'auth.state.withdrawn',
  revoked: 'auth.state.revoked',
  lapsed: 'auth.state.lapsed',
  expired: 'auth.state.expired',
  usedUp: 'auth.state.usedUp',
};
export const toneOf = (state: AuthorisationView['state']): Tone | undefined =>
  state === 'granted' ? 'done' : state === 'asked' ? 'waiting' : undefined;
