/** A hit: told by a check, answered by its body, lifted when its cause is gone. Pure. */
export type HitState = 'open' | 'applied' | 'notApplied' | 'lifted';
export type HitAct = 'applied' | 'notApplied' | 'lifted';

export const hitTable: Readonly<Record<HitState, Readonly<Partial<Record<HitAct, HitState>>>>> = {
  open: { applied: 'applied', notApplied: 'notApplied' },
  applied: { lifted: 'lifted' },
  // Whoever did not apply a measure may still have to, and says so.
  notApplied: { applied: 'applied' },
  lifted: {},
};

export const afterHitAct = (state: HitState, act: HitAct): HitState | null => hitTable[state][act] ?? null;

export interface FeedbackFacts {
  readonly force: 'required' | 'permitted';
  readonly act: HitAct;
  readonly document: string | null;
  readonly reason: string | null;
  /** Whether the cause is still there. */
  readonly causeLive: boolean;
}

/** What is missing; null when it may be kept. A permitted measure that is not applied needs no word at all. */
export function feedbackLack({
  force,
  act,
  document,
  reason,
  causeLive,
}: FeedbackFacts): { field: string; zh: string; en: string } | null {
  if (act === 'applied' && !causeLive)
    return {
      field: 'action',
      zh: '列入原因已不存在（移出、修复或者撤销），不得再适用该措施，请重新核查。',
      en: 'The cause is gone (removed, repaired or annulled): the measure may not be applied any more. Check again.',
    };
  if (act === 'applied' && document === null)
    return { field: 'document', zh: '请填写办理文书的名称或者文号。', en: 'Name the document of the decision.' };
  if (act === 'applied' && force === 'permitted' && reason === null)
    return {
      field: 'reason',
      zh: '可以适用的措施，须写明与办理事项的关联性和适用的适当性。',
      en: 'A permitted measure needs the reason: how it bears on the matter and why it is proportionate.',
    };
  if (act === 'notApplied' && force === 'required' && reason === null)
    return {
      field: 'reason',
      zh: '应当适用的措施未适用的，请说明原因（如申请人撤回）。',
      en: 'A required measure that was not applied needs the reason (for instance that the application was withdrawn).',
    };
  return null;
}
