/**
 * The targets of the city (policy `cityTargets`), counted from the cases: nothing is kept, so that a figure is never older than
 * the cases it speaks of. Working days come from the calendar; time with experts is not counted.
 */
import type { TargetList, TargetView } from '@chengxin/contract';
import type { Actor, AppContext } from '../../context.ts';
import { addDays, type PlainDateString } from '../../platform/clock.ts';
import { authorize } from '../identity/index.ts';
import { basisLine, type CityTarget, type PolicyRuntime } from '../policy/index.ts';
import { decidedSpans, openCounts, type Span, standingRecords } from './target-queries.ts';

const units: Readonly<Record<CityTarget['measure'], { zh: string; en: string }>> = {
  averageDays: { zh: '工作日', en: 'working days' },
  maximumDays: { zh: '工作日', en: 'working days' },
  perTenThousandRecords: { zh: '件/万条', en: 'for each 10,000 records' },
};

/** Working days between two days, the first not counted, less those that the case stood still. */
function daysOf(span: Span, policy: Pick<PolicyRuntime, 'workingDaysBetween'>): number {
  const days = span.to_on <= span.from_on ? 0 : policy.workingDaysBetween(span.from_on, span.to_on).days;
  return Math.max(0, days - span.paused);
}

const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** The figure of a target. Pure. Null where nothing was decided. @param records that stand now */
export function targetValue(
  target: Pick<CityTarget, 'measure'>,
  spans: readonly Span[],
  records: number,
  policy: Pick<PolicyRuntime, 'workingDaysBetween'>,
): number | null {
  const cases = spans.reduce((sum, span) => sum + span.cases, 0);
  if (target.measure === 'perTenThousandRecords') return records === 0 ? null : hundredths((cases * 10_000) / records);
  if (cases === 0) return null;
  const days = spans.map((span) => daysOf(span, policy));
  if (target.measure === 'maximumDays') return Math.max(...days);
  return hundredths(spans.reduce((sum, span, at) => sum + span.cases * (days[at] ?? 0), 0) / cases);
}

/** Counting hundreds of millions of rows takes minutes, and the share moves in the third figure at most: counted once in ten minutes. */
const countedForMs = 10 * 60_000;
const counted = new WeakMap<AppContext['db'], { readonly at: number; readonly records: Promise<number> }>();

function recordsNow(ctx: AppContext): Promise<number> {
  const now = Date.parse(ctx.clock.now());
  const known = counted.get(ctx.db);
  if (known && now >= known.at && now - known.at < countedForMs) return known.records;
  const records = standingRecords(ctx.db.app);
  counted.set(ctx.db, { at: now, records });
  // One that failed is asked for again.
  records.catch(() => counted.delete(ctx.db));
  return records;
}

export async function readTargets(ctx: AppContext, actor: Actor): Promise<TargetList> {
  authorize(actor, 'target.read');
  const policy = ctx.policy();
  const { windowDays, targets, confirmed } = policy.cityTargets();
  const today = ctx.clock.today();
  const since = addDays(today, -windowDays) as PlainDateString;
  const records = targets.some((target) => target.measure === 'perTenThousandRecords') ? await recordsNow(ctx) : 0;
  const items: TargetView[] = [];
  for (const target of targets) {
    const spans = await decidedSpans(ctx.db.app, target, since);
    const now = await openCounts(ctx.db.app, target.procedures, today);
    const value = targetValue(target, spans, records, policy);
    items.push({
      key: target.key,
      name: target.name,
      definition: target.definition,
      measure: target.measure,
      unit: units[target.measure],
      value,
      limit: target.limit,
      met: value === null ? null : value <= target.limit,
      decided: spans.reduce((sum, span) => sum + span.cases, 0),
      ...now,
      basis: basisLine(target.basis),
    });
  }
  return { items, windowDays, confirmed, asOf: ctx.clock.now() };
}
