/** The frame of every page: header, content, footer. Readable without script; no inline script or style. */
import type { PortalAssets } from './assets.ts';
import { minuteOf } from './format.ts';
import { type Html, html, trustedMarkup } from './html.ts';
import { type Language, type Words, words } from './words.ts';

/** What a page needs to know of the city and the reader. */
export interface PageContext {
  readonly language: Language;
  readonly assets: PortalAssets;
  readonly siteName: string;
  readonly office: string;
  readonly dataAsOf: string | null;
  /** Path and query of this page, for the language switch. */
  readonly address: string;
}

export interface PageOptions {
  readonly title?: string;
  readonly section?: 'home' | 'verify' | 'repair' | 'objection' | 'about';
  /** Archives are for reading, not for search engines' caches: a take-down must hold everywhere. */
  readonly noIndex?: boolean;
  /** A script of this page alone. */
  readonly script?: string;
}

export const t = (page: PageContext): Words => words[page.language];

/** This page in the other language. */
function otherLanguage(page: PageContext): string {
  const url = new URL(page.address, 'http://portal.invalid');
  url.searchParams.set('lang', page.language === 'zh' ? 'en' : 'zh');
  return url.pathname + url.search;
}

function header(page: PageContext, section: PageOptions['section']): Html {
  const w = t(page);
  const links = [
    ['home', '/', w.navHome],
    ['verify', '/verify', w.navVerify],
    ['repair', '/help/repair', w.navRepair],
    ['objection', '/help/objection', w.navObjection],
    ['about', '/about', w.navAbout],
  ] as const;
  return html`<a class="skip" href="#content">${w.skip}</a>
<header class="top"><div class="wide">
<a class="brand" href="/">${trustedMarkup(page.assets.seal)}<span>${page.siteName}</span></a>
<nav aria-label="${w.menu}"><ul>
${links.map(([key, href, label]) => html`<li><a href="${href}"${key === section && html` aria-current="page"`}>${label}</a></li>`)}
</ul></nav>
<a class="language" href="${otherLanguage(page)}" hreflang="${page.language === 'zh' ? 'en' : 'zh-CN'}" lang="${page.language === 'zh' ? 'en' : 'zh-CN'}" rel="nofollow">${w.otherLanguage}</a>
</div></header>`;
}

export function searchForm(page: PageContext, q: string, options: { small?: boolean; focus?: boolean } = {}): Html {
  const w = t(page);
  return html`<form class="search${options.small && ' small'}" action="/search" method="get" role="search" data-suggest="1">
<label class="visually-hidden" for="q">${w.searchLabel}</label>
<input id="q" name="q" type="search" value="${q}" placeholder="${w.searchLabel}" maxlength="200" autocomplete="off" spellcheck="false" enterkeyhint="search"${options.focus && html` autofocus`}>
<button type="submit">${w.searchButton}</button>
</form>`;
}

export function layout(page: PageContext, options: PageOptions, content: Html): string {
  const w = t(page);
  const title = options.title ? `${options.title} · ${page.siteName}` : page.siteName;
  const document = html`<!doctype html>
<html lang="${page.language === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${options.noIndex && html`<meta name="robots" content="noarchive, noindex">`}
<link rel="icon" href="${page.assets.icon.path}" type="image/svg+xml">
<link rel="stylesheet" href="${page.assets.css.path}">
<script src="${page.assets.script.path}" type="module"></script>
${options.script !== undefined && html`<script src="${options.script}" type="module"></script>`}
</head>
<body>
${header(page, options.section)}
<main id="content">
${content}
</main>
<footer class="foot"><div class="wide">
<span>${w.host(page.office)}</span>${page.dataAsOf !== null && html`<span>${w.asOf(minuteOf(page.dataAsOf))}</span>`}<span><a href="/about">${w.navAbout}</a></span><span><a href="/help/privacy">${w.navPrivacy}</a></span>
</div></footer>
</body>
</html>
`;
  return document.text;
}
