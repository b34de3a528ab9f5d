/** Words of features access and authorisations. */
import type { accessZh } from './access.zh.ts';

export const accessEn: Readonly<Record<keyof typeof accessZh, string>> = {
  'purpose.none': 'Your role has no purpose to state. Ask the administrator of your organisation.',
  'purpose.matter': 'Matter',
  'purpose.matterHint': 'What is being handled, such as a building permit. No numbers of persons.',
  'purpose.needed': '(required)',
  'purpose.required': 'This purpose needs it.',
};
