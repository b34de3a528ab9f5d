/** What happens to records after they were recorded, so that every state of a record can be seen in the demonstration. */
import { newId } from '../platform/ids.ts';
import { dayNumber, isoDay } from './days.ts';
import type { EventTarget, NewEvent } from './queries.ts';

type Part = { kind: string; daysAgo: number; reason: string; document?: string; data?: (number: number) => object };

/** How many penalties take which course; the oldest that are looked at were decided 700 days ago, the youngest 130. */
const COURSES: readonly { count: number; parts: readonly Part[] }[] = [
  {
    count: 60,
    parts: [
      {
        kind: 'repaired',
        daysAgo: 12,
        reason: '违法行为已纠正，罚款已缴纳，符合信用修复条件',
        document: '准予信用修复决定',
        data: (n) => ({ case: `示信修〔2026〕${n}号` }),
      },
    ],
  },
  {
    count: 4,
    parts: [
      {
        kind: 'repaired',
        daysAgo: 60,
        reason: '符合信用修复条件',
        document: '准予信用修复决定',
        data: (n) => ({ case: `示信修〔2026〕${n}号` }),
      },
      {
        kind: 'repairRevoked',
        daysAgo: 20,
        reason: '修复申请材料不实，撤销修复',
        document: '撤销信用修复决定',
        data: (n) => ({ case: `示信修〔2026〕${n}号` }),
      },
    ],
  },
  {
    count: 24,
    parts: [
      {
        kind: 'objectionOpened',
        daysAgo: 4,
        reason: '主体对处罚金额提出异议',
        data: (n) => ({ matter: 'objection', case: `示信异〔2026〕${n}号` }),
      },
    ],
  },
  {
    count: 20,
    parts: [
      {
        kind: 'objectionOpened',
        daysAgo: 40,
        reason: '主体认为信息归集有误',
        data: (n) => ({ matter: 'objection', case: `示信异〔2026〕${n}号` }),
      },
      {
        kind: 'objectionClosed',
        daysAgo: 33,
        reason: '经核查，信息与决定书一致',
        data: (n) => ({ matter: 'objection', case: `示信异〔2026〕${n}号` }),
      },
    ],
  },
  {
    count: 8,
    parts: [
      {
        kind: 'objectionOpened',
        daysAgo: 25,
        reason: '行政复议已受理',
        data: (n) => ({ matter: 'review', case: `示政复受〔2026〕${n}号` }),
      },
    ],
  },
  {
    count: 8,
    parts: [
      {
        kind: 'objectionOpened',
        daysAgo: 18,
        reason: '行政诉讼已立案',
        data: (n) => ({ matter: 'litigation', case: `（2026）示01行初${n}号` }),
      },
    ],
  },
  {
    count: 14,
    parts: [{ kind: 'annulled', daysAgo: 15, reason: '行政复议决定撤销原处罚', document: '行政复议决定书' }],
  },
  { count: 8, parts: [{ kind: 'suspended', daysAgo: 9, reason: '人民法院裁定停止执行', document: '行政裁定书' }] },
  {
    count: 4,
    parts: [
      { kind: 'suspended', daysAgo: 50, reason: '人民法院裁定停止执行', document: '行政裁定书' },
      { kind: 'resumed', daysAgo: 21, reason: '停止执行的裁定已失效', document: '行政裁定书' },
    ],
  },
  {
    count: 4,
    parts: [
      {
        kind: 'masked',
        daysAgo: 30,
        reason: '人民法院裁定批准重整计划，执行期间暂时屏蔽',
        document: '民事裁定书',
        data: (n) => ({ matter: 'reorganisation', case: `（2026）示01破${n}号` }),
      },
    ],
  },
  {
    count: 50,
    parts: [
      {
        kind: 'severityConfirmed',
        daysAgo: 100,
        reason: '作出机关确认失信程度',
        data: (n) => ({ severity: n % 5 === 0 ? 'serious' : n % 3 === 0 ? 'minor' : 'general' }),
      },
    ],
  },
];

const WITHDRAWN = 6;

export const EVENT_TARGETS = COURSES.reduce((sum, course) => sum + course.count, WITHDRAWN);
export const EVENT_SPAN = { from: 700, to: 130 } as const;

export interface PlannedEvents {
  readonly events: NewEvent[];
  /** Records that their departments take back. */
  readonly withdraw: string[];
}

/** Deals the courses out; with few targets each course gets its share of them. */
export function planEvents(targets: readonly EventTarget[], asOf: string): PlannedEvents {
  const today = dayNumber(asOf);
  const share = Math.min(1, targets.length / EVENT_TARGETS);
  const events: NewEvent[] = [];
  let at = 0;
  let number = 0;
  for (const course of COURSES) {
    for (let count = Math.ceil(course.count * share); count > 0 && at < targets.length; count -= 1, at += 1) {
      const target = targets[at];
      if (!target) break;
      number += 1;
      for (const part of course.parts) {
        events.push({
          eventId: newId(),
          subjectId: target.subject_id,
          recordId: target.record_id,
          kind: part.kind,
          effectiveOn: isoDay(today - part.daysAgo),
          reason: part.reason,
          document: part.document ?? null,
          data: part.data?.(number) ?? null,
        });
      }
    }
  }
  return { events, withdraw: targets.slice(at, at + WITHDRAWN).map((target) => target.record_id) };
}
