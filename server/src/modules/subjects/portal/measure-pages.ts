/**
 * A page per measure and per incentive: who, why, by which article, until when, how to leave (issue 7). Read without script; it
 * says what policy says and names nobody, so that search engines may keep it.
 */
import type { IncentiveView, MeasureList, MeasureView } from '@chengxin/contract';
import { type Html, html } from './html.ts';
import { layout, type PageContext, t } from './layout.ts';

type Words = { readonly zh: string; readonly en: string };

const classWord = (page: PageContext, kind: MeasureView['class']): string =>
  ({ duty: t(page).measureDuty, management: t(page).measureManagement, market: t(page).measureMarket })[kind];

const joined = (page: PageContext, names: readonly Words[]): string =>
  names.map((name) => name[page.language]).join(page.language === 'zh' ? '、' : ', ');

function bodiesOf(page: PageContext, bodies: readonly string[]): string {
  const w = t(page);
  if (bodies.includes('*')) return w.measureAnyBody;
  return w.measureBodies(bodies.join(page.language === 'zh' ? '、' : ', '));
}

function termOf(page: PageContext, term: MeasureView['causes'][number]['term']): string {
  const w = t(page);
  if (term === null) return w.measureUntilGone;
  return term.maxMonths > term.months ? w.measureTermUpTo(term.months, term.maxMonths) : w.measureTerm(term.months);
}

const unconfirmed = (page: PageContext, confirmed: boolean): Html | false =>
  !confirmed && html` <span class="tag">${t(page).measureUnconfirmed}</span>`;

export function measuresPage(page: PageContext, list: MeasureList): string {
  const w = t(page);
  const rows = (kind: MeasureView['class']): Html => {
    const items = list.items.filter((one) => one.class === kind);
    return html`${
      items.length > 0 &&
      html`<h2>${classWord(page, kind)}</h2>
<table class="recent"><thead><tr><th scope="col">${w.measureCode}</th><th scope="col">${w.measureName}</th><th scope="col">${w.measureContent}</th><th scope="col">${w.measureFrom}</th></tr></thead>
<tbody>${items.map((one) => html`<tr><td>${one.id}</td><td><a href="/measures/${one.id}">${one.name[page.language]}</a></td><td>${one.content[page.language]}</td><td>${one.causes.length === 0 ? w.measureNoRuleShort : joined(page, distinct(one.causes.map(({ listName }) => listName)))}</td></tr>`)}</tbody></table>`
    }`;
  };
  return layout(
    page,
    { title: w.measuresTitle },
    html`<div class="wide measures"><div class="page-head"><h1>${w.measuresTitle}</h1><p class="meta">${w.measuresLead}</p>
<p class="meta">${list.edition === null ? w.measuresNoEdition : w.measuresEdition(list.edition, list.since ?? '', list.editionBasis ?? '')}</p></div>
${rows('duty')}${rows('management')}${rows('market')}
<h2>${w.incentivesTitle}</h2><p class="meta">${w.incentivesLead}</p>
<table class="recent"><thead><tr><th scope="col">${w.measureCode}</th><th scope="col">${w.incentiveName}</th><th scope="col">${w.incentiveCondition}</th></tr></thead>
<tbody>${list.incentives.map((one) => html`<tr><td>${one.id}</td><td><a href="/measures/${one.id}">${one.name[page.language]}</a></td><td>${one.condition[page.language]}</td></tr>`)}</tbody></table>
<p class="meta"><a href="/lists">${w.toLists}</a></p></div>`,
  );
}

const distinct = (names: readonly Words[]): Words[] => [...new Map(names.map((name) => [name.zh, name])).values()];

const listName = (page: PageContext, key: string, name: Words, open: ReadonlySet<string>): Html =>
  open.has(key) ? html`<a href="/lists/${key}">${name[page.language]}</a>` : html`${name[page.language]}`;

const row = (label: string, value: Html | string): Html => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;

function causeSection(page: PageContext, cause: MeasureView['causes'][number], open: ReadonlySet<string>): Html {
  const w = t(page);
  return html`<section class="cause"><h3>${listName(page, cause.list, cause.listName, open)} <span class="tag">${cause.force === 'required' ? w.measureRequired : w.measurePermitted}</span>${unconfirmed(page, cause.confirmed)}</h3>
<dl class="measure-facts">${row(w.measureArticle, cause.article)}${row(w.measureRelevance, cause.relevance[page.language])}${row(w.measureProportion, cause.proportion[page.language])}${row(w.measureWho, bodiesOf(page, cause.bodies))}${cause.matters.length > 0 && row(w.measureMatters, joined(page, cause.matters))}${row(w.measureUntil, termOf(page, cause.term))}${row(w.measureLeave, cause.leave[page.language])}</dl></section>`;
}

/** `open`: keys of the lists that have a public page. */
export function measurePage(page: PageContext, measure: MeasureView, open: ReadonlySet<string>): string {
  const w = t(page);
  const name = measure.name[page.language];
  return layout(
    page,
    { title: name },
    html`<div class="wide measures"><div class="page-head"><p class="meta"><a href="/measures">${w.measuresTitle}</a></p><h1>${name}</h1>
<p class="meta">${measure.content[page.language]}</p></div>
<dl class="measure-facts">${row(w.measureCode, measure.id)}${row(w.measureClass, classWord(page, measure.class))}${row(w.measureBasis, html`${measure.basis}${unconfirmed(page, measure.confirmed)}`)}${measure.local && row(w.measureScope, w.measureLocal)}${row(w.measureUntil, w.measureEnds)}</dl>
<h2>${w.measureWhy}</h2>
${measure.causes.length === 0 ? html`<p class="empty">${w.measureNoRule}</p>` : measure.causes.map((cause) => causeSection(page, cause, open))}
<h2>${w.measureRights}</h2><ul>${w.measureRightsList.map((line) => html`<li>${line}</li>`)}</ul>
<p><a href="/guide">${w.toGuide}</a></p></div>`,
  );
}

export function incentivePage(page: PageContext, incentive: IncentiveView, open: ReadonlySet<string>): string {
  const w = t(page);
  const name = incentive.name[page.language];
  return layout(
    page,
    { title: name },
    html`<div class="wide measures"><div class="page-head"><p class="meta"><a href="/measures">${w.measuresTitle}</a></p><h1>${name}</h1>
<p class="meta">${incentive.condition[page.language]}</p></div>
<dl class="measure-facts">${row(w.measureCode, incentive.id)}${row(w.measureBasis, html`${incentive.basis}${unconfirmed(page, incentive.confirmed)}`)}${row(w.incentiveWho, bodiesOf(page, incentive.bodies))}${incentive.matters.length > 0 && row(w.measureMatters, joined(page, incentive.matters))}</dl>
<h2>${w.incentiveLists}</h2>
${incentive.lists.map((list) => html`<section class="cause"><h3>${listName(page, list.list, list.listName, open)}</h3><dl class="measure-facts">${row(w.measureUntil, termOf(page, list.term))}${row(w.incentiveLeave, list.leave[page.language])}</dl></section>`)}
<p class="meta">${w.incentiveNote}</p></div>`,
  );
}
