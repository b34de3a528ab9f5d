/** What this module itself has waiting for one person. */
import { countCovered, moveCovered } from './deputy-queries.ts';
import { countComing, moveComing } from './duty-queries.ts';
import type { TaskOwner } from './task-owners.ts';

export const ownTasks: readonly TaskOwner[] = [
  {
    key: 'duty',
    name: { zh: '已排值班', en: 'days of duty' },
    countOpen: countComing,
    handOver: moveComing,
  },
  {
    key: 'deputy',
    name: { zh: '代理他人', en: 'deputyships' },
    countOpen: countCovered,
    handOver: moveCovered,
  },
];
