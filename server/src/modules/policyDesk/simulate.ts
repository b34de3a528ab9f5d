/** What a change of rules would have said of the rows that were reported: which findings appear and vanish, and for whom. */
import type { PolicySimulationView } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { judgeAgain } from '../collection/index.ts';
import type { PolicyRuntime } from '../policy/index.ts';

const maxSamples = 50;
const maxGroups = 500;

export async function simulate(ctx: AppContext, after: PolicyRuntime, limit: number): Promise<PolicySimulationView> {
  const groups = new Map<string, PolicySimulationView['rules'][number]>();
  const samples: PolicySimulationView['samples'] = [];
  const { to: _, ...judged } = await judgeAgain(ctx, { before: ctx.policy(), after }, { limit }, (row) => {
    const note = (rule: string, how: 'appear' | 'vanish'): void => {
      const key = `${rule} ${row.body}`;
      const group = groups.get(key) ?? { rule, body: row.body, appear: 0, vanish: 0 };
      group[how] += 1;
      if (groups.has(key) || groups.size < maxGroups) groups.set(key, group);
      if (samples.length < maxSamples)
        samples.push({ submissionId: row.submissionId, row: row.row, body: row.body, rule, how });
    };
    for (const rule of row.after) if (!row.before.includes(rule)) note(rule, 'appear');
    for (const rule of row.before) if (!row.after.includes(rule)) note(rule, 'vanish');
  });
  const rules = [...groups.values()].sort((a, b) => b.appear + b.vanish - a.appear - a.vanish);
  return { ...judged, rules, samples };
}
