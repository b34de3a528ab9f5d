/** Rows of the official templates for tests: valid unless a test says otherwise. Codes and names are made up. */
import { makeUnifiedCode } from '@chengxin/identifiers';

export const TEST_REGION = '999900';
const body8 = (serial: number): string => `MA${serial.toString().padStart(6, '0')}`;
/** A valid unified code of a kind (91 enterprise, 92 sole trader, 11 body …). */
export const codeOf = (serial: number, pair = '91'): string => makeUnifiedCode(pair, TEST_REGION, body8(serial));

export const DEPARTMENT = { name: '示范市市场监督管理局', code: codeOf(1, '11') };

export const PENALTY_HEADER = [
  'CF_XDR_MC',
  'CF_XDR_LB',
  'CF_XDR_SHXYM',
  'CF_XDR_GSZC',
  'CF_XDR_ZZJG',
  'CF_XDR_SWDJ',
  'CF_XDR_SYDW',
  'CF_XDR_SHZZ',
  'CF_FRDB',
  'CF_FR_ZJLX',
  'CF_FR_ZJHM',
  'CF_XDR_ZJLX',
  'CF_XDR_ZJHM',
  'CF_WSH',
  'CF_WFXW',
  'CF_SY',
  'CF_YJ',
  'CF_CFLB',
  'CF_NR',
  'CF_NR_FK',
  'CF_NR_WFFF',
  'CF_NR_ZKDX',
  'CF_JDRQ',
  'CF_YXQ',
  'CF_GSJZQ',
  'CF_CFJG',
  'CF_CFJGDM',
  'CF_SJLY',
  'CF_SJLYDM',
  'BZ',
];
export const LICENCE_HEADER = [
  'XK_XDR_MC',
  'XK_XDR_LB',
  'XK_XDR_SHXYM',
  'XK_XDR_GSZC',
  'XK_XDR_ZZJG',
  'XK_XDR_SWDJ',
  'XK_XDR_SYDW',
  'XK_XDR_SHZZ',
  'XK_FRDB',
  'XK_FR_ZJLX',
  'XK_FR_ZJHM',
  'XK_XDR_ZJLX',
  'XK_XDR_ZJHM',
  'XK_XKWS',
  'XK_WSH',
  'XK_XKLB',
  'XK_XKZS',
  'XK_XKBH',
  'XK_NR',
  'XK_JDRQ',
  'XK_YXQZ',
  'XK_YXQZI',
  'XK_XKJG',
  'XK_XKJGDM',
  'XK_ZT',
  'XK_LYDW',
  'XK_LYDWDM',
  'BZ',
];

export function penalty(serial: number, over: Record<string, string> = {}): Record<string, string> {
  return {
    CF_XDR_MC: `示范市第${serial}商贸有限公司`,
    CF_XDR_LB: '法人及非法人组织',
    CF_XDR_SHXYM: codeOf(1000 + serial),
    CF_FRDB: '张三丰',
    CF_WSH: `示市监罚〔2026〕${serial}号`,
    CF_WFXW: '未按规定明码标价',
    CF_SY: '经查，当事人销售商品未明码标价。',
    CF_YJ: '《中华人民共和国价格法》第四十二条',
    CF_CFLB: '罚款',
    CF_NR: '罚款人民币20000元',
    CF_NR_FK: '2.000000',
    CF_JDRQ: '2026/11/02',
    CF_YXQ: '2099/12/31',
    CF_GSJZQ: '',
    CF_CFJG: DEPARTMENT.name,
    CF_CFJGDM: DEPARTMENT.code,
    CF_SJLY: DEPARTMENT.name,
    CF_SJLYDM: DEPARTMENT.code,
    ...over,
  };
}

export function licence(serial: number, over: Record<string, string> = {}): Record<string, string> {
  return {
    XK_XDR_MC: `示范市第${serial}商贸有限公司`,
    XK_XDR_LB: '法人及非法人组织',
    XK_XDR_SHXYM: codeOf(1000 + serial),
    XK_FRDB: '张三丰',
    XK_XKWS: '食品经营许可决定书',
    XK_WSH: `示市监许〔2026〕${serial}号`,
    XK_XKLB: '普通',
    XK_XKZS: '食品经营许可证',
    XK_XKBH: `JY19999${serial}`,
    XK_NR: '预包装食品销售',
    XK_JDRQ: '2026/11/03',
    XK_YXQZ: '2026/11/03',
    XK_YXQZI: '2031/11/02',
    XK_XKJG: DEPARTMENT.name,
    XK_XKJGDM: DEPARTMENT.code,
    XK_ZT: '1',
    XK_LYDW: DEPARTMENT.name,
    XK_LYDWDM: DEPARTMENT.code,
    ...over,
  };
}

const cell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
export function csv(
  header: readonly string[],
  rows: readonly Record<string, string>[],
  labels: readonly string[] = header,
): string {
  return [labels.join(','), ...rows.map((row) => header.map((code) => cell(row[code] ?? '')).join(','))].join('\r\n');
}
export const penaltyCsv = (rows: readonly Record<string, string>[]): string => csv(PENALTY_HEADER, rows);
export const licenceCsv = (rows: readonly Record<string, string>[]): string => csv(LICENCE_HEADER, rows);
