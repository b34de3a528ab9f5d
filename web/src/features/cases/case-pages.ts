/** The page of one case by its procedure; a procedure that has none here is told without a link. */
export type CasePage = '/objections/$id' | '/repairs/$id' | '/listings/$id';

const pages: Readonly<Record<string, CasePage>> = {
  objection: '/objections/$id',
  repair: '/repairs/$id',
  repairMarket: '/repairs/$id',
  listing: '/listings/$id',
};

export const casePageOf = (procedure: string | null): CasePage | undefined =>
  procedure === null ? undefined : pages[procedure];
