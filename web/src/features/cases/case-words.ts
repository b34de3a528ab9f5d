import type { CaseItem } from '@chengxin/contract';
import type { Tone } from '../../shared/ui/page.tsx';

/** Colour repeats what the words say: red for what is late, amber for what waits, nothing for what is over. */
export const caseTone = (item: Pick<CaseItem, 'closed' | 'overdue'>): Tone | undefined =>
  item.overdue ? 'seal' : item.closed ? undefined : 'waiting';
