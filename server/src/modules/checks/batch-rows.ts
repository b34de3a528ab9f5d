/**
 * Which organisation a row of a list means. Pure. A code tells; a name tells where exactly one organisation bears it now; where
 * the two disagree, or several bear the name, nobody is guessed and the officer is told what to do.
 */
import { parseUnifiedCode } from '@chengxin/identifiers';

export type RowOutcome = 'waiting' | 'clear' | 'hit' | 'unknown' | 'ambiguous';
export type RowNote =
  | 'codeUnknown'
  | 'codeWrong'
  | 'nameUnknown'
  | 'sameName'
  | 'formerName'
  | 'mismatch'
  | 'nameDiffers'
  | 'noCode';

export const rowNotes: Readonly<Record<RowNote, { readonly zh: string; readonly en: string }>> = {
  codeUnknown: {
    zh: '平台没有这个代码，不能据此认为其没有失信信息；请核对代码',
    en: 'No organisation has this code here, which does not say that nothing bears on it. Check the code.',
  },
  codeWrong: {
    zh: '代码有误（位数、字符或者校验码不符，或者被表格软件改动）；请按登记改正后重新提交',
    en: 'The code is not right (length, characters or check digit, or changed by the spreadsheet). Put it right and send it again.',
  },
  nameUnknown: {
    zh: '没有主体使用这一名称；请核对全称，或者填写统一社会信用代码',
    en: 'No organisation bears this name. Check the full name, or give the unified code.',
  },
  sameName: {
    zh: '有两个以上主体使用这一名称；请填写统一社会信用代码后重新提交',
    en: 'More than one organisation bears this name. Give the unified code and send it again.',
  },
  formerName: {
    zh: '这是曾用名，现名称不同；请按现名称或者统一社会信用代码重新提交',
    en: 'This is a former name. Send the present name or the unified code.',
  },
  mismatch: {
    zh: '代码和名称属于不同主体；请核对后重新提交',
    en: 'Code and name belong to different organisations. Check them and send it again.',
  },
  nameDiffers: {
    zh: '名称与登记的不一致，已按代码核查；请核对名称',
    en: 'The name is not the registered one; it was checked by the code. Check the name.',
  },
  noCode: {
    zh: '该主体没有统一社会信用代码；请按一般方式逐件核查',
    en: 'This organisation has no unified code. Check it singly.',
  },
};

export interface Bearer {
  readonly subjectId: string;
  readonly code: string | null;
  /** It bore the name only in former times. */
  readonly former: boolean;
}

export type MeantOrganisation =
  | { readonly code: string; readonly note: RowNote | null }
  | { readonly outcome: 'unknown' | 'ambiguous'; readonly note: RowNote };

const wrongUnified = (code: string): boolean => code.length > 14 && !parseUnifiedCode(code).ok;

function byCode(code: string, subjectId: string | null, named: boolean, bearers: readonly Bearer[]): MeantOrganisation {
  if (subjectId === null) {
    if (bearers.length > 0) return { outcome: 'ambiguous', note: 'mismatch' };
    return { outcome: 'unknown', note: wrongUnified(code) ? 'codeWrong' : 'codeUnknown' };
  }
  if (!named || bearers.some((one) => one.subjectId === subjectId)) return { code, note: null };
  return bearers.length > 0 ? { outcome: 'ambiguous', note: 'mismatch' } : { code, note: 'nameDiffers' };
}

function byName(bearers: readonly Bearer[]): MeantOrganisation {
  const now = bearers.filter(({ former }) => !former);
  const [only] = now;
  if (now.length > 1) return { outcome: 'ambiguous', note: 'sameName' };
  if (only) return only.code === null ? { outcome: 'unknown', note: 'noCode' } : { code: only.code, note: null };
  return bearers.length > 0
    ? { outcome: 'ambiguous', note: 'formerName' }
    : { outcome: 'unknown', note: 'nameUnknown' };
}

/** `subjectId`: the canonical organisation behind the code; `bearers`: of the name, now and in former times. */
export function meantBy(
  row: { readonly asked: string; readonly name: string | null },
  subjectId: string | null,
  bearers: readonly Bearer[],
): MeantOrganisation {
  return row.asked === '' ? byName(bearers) : byCode(row.asked, subjectId, row.name !== null, bearers);
}

/** 营业执照上的名称由行政区划、字号、行业、组织形式组成（企业名称登记管理规定 art. 6）: two or three characters are somebody's own name. */
export const looksLikePersonName = (name: string): boolean =>
  /^\p{Script=Han}{2,3}$/u.test(name) || /^\p{Script=Han}{1,6}[·•・]\p{Script=Han}{1,8}$/u.test(name);

const codeShape = /^[0-9A-Z]{8,20}$/;
/** A text of a list that may be either: a code where it has the form of one. */
export const isCodeShape = (cleaned: string): boolean => codeShape.test(cleaned);
