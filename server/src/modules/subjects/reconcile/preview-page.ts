/** The small page that OpenRefine shows over a candidate: what the public archive begins with. No script, no style. */
import { subjectKindLabels } from '@chengxin/identifiers';
import type { Archive } from '../load-archive.ts';
import { type Html, html } from '../portal/html.ts';

/** Shown in a frame of another site: nothing may load, run, or be sent from it. */
export const previewPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors *";

const line = (label: string, value: string | null): Html | null =>
  value === null || value === '' ? null : html`<dt>${label}</dt><dd>${value}</dd>`;

export function previewPage(archive: Archive, publicUrl: string): string {
  const address = `${publicUrl.replace(/\/$/, '')}/s/${archive.code ?? archive.subjectId}`;
  const former = archive.formerNames.map((name) => name.name).join('、');
  return html`<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>${archive.name}</title></head><body>
<h1><a href="${address}" target="_blank" rel="noopener">${archive.name}</a></h1>
<dl>${line('统一社会信用代码', archive.code)}${line('主体类别', subjectKindLabels[archive.kind].zh)}${line('登记状态', archive.status)}${line('曾用名', former)}${line('成立日期', archive.establishedOn)}${line('登记机关', archive.registrationAuthority)}${line('住所', archive.address)}</dl>
</body></html>`.text;
}
