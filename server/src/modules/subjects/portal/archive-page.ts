/** The archive of one organisation as the public reads it. */
import { subjectKindLabels } from '@chengxin/identifiers';
import type { Archive, ArchiveRecord, RecordPage } from '../load-archive.ts';
import type { RecordView } from '../record-view.ts';
import { codeHtml, dayInProse, minuteOf } from './format.ts';
import { type Html, html } from './html.ts';
import { layout, type PageContext, t } from './layout.ts';
import { archivePath } from './pages.ts';
import type { Words } from './words.ts';

export interface ArchivePage {
  readonly archive: Archive;
  readonly tab: string;
  readonly records: RecordPage;
  readonly first: boolean;
}

const keyOf = (archive: Archive): string => archive.code ?? archive.subjectId;

function formerNames(page: PageContext, archive: Archive): Html | null {
  if (archive.formerNames.length === 0) return null;
  const w = t(page);
  const names = archive.formerNames.map(({ name, from, to }) => {
    const years = from !== null || to !== null ? `（${from?.slice(0, 4) ?? ''}–${to?.slice(0, 4) ?? ''}）` : '';
    return name + years;
  });
  return html`<span>${w.formerNames}${page.language === 'zh' ? '：' : ': '}${names.join('、')}</span>`;
}

function registerFacts(page: PageContext, archive: Archive): Html {
  const w = t(page);
  const other = archive.identifiers.filter(
    (id) => id.scheme === 'registrationNumber' || id.scheme === 'organisationCode',
  );
  const schemes: Readonly<Record<string, string>> = {
    registrationNumber: w.registrationNumber,
    organisationCode: w.organisationCode,
  };
  const rows: [label: string, value: Html | string | null, full?: boolean][] = [
    [w.status, archive.provisional ? w.provisionalMark : archive.status],
    [w.established, archive.establishedOn === null ? null : dayInProse(archive.establishedOn, page.language)],
    [w.type, archive.companyType ?? subjectKindLabels[archive.kind][page.language]],
    [w.industry, archive.industry],
    [archive.kind === 'soleTrader' ? w.operator : w.representative, archive.legalRepresentative],
    [w.capital, archive.registeredCapital],
    [w.authority, archive.registrationAuthority],
    [w.address, archive.address],
    ...other.map((id): [string, Html] => [
      schemes[id.scheme] ?? id.scheme,
      html`<span class="code">${id.value}</span>`,
    ]),
  ];
  if (archive.businessScope !== null) rows.push([w.scope, archive.businessScope, true]);
  const shown = rows.filter(([, value]) => value !== null && value !== '');
  return html`<dl class="register">${shown.map(([label, value, full]) => html`<div${full && html` class="full"`}><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function notices(page: PageContext, archive: Archive): Html {
  const w = t(page);
  const key = keyOf(archive);
  const report = `/api/v1/public/subjects/${encodeURIComponent(key)}/report.pdf`;
  return html`${archive.provisional && html`<p class="notice waiting">${w.provisionalNotice}</p>`}
<p class="notice dots"><span>${w.archiveNotice}</span><span>${w.asOf(minuteOf(archive.dataAsOf))}</span><span><a href="${report}">${w.downloadReport}</a></span><span><a href="${archivePath(key)}/credit-code">${w.creditCode}</a></span><span><a href="/help/access">${w.whoLooked}</a></span></p>`;
}

function tabs(page: PageContext, view: ArchivePage): Html {
  const w = t(page);
  const base = archivePath(keyOf(view.archive));
  const items = view.archive.tabs.map(
    (tab) =>
      html`<li><a href="${base}?tab=${encodeURIComponent(tab.item)}#records"${tab.item === view.tab && html` aria-current="true"`}>${tab.name[page.language]}<small>${tab.count}</small></a></li>`,
  );
  const excel = `${base}/records.xlsx?tab=${encodeURIComponent(view.tab)}`;
  return html`<div class="tab-row" id="records"><h2 class="visually-hidden">${w.tabs}</h2><nav aria-label="${w.tabs}"><ul class="tabs">${items}</ul></nav>
${view.records.total > 0 && html`<p class="tools"><a href="${excel}">${w.exportExcel}</a></p>`}</div>`;
}

const annotationWords: Readonly<Record<string, keyof Words>> = {
  objectionInProgress: 'objectionInProgress',
  reviewInProgress: 'reviewInProgress',
  litigationInProgress: 'litigationInProgress',
  reorganisationInProgress: 'reorganisationInProgress',
};
const severityWords: Readonly<Record<string, keyof Words>> = {
  minor: 'severityMinor',
  general: 'severityGeneral',
  serious: 'severitySerious',
};

const wordOf = (w: Words, key: keyof Words | undefined, otherwise: string): string => {
  const word = key === undefined ? undefined : w[key];
  return typeof word === 'string' ? word : otherwise;
};

function whyBody(page: PageContext, record: RecordView): Html {
  const w = t(page);
  const { disclosure } = record;
  const { document, number, article } = disclosure.basis;
  const basis = [document, number, article].filter((part) => part !== null && part !== '').join(' ');
  const adverse = disclosure.severity !== null;
  const endings: string[] = [];
  if (disclosure.earliestRepairOn !== null)
    endings.push(w.earlierRepair(dayInProse(disclosure.earliestRepairOn, page.language)));
  if (!adverse) endings.push(w.earlierLicence);
  endings.push(w.earlierOther);
  return html`<p>${disclosure.reason[page.language]}</p>
<p>${w.whyTitle}${page.language === 'zh' ? '：' : ': '}${basis}</p>
${adverse && !disclosure.severityConfirmed && html`<p>${w.severityProposed}</p>`}
<p>${w.earlier}${page.language === 'zh' ? '：' : ':'}</p><ul>${endings.map((ending) => html`<li>${ending}</li>`)}</ul>`;
}

function whyFold(page: PageContext, record: ArchiveRecord): Html {
  const w = t(page);
  return html`<details><summary>${record.disclosure.until === null ? w.whyOpen : w.why}</summary><div class="fold">
${whyBody(page, record)}<p><a href="/why/${record.recordId}">${w.whyLink}</a></p></div></details>`;
}

/** The same answer at an address of its own, to be cited; it is gone when the record is shown no more. */
export function whyPage(
  page: PageContext,
  record: RecordView,
  of: { readonly name: string; readonly key: string },
): string {
  const w = t(page);
  return layout(
    page,
    { title: `${w.whyOpen} · ${of.name}`, noIndex: true },
    html`<div class="wide"><div class="page-head"><h1>${w.whyOpen}</h1>
<p class="meta dots"><span><a href="${archivePath(of.key)}">${of.name}</a></span>${record.documentNumber !== null && html`<span>${record.documentNumber}</span>`}<span>${record.decidingBody}</span>${record.decidedOn !== null && html`<span>${dayInProse(record.decidedOn, page.language)}</span>`}</p></div>
<article class="fact"><div><h2>${record.title}</h2></div>
<p class="until">${record.disclosure.until === null ? w.untilOpen : w.until(record.disclosure.until)}</p>
<div class="fold">${whyBody(page, record)}</div>
<p class="meta actions dots"><span><a href="/help/objection">${w.wrong}</a></span>${record.disclosure.severity !== null && html`<span><a href="/help/repair">${w.howRepair(record.disclosure.earliestRepairOn)}</a></span>`}</p></article></div>`,
  );
}

function detailsFold(page: PageContext, record: ArchiveRecord): Html | null {
  if (record.fields.length === 0) return null;
  const rows = record.fields.map(
    (field) => html`<div><dt>${field.label[page.language]}</dt><dd>${field.value}</dd></div>`,
  );
  return html`<details><summary>${t(page).details}</summary><div class="fold"><dl>${rows}</dl></div></details>`;
}

/** Beside the record: the subject's own words, or what could not be settled (征信业管理条例 art. 25(3)). */
function noteBlock(page: PageContext, note: ArchiveRecord['disclosure']['notes'][number]): Html {
  const w = t(page);
  return html`<div class="beside"><strong>${note.kind === 'statement' ? w.noteStatement : w.noteUndetermined}</strong> <small>${note.since}</small>
<p>${note.text}</p>${note.check !== null && html`<p>${w.noteCheck}${page.language === 'zh' ? '：' : ': '}${note.check}</p>`}</div>`;
}

function fact(page: PageContext, record: ArchiveRecord): Html {
  const w = t(page);
  const { disclosure } = record;
  const severity =
    disclosure.severity === null ? null : wordOf(w, severityWords[disclosure.severity], disclosure.severity);
  const adverse = severity !== null;
  const tags = disclosure.annotations.map(
    (annotation) => html` <span class="tag open">${wordOf(w, annotationWords[annotation], annotation)}</span>`,
  );
  return html`<article class="fact">
<div><h3>${record.title}</h3>${severity !== null && html`<span class="tag">${severity}</span>`}${tags}</div>
${record.summary !== null && record.summary !== record.title && html`<p>${record.summary}</p>`}
${record.disclosure.notes.map((note) => noteBlock(page, note))}
<p class="until">${disclosure.until === null ? w.untilOpen : w.until(disclosure.until)}</p>
<p class="meta dots">${record.documentNumber !== null && html`<span>${record.documentNumber}</span>`}<span>${record.decidingBody}</span>${record.decidedOn !== null && html`<span>${dayInProse(record.decidedOn, page.language)}</span>`}<span>${w.source(record.sourceBody)}</span></p>
<div class="folds">${whyFold(page, record)}${detailsFold(page, record)}</div>
<p class="meta actions dots"><span><a href="/help/objection">${w.wrong}</a></span>${adverse && html`<span><a href="/help/repair">${w.howRepair(disclosure.earliestRepairOn)}</a></span>`}</p>
</article>`;
}

function list(page: PageContext, view: ArchivePage): Html {
  const w = t(page);
  const { archive, records, tab } = view;
  const base = `${archivePath(keyOf(archive))}?tab=${encodeURIComponent(tab)}`;
  const name = archive.tabs.find((one) => one.item === tab)?.name[page.language] ?? tab;
  if (records.items.length === 0)
    return html`<div class="empty"><strong>${w.noRecordsOf(name)}</strong><p>${w.noRecordsHelp}</p></div>`;
  const next = records.nextCursor === null ? null : `${base}&cursor=${encodeURIComponent(records.nextCursor)}#records`;
  return html`${records.truncated && html`<p class="notice">${w.truncatedRecords}</p>`}
${records.items.map((record) => fact(page, record))}
<nav class="paging" aria-label="${w.pages}">${next !== null && html`<a href="${next}" rel="next">${w.nextPage}</a>`}${!view.first && html`<a href="${base}#records">${w.firstPage}</a>`}</nav>`;
}

export function archivePage(page: PageContext, view: ArchivePage): string {
  const { archive } = view;
  return layout(
    page,
    { title: archive.name, noIndex: true },
    html`<div class="wide">
<div class="subject"><h1>${archive.name}</h1><p class="ids">${archive.code === null ? html`<span>${t(page).noCode}</span>` : codeHtml(archive.code)}${formerNames(page, archive)}</p></div>
${registerFacts(page, archive)}
${notices(page, archive)}
${tabs(page, view)}
${list(page, view)}
</div>`,
  );
}
