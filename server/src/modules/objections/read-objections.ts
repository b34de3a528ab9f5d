/** The kinds, days and reasons of objections, and what may be done for many at once. */
import type { ObjectionRules } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { stateWords } from '../casework/index.ts';
import { basisLine } from '../policy/index.ts';
import { objectionDesk } from './act-on-objection.ts';
import { objectionProcedure } from './state.ts';
import { objectionWords as words } from './words.ts';

export function objectionRules(ctx: AppContext): ObjectionRules {
  const policy = ctx.policy().procedure('objection');
  return {
    clocks: policy.clocks.map((clock) => ({
      key: clock.key,
      label: words.clocks[clock.key] ?? { zh: clock.key, en: clock.key },
      days: clock.days,
      extendDays: clock.extendDays,
      basis: basisLine(clock.basis),
    })),
    states: objectionProcedure.states.map((key) => ({ key, name: stateWords(words, key) })),
    bulk: objectionDesk.batch.map((command) => ({
      command,
      label: words.commands[command] ?? { zh: command, en: command },
      reasons: null,
      note: 'optional',
      noteLabel: null,
      choices: [],
      confirm: null,
      tone: 'primary',
    })),
    reasons: Object.fromEntries(Object.entries(policy.reasons).map(([name, list]) => [name, [...list]])),
  };
}
