/** Purposes, exports of non-public information, the emergency switch. */
import { at, business, type Expect, type Rows } from '../format.ts';

/** Whoever may read something that is not public. */
const readers: Expect = {
  ...business,
  representative: 'ok',
  otherRepresentative: 'ok',
  reader: 'ok',
  otherReader: 'ok',
};

export const rows: Rows = {
  'GET /api/v1/purposes': { expect: readers, ...at('/api/v1/purposes?act=archive') },
};
