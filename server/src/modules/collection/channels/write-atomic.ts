/** A file of the drop folder: its name appears only when all bytes are on disk. */
import { rename, writeFile } from 'node:fs/promises';

export async function writeAtomic(path: string, text: string): Promise<void> {
  const part = `${path}.part`;
  await writeFile(part, text, { mode: 0o660, flush: true });
  await rename(part, path);
}
