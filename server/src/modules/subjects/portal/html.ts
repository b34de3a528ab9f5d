/**
 * A template tag that escapes by default. Only strings made by the tag itself pass unescaped; attributes must be
 * quoted, and an address in href, src or action must be a path, a query, a fragment or http(s).
 */
const made = Symbol('html');

export interface Html {
  readonly [made]: true;
  readonly text: string;
}

export type HtmlValue = Html | string | number | bigint | null | undefined | false | readonly HtmlValue[];

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

// Control characters are not allowed in HTML and have no meaning in a name.
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;

export const escapeHtml = (text: string): string =>
  text.replace(forbidden, '').replace(/[&<>"']/g, (character) => entities[character] ?? character);

const isHtml = (value: unknown): value is Html => typeof value === 'object' && value !== null && made in value;

function render(value: HtmlValue): string {
  if (value === null || value === undefined || value === false) return '';
  if (isHtml(value)) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeHtml(String(value));
}

const unquoted = /\s[\w:-]+=\s*$/;
const address = /(?:href|src|action)="$/i;
const safeAddress = /^(?:\/(?!\/)|[?#]|https?:\/\/)/i;

export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = '';
  parts.forEach((part, index) => {
    text += part;
    if (index >= values.length) return;
    if (unquoted.test(part) && /<[^<>]*$/.test(text)) throw new Error('quote the attribute around a value');
    const value = render(values[index]);
    text += address.test(part) && !safeAddress.test(value) && value !== '' ? '#' : value;
  });
  return { [made]: true, text };
}

/** Markup of our own files (icons, a QR code made by the library). Never anything that somebody typed. */
export const trustedMarkup = (text: string): Html => ({ [made]: true, text });
