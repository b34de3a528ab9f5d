/** How codes, days and instants are printed. Legal days and clock times are Asia/Shanghai. */
import { type Html, html } from './html.ts';
import type { Language } from './words.ts';

/** Groups of a unified code: register and kind, region, organisation code, check character. */
const groups = [2, 8, 17, 18] as const;

/** Grouped 2-6-9-1 by spacing only: copying the code gives it without blanks. */
export function codeHtml(code: string): Html {
  if (code.length !== 18) return html`<span class="code">${code}</span>`;
  let from = 0;
  const parts = groups.map((to) => {
    const part = html`<span>${code.slice(from, to)}</span>`;
    from = to;
    return part;
  });
  return html`<span class="code">${parts}</span>`;
}

/** 2026-11-18 → 2026年11月18日, or 18 November 2026. */
export function dayInProse(day: string, language: Language): string {
  const [year = '', month = '', date = ''] = day.split('-');
  if (language === 'zh') return `${Number(year)}年${Number(month)}月${Number(date)}日`;
  const names = [
    'January',
    'February',
    'March',
    'April',
    'May',
    'June',
    'July',
    'August',
    'September',
    'October',
    'November',
    'December',
  ];
  return `${Number(date)} ${names[Number(month) - 1] ?? month} ${year}`;
}

/** UTC instant → 2026-11-22 09:00 in Shanghai. */
export function minuteOf(instant: string): string {
  const shifted = new Date(Date.parse(instant) + 8 * 3_600_000).toISOString();
  return `${shifted.slice(0, 10)} ${shifted.slice(11, 16)}`;
}
