/**
 * What the public may read of a name, an address or a text. Legal representatives and operators keep their surname
 * only; a sole trader's dwelling is shown as its street; numbers of persons never pass (natural-persons notes §3, §4).
 */
import { looksLikePersonIdentifier, maskPersonName } from '@chengxin/identifiers';
import type { SubjectKind } from './types.ts';

export { maskPersonName } from '@chengxin/identifiers';

/** A trade name of up to three characters is taken for its operator's own name. */
const personNameLength = 3;

/**
 * True when the name of a sole trader is its operator's own name (个体工商户 without a 字号): such a name is a person's.
 * The same test stands in the search's SQL (`search-subjects.ts`).
 */
export function isPersonalTradeName(kind: SubjectKind, name: string, operator: string | null | undefined): boolean {
  if (kind !== 'soleTrader') return false;
  const plain = name.trim();
  return (operator != null && plain === operator.trim()) || [...plain].length <= personNameLength;
}

export function publicSubjectName(kind: SubjectKind, name: string, operator: string | null | undefined): string {
  return isPersonalTradeName(kind, name, operator) ? `${maskPersonName(name)}（个体工商户）` : name;
}

/** Words of business premises: an address with one of them is no dwelling. */
const premises =
  /商铺|店铺|门面|门市|铺位|档口|摊位|柜台|商场|市场|商城|广场|大厦|写字楼|酒店|超市|园区|产业园|工业园|厂房|车间|仓库/;
/** Province, city and district first, so that 镇江市 is not taken for a town. */
const division = '(?:[^省区]{1,8}(?:省|自治区))?(?:[^市]{1,10}市)?(?:[^区县旗市]{1,10}[区县旗市])?';
const street = new RegExp(`^(${division}.*?(?:街道|镇|乡|苏木|大道|大街|路|街|巷|弄|胡同|村))`, 'u');
const district = new RegExp(`^(${division})`, 'u');

/** 示范市滨江区沧湖东路8号3栋402室 → 示范市滨江区沧湖东路. Without a recognisable street: the district; else nothing. */
export function streetOf(address: string): string {
  return street.exec(address)?.[1] ?? district.exec(address)?.[1] ?? '';
}

/** An address as the public may read it: a sole trader's only as far as its street, unless it is business premises. */
export function publicAddress(kind: SubjectKind, address: string): string {
  return kind !== 'soleTrader' || premises.test(address) ? address : streetOf(address);
}

const telephone = /(?<!\d)(1[3-9]\d)(\d{4})(\d{4})(?!\d)/g;
const HIDDEN = '[证件号码已隐去]';

/** Hides numbers of persons, mobile telephones and the given persons' names in a running text. */
export function maskText(text: string, personNames: readonly string[]): string {
  let out = '';
  let from = 0;
  for (const range of looksLikePersonIdentifier(text)) {
    out += text.slice(from, range.start) + HIDDEN;
    from = range.end;
  }
  out += text.slice(from);
  out = out.replace(telephone, '$1****$3').replace(/pt_[A-Za-z0-9_-]{20,}/g, HIDDEN);
  for (const name of personNames) {
    if ([...name].length >= 2) out = out.replaceAll(name, maskPersonName(name));
  }
  return out;
}
