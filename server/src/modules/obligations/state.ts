/**
 * An obligation: sent to a body, acknowledged, answered by what was done, and lifted when the cause is gone. Pure. Time moves
 * nothing here: what is overdue is shown and reminded of, it never lapses (国发〔2016〕33号; lists-and-measures §5).
 */
export type ObligationState = 'sent' | 'acknowledged' | 'applied' | 'notApplied' | 'toLift' | 'lifted' | 'withdrawn';
export type ObligationAct = 'acknowledge' | 'apply' | 'notApply' | 'lift' | 'causeGone' | 'causeBack';
/** What was under way when the cause went: it is there again when the cause comes back. */
export type HeldState = 'acknowledged' | 'applied' | 'notApplied';

export interface ObligationPlace {
  readonly state: ObligationState;
  readonly held: HeldState | null;
}

/** Acts of the body itself; the others are the platform's. */
export const bodyActs: readonly ObligationAct[] = ['acknowledge', 'apply', 'notApply', 'lift'];
export const obligationStates: readonly ObligationState[] = [
  'sent',
  'acknowledged',
  'applied',
  'notApplied',
  'toLift',
  'lifted',
  'withdrawn',
];
/** Nothing is asked of the body any more. */
export const endedStates: readonly ObligationState[] = ['lifted', 'withdrawn'];

const table: Readonly<Record<ObligationState, Readonly<Partial<Record<ObligationAct, ObligationState>>>>> = {
  // Whoever says what was done has received it.
  sent: { acknowledge: 'acknowledged', apply: 'applied', notApply: 'notApplied', causeGone: 'withdrawn' },
  acknowledged: { apply: 'applied', notApply: 'notApplied', causeGone: 'toLift' },
  // One case in which it was not applied does not undo another in which it was.
  applied: { apply: 'applied', notApply: 'applied', causeGone: 'toLift' },
  notApplied: { apply: 'applied', notApply: 'notApplied', causeGone: 'toLift' },
  toLift: { lift: 'lifted' },
  lifted: {},
  withdrawn: {},
};

/** Null where the act is not open. */
export function afterObligationAct(place: ObligationPlace, act: ObligationAct): ObligationPlace | null {
  if (act === 'causeBack') return place.state === 'toLift' && place.held ? { state: place.held, held: null } : null;
  const state = table[place.state][act];
  if (state === undefined) return null;
  return { state, held: state === 'toLift' ? (place.state as HeldState) : null };
}

export interface FeedbackGiven {
  readonly force: 'required' | 'permitted';
  readonly action: 'limit' | 'deny' | 'supervise' | 'none';
  readonly caseNumber: string | null;
  readonly document: string | null;
  readonly reason: string | null;
}

const lack = (field: string, zh: string, en: string) => ({ field, zh, en });

/** What is missing; null when it may be kept. A permitted measure that was not applied needs no word at all. */
export function obligationLack(given: FeedbackGiven): { field: string; zh: string; en: string } | null {
  const { force, action, caseNumber, document, reason } = given;
  if (action === 'none')
    return force === 'required' && reason === null
      ? lack(
          'reason',
          '应当实施的措施未采取的，请说明原因（如期间没有相关办件）。',
          'A required measure that was not taken needs the reason (for instance that there was no such case).',
        )
      : null;
  if (caseNumber === null) return lack('caseNumber', '请填写办件编号。', 'Name the number of the case.');
  if (document === null)
    return lack('document', '请填写办理文书的名称或者文号。', 'Name the document of the decision.');
  if (force === 'permitted' && reason === null)
    return lack(
      'reason',
      '可以适用的措施，须写明与办理事项的关联性和适用的适当性。',
      'A permitted measure needs the reason: how it bears on the matter and why it is proportionate.',
    );
  return null;
}
