/** What an action of the log is called, by the policy's list: first match wins. Pure. */
import type { Bilingual, LookKind, OversightRules } from '../policy/index.ts';

export interface LookName {
  readonly kind: LookKind;
  readonly name: Bilingual;
}

const matches = (pattern: string, action: string): boolean =>
  pattern.endsWith('*') ? action.startsWith(pattern.slice(0, -1)) : action === pattern;

export function lookName(rules: OversightRules, action: string): LookName {
  const row = rules.looks.find((look) => matches(look.action, action));
  return row ?? { kind: 'read', name: { zh: action, en: action } };
}

/** Actions of the kinds out of those that the log holds. */
export function actionsOf(rules: OversightRules, actions: readonly string[], kinds: readonly LookKind[]): string[] {
  return actions.filter((action) => kinds.includes(lookName(rules, action).kind));
}
