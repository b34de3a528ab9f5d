/** Reads the folders of policy files. Every problem is collected with its place; nothing is thrown one by one. */
import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { Value } from 'typebox/value';
import { LineCounter, parseDocument } from 'yaml';
import { checkPolicyFiles } from './check-files.ts';
import { isPolicyKind, policyKinds, policySchemas } from './shapes.ts';
import type { PolicyFile, PolicyProblem } from './types.ts';

const MAX_FILES = 2_000;
const MAX_BYTES = 8 * 1024 * 1024;
const MAX_DEPTH = 5;
const MAX_SHAPE_PROBLEMS = 20;

/** Files of this ending show the form of something that a place writes itself; they are not loaded. */
const EXAMPLE = '.example.yaml';

/** A file that has its shape, and where it was found. */
export interface ReadPolicyFile {
  file: PolicyFile;
  path: string;
  /** Index of the folder: files of a later folder replace those of an earlier one (mergeFolders). */
  folder: number;
}

export interface LoadedPolicy {
  /** The files in force: empty when there are problems that keep them from being used. */
  files: PolicyFile[];
  /** Where each file came from, in the order of `files`. */
  paths: string[];
  problems: PolicyProblem[];
}

/**
 * Reads, checks and merges the folders, the shipped one first and the city's own after it.
 * With problems the files are returned as far as they have their shape, for showing; do not compile them.
 */
export async function loadPolicyFiles(folders: readonly string[]): Promise<LoadedPolicy> {
  const problems: PolicyProblem[] = [];
  const read: ReadPolicyFile[] = [];
  for (const [folder, root] of folders.entries()) {
    for (const path of await listFiles(root, problems)) {
      const file = await readPolicyFile(path, relative(root, path), problems);
      if (file) read.push({ file, path: relative(root, path), folder });
    }
  }
  const merged = mergeFolders(read, problems);
  problems.push(...checkPolicyFiles(merged));
  return { files: merged.map((entry) => entry.file), paths: merged.map((entry) => entry.path), problems };
}

async function listFiles(root: string, problems: PolicyProblem[]): Promise<string[]> {
  const found: string[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    entries.sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      if (entry.name.startsWith('.')) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory() && depth < MAX_DEPTH) await walk(path, depth + 1);
      else if (entry.isFile() && /\.ya?ml$/.test(entry.name) && !entry.name.endsWith(EXAMPLE)) found.push(path);
    }
  };
  try {
    await walk(root, 0);
  } catch {
    problems.push({
      file: root,
      path: '',
      zh: '无法读取政策文件夹，请检查路径和权限。',
      en: 'The policy folder cannot be read. Check its path and permissions.',
    });
  }
  if (found.length <= MAX_FILES) return found;
  problems.push({
    file: root,
    path: '',
    zh: `文件超过${MAX_FILES}个，只读取前${MAX_FILES}个，请合并文件。`,
    en: `There are more than ${MAX_FILES} files; only those many are read. Put several into one.`,
  });
  return found.slice(0, MAX_FILES);
}

async function readPolicyFile(path: string, shown: string, problems: PolicyProblem[]): Promise<PolicyFile | null> {
  if ((await stat(path)).size > MAX_BYTES) {
    const limit = MAX_BYTES / 1024 / 1024;
    problems.push({ file: shown, path: '', zh: `文件超过${limit} MB。`, en: `The file is larger than ${limit} MB.` });
    return null;
  }
  return parsePolicyText(await readFile(path, 'utf8'), shown, problems);
}

/** What a process has read before without a problem, by its text: a city is loaded again after each change. Never changed. */
const known = new Map<string, PolicyFile>();
const knownFiles = 1_000;

/** One file's text; problems are added, null when it cannot be used at all. */
export function parsePolicyText(text: string, file: string, problems: PolicyProblem[]): PolicyFile | null {
  const digest = createHash('sha256').update(text).digest('base64');
  const before = known.get(digest);
  if (before) return before;
  const many = problems.length;
  const read = readPolicyText(text, file, problems);
  if (read && problems.length === many) {
    if (known.size >= knownFiles) known.clear();
    known.set(digest, read);
  }
  return read;
}

function readPolicyText(text: string, file: string, problems: PolicyProblem[]): PolicyFile | null {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { version: '1.2', schema: 'core', uniqueKeys: true, lineCounter });
  for (const error of [...document.errors, ...document.warnings].slice(0, MAX_SHAPE_PROBLEMS)) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    problems.push({
      file,
      path: `${line}:${col}`,
      zh: `第${line}行第${col}列不符合 YAML 1.2 语法：${error.code}`,
      en: `Line ${line}, column ${col} is not valid YAML 1.2: ${error.message.split('\n')[0] ?? error.code}`,
    });
  }
  if (document.errors.length > 0) return null;
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 100 });
  } catch {
    problems.push({ file, path: '', zh: '引用（别名）过多。', en: 'The file has too many aliases.' });
    return null;
  }
  return shaped(value, file, problems);
}

/** A value in the shape of a policy file; problems are added, null when it has none. */
export function shaped(value: unknown, file: string, problems: PolicyProblem[]): PolicyFile | null {
  const kind = typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;
  if (!isPolicyKind(kind)) {
    problems.push({
      file,
      path: 'kind',
      zh: `kind 应为以下之一：${policyKinds.join('、')}。`,
      en: `kind must be one of: ${policyKinds.join(', ')}.`,
    });
    return null;
  }
  const schema = policySchemas[kind];
  if (Value.Check(schema, value)) return value as PolicyFile;
  for (const error of Value.Errors(schema, value).slice(0, MAX_SHAPE_PROBLEMS)) {
    problems.push({
      file,
      path: dotted(error.instancePath),
      ...shapeWords(error.keyword, error.params, error.message),
    });
  }
  return null;
}

/** /body/fields/3/code → body.fields[3].code */
function dotted(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part.replaceAll('~1', '/').replaceAll('~0', '~')}`))
    .join('')
    .replace(/^\./, '');
}

function shapeWords(keyword: string, params: object, message: string): { zh: string; en: string } {
  const names = Object.values(params).flat().map(String).slice(0, 10).join('、');
  const en = `${message}${names === '' ? '' : ` (${names})`}`;
  switch (keyword) {
    case 'required':
      return { zh: `缺少必需的项：${names}`, en };
    case 'additionalProperties':
    case 'unevaluatedProperties':
    case 'boolean':
      return { zh: `有不认识的项：${names}，请检查拼写`, en };
    case 'type':
      return { zh: `类型不对，应为：${names}（代码类的值请加引号）`, en };
    case 'const':
    case 'enum':
    case 'anyOf':
    case 'oneOf':
      return { zh: `取值不在允许的范围内：${names}`, en };
    case 'pattern':
      return { zh: `格式不符：${names}`, en };
    default:
      return { zh: `不符合要求：${message}`, en };
  }
}

const keyOf = (file: PolicyFile): string => `${file.kind} ${file.key}`;
const firstDay = (file: PolicyFile): string => file.validFrom ?? '';

/**
 * A city's file replaces the shipped one of the same kind and key, from its own first day on; earlier periods stay. Two
 * files of one folder with the same kind, key and first day are a mistake.
 */
function mergeFolders(read: readonly ReadPolicyFile[], problems: PolicyProblem[]): ReadPolicyFile[] {
  const byKey = new Map<string, ReadPolicyFile[]>();
  for (const entry of read) {
    const others = byKey.get(keyOf(entry.file)) ?? [];
    const twin = others.find(
      (other) =>
        other.folder === entry.folder &&
        firstDay(other.file) === firstDay(entry.file) &&
        (other.file.revision ?? 0) === (entry.file.revision ?? 0),
    );
    if (twin) {
      problems.push({
        file: entry.path,
        path: 'key',
        zh: `与 ${twin.path} 重复：同一类（${entry.file.kind}）、同一名称（${entry.file.key}）、同一生效日期。`,
        en: `It repeats ${twin.path}: the same kind (${entry.file.kind}), key (${entry.file.key}) and first day of effect.`,
      });
    }
    const kept = others.filter(
      (other) => other !== twin && (other.folder === entry.folder || firstDay(other.file) < firstDay(entry.file)),
    );
    byKey.set(keyOf(entry.file), [...kept, entry]);
  }
  return [...byKey.values()].flat();
}
