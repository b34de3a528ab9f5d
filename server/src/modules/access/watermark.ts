/** What an exported file says of itself: who took it, when, for what, and the digest of its rows. Pure. */
import { createHash } from 'node:crypto';

export const exportHeader: readonly string[] = [
  '主体名称',
  '统一社会信用代码',
  '信息类别',
  '内容',
  '文书号',
  '决定日期',
  '作出机关',
  '数据来源单位',
  '摘要',
  '公示状态',
  '导出编号',
];

/** SHA-256 over the rows in their order, each cell with its length before it, so that no two sets of rows read alike. */
export function rowsDigest(rows: readonly (readonly string[])[]): string {
  const hash = createHash('sha256');
  for (const row of rows) {
    hash.update(`${row.length};`);
    for (const cell of row) hash.update(`${Buffer.byteLength(cell)}:${cell}`);
  }
  return hash.digest('hex');
}

const beijing = (instant: string): string =>
  new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

export function watermarkOf(mark: {
  id: string;
  body: string | null;
  name: string;
  at: string;
  purpose: string;
  digest: string;
}): string {
  const who = [mark.body, mark.name].filter(Boolean).join(' ');
  return `非公开信息，仅限载明用途使用，不得转让或再次提供。导出人：${who}；时间：${beijing(mark.at)}（北京时间）；用途：${mark.purpose}；导出编号：${mark.id}；内容摘要 SHA-256：${mark.digest}`;
}
