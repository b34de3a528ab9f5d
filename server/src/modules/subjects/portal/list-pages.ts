/** Public lists: which there are, and who is on one today. Read without script, kept by no search engine. */
import type { AnnouncedList, CreditListList, CreditListView, ListEntryList } from '@chengxin/contract';
import { codeHtml } from './format.ts';
import { type Html, html } from './html.ts';
import { layout, type PageContext, t } from './layout.ts';
import { archivePath } from './pages.ts';

export function listsPage(page: PageContext, lists: CreditListList): string {
  const w = t(page);
  const table = (kind: CreditListView['kind'], title: string): Html => {
    const rows = lists.items.filter((list) => list.kind === kind);
    return html`<h2>${title}</h2>
<table class="recent"><thead><tr><th scope="col">${w.listsList}</th><th scope="col">${w.listsLive}</th><th scope="col">${w.colBody}</th></tr></thead>
<tbody>${rows.map((list) => html`<tr><td><a href="/lists/${list.key}">${list.name[page.language]}</a></td><td>${String(list.live)}</td><td>${list.recognisers.join('、')}</td></tr>`)}</tbody></table>`;
  };
  return layout(
    page,
    { title: w.listsTitle, noIndex: true },
    html`<div class="wide"><div class="page-head"><h1>${w.listsTitle}</h1><p class="meta">${w.listsLead}</p></div>
${table('serious', w.listsSerious)}${table('honour', w.listsHonour)}</div>`,
  );
}

/** Whoever knows a reason against it may say so: that is what the announcement is for. */
function announcedTable(page: PageContext, items: AnnouncedList['items']): Html {
  const w = t(page);
  return html`<h2>${w.listsAnnounced}</h2><p class="meta">${w.listsAnnouncedHint}</p>
<table class="recent"><thead><tr><th scope="col">${w.colSubject}</th><th scope="col">${w.colBody}</th><th scope="col">${w.listsAnnouncedOn}</th><th scope="col">${w.listsUntil}</th></tr></thead>
<tbody>${items.map((item) => html`<tr><td>${item.subject.name}</td><td>${item.recogniser}</td><td class="day">${item.announcedOn}</td><td class="day">${item.untilOn}</td></tr>`)}</tbody></table>
<h2>${w.listsLive}</h2>`;
}

export function listPage(
  page: PageContext,
  list: CreditListView,
  entries: ListEntryList,
  asked: { readonly q: string; readonly first: boolean; readonly announced: AnnouncedList['items'] },
): string {
  const w = t(page);
  const base = `/lists/${list.key}`;
  const query = asked.q === '' ? '' : `q=${encodeURIComponent(asked.q)}&`;
  const rows = entries.items.map(
    (item) =>
      html`<tr><td>${item.subject.code === null ? item.subject.name : html`<a href="${archivePath(item.subject.code)}">${item.subject.name}</a> ${codeHtml(item.subject.code)}`}</td><td>${item.documentNumber ?? item.caseNumber}</td><td>${item.recogniser}</td><td class="day">${item.listedOn}</td><td class="day">${item.endsOn ?? w.untilOpen}</td></tr>`,
  );
  const body =
    entries.items.length === 0
      ? html`<p class="empty">${w.listsNobody}</p>`
      : html`<table class="recent"><thead><tr><th scope="col">${w.colSubject}</th><th scope="col">${w.listsDocument}</th><th scope="col">${w.colBody}</th><th scope="col">${w.listsListedOn}</th><th scope="col">${w.listsUntil}</th></tr></thead><tbody>${rows}</tbody></table>`;
  return layout(
    page,
    { title: list.name[page.language], noIndex: true },
    html`<div class="wide"><div class="page-head"><p class="meta"><a href="/lists">${w.listsTitle}</a></p><h1>${list.name[page.language]}</h1>
<p class="meta">${list.basis.join('；')}</p><p class="meta">${list.removal[page.language]}</p></div>
<form class="search small" action="${base}" method="get" role="search"><label class="visually-hidden" for="q">${w.listsSearch}</label>
<input id="q" name="q" type="search" value="${asked.q}" placeholder="${w.listsSearch}" maxlength="100" autocomplete="off"><button type="submit">${w.searchButton}</button></form>
${asked.announced.length > 0 && announcedTable(page, asked.announced)}
${body}
<nav class="paging" aria-label="${w.pages}">${entries.nextCursor !== null && html`<a href="${base}?${query}cursor=${encodeURIComponent(entries.nextCursor)}" rel="next">${w.nextPage}</a>`}${!asked.first && html`<a href="${base}">${w.firstPage}</a>`}</nav></div>`,
  );
}
