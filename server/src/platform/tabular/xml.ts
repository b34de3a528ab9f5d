import { TabularError } from './errors.ts';

const ENTITY = /&(?:#x([0-9a-f]{1,8})|#(\d{1,8})|(lt|gt|amp|quot|apos));|&/gi;
const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };
const ESCAPED_UNIT = /_x([0-9a-f]{4})_/gi;

/**
 * Text of an element: the five named entities and character references. Any other entity could only come from a DTD,
 * which is refused, so nothing is ever fetched or expanded. A reference to a lone surrogate survives, to be flagged.
 */
export function decodeXmlText(raw: string): string {
  const text = raw.includes('\r') ? raw.replace(/\r\n?/g, '\n') : raw;
  return text.includes('&') ? text.replace(ENTITY, decodeEntity) : text;
}

function decodeEntity(whole: string, hex?: string, decimal?: string, name?: string): string {
  if (name !== undefined) return NAMED[name] ?? '';
  const point = hex !== undefined ? Number.parseInt(hex, 16) : Number(decimal);
  if (Number.isNaN(point) || point > 0x10ffff) throw new TabularError('unsafe_xml', { found: whole });
  return String.fromCodePoint(point);
}

/** Text of a cell: XML text, then Excel's own `_xHHHH_` for units that XML cannot hold. */
export function decodeCellText(raw: string): string {
  const text = decodeXmlText(raw);
  if (!text.includes('_x') && !text.includes('_X')) return text;
  return text.replace(ESCAPED_UNIT, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Refuses DTDs, entities, CDATA and comments: no spreadsheet program writes them, attacks and hiding places need them. */
export function refuseDeclarations(text: string): void {
  const found = text.indexOf('<!');
  if (found >= 0) throw new TabularError('unsafe_xml', { found: text.slice(found, found + 20) });
}

/**
 * Attributes of one start tag (`<a b="c" d='e'>` without the angle brackets), decoded. The look-behind keeps the time
 * linear on a long name without a value.
 */
export function attributesOf(tag: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name, double, single] of tag.matchAll(/(?<![\w:.-])([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
    if (name !== undefined) found.set(name, decodeXmlText(double ?? single ?? ''));
  }
  return found;
}

/** Attributes of every element of a local name, in order, whatever its prefix. For small parts only. */
export function* elementsOf(xml: string, localName: string): Generator<Map<string, string>> {
  const pattern = new RegExp(`<(?:[\\w.-]+:)?${localName}(?=[\\s/>])([^>]*)>`, 'g');
  for (const match of xml.matchAll(pattern)) yield attributesOf(match[1] ?? '');
}

/** The prefix (with its colon, or empty) of the root element of a part. */
export function rootPrefix(head: string): string {
  return /<([\w.-]+:)?[A-Za-z]\w*[\s>/]/.exec(head)?.[1] ?? '';
}

/**
 * Cuts a stream of XML text into the elements of one name, without building a tree. Only elements that do not nest in
 * themselves (rows, shared strings).
 */
export class ElementCutter {
  private readonly open: string;
  private readonly close: string;
  private readonly stop: string;
  private readonly maxChars: number;
  private buffer = '';
  private at = 0;
  private seen = 0;
  /** The stop tag was met: nothing more will come. */
  ended = false;

  constructor(prefix: string, name: string, stopName: string, maxChars: number) {
    this.open = `<${prefix}${name}`;
    this.close = `</${prefix}${name}>`;
    this.stop = `</${prefix}${stopName}>`;
    this.maxChars = maxChars;
  }

  push(chunk: string): void {
    this.buffer = this.buffer.slice(this.at) + chunk;
    this.seen = Math.max(0, this.seen - this.at);
    this.at = 0;
  }

  /** The next whole element with its tags, or undefined until more text is pushed. */
  next(): string | undefined {
    const { buffer } = this;
    if (this.ended) return undefined;
    const start = this.findOpen();
    if (start < 0) return undefined;
    const gt = buffer.indexOf('>', start);
    if (gt < 0) return this.wait(start);
    let end = gt + 1;
    if (buffer.charCodeAt(gt - 1) !== 0x2f) {
      const close = buffer.indexOf(this.close, Math.max(gt, this.seen));
      if (close < 0) return this.wait(start);
      end = close + this.close.length;
    }
    this.at = end;
    this.seen = end;
    return buffer.slice(start, end);
  }

  private findOpen(): number {
    const { buffer, open } = this;
    for (let from = this.at; ; ) {
      const start = buffer.indexOf(open, from);
      if (start < 0 || start + open.length >= buffer.length) {
        const rest = start < 0 ? buffer.length : start;
        if (buffer.indexOf(this.stop, this.at) >= 0) this.ended = true;
        this.at = Math.max(this.at, start < 0 ? rest - Math.max(open.length, this.stop.length) : start);
        this.seen = Math.max(this.seen, this.at);
        return -1;
      }
      const next = buffer.charCodeAt(start + open.length);
      if (next === 0x20 || next === 0x3e || next === 0x2f || (next >= 9 && next <= 13)) return start;
      from = start + open.length;
    }
  }

  private wait(start: number): undefined {
    this.at = start;
    this.seen = Math.max(start, this.buffer.length - this.close.length);
    if (this.buffer.length - start > this.maxChars) {
      throw new TabularError('record_too_long', { limit: this.maxChars });
    }
    return undefined;
  }
}
