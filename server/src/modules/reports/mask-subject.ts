import { looksLikePersonIdentifier, maskPersonName, type SubjectKind } from '@chengxin/identifiers';

/** Words of business premises: an address with one of them is no dwelling. */
const premises =
  /商铺|店铺|门面|门市|铺位|档口|摊位|柜台|商场|市场|商城|广场|大厦|写字楼|酒店|超市|园区|产业园|工业园|厂房|车间|仓库/;
/** Province, city and district first, so that 镇江市 is not taken for a town. */
const division = '(?:[^省区]{1,8}(?:省|自治区))?(?:[^市]{1,10}市)?(?:[^区县旗市]{1,10}[区县旗市])?';
const street = new RegExp(`^(${division}.*?(?:街道|镇|乡|苏木|大道|大街|路|街|巷|弄|胡同))`);
const district = new RegExp(`^(${division})`);

/**
 * The address of a sole trader as the public may see it: business premises as they are, anything that may be the
 * operator's dwelling up to its street (natural-persons, sole traders).
 */
export function publicAddress(address: string, kind: SubjectKind): string {
  if (kind !== 'soleTrader' || premises.test(address)) return address;
  const found = street.exec(address)?.[1] ?? district.exec(address)?.[1] ?? '';
  return found === '' ? '（住所不公开）' : found;
}

/** A trade name this short is a person's name. */
const PERSON_NAME = 3;

/** A sole trader without a trade name is registered under the operator's name: that name is masked too. */
export function publicName(name: string, kind: SubjectKind, operator: string | null): string {
  if (kind !== 'soleTrader') return name;
  const plain = name.trim();
  if (plain === operator?.trim() || [...plain].length <= PERSON_NAME) return `${maskPersonName(name)}（个体工商户）`;
  return name;
}

const telephone = /(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)/g;
const token = /pt_[A-Za-z0-9_-]{20,}/g;
const HIDDEN = '[证件号码已隐去]';

/** Hides numbers of persons, and for the public mobile telephones and the given persons' names, in a running text. */
export function maskRunningText(text: string, open: boolean, people: readonly string[]): string {
  let out = '';
  let from = 0;
  for (const range of looksLikePersonIdentifier(text)) {
    if (range.alsoUnifiedCode) continue;
    out += text.slice(from, range.start) + HIDDEN;
    from = range.end;
  }
  out = (out + text.slice(from)).replaceAll(token, HIDDEN);
  if (open) return out;
  out = out.replaceAll(telephone, '$1****$2');
  for (const name of people) if ([...name].length >= 2) out = out.replaceAll(name, maskPersonName(name));
  return out;
}

/**
 * The name as verification shows it: enough to recognise one's own paper, not to look somebody up. The first four and
 * the last two characters stay.
 */
export function maskOrganisationName(name: string): string {
  const characters = [...name];
  if (characters.length <= 2) return `${characters[0] ?? ''}*`;
  if (characters.length <= 8) return `${characters.slice(0, 2).join('')}***${characters.slice(-1).join('')}`;
  return `${characters.slice(0, 4).join('')}***${characters.slice(-2).join('')}`;
}
