/** Documents that people attach: what is taken, what is refused and why, and pictures made anew. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import sharp from 'sharp';
import { testPdf } from '../../testing-context.ts';
import { zipOf } from '../tabular/tabular-testing.ts';
import { DocumentRefused, inspectDocument } from './index.ts';

let folder: string;
let serial = 0;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'chengxin-documents-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const fileOf = (content: string | Buffer): string => {
  const path = join(folder, `d${serial++}`);
  writeFileSync(path, content);
  return path;
};
const refused = async (content: string | Buffer, problem: string, over = {}): Promise<void> => {
  const path = fileOf(content);
  await assert.rejects(inspectDocument(path, over), (error: unknown) => {
    assert.ok(error instanceof DocumentRefused, String(error));
    assert.equal(error.problem, problem);
    assert.ok(error.zh.length > 8 && error.en.length > 8);
    return true;
  });
  assert.ok(!existsSync(`${path}.new`));
};
const word = { '[Content_Types].xml': '<Types/>', 'word/document.xml': '<w:document/>' };
const picture = (side = 20) => sharp({ create: { width: side, height: side, channels: 3, background: '#a8322a' } });

describe('PDF', () => {
  it('is taken as it is, with its pages counted', async () => {
    const document = await inspectDocument(fileOf(testPdf()));
    assert.deepEqual([document.kind, document.pages, document.mediaType], ['pdf', 1, 'application/pdf']);
    assert.equal((await buffer(document.open())).toString(), testPdf());
  });
  it('with scripts, with too many pages, or that is none', async () => {
    const scripted = testPdf().replace('/Pages 2 0 R', '/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert(1))>>');
    await refused(scripted, 'active');
    await refused(testPdf(), 'tooManyPages', { maxPages: 0 });
    await refused('%PDF-1.7 but nothing else', 'damaged');
  });
});

describe('pictures', () => {
  it('are made anew: no place, no comment, nothing behind the pixels', async () => {
    const located = await picture()
      .withExif({ IFD0: { Copyright: 'secret-comment' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '36/1 4/1 0/1' } })
      .jpeg()
      .toBuffer();
    assert.ok(located.includes('secret-comment'));
    const polyglot = Buffer.concat([located, Buffer.from('<script>alert(1)</script>')]);
    const document = await inspectDocument(fileOf(polyglot));
    const bytes = await buffer(document.open());
    assert.equal(document.mediaType, 'image/jpeg');
    assert.ok(!bytes.includes('secret-comment') && !bytes.includes('<script>'));
    const seen = await sharp(bytes).metadata();
    assert.deepEqual([seen.width, seen.height, seen.exif], [20, 20, undefined]);
    await document.discard();
  });
  it('that are too large, cut off or no pictures', async () => {
    const png = await picture(200).png().toBuffer();
    await refused(png, 'tooManyPixels', { maxPixels: 100 });
    await refused(png.subarray(0, 60), 'damaged');
    await refused(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.from('not a picture')]), 'damaged');
  });
});

describe('archives', () => {
  it('are a Word document or an OFD', async () => {
    assert.equal((await inspectDocument(fileOf(await zipOf(word)))).kind, 'docx');
    assert.equal((await inspectDocument(fileOf(await zipOf({ 'OFD.xml': '<ofd:OFD/>' })))).kind, 'ofd');
  });
  it('with macros, of another kind, too large inside, or broken', async () => {
    await refused(await zipOf({ ...word, 'word/vbaProject.bin': 'x' }), 'active');
    await refused(await zipOf({ 'xl/workbook.xml': '<x/>' }), 'unknown');
    await refused(await zipOf({ ...word, 'word/media/x.txt': 'y'.repeat(5000) }), 'tooLargeInside', {
      maxUnpackedBytes: 1000,
    });
    await refused(await zipOf(word), 'tooLargeInside', { maxEntries: 1 });
    await refused((await zipOf(word)).subarray(0, 40), 'damaged');
  });
});

it('takes nothing else, and not for ever', async () => {
  await refused('<html><script>', 'unknown');
  await refused('', 'unknown');
  await refused(testPdf(), 'tooSlow', { timeOut: 1 });
});
