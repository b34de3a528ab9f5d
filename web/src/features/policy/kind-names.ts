/** What kinds of policy files are called; one that has no name yet stands by its key. */
import { type Key, useI18n } from '../../shared/i18n/index.tsx';

const keys: Readonly<Record<string, Key>> = {
  catalogue: 'policy.kind.catalogue',
  dataStandard: 'policy.kind.dataStandard',
  codeTable: 'policy.kind.codeTable',
  ruleSet: 'policy.kind.ruleSet',
  disclosure: 'policy.kind.disclosure',
  calendar: 'policy.kind.calendar',
  lists: 'policy.kind.lists',
  measures: 'policy.kind.measures',
  notices: 'policy.kind.notices',
  procedure: 'policy.kind.procedure',
  paper: 'policy.kind.paper',
  repair: 'policy.kind.repair',
  placeRules: 'policy.kind.placeRules',
  personRules: 'policy.kind.personRules',
};

export function useKindName(): (kind: string) => string {
  const { t } = useI18n();
  return (kind) => {
    const key = keys[kind];
    return key ? t(key) : kind;
  };
}
