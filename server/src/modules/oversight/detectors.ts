/** Runs the policy's detectors over finished hours and days of the log. Bounded queries; what it finds becomes alerts. */
import type { AppContext } from '../../context.ts';
import { addDays, dayOf, type PlainDateString, toInstant } from '../../platform/clock.ts';
import type { Detector } from '../policy/index.ts';
import { raiseAlert } from './alerts.ts';
import { judgeManySubjects, judgeOddHours, judgeRefused, judgeSequence, oddHoursOf, type Verdict } from './detect.ts';
import { type Reader, readersIn, repeatedLooks, subjectsSeen } from './log-queries.ts';
import { codesOf, keepActivity, keepProgress, progressOf, type Usual, usualOf } from './queries.ts';

/** Officers of a window that are looked at, those who saw most first. */
const maxReaders = 500;
const maxSeen = 2000;
/** Days that make a habit, and how far back they may lie. */
const enoughDays = 5;
const habitDays = 60;
/** A job that was not run for longer begins again so far back. */
const maxBehindMs = 7 * 86_400_000;
const hourMs = 3_600_000;

type Of<K extends Detector['kind']> = Extract<Detector, { kind: K }>;

interface Window {
  readonly from: string;
  readonly to: string;
}

const detectorsOf = <K extends Detector['kind']>(ctx: AppContext, kind: K): Of<K>[] =>
  ctx
    .policy()
    .oversight()
    .detectors.filter((detector): detector is Of<K> => detector.kind === kind && detector.off !== true);

const habitOf = (ctx: AppContext, reader: Reader, window: Window): Promise<Usual> => {
  const day = dayOf(toInstant(window.from));
  return usualOf(
    ctx.db.app,
    reader.account_id,
    reader.body_id,
    { from: addDays(day, -habitDays), before: day },
    enoughDays,
  );
};

async function raise(
  ctx: AppContext,
  detector: Detector,
  reader: { account_id: string; body_id: string | null },
  window: Window,
  facts: Record<string, number | null>,
): Promise<number> {
  const known = Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) => (value === null ? [] : [[key, value]])),
  );
  const raised = await raiseAlert(ctx, {
    detector: detector.key,
    accountId: reader.account_id,
    bodyId: reader.body_id,
    ...window,
    facts: known,
  });
  return raised ? 1 : 0;
}

async function manySubjects(
  ctx: AppContext,
  readers: readonly Reader[],
  window: Window,
  hours: 1 | 24,
): Promise<number> {
  let raised = 0;
  for (const rule of detectorsOf(ctx, 'manySubjects').filter((detector) => detector.windowHours === hours)) {
    for (const reader of readers) {
      if ((rule.withoutCase ? reader.without_case : reader.subjects) < rule.minimum) continue;
      const usual = await habitOf(ctx, reader, window);
      const verdict: Verdict = judgeManySubjects(rule, reader, usual);
      if (!verdict.alert) continue;
      raised += await raise(ctx, rule, reader, window, {
        subjects: reader.subjects,
        withoutCase: reader.without_case,
        looks: reader.looks,
        usualOwn: usual.own,
        usualPeers: usual.peers,
        threshold: verdict.threshold,
      });
    }
  }
  return raised;
}

async function sequences(ctx: AppContext, readers: readonly Reader[], window: Window): Promise<number> {
  let raised = 0;
  for (const rule of detectorsOf(ctx, 'sequentialCodes')) {
    for (const reader of readers) {
      if (reader.subjects < rule.minimum) continue;
      const seen = await subjectsSeen(ctx.db.audit, reader.account_id, window, ctx.policy().oversight(), maxSeen);
      const codes = await codesOf(ctx.db.app, seen);
      const verdict = judgeSequence(
        rule,
        seen.flatMap((id) => codes.get(id) ?? []),
      );
      if (!verdict.alert) continue;
      raised += await raise(ctx, rule, reader, window, {
        run: verdict.run,
        subjects: reader.subjects,
        threshold: verdict.threshold,
      });
    }
  }
  return raised;
}

/** One finished hour. Returns alerts raised. */
export async function detectHour(ctx: AppContext, window: Window): Promise<number> {
  const readers = await readersIn(
    ctx.db.audit,
    window,
    ctx.policy().oversight(),
    { hours: [], allOdd: false },
    maxReaders,
  );
  return (await manySubjects(ctx, readers, window, 1)) + (await sequences(ctx, readers, window));
}

async function oddHours(ctx: AppContext, readers: readonly Reader[], window: Window): Promise<number> {
  let raised = 0;
  for (const rule of detectorsOf(ctx, 'oddHours')) {
    for (const reader of readers) {
      if (reader.odd_hours < rule.minimum) continue;
      const usual = await habitOf(ctx, reader, window);
      const verdict = judgeOddHours(rule, reader.odd_hours, usual.ownOdd);
      if (!verdict.alert) continue;
      raised += await raise(ctx, rule, reader, window, {
        oddHours: reader.odd_hours,
        usualOwn: usual.ownOdd,
        threshold: verdict.threshold,
      });
    }
  }
  return raised;
}

async function refusals(ctx: AppContext, readers: readonly Reader[], window: Window): Promise<number> {
  let raised = 0;
  for (const rule of detectorsOf(ctx, 'refused')) {
    for (const reader of readers) {
      if (!judgeRefused(rule, reader.refused).alert) continue;
      raised += await raise(ctx, rule, reader, window, { refused: reader.refused, threshold: rule.minimum });
    }
  }
  return raised;
}

async function repeated(ctx: AppContext, day: PlainDateString, window: Window): Promise<number> {
  let raised = 0;
  for (const rule of detectorsOf(ctx, 'repeatedSubject')) {
    const from = startOfDay(addDays(day, 1 - rule.days));
    const pairs = await repeatedLooks(
      ctx.db.audit,
      { from, lastDay: window.from, to: window.to },
      ctx.policy().oversight(),
      { days: rule.onDays, looks: rule.minimum },
      maxReaders,
    );
    for (const pair of pairs) {
      raised += await raise(
        ctx,
        rule,
        pair,
        { from, to: window.to },
        {
          looks: pair.looks,
          days: pair.days,
          threshold: rule.minimum,
        },
      );
    }
  }
  return raised;
}

/** Midnight in China. */
const startOfDay = (day: PlainDateString): string => new Date(`${day}T00:00:00+08:00`).toISOString();

/** One finished legal day: what was usual is kept, then the day is judged. Returns alerts raised. */
export async function detectDay(ctx: AppContext, day: PlainDateString): Promise<number> {
  const window = { from: startOfDay(day), to: startOfDay(addDays(day, 1)) };
  const [odd] = detectorsOf(ctx, 'oddHours');
  const { working } = ctx.policy().isWorkingDay(day);
  const readers = await readersIn(
    ctx.db.audit,
    window,
    ctx.policy().oversight(),
    { hours: odd ? oddHoursOf(odd) : [], allOdd: !working },
    20_000,
  );
  await keepActivity(
    ctx.db.app,
    day,
    readers.map((reader) => ({
      accountId: reader.account_id,
      bodyId: reader.body_id,
      subjects: reader.subjects,
      withoutCase: reader.without_case,
      oddHours: reader.odd_hours,
      looks: reader.looks,
      refused: reader.refused,
    })),
  );
  const most = readers.slice(0, maxReaders);
  const refused = readers.filter((reader) => reader.refused > 0);
  return (
    (await manySubjects(ctx, most, window, 24)) +
    (await oddHours(ctx, most, window)) +
    (await refusals(ctx, refused, window)) +
    (await repeated(ctx, day, window))
  );
}

/** Works off what has finished since the last run, hour by hour and day by day. May be run again at any time. */
export async function detectFinished(ctx: AppContext): Promise<number> {
  const now = Date.parse(ctx.clock.now());
  const horizon = Math.floor(now / hourMs) * hourMs;
  const known = await progressOf(ctx.db.app, 'hour');
  let at = Math.max(known ? Date.parse(known) : horizon - hourMs, horizon - maxBehindMs);
  let raised = 0;
  for (; at < horizon; at += hourMs) {
    const window = { from: new Date(at).toISOString(), to: new Date(at + hourMs).toISOString() };
    raised += await detectHour(ctx, window);
    // Midnight in China: the day before has finished.
    if (window.to.slice(11, 13) === '16') raised += await detectDay(ctx, dayOf(toInstant(window.from)));
    await keepProgress(ctx.db.app, 'hour', window.to);
  }
  return raised;
}
