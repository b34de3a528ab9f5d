import { posix } from 'node:path';
import { TabularError } from './errors.ts';
import type { TabularLimits } from './limits.ts';
import { builtinStyle, customStyle, type NumberStyle, PLAIN } from './xlsx-numbers.ts';
import { attributesOf, elementsOf, refuseDeclarations } from './xml.ts';
import type { ZipArchive } from './zip.ts';

export interface SheetPart {
  name: string;
  /** Name of the part in the archive. */
  part: string;
  visible: boolean;
}

export interface Workbook {
  sheets: SheetPart[];
  date1904: boolean;
  sharedStringsPart?: string;
  /** Number style by cell style index. */
  styles: NumberStyle[];
}

async function smallPart(zip: ZipArchive, name: string): Promise<string> {
  const text = await zip.text(name);
  refuseDeclarations(text);
  return text;
}

interface Relation {
  type: string;
  target: string;
}

/** Relations of a part by id; targets resolved inside the archive, external ones left out: nothing is ever fetched. */
async function relations(zip: ZipArchive, part: string): Promise<Map<string, Relation>> {
  const folder = posix.dirname(part);
  const name = posix.join(folder === '.' ? '' : folder, '_rels', `${posix.basename(part)}.rels`);
  const found = new Map<string, Relation>();
  if (!zip.has(name)) return found;
  for (const attributes of elementsOf(await smallPart(zip, name), 'Relationship')) {
    if (attributes.get('TargetMode')?.toLowerCase() === 'external') continue;
    const target = attributes.get('Target') ?? '';
    const path = target.startsWith('/') ? target.slice(1) : posix.join(folder, target);
    found.set(attributes.get('Id') ?? '', {
      type: (attributes.get('Type') ?? '').split('/').at(-1) ?? '',
      target: path,
    });
  }
  return found;
}

/** The part that holds the workbook, by the package relations. */
async function workbookPart(zip: ZipArchive): Promise<string> {
  if (zip.has('_rels/.rels')) {
    for (const attributes of elementsOf(await smallPart(zip, '_rels/.rels'), 'Relationship')) {
      if (!attributes.get('Type')?.endsWith('/officeDocument')) continue;
      const target = posix.normalize((attributes.get('Target') ?? '').replace(/^\//, ''));
      if (zip.has(target)) return target;
    }
  }
  if (zip.has('xl/workbook.xml')) return 'xl/workbook.xml';
  throw new TabularError('not_xlsx');
}

/** Sheets, date system and styles of a workbook: everything that must be known before the first row. */
export async function readWorkbook(zip: ZipArchive, limits: TabularLimits): Promise<Workbook> {
  const part = await workbookPart(zip);
  const xml = await smallPart(zip, part);
  const links = await relations(zip, part);
  const sheets: SheetPart[] = [];
  for (const attributes of elementsOf(xml, 'sheet')) {
    if (sheets.length >= limits.maxSheets) {
      throw new TabularError('too_many_sheets', { found: `>${limits.maxSheets}`, limit: limits.maxSheets });
    }
    const id = [...attributes].find(([name]) => name === 'id' || name.endsWith(':id'))?.[1] ?? '';
    const link = links.get(id);
    if (link?.type !== 'worksheet') continue;
    // One part behind several sheets would be unpacked as often; no program writes that.
    if (sheets.some((other) => other.part === link.target)) throw new TabularError('corrupt', { found: link.target });
    const visible = !/hidden/i.test(attributes.get('state') ?? 'visible');
    sheets.push({ name: attributes.get('name') ?? '', part: link.target, visible });
  }
  const of = (type: string): string | undefined => links.values().find((link) => link.type === type)?.target;
  const stylesPart = of('styles');
  const date1904 = [...elementsOf(xml, 'workbookPr')].some((a) => /^(?:1|true|on)$/.test(a.get('date1904') ?? ''));
  return {
    sheets,
    date1904,
    sharedStringsPart: of('sharedStrings'),
    styles: stylesPart !== undefined && zip.has(stylesPart) ? readStyles(await smallPart(zip, stylesPart)) : [],
  };
}

function readStyles(xml: string): NumberStyle[] {
  const custom = new Map<number, NumberStyle>();
  for (const attributes of elementsOf(xml, 'numFmt')) {
    custom.set(Number(attributes.get('numFmtId')), customStyle(attributes.get('formatCode') ?? ''));
  }
  const from = /<(?:[\w.-]+:)?cellXfs[\s>]/.exec(xml)?.index ?? xml.length;
  const cellXfs = xml.slice(from, xml.indexOf('cellXfs>', from + 9));
  const styles: NumberStyle[] = [];
  for (const match of cellXfs.matchAll(/<(?:[\w.-]+:)?xf(?=[\s/>])([^>]*)>/g)) {
    const id = Number(attributesOf(match[1] ?? '').get('numFmtId') ?? 0);
    styles.push(custom.get(id) ?? (Number.isInteger(id) ? builtinStyle(id) : PLAIN));
  }
  return styles;
}
