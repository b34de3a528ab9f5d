import { TabularError } from './errors.ts';
import type { TabularLimits } from './limits.ts';
import { decodeCellText, ElementCutter, refuseDeclarations, rootPrefix } from './xml.ts';
import type { ZipArchive } from './zip.ts';

/** Text of a part in pieces, strictly decoded, refused when it declares a DTD or an entity. */
export async function* partText(
  zip: ZipArchive,
  name: string,
  progress?: (share: number) => void,
): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let tail = '';
  const decode = (bytes?: Buffer): string => {
    try {
      return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
    } catch (error) {
      throw new TabularError('corrupt', { found: name }, { cause: error });
    }
  };
  for await (const bytes of zip.read(name, progress)) {
    const text = decode(bytes);
    refuseDeclarations(tail.endsWith('<') ? `<${text}` : text);
    tail = text.slice(-1);
    yield text;
  }
  decode();
}

/** Reads the shared strings into memory; bounded by the size of the part before it is opened. */
export async function readSharedStrings(zip: ZipArchive, name: string, limits: TabularLimits): Promise<string[]> {
  const size = zip.sizeOf(name);
  if (size > limits.maxSharedStringsBytes) {
    throw new TabularError('too_many_strings', { found: size, limit: limits.maxSharedStringsBytes });
  }
  const strings: string[] = [];
  let cutter: ElementCutter | undefined;
  let text: StringText | undefined;
  for await (const chunk of partText(zip, name)) {
    if (cutter === undefined || text === undefined) {
      const prefix = rootPrefix(chunk);
      cutter = new ElementCutter(prefix, 'si', 'sst', limits.maxRecordChars);
      text = new StringText(prefix);
    }
    cutter.push(chunk);
    for (let item = cutter.next(); item !== undefined; item = cutter.next()) strings.push(text.of(item));
  }
  return strings;
}

/** Takes the text out of `<si>` and `<is>`: plain, or the runs of rich text; phonetic hints (`<rPh>`) are left out. */
export class StringText {
  private readonly open: string;
  private readonly close: string;
  private readonly phoneticOpen: string;
  private readonly phoneticClose: string;

  constructor(prefix: string) {
    this.open = `<${prefix}t`;
    this.close = `</${prefix}t>`;
    this.phoneticOpen = `<${prefix}rPh`;
    this.phoneticClose = `</${prefix}rPh>`;
  }

  of(element: string): string {
    const xml = element.includes(this.phoneticOpen) ? this.withoutPhonetic(element) : element;
    let text = '';
    for (let at = xml.indexOf(this.open); at >= 0; at = xml.indexOf(this.open, at)) {
      const after = xml.charCodeAt(at + this.open.length);
      const gt = xml.indexOf('>', at);
      if (gt < 0) break;
      at = gt + 1;
      // <t>, <t xml:space="preserve">; not <t/>, not another name that begins with t
      if ((after !== 0x3e && after !== 0x20) || xml.charCodeAt(gt - 1) === 0x2f) continue;
      const end = xml.indexOf(this.close, at);
      if (end < 0) throw new TabularError('corrupt');
      text += decodeCellText(xml.slice(at, end));
      at = end;
    }
    return text;
  }

  private withoutPhonetic(xml: string): string {
    let kept = '';
    let from = 0;
    for (
      let open = xml.indexOf(`${this.phoneticOpen} `);
      open >= 0;
      open = xml.indexOf(`${this.phoneticOpen} `, from)
    ) {
      const close = xml.indexOf(this.phoneticClose, open);
      if (close < 0) break;
      kept += xml.slice(from, open);
      from = close + this.phoneticClose.length;
    }
    return kept + xml.slice(from);
  }
}
