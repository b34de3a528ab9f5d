import { createHash } from 'node:crypto';
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { type Browser, chromium } from '@playwright/test';
import { repositoryRoot } from './config.ts';
import { prepareDataDir } from './embedded-postgres/cluster.ts';
import { withFileLock } from './lease.ts';

export type { Browser, BrowserContext, Page } from '@playwright/test';

interface Installed {
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
}

const fromRoot = createRequire(join(repositoryRoot, 'package.json'));

/** Name, content and executable bit of the files of a (ustar) archive. */
function* tarEntries(archive: Buffer): Generator<{ name: string; content: Buffer; executable: boolean }> {
  const text = (at: number, length: number): string =>
    archive
      .toString('latin1', at, at + length)
      .split('\0')[0]
      ?.trim() ?? '';
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const type = text(at + 156, 1);
    if (type === '' || type === '0') {
      const content = archive.subarray(at + 512, at + 512 + size);
      yield { name: text(at, 100), content, executable: (Number.parseInt(text(at + 100, 8), 8) & 0o100) !== 0 };
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
}

function unpackTar(file: string, into: string): void {
  for (const entry of tarEntries(brotliDecompressSync(readFileSync(file)))) {
    const target = resolve(into, entry.name);
    if (!target.startsWith(into)) throw new Error(`${file} holds a path outside its folder: ${entry.name}`);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, entry.content, { mode: entry.executable ? 0o755 : 0o644 });
  }
}

function packageDir(name: string): string {
  let dir = dirname(fromRoot.resolve(name));
  while (!existsSync(join(dir, 'package.json'))) dir = dirname(dir);
  return dir;
}

function fontDirs(): string[] {
  const found: string[] = [];
  for (const name of ['@expo-google-fonts/noto-sans-sc', '@expo-google-fonts/noto-serif-sc']) {
    const dir = dirname(fromRoot.resolve(`${name}/package.json`));
    for (const weight of ['400Regular', '500Medium', '600SemiBold', '700Bold']) found.push(join(dir, weight));
  }
  return found;
}

/** Fontconfig's answer for every family is a Noto font of the tree: the same picture on every machine. */
function fontsConf(cacheDir: string, extra: string): string {
  const xml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  const dirs = [...fontDirs(), extra].map((dir) => `  <dir>${xml(dir)}</dir>`).join('\n');
  const prefer = (family: string, names: readonly string[]): string =>
    `  <alias><family>${family}</family><prefer>${names.map((name) => `<family>${name}</family>`).join('')}</prefer></alias>`;
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
${dirs}
  <cachedir>${xml(cacheDir)}</cachedir>
${prefer('sans-serif', ['Noto Sans SC', 'Open Sans'])}
${prefer('serif', ['Noto Serif SC'])}
${prefer('monospace', ['Noto Sans SC'])}
${prefer('system-ui', ['Noto Sans SC'])}
</fontconfig>
`;
}

/** `.data/chromium`, where the browser of the lock file and the font settings are kept. */
function browserDir(): string {
  const dataDir = resolve(repositoryRoot, process.env.DATA_DIR ?? '.data');
  prepareDataDir(dataDir);
  const parent = join(dataDir, 'chromium');
  mkdirSync(parent, { recursive: true });
  return parent;
}

/** Makes `name` below `.data/chromium` once; many test processes may ask at the same time. */
async function provide(kind: string, version: string, fill: (work: string, target: string) => void): Promise<string> {
  const parent = browserDir();
  const stamp = createHash('sha256').update(`${version} ${parent} ${LAYOUT}`).digest('hex').slice(0, 10);
  const target = join(parent, `${kind}-${stamp}`);
  await withFileLock(join(parent, 'lock'), async () => {
    if (existsSync(target)) return;
    for (const old of readdirSync(parent)) {
      if (old.startsWith(`${kind}-`)) rmSync(join(parent, old), { recursive: true, force: true });
    }
    const work = `${target}.tmp`;
    mkdirSync(work, { recursive: true });
    fill(work, target);
    renameSync(work, target);
  });
  return target;
}

const LAYOUT = 3;

async function fontEnv(): Promise<Readonly<Record<string, string>>> {
  const source = join(packageDir('@sparticuz/chromium'), 'bin');
  const target = await provide('fonts', fontDirs().join(), (work, final) => {
    unpackTar(join(source, 'fonts.tar.br'), work);
    mkdirSync(join(work, 'cache'));
    writeFileSync(join(work, 'fonts.conf'), fontsConf(join(final, 'cache'), join(final, 'fonts')));
  });
  return { FONTCONFIG_FILE: join(target, 'fonts.conf'), XDG_CACHE_HOME: join(target, 'cache') };
}

async function unpackChromium(): Promise<Installed> {
  const source = join(packageDir('@sparticuz/chromium'), 'bin');
  const { version } = JSON.parse(readFileSync(join(source, '..', 'package.json'), 'utf8')) as { version: string };
  const target = await provide('browser', version, (work) => {
    writeFileSync(join(work, 'chromium'), brotliDecompressSync(readFileSync(join(source, 'chromium.br'))));
    chmodSync(join(work, 'chromium'), 0o755);
    for (const archive of ['al2023', 'swiftshader']) unpackTar(join(source, `${archive}.tar.br`), work);
  });
  return { executable: join(target, 'chromium'), env: { LD_LIBRARY_PATH: join(target, 'lib') } };
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function findBrowser(): Promise<Installed> {
  const given = process.env.CHROMIUM_PATH;
  if (given === 'bundled') return unpackChromium();
  if (given) {
    if (!executable(given)) throw new Error(`CHROMIUM_PATH=${given} is not an executable file`);
    return { executable: given, env: {} };
  }
  if (executable('/usr/bin/chromium')) return { executable: '/usr/bin/chromium', env: {} };
  return unpackChromium();
}

const flags: readonly string[] = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--font-render-hinting=none',
  '--lang=zh-CN',
];

/**
 * A Chromium with a new profile: CHROMIUM_PATH, else /usr/bin/chromium, else the one of the lock file (`bundled` asks for it). A missing browser
 * fails the test. Close it in `after`.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executable: executablePath, env } = await findBrowser();
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  try {
    return await chromium.launch({
      executablePath,
      headless: true,
      // Without root the sandbox still needs user namespaces, which many containers forbid; pages here are our own.
      chromiumSandbox: false,
      args: [...flags],
      env: { ...inherited, ...(await fontEnv()), ...env },
      timeout: 60_000,
    });
  } catch (error) {
    throw new Error(
      `The browser ${executablePath} does not start. Install Chromium (apt-get install chromium) or name one with CHROMIUM_PATH.`,
      { cause: error },
    );
  }
}
