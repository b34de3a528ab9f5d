/** Looks into one document in a worker with a memory limit. Says what it is, or why it is not taken. */
import { closeSync, openSync, readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { getDocumentProxy } from 'unpdf';
import { fromFd } from 'yauzl';
import type { DocumentKind, DocumentProblem, InspectionTask } from './types.ts';

class Refused extends Error {
  readonly problem: DocumentProblem;
  constructor(problem: DocumentProblem) {
    super(problem);
    this.problem = problem;
  }
}

/** Decision documents are paper: what runs or hides other files has no place in them. */
async function inspectPdf(task: InspectionTask): Promise<number> {
  const bytes = new Uint8Array(readFileSync(task.path));
  let pdf: Awaited<ReturnType<typeof getDocumentProxy>>;
  try {
    pdf = await getDocumentProxy(bytes, { stopAtErrors: false });
  } catch (error) {
    throw new Refused(error instanceof Error && error.name === 'PasswordException' ? 'encrypted' : 'damaged');
  }
  if (pdf.numPages > task.limits.maxPages) throw new Refused('tooManyPages');
  const [scripts, attachments] = await Promise.all([pdf.getJSActions(), pdf.getAttachments()]);
  if (scripts && Object.keys(scripts).length > 0) throw new Refused('active');
  if (attachments && Object.keys(attachments).length > 0) throw new Refused('embedded');
  const pages = pdf.numPages;
  await pdf.cleanup();
  return pages;
}

/** Made anew from its pixels: nothing that was hidden beside them is kept, and places (EXIF) neither. */
async function reencode(task: InspectionTask, kind: 'jpeg' | 'png'): Promise<void> {
  const picture = sharp(task.path, { limitInputPixels: task.limits.maxPixels, failOn: 'error', sequentialRead: true });
  try {
    const upright = picture.autoOrient();
    await (kind === 'jpeg' ? upright.jpeg({ quality: 88 }) : upright.png({ compressionLevel: 7 })).toFile(task.output);
  } catch (error) {
    throw new Refused(/pixel limit/i.test(String(error)) ? 'tooManyPixels' : 'damaged');
  }
}

interface ZipList {
  readonly names: readonly string[];
  readonly unpacked: number;
}

/** The directory of a zip: nothing is unpacked. */
function listZip(path: string, maxEntries: number): Promise<ZipList> {
  const fd = openSync(path, 'r');
  return new Promise<ZipList>((resolve, reject) => {
    fromFd(fd, { lazyEntries: true, autoClose: false }, (opening, zip) => {
      if (opening) return reject(new Refused('damaged'));
      if (zip.entryCount > maxEntries) return reject(new Refused('tooLargeInside'));
      const names: string[] = [];
      let unpacked = 0;
      zip.on('entry', (entry) => {
        names.push(entry.fileName);
        unpacked += entry.uncompressedSize;
        zip.readEntry();
      });
      zip.on('end', () => resolve({ names, unpacked }));
      zip.on('error', () => reject(new Refused('damaged')));
      zip.readEntry();
    });
  }).finally(() => closeSync(fd));
}

async function inspectZip(task: InspectionTask): Promise<DocumentKind> {
  const { names, unpacked } = await listZip(task.path, task.limits.maxEntries);
  if (unpacked > task.limits.maxUnpackedBytes) throw new Refused('tooLargeInside');
  const has = (name: string): boolean => names.includes(name);
  // GB/T 33190: an OFD's entry point is OFD.xml; ECMA-376: a Word document's main part.
  if (has('OFD.xml')) return 'ofd';
  if (!has('[Content_Types].xml') || !has('word/document.xml')) throw new Refused('unknown');
  if (names.some((name) => /vbaProject|activeX|\.bin$/i.test(name))) throw new Refused('active');
  return 'docx';
}

async function inspect(task: InspectionTask): Promise<{ kind: DocumentKind; pages: number | null }> {
  const head = readFileSync(task.path).subarray(0, 16);
  if (head.subarray(0, 5).toString('latin1') === '%PDF-') return { kind: 'pdf', pages: await inspectPdf(task) };
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) {
    await reencode(task, 'jpeg');
    return { kind: 'jpeg', pages: null };
  }
  if (head.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) {
    await reencode(task, 'png');
    return { kind: 'png', pages: null };
  }
  if (head.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 0x03, 0x04])))
    return { kind: await inspectZip(task), pages: null };
  throw new Refused('unknown');
}

if (parentPort !== null) {
  const port = parentPort;
  try {
    port.postMessage({ ok: true, ...(await inspect(workerData as InspectionTask)) });
  } catch (error) {
    port.postMessage({ ok: false, problem: error instanceof Refused ? error.problem : 'damaged' });
  }
}
