import { dirname, isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EnvironmentError } from './errors.ts';
import { scannerTarget } from './scanner.ts';

export const databaseRoles = ['migrator', 'app', 'person', 'log', 'sealer', 'audit'] as const;
/**
 * The logins, each with its own rights: `migrator` owns the schema, `app` runs the modules, `person` alone reaches the
 * person store, `log` only inserts into the access log, `sealer` seals it, `audit` reads it.
 */
export type DatabaseRole = (typeof databaseRoles)[number];
export type DatabaseUrls = Readonly<Record<DatabaseRole, string>>;

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
const logLevels: readonly LogLevel[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

export interface Config {
  /** The repository (or installed tree). */
  readonly root: string;
  readonly nodeEnv: 'production' | 'development' | 'test';
  readonly host: string;
  readonly port: number;
  /** Everything that this installation owns besides the database: keys, files, state. Never in the repository's history. */
  readonly dataDir: string;
  readonly filesDir: string;
  readonly keysDir: string;
  /** The shipped policy and, after it, the city's own folder if there is one. */
  readonly policyDirs: readonly string[];
  /** The address that others reach this installation by, without a trailing slash; used in QR codes and links. */
  readonly publicUrl: string;
  /** True when a declared proxy terminates TLS; a list of addresses or networks when only those are trusted. */
  readonly trustProxy: boolean | readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** The virus scanner of files as received: `clamd://HOST:PORT` or `clamd:/path`; null for none. */
  readonly scanner: string | null;
  readonly logLevel: LogLevel;
  /** The hash of new seals of the access log. */
  readonly logHash: 'sha256' | 'sm3';
  /** Files that are worked off side by side; each takes a worker thread and about 100 MB. */
  readonly filesAtOnce: number;
  /** Where checkpoints of the access log are written; the city ships this folder to another machine. */
  readonly checkpointDir: string;
  /** Where months of the access log go that leave the database. */
  readonly logArchiveDir: string;
  /** Folders of bodies' front-end machines, each named by the body's unified code; null = no drop folders. */
  readonly dropFolder: string | null;
  /** `host:port` of departments' databases that may be pulled from; nothing else is ever connected to. */
  readonly pullHosts: readonly string[];
  /** The ways in which people are told beside the inbox; null = not used. Nothing else is ever connected to for it. */
  readonly outgoing: {
    /** `smtp://` or `smtps://`, with login and password where the server wants them. */
    readonly mail: { readonly url: string; readonly from: string } | null;
    /** A gateway that takes signed HTTP POSTs, and the secret shared with it. */
    readonly sms: SignedGateway | null;
    readonly im: SignedGateway | null;
  };
  /** `host:port` of receivers that may be at a private address; every other one must be public and answer by https. */
  readonly receiverHosts: readonly string[];
  readonly database:
    | { readonly kind: 'embedded' }
    | { readonly kind: 'own'; readonly urls: DatabaseUrls; readonly sharedLogins: readonly DatabaseRole[] };
}

export interface SignedGateway {
  readonly url: string;
  readonly secret: string;
}

export type Env = Readonly<Record<string, string | undefined>>;

export const repositoryRoot: string = resolve(dirname(fileURLToPath(import.meta.url)), '../../..');

class Problems {
  readonly zh: string[] = [];
  readonly en: string[] = [];
  add(zh: string, en: string): void {
    this.zh.push(zh);
    this.en.push(en);
  }
}

function pathFrom(root: string, value: string): string {
  return isAbsolute(value) ? value : resolve(root, value);
}

function readPort(env: Env, problems: Problems): number {
  const text = env.PORT?.trim() || '8080';
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) {
    problems.add(
      `PORT=${text} 不是端口号，请设为 1 到 65535 之间的整数。`,
      `PORT=${text} is not a port. Use 1 to 65535.`,
    );
    return 8080;
  }
  return port;
}

function readLogLevel(env: Env, problems: Problems): LogLevel {
  const value = env.LOG_LEVEL?.trim() || 'info';
  const found = logLevels.find((level) => level === value);
  if (!found) {
    problems.add(
      `LOG_LEVEL=${value} 无效，可选：${logLevels.join('、')}。`,
      `LOG_LEVEL=${value} is unknown. Use one of ${logLevels.join(', ')}.`,
    );
  }
  return found ?? 'info';
}

function readLogHash(env: Env, problems: Problems): Config['logHash'] {
  const value = env.LOG_SEAL_HASH?.trim() || 'sha256';
  if (value === 'sha256' || value === 'sm3') return value;
  problems.add(
    `LOG_SEAL_HASH=${value} 无效，可选 sha256、sm3。`,
    `LOG_SEAL_HASH=${value} is unknown. Use sha256 or sm3.`,
  );
  return 'sha256';
}

function readFilesAtOnce(env: Env, problems: Problems): number {
  const value = env.COLLECT_FILES?.trim() || '2';
  if (/^[1-4]$/.test(value)) return Number(value);
  problems.add(`COLLECT_FILES=${value} 无效，请设为 1 到 4。`, `COLLECT_FILES=${value} is not valid. Use 1 to 4.`);
  return 2;
}

function readTrustProxy(env: Env): boolean | readonly string[] {
  const value = env.TRUST_PROXY?.trim() ?? '';
  if (value === '' || value === '0' || value === 'false') return false;
  if (value === '1' || value === 'true') return true;
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** Exact hosts with their port: the office that sets up a pull cannot reach anything that the operator did not name. */
function readHosts(env: Env, problems: Problems, name: 'PULL_HOSTS' | 'RECEIVER_HOSTS'): readonly string[] {
  const hosts = (env[name] ?? '')
    .split(',')
    .map((part) => part.trim().toLowerCase())
    .filter((part) => part !== '');
  for (const host of hosts) {
    if (/^(\[[0-9a-f:]+\]|[a-z0-9][a-z0-9.-]{0,252}):\d{1,5}$/.test(host)) continue;
    problems.add(
      `${name} 中的 ${host} 不对，应形如 db.example.gov.cn:5432，多个用逗号分隔。`,
      `${host} in ${name} is not like db.example.gov.cn:5432; separate several by commas.`,
    );
  }
  return hosts;
}

function readMail(env: Env, problems: Problems): Config['outgoing']['mail'] {
  const url = env.MAIL_URL?.trim();
  const from = env.MAIL_FROM?.trim();
  if (!url && !from) return null;
  if (!url || !/^smtps?:\/\/[^/\s]+\/?$/.test(url))
    problems.add(
      'MAIL_URL 应形如 smtps://用户:密码@mail.example.gov.cn:465。',
      'MAIL_URL must be like smtps://user:password@mail.example.gov.cn:465.',
    );
  if (!from || !/^[^\s@<>]+@[^\s@<>]+$/.test(from))
    problems.add('MAIL_FROM 应为发件邮箱地址。', 'MAIL_FROM must be the address that mails come from.');
  return { url: url ?? '', from: from ?? '' };
}

/** The secret is at least as long as a key of HMAC-SHA-256 that resists guessing. */
function readGateway(env: Env, name: 'SMS' | 'IM', problems: Problems): SignedGateway | null {
  const url = env[`${name}_URL`]?.trim();
  const secret = env[`${name}_SECRET`]?.trim() ?? '';
  if (!url) return null;
  if (!/^https?:\/\/[^/\s]+(\/\S*)?$/.test(url))
    problems.add(`${name}_URL=${url} 不是网址。`, `${name}_URL=${url} is not an address.`);
  if (secret.length < 32)
    problems.add(
      `设置了 ${name}_URL，但 ${name}_SECRET 少于 32 个字符。`,
      `${name}_URL is set, but ${name}_SECRET has fewer than 32 characters.`,
    );
  return { url, secret };
}

function readTls(env: Env, root: string, problems: Problems): Config['tls'] {
  const cert = env.TLS_CERT_FILE?.trim();
  const key = env.TLS_KEY_FILE?.trim();
  if (!cert && !key) return null;
  if (!cert || !key) {
    problems.add(
      'TLS_CERT_FILE 和 TLS_KEY_FILE 必须同时设置。',
      'TLS_CERT_FILE and TLS_KEY_FILE must be set together.',
    );
    return null;
  }
  return { certFile: pathFrom(root, cert), keyFile: pathFrom(root, key) };
}

function readScanner(env: Env, problems: Problems): string | null {
  const setting = env.SCANNER?.trim();
  if (!setting) return null;
  try {
    scannerTarget(setting);
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    problems.add(error.zh, error.en);
  }
  return setting;
}

function readDatabase(env: Env, problems: Problems): Config['database'] {
  const owner = env.DATABASE_URL?.trim();
  const others = databaseRoles.filter((role) => role !== 'migrator');
  if (!owner) {
    const stray = others.filter((role) => env[`DATABASE_URL_${role.toUpperCase()}`]?.trim());
    if (stray.length > 0) {
      const names = stray.map((role) => `DATABASE_URL_${role.toUpperCase()}`).join(', ');
      problems.add(
        `设置了 ${names}，但缺少 DATABASE_URL（建表账号的连接）。`,
        `${names} is set, but DATABASE_URL (the owner's connection) is missing.`,
      );
    }
    return { kind: 'embedded' };
  }
  const check = (name: string, url: string): string => {
    if (!/^postgres(ql)?:\/\/[^/]*\/[^/?]+/.test(url)) {
      problems.add(
        `${name} 不是 PostgreSQL 连接串，形如 postgresql://用户:密码@主机:5432/数据库。`,
        `${name} is not a PostgreSQL URL such as postgresql://user:password@host:5432/database.`,
      );
    }
    return url;
  };
  const shared: DatabaseRole[] = [];
  const urlOf = (role: DatabaseRole): string => {
    const name = `DATABASE_URL_${role.toUpperCase()}`;
    const url = env[name]?.trim();
    if (!url) {
      shared.push(role);
      return owner;
    }
    return check(name, url);
  };
  const urls: DatabaseUrls = {
    migrator: check('DATABASE_URL', owner),
    app: urlOf('app'),
    person: urlOf('person'),
    log: urlOf('log'),
    sealer: urlOf('sealer'),
    audit: urlOf('audit'),
  };
  return { kind: 'own', urls, sharedLogins: shared };
}

/** Reads and checks the configuration. Throws one EnvironmentError (exit code 3) that names everything that is wrong. */
export function loadConfig(env: Env = process.env, root: string = repositoryRoot): Config {
  const problems = new Problems();
  const nodeEnv = env.NODE_ENV === 'test' || env.NODE_ENV === 'development' ? env.NODE_ENV : 'production';
  const port = readPort(env, problems);
  const host = env.HOST?.trim() || '127.0.0.1';
  const dataDir = pathFrom(root, env.DATA_DIR?.trim() || '.data');
  const ownPolicy = env.POLICY_DIR?.trim();
  const tls = readTls(env, root, problems);
  const publicUrl = (env.PUBLIC_URL?.trim() || `${tls ? 'https' : 'http'}://${host}:${port}`).replace(/\/+$/, '');
  if (!/^https?:\/\/[^/\s]+(\/\S*)?$/.test(publicUrl)) {
    problems.add(
      `PUBLIC_URL=${publicUrl} 不是网址，应形如 https://credit.example.gov.cn。`,
      `PUBLIC_URL=${publicUrl} is not an address such as https://credit.example.gov.cn.`,
    );
  }
  if (env.CHENGXIN_NOW && nodeEnv !== 'test') {
    problems.add('CHENGXIN_NOW 仅供测试（NODE_ENV=test）。', 'CHENGXIN_NOW is for tests only (NODE_ENV=test).');
  }
  const config: Config = {
    root,
    nodeEnv,
    host,
    port,
    dataDir,
    filesDir: resolve(dataDir, 'files'),
    keysDir: resolve(dataDir, 'keys'),
    policyDirs: [resolve(root, 'policy'), ...(ownPolicy ? [pathFrom(root, ownPolicy)] : [])],
    publicUrl,
    trustProxy: readTrustProxy(env),
    tls,
    scanner: readScanner(env, problems),
    logLevel: readLogLevel(env, problems),
    logHash: readLogHash(env, problems),
    filesAtOnce: readFilesAtOnce(env, problems),
    checkpointDir: pathFrom(root, env.LOG_CHECKPOINT_DIR?.trim() || resolve(dataDir, 'checkpoints')),
    logArchiveDir: pathFrom(root, env.LOG_ARCHIVE_DIR?.trim() || resolve(dataDir, 'log-archive')),
    dropFolder: env.DROP_FOLDER?.trim() ? pathFrom(root, env.DROP_FOLDER.trim()) : null,
    outgoing: {
      mail: readMail(env, problems),
      sms: readGateway(env, 'SMS', problems),
      im: readGateway(env, 'IM', problems),
    },
    pullHosts: readHosts(env, problems, 'PULL_HOSTS'),
    receiverHosts: readHosts(env, problems, 'RECEIVER_HOSTS'),
    database: readDatabase(env, problems),
  };
  if (problems.zh.length > 0) {
    throw new EnvironmentError(
      `配置有误：${problems.zh.join(' ')}`,
      `The configuration is wrong: ${problems.en.join(' ')}`,
    );
  }
  return config;
}
