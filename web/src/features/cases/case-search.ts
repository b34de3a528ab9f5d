/** What the address of a queue holds. */
export type CaseRange = 'open' | 'mine' | 'overdue' | 'all';
export const caseRanges: readonly CaseRange[] = ['open', 'mine', 'overdue', 'all'];
export interface CaseSearch {
  readonly range?: CaseRange | undefined;
  readonly state?: string | undefined;
}
/** For `validateSearch` of a route that shows a queue. */
export const caseSearch = (raw: Record<string, unknown>): CaseSearch => ({
  range: caseRanges.find((range) => range === raw.range),
  state: typeof raw.state === 'string' && raw.state !== '' ? raw.state.slice(0, 40) : undefined,
});
