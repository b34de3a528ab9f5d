/** States, refusals and numbers of papers, in words. */
import { DomainError } from '../../platform/errors.ts';
import type { Bilingual } from '../policy/index.ts';
import type { PaperRefusal, PaperState } from './state.ts';

export const paperStateWords: Readonly<Record<PaperState, Bilingual>> = {
  draft: { zh: '草稿', en: 'Draft' },
  signedOff: { zh: '已签发，待用印', en: 'Signed off, to be sealed' },
  sealed: { zh: '已用印', en: 'Sealed' },
  served: { zh: '已送达', en: 'Served' },
  voided: { zh: '已作废', en: 'Voided' },
};

const refusals: Readonly<Record<PaperRefusal, readonly [code: 'conflict' | 'forbidden', zh: string, en: string]>> = {
  notInThisState: [
    'conflict',
    '文书当前的状态不能这样办理，请刷新后查看。',
    'The paper is not in a state in which this can be done. Reload and see where it stands.',
  ],
  samePerson: ['forbidden', '签发须由审核人以外的人进行。', 'Another person than the one who signed first must sign.'],
  ownDraft: ['forbidden', '签发须由拟稿人以外的人进行。', 'Another person than the one who drafted it must sign.'],
  notServed: ['conflict', '这种文书不需要送达。', 'A paper of this kind is not served.'],
};

export function paperRefusal(refusal: PaperRefusal): DomainError {
  const [code, zh, en] = refusals[refusal];
  return new DomainError(code, { zh, en });
}

/** 信受〔2026〕12号: no leading zeros, the year in full, hexagonal brackets (党政机关公文格式 GB/T 9704-2012 7.2.5). */
export const paperNumber = (word: string, year: number, ordinal: number): string => `${word}〔${year}〕${ordinal}号`;

/** 2026年3月2日: no leading zeros (GB/T 9704-2012 7.3.5.4). */
export function chineseDay(on: string): string {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(on);
  return match ? `${Number(match[1])}年${Number(match[2])}月${Number(match[3])}日` : on;
}
