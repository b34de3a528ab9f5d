/** How states and progress of a submission are said. */
import type { SubmissionView } from '../../shared/api/types.ts';
import { type I18n, type Key, useI18n } from '../../shared/i18n/index.tsx';
import { formatCount } from '../../shared/ui/format.ts';
import { Tag, type Tone } from '../../shared/ui/page.tsx';

export const submissionStates = ['received', 'processing', 'done', 'failed'] as const;
export const stateKey: Readonly<Record<SubmissionView['state'], Key>> = {
  received: 'submission.state.received',
  processing: 'submission.state.processing',
  done: 'submission.state.done',
  failed: 'submission.state.failed',
};
const tones: Partial<Record<SubmissionView['state'], Tone>> = {
  done: 'done',
  failed: 'seal',
  processing: 'waiting',
  received: 'waiting',
};

export function StateTag({ state }: { state: SubmissionView['state'] }) {
  const { t } = useI18n();
  return <Tag tone={tones[state]}>{t(stateKey[state])}</Tag>;
}

/** `2.3 s`, `1 min 20 s`: rough on purpose above a minute. */
export function sayDuration({ t }: Pick<I18n, 't'>, seconds: number): string {
  if (seconds < 10) return t('time.seconds', { s: seconds.toFixed(1) });
  if (seconds < 60) return t('time.seconds', { s: Math.round(seconds) });
  return t('time.minutes', { m: Math.floor(seconds / 60), s: Math.round(seconds % 60) });
}

/** Seconds that the rest takes at the speed so far; null while that is not known. */
export function secondsLeft(submission: SubmissionView, now: number): number | null {
  const { rowsDone, rowsExpected } = submission.progress;
  if (!submission.startedAt || !rowsExpected || rowsDone === 0) return null;
  const spent = (now - Date.parse(submission.startedAt)) / 1000;
  return Math.max(0, (spent * (rowsExpected - rowsDone)) / rowsDone);
}

/** Rows done and time left, as a sentence for the eye and for a screen reader. */
export function useProgressWords(): (submission: SubmissionView) => string {
  const i18n = useI18n();
  return (submission) => {
    const { rowsDone, rowsExpected, ahead } = submission.progress;
    if (submission.state === 'received' && rowsDone === 0)
      return ahead ? i18n.t('submission.filesAhead', { count: formatCount(ahead) }) : i18n.t('submission.waitingTurn');
    const done = rowsExpected
      ? i18n.t('submission.rowsOf', { done: formatCount(rowsDone), all: formatCount(rowsExpected) })
      : i18n.t('submission.rowsDone', { done: formatCount(rowsDone) });
    const left = secondsLeft(submission, Date.now());
    return left === null
      ? done
      : `${done} · ${i18n.t('submission.timeLeft', { time: sayDuration(i18n, Math.ceil(left)) })}`;
  };
}

export const percentOf = (submission: SubmissionView): number => {
  const { rowsDone, rowsExpected } = submission.progress;
  return rowsExpected ? Math.min(100, Math.round((100 * rowsDone) / rowsExpected)) : 0;
};
