/** Which records the public would see, or see no more, under a changed catalogue or disclosure rule. Counts only. */
import type { PolicySimulationView } from '@chengxin/contract';
import type { AppContext } from '../../context.ts';
import { discloseRecord } from '../disclosure/index.ts';
import type { PolicyFile, PolicyRuntime } from '../policy/index.ts';
import { loadOneRecord } from '../subjects/index.ts';
import * as queries from './queries.ts';

type Changed = NonNullable<PolicySimulationView['records']>['changes'][number];
export interface RecordTally {
  readonly read: number;
  readonly after: string | null;
  readonly complete: boolean;
  readonly changes: Changed[];
}

const page = 200;
const maxGroups = 500;

export const changesDisplay = (files: readonly PolicyFile[]): boolean =>
  files.some(({ kind }) => kind === 'catalogue' || kind === 'disclosure');

export async function walkRecords(
  ctx: AppContext,
  policies: { readonly before: PolicyRuntime; readonly display: PolicyRuntime },
  tally: RecordTally,
  bounds: { readonly records: number; readonly pause?: () => boolean },
): Promise<RecordTally> {
  const on = ctx.clock.today();
  const groups = new Map(tally.changes.map((one) => [`${one.item} ${one.body}`, { ...one }]));
  let { read, after } = tally;
  const now = (complete: boolean): RecordTally => ({
    ...{ read, after, complete },
    changes: [...groups.values()].sort((a, b) => sum(b) - sum(a)),
  });
  for (;;) {
    const rows = await queries.recordsAfter(ctx.db.app, after, Math.min(page, bounds.records - read));
    for (const row of rows) {
      if (bounds.pause?.() === true) return now(false);
      const record = await loadOneRecord(ctx.db.app, policies.before, row.record_id);
      after = row.record_id;
      read += 1;
      if (!record) continue;
      const [old, next] = [policies.before, policies.display].map((policy) =>
        discloseRecord(record.facts, record.events, on, policy),
      );
      const how = old && next && howChanged(old, next);
      if (!how) continue;
      const item = policies.before.catalogueItem(record.facts.item)?.name.zh ?? record.facts.item;
      const key = `${item} ${row.body}`;
      const group = groups.get(key) ?? { item, body: row.body, show: 0, hide: 0, longer: 0, shorter: 0 };
      group[how] += 1;
      if (groups.has(key) || groups.size < maxGroups) groups.set(key, group);
    }
    if (rows.length < page) return now(read < bounds.records);
    if (read >= bounds.records) return now(false);
  }
}

const sum = ({ show, hide, longer, shorter }: Changed): number => show + hide + longer + shorter;

function howChanged(
  old: { readonly shown: boolean; readonly until: string | null },
  next: { readonly shown: boolean; readonly until: string | null },
): 'show' | 'hide' | 'longer' | 'shorter' | null {
  if (old.shown !== next.shown) return next.shown ? 'show' : 'hide';
  if (!next.shown || old.until === next.until) return null;
  return (next.until ?? '9999') > (old.until ?? '9999') ? 'longer' : 'shorter';
}
