/**
 * Stands in for `@rc-component/util/es/Dom/dynamicCSS` and `@ant-design/icons/es/cssUtils` (see vite.config.ts): the same
 * functions on constructed style sheets, so that the pages live under `style-src 'self'`. Order is that of the original: queued sheets by priority, then
 * the appended ones.
 */
interface Options {
  readonly prepend?: boolean | 'queue';
  readonly priority?: number;
}

interface Entry {
  readonly key: string;
  readonly rank: number;
  readonly sheet: CSSStyleSheet;
  /** Never attached: Ant Design marks what it gets back with attributes. */
  readonly node: HTMLStyleElement;
  css: string;
}

const entries: Entry[] = [];
let anonymous = 0;

function show(): void {
  const own = new Set(entries.map((entry) => entry.sheet));
  const others = document.adoptedStyleSheets.filter((sheet) => !own.has(sheet));
  document.adoptedStyleSheets = [...others, ...entries.map((entry) => entry.sheet)];
}

function add(css: string, key: string, option: Options): HTMLStyleElement {
  const rank = option.prepend ? (option.priority ?? 0) : Number.POSITIVE_INFINITY;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  const entry: Entry = { key, rank, sheet, css, node: document.createElement('style') };
  const before = entries.findIndex((other) => other.rank > rank);
  if (before < 0) entries.push(entry);
  else entries.splice(before, 0, entry);
  show();
  return entry.node;
}

export function injectCSS(css: string, option: Options = {}): HTMLStyleElement {
  anonymous += 1;
  return add(css, `anonymous-${anonymous}`, option);
}

export function updateCSS(css: string, key: string, option: Options = {}): HTMLStyleElement {
  const entry = entries.find((candidate) => candidate.key === key);
  if (!entry) return add(css, key, option);
  if (entry.css !== css) {
    entry.sheet.replaceSync(css);
    entry.css = css;
  }
  return entry.node;
}

export function removeCSS(key: string): void {
  const at = entries.findIndex((entry) => entry.key === key);
  if (at < 0) return;
  const [removed] = entries.splice(at, 1);
  document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== removed?.sheet);
}

export function clearContainerCache(): void {}

/** The desk has no shadow roots. */
export const getShadowRoot = (): null => null;

export function warningOnce(): void {}
