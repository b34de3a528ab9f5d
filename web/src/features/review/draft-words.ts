import type { DraftView } from '../../shared/api/types.ts';
import type { Key } from '../../shared/i18n/index.tsx';

export const draftKindKey: Readonly<Record<DraftView['kind'], Key>> = {
  create: 'draft.kind.create',
  correct: 'draft.kind.correct',
  withdraw: 'draft.kind.withdraw',
};
