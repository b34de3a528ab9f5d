/**
 * What is wrong with real files, at rates like those of real files. Each kind changes one row and says what the platform
 * is expected to make of it; at most one kind that keeps a row out, up to two that are only mended.
 */
import { bodyCode, unregisteredBody } from './bodies.ts';
import { chineseDay, excelSerial, OPEN_END, slashed } from './days.ts';
import { agelessDocument, residenceCard, SPECIMENS } from './person-documents.ts';
import type { Random } from './random.ts';
import type { CleanRow, RecordStream, Values } from './records.ts';
import type { PlannedSubject } from './subjects.ts';

export type Fate = 'corrected' | 'warned' | 'doubtful' | 'refused';

export interface DirtContext {
  readonly random: Random;
  readonly row: CleanRow;
  readonly values: Values;
  readonly stream: RecordStream;
  readonly asOf: number;
  /** Columns of the edition: only what is in the file can be dirty. */
  readonly columns: ReadonlySet<string>;
  readonly otherSubject: () => PlannedSubject;
}

export interface Dirt {
  readonly kind: string;
  /** Share of rows that try to get it; some cannot (a warning has no amount). */
  readonly rate: number;
  readonly fate: Fate;
  readonly standard?: 'licence' | 'penalty';
  /** False when the row is not one that can have it. */
  apply(context: DirtContext): boolean;
}

const DATE_CODES = ['XK_JDRQ', 'XK_YXQZ', 'XK_YXQZI', 'CF_JDRQ', 'CF_YXQ', 'CF_GSJZQ'];
const key = (context: DirtContext, name: string): string =>
  `${context.stream.standard === 'licence' ? 'XK' : 'CF'}_${name}`;

/** Changes the cell of a column that is in the file and filled. */
function change(context: DirtContext, code: string, next: (value: string) => string): boolean {
  const value = context.values[code];
  if (!value || !context.columns.has(code)) return false;
  const changed = next(value);
  context.values[code] = changed;
  return changed !== value;
}

const filled = (context: DirtContext, codes: readonly string[]): string[] =>
  codes.filter((code) => context.columns.has(code) && context.values[code]);
const organisation = (context: DirtContext): PlannedSubject | null =>
  context.values[key(context, 'XDR_SHXYM')] ? context.row.subject : null;

const fullWidth = (text: string): string =>
  text.replace(/[0-9A-Za-z]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
const BRACKETS: readonly (readonly [string, string])[] = [
  ['【', '】'],
  ['[', ']'],
  ['(', ')'],
  ['（', '）'],
  ['［', '］'],
];
const EMPTY_WORDS = ['无', '/', 'NULL', 'null', '空', '暂无', '-', '——'];

function oddDate(context: DirtContext, text: string): string {
  const day = Math.round(Date.parse(`${text.replaceAll('/', '-')}T00:00:00Z`) / 86_400_000);
  const [year = '', month = '', date = ''] = text.split('/');
  switch (context.random.int(8)) {
    case 0:
      return chineseDay(day);
    case 1:
      return `${year}${month}${date}`;
    case 2:
      return `${year}.${Number(month)}.${Number(date)}`;
    case 3:
      return `${year}/${Number(month)}/${Number(date) < 10 ? Number(date) : date}${Number(month) > 9 && Number(date) > 9 ? ' 00:00:00' : ''}`;
    case 4:
      return `${year}-${month}-${date} 00:00:00`;
    case 5:
      return String(excelSerial(day));
    case 6:
      return `${year}年${month}月${date}日`;
    default:
      return `${year}-${month}-${date}T08:00:00Z`;
  }
}

function typo(name: string, random: Random): string {
  const swap: Record<string, string> = {
    限: '線',
    公: '工',
    示: '视',
    市: '事',
    有: '友',
    店: '点',
    鑫: '金',
    华: '花',
    瑞: '锐',
    恒: '衡',
    泰: '太',
  };
  const characters = [...name];
  for (let attempt = 0; attempt < 6; attempt += 1) {
    const at = random.int(characters.length);
    const other = swap[characters[at] ?? ''];
    if (!other) continue;
    characters[at] = other;
    return characters.join('');
  }
  characters.splice(2, 1);
  return characters.join('');
}

export const DIRT: readonly Dirt[] = [
  // Mended on the way in.
  {
    kind: 'brackets',
    rate: 0.06,
    fate: 'corrected',
    apply: (context) => {
      const [open, close] = context.random.pick(BRACKETS);
      return change(context, key(context, 'WSH'), (text) => text.replace('〔', open).replace('〕', close));
    },
  },
  {
    kind: 'full-width',
    rate: 0.008,
    fate: 'corrected',
    apply: (context) => change(context, key(context, context.random.chance(0.6) ? 'XDR_SHXYM' : 'WSH'), fullWidth),
  },
  {
    kind: 'lower-case',
    rate: 0.008,
    fate: 'corrected',
    apply: (context) => change(context, key(context, 'XDR_SHXYM'), (text) => text.toLowerCase()),
  },
  {
    kind: 'blanks',
    rate: 0.022,
    fate: 'corrected',
    apply: (context) => {
      const code = context.random.pick([
        key(context, 'XDR_MC'),
        key(context, 'XDR_SHXYM'),
        key(context, 'FRDB'),
        key(context, 'WSH'),
      ]);
      return change(context, code, (text) =>
        context.random.pick([` ${text}`, `${text} `, `\u3000${text}`, `${text}\u00a0`, `${text}\n`]),
      );
    },
  },
  {
    kind: 'empty-word',
    rate: 0.05,
    fate: 'corrected',
    apply: (context) => {
      const codes = [key(context, 'XDR_GSZC'), key(context, 'XDR_SWDJ'), 'BZ', 'XK_XKBH'].filter(
        (code) => context.columns.has(code) && !context.values[code],
      );
      if (codes.length === 0 || !context.row.subject) return false;
      context.values[context.random.pick(codes)] = context.random.pick(EMPTY_WORDS);
      return true;
    },
  },
  {
    kind: 'odd-date',
    rate: 0.06,
    fate: 'corrected',
    apply: (context) => {
      const codes = filled(context, DATE_CODES).filter((code) => context.values[code] !== OPEN_END);
      return codes.length > 0 && change(context, context.random.pick(codes), (text) => oddDate(context, text));
    },
  },
  {
    kind: 'open-end',
    rate: 0.12,
    fate: 'corrected',
    apply: (context) => {
      const [code] = filled(context, ['XK_YXQZI', 'CF_YXQ']).filter((entry) => context.values[entry] === OPEN_END);
      return (
        code !== undefined &&
        change(context, code, () =>
          context.random.pick(['2099-01-31', '2099-01-31', '长期', '9999-12-31', '9999-09-09', '永久有效']),
        )
      );
    },
  },
  {
    kind: 'amount-form',
    rate: 0.012,
    fate: 'corrected',
    standard: 'penalty',
    apply: (context) =>
      change(context, 'CF_NR_FK', (text) => (context.random.chance(0.6) ? `${text}万元` : ` ${text}`)),
  },
  {
    kind: 'enum-alias',
    rate: 0.02,
    fate: 'corrected',
    apply: (context) => {
      const code = context.stream.standard === 'licence' ? 'XK_XKLB' : 'CF_CFLB';
      const alias: Record<string, string> = { 普通: '普通许可', 特许: '02', 认可: '03', 核准: '04', 登记: '05' };
      return change(context, code, (text) => alias[text] ?? text.replaceAll(';', '；'));
    },
  },
  {
    kind: 'former-name',
    rate: 0.12,
    fate: 'corrected',
    apply: (context) => {
      const former = organisation(context)?.formerNames[0];
      return former !== undefined && change(context, key(context, 'XDR_MC'), () => former);
    },
  },
  {
    kind: 'person-number-in-text',
    rate: 0.0006,
    fate: 'corrected',
    apply: (context) =>
      change(
        context,
        context.stream.standard === 'licence' ? 'XK_NR' : 'CF_SY',
        (text) => `${text}（经办人身份证号${context.random.pick(SPECIMENS)}）`,
      ),
  },
  // Accepted with a word about it.
  {
    kind: 'registration-number',
    rate: 0.01,
    fate: 'warned',
    apply: (context) =>
      change(
        context,
        key(context, 'XDR_GSZC'),
        (text) => text.slice(0, 14) + String((Number(text.slice(14)) + 3) % 10),
      ),
  },
  {
    kind: 'representative-document',
    rate: 0.02,
    fate: 'warned',
    apply: (context) => {
      if (!context.row.subject || !context.columns.has(key(context, 'FR_ZJLX'))) return false;
      context.values[key(context, 'FR_ZJLX')] = '身份证';
      context.values[key(context, 'FR_ZJHM')] =
        `999900${1950 + context.random.int(50)}0101${context.random.digits(3)}1`;
      return true;
    },
  },
  {
    kind: 'unregistered-body',
    rate: 0.003,
    fate: 'warned',
    apply: (context) => {
      const licence = context.stream.standard === 'licence';
      const code = licence ? 'XK_XKJGDM' : 'CF_CFJGDM';
      if (!context.columns.has(code)) return false;
      const body = unregisteredBody(context.stream.department);
      if (!body) return false;
      context.values[licence ? 'XK_XKJG' : 'CF_CFJG'] = body.name;
      context.values[code] = body.code;
      return true;
    },
  },
  // Somebody must decide.
  {
    kind: 'name-code-contradiction',
    rate: 0.003,
    fate: 'doubtful',
    apply: (context) => {
      const subject = organisation(context);
      const other = context.otherSubject();
      return (
        subject !== null && other.name !== subject.name && change(context, key(context, 'XDR_MC'), () => other.name)
      );
    },
  },
  {
    kind: 'name-typo',
    rate: 0.004,
    fate: 'doubtful',
    apply: (context) =>
      organisation(context) !== null && change(context, key(context, 'XDR_MC'), (text) => typo(text, context.random)),
  },
  {
    kind: 'code-missing',
    rate: 0.004,
    fate: 'doubtful',
    apply: (context) => {
      if (!organisation(context)) return false;
      for (const name of ['XDR_SHXYM', 'XDR_GSZC', 'XDR_ZZJG', 'XDR_SWDJ']) context.values[key(context, name)] = '';
      return true;
    },
  },
  {
    kind: 'code-placeholder',
    rate: 0.003,
    fate: 'doubtful',
    apply: (context) => {
      if (organisation(context)?.prefix !== '92') return false;
      for (const name of ['XDR_GSZC', 'XDR_ZZJG', 'XDR_SWDJ']) context.values[key(context, name)] = '';
      return change(context, key(context, 'XDR_SHXYM'), () => '00000000000000000X');
    },
  },
  {
    kind: 'yuan-for-10k',
    rate: 0.006,
    fate: 'doubtful',
    standard: 'penalty',
    apply: (context) => context.row.fine >= 1_000 && change(context, 'CF_NR_FK', () => String(context.row.fine)),
  },
  // Kept out.
  {
    kind: 'check-character',
    rate: 0.005,
    fate: 'refused',
    apply: (context) => {
      if (!organisation(context)) return false;
      return change(context, key(context, 'XDR_SHXYM'), (text) => {
        const at = context.random.between(9, 14);
        const digit = text.charAt(at) === '7' ? '3' : '7';
        return text.slice(0, at) + digit + text.slice(at + 1);
      });
    },
  },
  {
    kind: 'code-length',
    rate: 0.001,
    fate: 'refused',
    apply: (context) =>
      organisation(context) !== null && change(context, key(context, 'XDR_SHXYM'), (text) => text.slice(0, -1)),
  },
  {
    kind: 'required-missing',
    rate: 0.005,
    fate: 'refused',
    apply: (context) => {
      const codes = ['XK_WSH', 'XK_NR', 'XK_JDRQ', 'CF_WSH', 'CF_SY', 'CF_YJ', 'CF_NR', 'CF_JDRQ'];
      const list = filled(context, codes).filter((code) =>
        code.startsWith(context.stream.standard === 'licence' ? 'XK' : 'CF'),
      );
      return list.length > 0 && change(context, context.random.pick(list), () => '');
    },
  },
  {
    kind: 'representative-missing',
    rate: 0.002,
    fate: 'refused',
    apply: (context) => {
      if (!organisation(context) || !context.values[key(context, 'XDR_LB')]) return false;
      // Document type and number go with the name, so that one thing is wrong with the row.
      context.values[key(context, 'FR_ZJLX')] = '';
      context.values[key(context, 'FR_ZJHM')] = '';
      return change(context, key(context, 'FRDB'), () => '');
    },
  },
  {
    kind: 'impossible-date',
    rate: 0.0015,
    fate: 'refused',
    apply: (context) => {
      const codes = filled(context, ['XK_JDRQ', 'CF_JDRQ']);
      return codes.length > 0 && change(context, context.random.pick(codes), (text) => `${text.slice(0, 4)}/02/30`);
    },
  },
  {
    kind: 'future-date',
    rate: 0.001,
    fate: 'refused',
    apply: (context) => {
      const codes = filled(context, ['XK_JDRQ', 'CF_JDRQ']);
      return (
        codes.length > 0 &&
        change(context, context.random.pick(codes), () => slashed(context.asOf + 300 + context.random.int(60)))
      );
    },
  },
  {
    kind: 'ends-before-decision',
    rate: 0.001,
    fate: 'refused',
    apply: (context) => {
      const codes = filled(context, ['XK_YXQZI', 'CF_YXQ']);
      return codes.length > 0 && change(context, context.random.pick(codes), () => slashed(context.row.day - 400));
    },
  },
  {
    kind: 'enum-unknown',
    rate: 0.001,
    fate: 'refused',
    apply: (context) =>
      change(context, context.stream.standard === 'licence' ? 'XK_XKLB' : 'CF_CFLB', () =>
        context.random.pick(['行政检查', '批评教育', '备查']),
      ),
  },
  {
    kind: 'enum-suffix',
    rate: 0.002,
    fate: 'refused',
    apply: (context) => change(context, context.stream.standard === 'licence' ? 'XK_XKLB' : 'CF_CFLB', () => '其他'),
  },
  {
    kind: 'fine-missing',
    rate: 0.003,
    fate: 'refused',
    standard: 'penalty',
    apply: (context) => change(context, 'CF_NR_FK', () => ''),
  },
  {
    kind: 'amount-words',
    rate: 0.001,
    fate: 'refused',
    standard: 'penalty',
    apply: (context) => change(context, 'CF_NR_FK', () => '贰仟元整'),
  },
  {
    kind: 'formula',
    rate: 0.0006,
    fate: 'refused',
    apply: (context) => {
      if (!context.columns.has('BZ')) return false;
      context.values.BZ = context.random.pick([
        "=cmd|' /C calc'!A0",
        '=HYPERLINK("http://example.invalid","x")',
        '+SUM(A1:A2)',
      ]);
      return true;
    },
  },
  {
    kind: 'broken-character',
    rate: 0.0006,
    fate: 'refused',
    apply: (context) =>
      change(
        context,
        context.stream.standard === 'licence' ? 'XK_NR' : 'CF_SY',
        (text) => `${text.slice(0, 8)}\ufffd${text.slice(8)}`,
      ),
  },
  {
    kind: 'foreign-source',
    rate: 0.001,
    fate: 'refused',
    apply: (context) => {
      const licence = context.stream.standard === 'licence';
      if (!change(context, licence ? 'XK_LYDWDM' : 'CF_SJLYDM', () => bodyCode('999900', 300))) return false;
      context.values[licence ? 'XK_LYDW' : 'CF_SJLY'] = '示范市数据局';
      return true;
    },
  },
  {
    kind: 'too-long',
    rate: 0.0003,
    fate: 'refused',
    apply: (context) =>
      change(context, context.stream.standard === 'licence' ? 'XK_XKWS' : 'CF_WFXW', (text) =>
        text.repeat(Math.ceil(2100 / text.length)),
      ),
  },
  {
    kind: 'sole-trader-category',
    rate: 0.002,
    fate: 'refused',
    apply: (context) =>
      organisation(context)?.prefix === '92' && change(context, key(context, 'XDR_LB'), () => '法人及非法人组织'),
  },
  {
    kind: 'minor',
    rate: 0.01,
    fate: 'refused',
    apply: (context) => {
      if (context.row.subject || !context.values[key(context, 'XDR_ZJHM')]) return false;
      context.values[key(context, 'XDR_ZJLX')] = '外国人永久居留身份证';
      const age = context.random.between(8, 15);
      context.values[key(context, 'XDR_ZJHM')] = residenceCard(context.asOf - 365 * age, context.random);
      return true;
    },
  },
  {
    kind: 'age-unknown',
    rate: 0.03,
    fate: 'refused',
    apply: (context) => {
      if (context.row.subject || !context.values[key(context, 'XDR_ZJHM')]) return false;
      const [type, number] = agelessDocument(context.random);
      context.values[key(context, 'XDR_ZJLX')] = type;
      context.values[key(context, 'XDR_ZJHM')] = number;
      return true;
    },
  },
];

/** Makes the row dirty where chance has it. Returns the kinds that took. */
export function makeDirty(context: DirtContext): Dirt[] {
  const taken: Dirt[] = [];
  let breaking = false;
  let soft = 0;
  for (const dirt of DIRT) {
    if (!context.random.chance(dirt.rate) || (dirt.standard && dirt.standard !== context.stream.standard)) continue;
    const breaks = dirt.fate === 'doubtful' || dirt.fate === 'refused';
    if (breaks ? breaking || soft > 0 : soft >= 2) continue;
    if (!dirt.apply(context)) continue;
    taken.push(dirt);
    if (breaks) breaking = true;
    else soft += 1;
  }
  return taken;
}
