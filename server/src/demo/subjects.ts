/** The organisations of the city: each a pure function of seed and number, so that millions need no memory. */
import { makeRegistrationNumber, makeUnifiedCode, unifiedCharset } from '@chengxin/identifiers';
import { dayNumber, firstOfYear, isoDay } from './days.ts';
import { permutation, type Random, randomOf } from './random.ts';
import {
  ASSOCIATIONS,
  CITY,
  COMPANY_FORMS,
  COMPANY_TRADES,
  COOPERATIVE_TRADES,
  DISTRICTS,
  type District,
  DOUBLE_SURNAMES,
  FIRST,
  GIVEN,
  INSTITUTIONS,
  OFFICES,
  RARE,
  SCHOOL_TRADES,
  SECOND,
  SHOP_TRADES,
  SURNAMES,
  TEMPLES,
  type Trade,
} from './words.ts';

export interface PlannedSubject {
  readonly index: number;
  /** First two characters of the unified code. */
  readonly prefix: string;
  readonly code: string;
  readonly name: string;
  readonly formerNames: readonly string[];
  readonly registrationNumber: string;
  readonly companyType: string;
  readonly status: string;
  readonly establishedOn: string;
  readonly authority: string;
  readonly district: number;
  readonly address: string;
  readonly industry: string;
  readonly scope: string;
  readonly representative: string;
  readonly capital: string;
}

const REALM_SUBJECT = 1;
const REALM_NAME = 2;
const REALM_NUMBER = 3;

/** Kinds by share; a city of any size has at least one of each (the last ones are fixed). */
const KINDS: readonly { prefix: string; weight: number }[] = [
  { prefix: '91', weight: 470 },
  { prefix: '92', weight: 420 },
  { prefix: '93', weight: 34 },
  { prefix: '52', weight: 15 },
  { prefix: '12', weight: 16 },
  { prefix: '51', weight: 12 },
  { prefix: 'N2', weight: 9 },
  { prefix: '81', weight: 8 },
  { prefix: '54', weight: 7 },
  { prefix: '31', weight: 4 },
  { prefix: '11', weight: 3 },
  { prefix: '53', weight: 1 },
  { prefix: '71', weight: 1 },
];
const ALWAYS = ['91', '92', '93', '52', '12', '51', 'N2', '81', '54', '31', '11', '53', '71'];

const STATUSES: readonly { text: string; weight: number }[] = [
  { text: '存续（在营、开业、在册）', weight: 880 },
  { text: '注销', weight: 62 },
  { text: '吊销，未注销', weight: 30 },
  { text: '歇业', weight: 12 },
  { text: '迁出', weight: 8 },
  { text: '吊销，已注销', weight: 5 },
  { text: '撤销', weight: 3 },
];

export function weighted<T extends { weight: number }>(random: Random, list: readonly T[]): T {
  let total = 0;
  for (const entry of list) total += entry.weight;
  let at = random.next() * total;
  for (const entry of list) {
    at -= entry.weight;
    if (at < 0) return entry;
  }
  return list[list.length - 1] as T;
}

/** A person's name as the city's registers hold it; nobody's. */
export function personName(random: Random): string {
  const surname = random.chance(0.015) ? random.pick(DOUBLE_SURNAMES) : random.pick(SURNAMES);
  const given = random.pick(GIVEN) + (random.chance(0.78) ? random.pick(GIVEN) : '');
  if (random.chance(0.002)) return surname + random.pick(RARE);
  return surname + given;
}

const SPACE = 31 ** 6;
const OLD_SPACE = 100_000_000;
/** Companies registered from here on have codes beginning MA (三证合一, 2015-10-01). */
const MERGED_SINCE = dayNumber('2015-10-01');

function base31(value: number, length: number): string {
  let rest = value;
  let out = '';
  for (let at = 0; at < length; at += 1) {
    out = unifiedCharset.charAt(rest % 31) + out;
    rest = Math.floor(rest / 31);
  }
  return out;
}

interface NameParts {
  name: string;
  trade: Trade;
  type: string;
}

export interface SubjectMaker {
  subject(index: number): PlannedSubject;
}

/** `count` registered subjects have the numbers 0…count−1; higher numbers are subjects that nobody registered. */
export function subjectMaker(seed: number, count: number, asOf: number): SubjectMaker {
  const pairs = FIRST.length * SECOND.length;
  const nameSpace = pairs * 61;
  const scatterName = permutation(seed, REALM_NAME, nameSpace);
  const scatterOld = permutation(seed, REALM_NUMBER, OLD_SPACE);
  const scatterNew = permutation(seed, REALM_NUMBER + 1, SPACE);

  const prefixOf = (index: number, random: Random): string => {
    const fromEnd = count - 1 - index;
    const kind = weighted(random, KINDS).prefix;
    return fromEnd >= 0 && fromEnd < ALWAYS.length ? (ALWAYS[fromEnd] ?? kind) : kind;
  };

  /** Two syllables and a slot, different for each index: names cannot collide by 字号 and slot together. */
  const brandOf = (index: number): { brand: string; slot: number } => {
    const at = scatterName(index % nameSpace);
    const pair = at % pairs;
    const brand = (FIRST[pair % FIRST.length] ?? '') + (SECOND[Math.floor(pair / FIRST.length)] ?? '');
    const round = Math.floor(index / nameSpace);
    return {
      brand: round === 0 ? brand : brand + (FIRST[(index + round) % FIRST.length] ?? ''),
      slot: Math.floor(at / pairs),
    };
  };

  const nameOf = (prefix: string, index: number, district: District, random: Random): NameParts => {
    const { brand, slot } = brandOf(index);
    const pickTrade = (list: readonly Trade[]): Trade => list[(slot + random.int(2) * 61) % list.length] as Trade;
    const village = random.pick(district.villages);
    switch (prefix) {
      case '91':
        return companyName(brand, pickTrade(COMPANY_TRADES), district, random);
      case '92': {
        const trade = pickTrade(SHOP_TRADES);
        return { name: `${CITY.name}${district.name}${brand}${trade.word}`, trade, type: '个体工商户' };
      }
      case '93': {
        const trade = pickTrade(COOPERATIVE_TRADES);
        const union = random.chance(0.02) ? '农民专业合作社联合社' : '农民专业合作社';
        return { name: `${CITY.name}${district.name}${brand}${trade.word}${union}`, trade, type: '农民专业合作社' };
      }
      case '51': {
        const field = random.pick(ASSOCIATIONS);
        return {
          name: `${CITY.name}${district.name}${brand}${field}协会`,
          trade: fixed('9521', '行业自律、业务培训、咨询服务'),
          type: '社会团体',
        };
      }
      case '52': {
        const trade = pickTrade(SCHOOL_TRADES);
        return { name: `${CITY.name}${district.name}${brand}${trade.word}`, trade, type: '民办非企业单位' };
      }
      case '53':
        return { name: `${CITY.name}${brand}公益基金会`, trade: fixed('9530', '资助公益慈善项目'), type: '基金会' };
      case '12':
        return {
          name: `${CITY.name}${district.name}${brand}${random.pick(INSTITUTIONS)}`,
          trade: fixed('9224', '承担公益服务职能'),
          type: '事业单位',
        };
      case '11':
        return {
          name: `${CITY.name}${district.name}${random.pick(OFFICES)}${brand}分局`,
          trade: fixed('9221', '履行行政管理职能'),
          type: '机关',
        };
      case '31':
        return { name: `${CITY.name}${brand}律师事务所`, trade: fixed('7231', '律师业务'), type: '律师执业机构' };
      case '81':
        return {
          name: `${CITY.name}${district.name}${brand}${random.pick(COMPANY_TRADES).word}有限公司工会委员会`,
          trade: fixed('9511', '基层工会工作'),
          type: '工会',
        };
      case '54':
        return {
          name: `${CITY.name}${district.name}${brand}街道${brand}社区居民委员会`,
          trade: fixed('9610', '居民自治'),
          type: '村（居）民委员会',
        };
      case '71':
        return {
          name: `${CITY.name}${district.name}${brand}${random.pick(TEMPLES)}`,
          trade: fixed('9542', '宗教活动'),
          type: '宗教活动场所',
        };
      default:
        return {
          name: `${CITY.name}${district.name}${brand}镇${village}股份经济合作社`,
          trade: fixed('9620', '农村集体资产经营管理'),
          type: '农村集体经济组织',
        };
    }
  };

  const subject = (index: number): PlannedSubject => {
    const random = randomOf(seed, REALM_SUBJECT, index);
    const prefix = prefixOf(index, random);
    const districtAt = Math.min(5, Math.floor(6 * random.next() ** 1.3));
    const district = DISTRICTS[districtAt] as District;
    const { name, trade, type } = nameOf(prefix, index, district, random);
    const age = Math.floor(40 + 25 * 365 * random.next() ** 1.9);
    const established = Math.max(firstOfYear(1993), asOf - 20 - age);
    const registration = random.digits(7);
    const region = random.chance(0.12) ? CITY.region : district.region;
    const merged = established >= MERGED_SINCE || prefix === '92';
    const body = merged ? `MA${base31(scatterNew(index), 6)}` : String(scatterOld(index % OLD_SPACE)).padStart(8, '0');
    const former = prefix === '91' && random.chance(0.08) ? formerNames(name, random) : [];
    const market = prefix === '91' || prefix === '92' || prefix === '93';
    const holder = prefix === '92' ? random.pick(['6', '7', '8']) : random.pick(['0', '1', '2', '4']);
    return {
      index,
      prefix,
      code: makeUnifiedCode(prefix, region, body),
      name,
      formerNames: former,
      registrationNumber:
        market && established < MERGED_SINCE && random.chance(0.7)
          ? makeRegistrationNumber(district.region, holder + registration)
          : '',
      companyType: type,
      status: prefix === '11' || prefix === '12' ? '存续（在营、开业、在册）' : weighted(random, STATUSES).text,
      establishedOn: isoDay(established).replaceAll('-', '/'),
      authority: authorityOf(prefix, district),
      district: districtAt,
      address: addressOf(prefix, district, random),
      industry: trade.industry,
      scope: `${trade.scope}。${market ? '（依法须经批准的项目，经相关部门批准后方可开展经营活动）' : ''}`,
      representative: personName(random),
      capital:
        prefix === '92'
          ? ''
          : `${random.pick(['10', '50', '100', '200', '300', '500', '800', '1000', '2000', '5000', '10000'])}万元人民币`,
    };
  };
  return { subject };
}

const fixed = (industry: string, scope: string): Trade => ({ word: '', industry, scope });

function companyName(brand: string, trade: Trade, district: District, random: Random): NameParts {
  const { form, type } = weighted(random, COMPANY_FORMS);
  const rare = random.chance(0.002) ? random.pick(RARE) : '';
  if (random.chance(0.0015)) {
    // Long ones exist: full names of joint ventures and of works of many words.
    const words = Array.from({ length: random.between(5, 9) }, () => random.pick(COMPANY_TRADES).word).join('');
    return {
      name: `${CITY.name}${district.name}${brand}${rare}${words}产业创新与现代供应链综合服务有限责任公司`,
      trade,
      type,
    };
  }
  const place = random.chance(0.3) ? `${CITY.name}${district.name}` : random.chance(0.6) ? CITY.name : '示范';
  const bracket = random.chance(0.02) ? '（示范）' : '';
  return { name: `${place}${brand}${rare}${bracket}${trade.word}${form}`, trade, type };
}

/** Names it had: another trade word, another 字号, or 有限责任公司 before it was 有限公司. */
function formerNames(name: string, random: Random): string[] {
  const out: string[] = [];
  const count = random.chance(0.12) ? 2 : 1;
  for (let at = 0; at < count; at += 1) {
    const start = name.startsWith(CITY.name) ? CITY.name.length : 2;
    const other = random.pick(FIRST) + random.pick(SECOND);
    const former =
      random.chance(0.3) && name.endsWith('有限公司')
        ? `${name.slice(0, -4)}有限责任公司`
        : `${name.slice(0, start)}${other}${random.pick(COMPANY_TRADES).word}有限公司`;
    if (former !== name && !out.includes(former)) out.push(former);
  }
  return out;
}

function authorityOf(prefix: string, district: District): string {
  const place = `${CITY.name}${district.name}`;
  if (prefix === '91' || prefix === '92' || prefix === '93') return `${place}市场监督管理局`;
  if (prefix === '51' || prefix === '52' || prefix === '53' || prefix === '54') return `${place}民政局`;
  if (prefix === '31') return `${CITY.name}司法局`;
  if (prefix === '81') return `${place}总工会`;
  if (prefix === '71') return `${place}民族宗教事务局`;
  if (prefix === 'N2') return `${place}农业农村局`;
  return `${CITY.name}机构编制委员会办公室`;
}

function addressOf(prefix: string, district: District, random: Random): string {
  const road = `${CITY.name}${district.name}${random.pick(district.roads)}${random.between(1, 399)}号`;
  if (prefix === 'N2' || (prefix === '93' && random.chance(0.7)))
    return `${CITY.name}${district.name}${random.pick(district.villages)}${random.between(1, 12)}组`;
  if (prefix === '92' && random.chance(0.35))
    return `${road}${random.between(1, 30)}幢${random.between(1, 6)}单元${random.between(101, 1805)}室`;
  if (random.chance(0.4))
    return `${road}${random.pick(['创业园', '商务中心', '科技园', '广场', '物流园'])}${random.pick(['A', 'B', 'C'])}座${random.between(101, 2608)}室`;
  return road;
}
