import type { Key } from '../i18n/index.tsx';

/** Words of the kinds of organisation where the API sends the kind alone. */
export const kindKey: Readonly<Record<string, Key>> = {
  enterprise: 'kind.enterprise',
  soleTrader: 'kind.soleTrader',
  farmersCooperative: 'kind.farmersCooperative',
  socialOrganisation: 'kind.socialOrganisation',
  foundation: 'kind.foundation',
  privateNonEnterprise: 'kind.privateNonEnterprise',
  publicInstitution: 'kind.publicInstitution',
  governmentBody: 'kind.governmentBody',
  massOrganisation: 'kind.massOrganisation',
  tradeUnion: 'kind.tradeUnion',
  villageCollective: 'kind.villageCollective',
  lawFirm: 'kind.lawFirm',
  religiousSite: 'kind.religiousSite',
  villageCommittee: 'kind.villageCommittee',
  military: 'kind.military',
  other: 'kind.other',
};
