/** Home, results, credit code, verification and errors. */
import { subjectKindLabels } from '@chengxin/identifiers';
import type { RecentItem } from '../load-archive.ts';
import type { FormerReport, VerifiedReport } from '../ports.ts';
import type { SearchItem, SearchPage } from '../search-subjects.ts';
import { codeHtml, minuteOf } from './format.ts';
import { type Html, html, trustedMarkup } from './html.ts';
import { layout, type PageContext, searchForm, t } from './layout.ts';

/** Address of an archive: the code, or the id of a subject that has none yet. */
export const archivePath = (key: string): string => `/s/${encodeURIComponent(key)}`;

export function homePage(page: PageContext, recent: readonly RecentItem[]): string {
  const w = t(page);
  const doors = [
    ['/help/report', w.doorReport, w.doorReportNote],
    ['/help/repair', w.doorRepair, w.doorRepairNote],
    ['/help/objection', w.doorObjection, w.doorObjectionNote],
    ['/help/access', w.doorAccess, w.doorAccessNote],
  ] as const;
  return layout(
    page,
    { section: 'home' },
    html`<section class="hero"><div class="wide">
<h1>${w.homeTitle}</h1>
${searchForm(page, '', { focus: true })}
<p class="note">${w.searchNote}</p>
</div></section>
<div class="wide">
<ul class="doors" aria-label="${w.doorsTitle}">${doors.map(([href, title, note]) => html`<li><a href="${href}"><strong>${title}</strong><span>${note}</span></a></li>`)}</ul>
<p class="to-guide"><a href="/guide">${w.toGuide}</a> <a href="/lists">${w.toLists}</a> <a href="/measures">${w.toMeasures}</a></p>
<h2>${w.recentTitle}</h2>
${recent.length === 0 ? html`<p class="empty">${w.recentEmpty}</p>` : recentTable(page, recent)}
</div>`,
  );
}

function recentTable(page: PageContext, recent: readonly RecentItem[]): Html {
  const w = t(page);
  const rows = recent.map(
    (item) =>
      html`<tr><td>${item.code === null ? item.name : html`<a href="${archivePath(item.code)}">${item.name}</a>`}</td><td>${item.title}</td><td>${item.decidingBody}</td><td class="day">${item.decidedOn}</td></tr>`,
  );
  return html`<table class="recent"><thead><tr><th scope="col">${w.colSubject}</th><th scope="col">${w.colDecision}</th><th scope="col">${w.colBody}</th><th scope="col">${w.colDate}</th></tr></thead><tbody>${rows}</tbody></table>`;
}

const resultItem = (page: PageContext, item: SearchItem): Html => {
  const w = t(page);
  return html`<li><a href="${archivePath(item.code ?? item.subjectId)}">${item.name}</a>
<p class="dots"><span>${item.code === null ? w.noCode : codeHtml(item.code)}</span><span>${subjectKindLabels[item.kind][page.language]}</span><span>${item.provisional ? w.provisionalMark : item.status}</span></p>
${item.formerName !== null && html`<p>${w.formerNameIs}${page.language === 'zh' ? '：' : ': '}${item.formerName}</p>`}</li>`;
};

export interface Perhaps {
  readonly key: string;
  readonly name: string;
}

const didYouMean = (page: PageContext, perhaps: readonly Perhaps[]): Html | null =>
  perhaps.length === 0
    ? null
    : html`<div class="perhaps"><strong>${t(page).didYouMean}</strong><ul>${perhaps.map(
        ({ key, name }) => html`<li><a href="${archivePath(key)}">${name}</a></li>`,
      )}</ul></div>`;

export function resultsPage(
  page: PageContext,
  q: string,
  results: SearchPage,
  first: boolean,
  perhaps: readonly Perhaps[] = [],
): string {
  const w = t(page);
  const next =
    results.nextCursor === null
      ? null
      : `/search?q=${encodeURIComponent(q)}&cursor=${encodeURIComponent(results.nextCursor)}`;
  const body =
    results.total === 0
      ? html`<div class="empty"><strong>${w.resultsNone}</strong>${didYouMean(page, perhaps)}<ul>${w.resultsNoneHelp.map((help) => html`<li>${help}</li>`)}</ul></div>`
      : html`<ol class="results">${results.items.map((item) => resultItem(page, item))}</ol>
<nav class="paging" aria-label="${w.pages}">${next !== null && html`<a href="${next}" rel="next">${w.nextPage}</a>`}${!first && html`<a href="/search?q=${encodeURIComponent(q)}">${w.firstPage}</a>`}</nav>`;
  return layout(
    page,
    { title: w.resultsFor(q), section: 'home', noIndex: true },
    html`<div class="wide"><div class="page-head">${searchForm(page, q, { small: true })}</div>
<div class="page-head"><h1>${w.resultsFor(q)}</h1>${results.total > 0 && html`<p class="meta">${w.resultCount(results.total, results.truncated)}</p>`}</div>
${body}</div>`,
  );
}

/** The query was not run: too short, too long, a stale page address. Says what to do. */
export function refusedSearchPage(page: PageContext, q: string, tooShort: boolean, message: string): string {
  const w = t(page);
  return layout(
    page,
    { title: tooShort ? w.tooShort : w.queryRefused, section: 'home', noIndex: true },
    html`<div class="wide"><div class="page-head">${searchForm(page, q.slice(0, 200), { small: true, focus: true })}</div>
<div class="empty"><strong>${tooShort ? w.tooShort : w.queryRefused}</strong><p>${tooShort ? w.tooShortHelp : message}</p></div></div>`,
  );
}

export interface CodeCard {
  readonly name: string;
  readonly code: string | null;
  readonly key: string;
  readonly status: string;
  /** SVG made by the QR library from our own address. */
  readonly qr: string;
}

export function creditCodePage(page: PageContext, card: CodeCard): string {
  const w = t(page);
  return layout(
    page,
    { title: `${w.codeTitle} · ${card.name}`, noIndex: true },
    html`<div class="wide"><article class="card">
<h1>${card.name}</h1>
<p>${card.code === null ? w.noCode : codeHtml(card.code)}</p>
<div class="qr">${trustedMarkup(card.qr)}</div>
<p>${w.codeScan}</p>
<p class="status">${w.status}${page.language === 'zh' ? '：' : ': '}${card.status}</p>
<p class="note"><a href="${archivePath(card.key)}">${w.backToArchive}</a></p>
<p class="note actions">${w.codePrint}</p>
</article></div>`,
  );
}

type Verdict =
  | { kind: 'form' }
  | { kind: 'unavailable' }
  | { kind: 'unknown' }
  | { kind: 'found'; report: VerifiedReport | FormerReport };

function formerHtml(page: PageContext, report: FormerReport): Html {
  const w = t(page);
  const content =
    report.hashMatches === false
      ? html`<span class="bad">${w.verifyHashBad}</span>`
      : report.hashMatches
        ? w.verifyHashOk
        : w.verifyHashNone;
  const rows: [string, Html | string][] = [
    [w.verifyLabel, html`<span class="code">${report.number}</span>`],
    [w.verifyFormerSystem, report.system],
    [w.verifyIssued, report.issuedOn],
    [w.verifyHash, content],
  ];
  return html`<section class="verdict" role="status"><h2>${w.verifyFormer}</h2><p>${w.verifyFormerHelp}</p><dl>${rows.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

function verdictHtml(page: PageContext, verdict: Verdict): Html | null {
  const w = t(page);
  if (verdict.kind === 'form') return null;
  if (verdict.kind === 'unavailable')
    return html`<section class="verdict" role="status"><h2>${w.verifyUnavailable}</h2><p>${w.verifyUnavailableHelp}</p></section>`;
  if (verdict.kind === 'unknown')
    return html`<section class="verdict" role="status"><h2 class="bad">${w.verifyUnknown}</h2><p>${w.verifyUnknownHelp}</p></section>`;
  const { report } = verdict;
  if ('former' in report) return formerHtml(page, report);
  const kinds: Readonly<Record<string, string>> = { public: w.kindPublic, full: w.kindFull, special: w.kindSpecial };
  const content =
    report.hashMatches === true
      ? w.verifyHashOk
      : report.hashMatches === false
        ? html`<span class="bad">${w.verifyHashBad}</span>`
        : w.verifyHashNone;
  const rows: [string, Html | string][] = [
    [w.verifyLabel, html`<span class="code">${report.number}</span>`],
    [w.verifySubject, report.subjectName],
    [w.verifyKind, kinds[report.kind] ?? report.kind],
    [w.verifyIssued, minuteOf(report.issuedAt)],
  ];
  if (report.cutoffAt !== undefined) rows.push([w.verifyCutoff, minuteOf(report.cutoffAt)]);
  rows.push([w.verifyHash, content]);
  if (report.updatedSince !== undefined)
    rows.push([w.verifyState, report.updatedSince ? w.verifyUpdated : w.verifyCurrent]);
  return html`<section class="verdict" role="status"><h2>${w.verifyFound}</h2><dl>${rows.map(([label, value]) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

export function verifyPage(page: PageContext, number: string, verdict: Verdict): string {
  const w = t(page);
  return layout(
    page,
    { title: w.verifyTitle, section: 'verify', noIndex: verdict.kind !== 'form' },
    html`<div class="wide"><div class="prose"><h1>${w.verifyTitle}</h1><p>${w.verifyLead}</p>
<form class="search" action="/verify" method="get"><label class="visually-hidden" for="no">${w.verifyLabel}</label>
<input id="no" name="no" value="${number}" placeholder="${w.verifyPlaceholder}" maxlength="60" autocomplete="off" spellcheck="false" required><button type="submit">${w.verifyButton}</button></form>
${verdictHtml(page, verdict)}</div></div>`,
  );
}

export interface ErrorView {
  readonly status: number;
  readonly message: string;
  readonly requestId: string | null;
}

export function errorPage(page: PageContext, error: ErrorView): string {
  const w = t(page);
  return layout(
    page,
    { title: w.errorTitle(error.status), noIndex: true },
    html`<div class="wide"><div class="prose problem"><p class="meta">${w.errorTitle(error.status)}</p><h1>${error.message}</h1>
<div class="page-head">${searchForm(page, '', { small: true })}</div>
<p><a href="/">${w.errorHome}</a></p>
${error.requestId !== null && html`<p class="meta">${w.requestId} <span class="code">${error.requestId}</span></p>`}</div></div>`,
  );
}
