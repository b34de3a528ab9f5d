/** A city that answers HTTP: departments, an account of each role, uploads and what they left behind. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { AppOptions } from '../../server/src/app.ts';
import { buildApp } from '../../server/src/app.ts';
import type { Role } from '../../server/src/context.ts';
import { collectionJobs } from '../../server/src/modules/collection/index.ts';
import { createBody } from '../../server/src/modules/identity/index.ts';
import type { Env } from '../../server/src/platform/config.ts';
import { execute, one, sql } from '../../server/src/platform/db.ts';
import type { HttpInstance } from '../../server/src/platform/http/index.ts';
import { newId } from '../../server/src/platform/ids.ts';
import type { Logger } from '../../server/src/platform/logging.ts';
import { addTestAccount, signInAs } from '../../server/src/testing-context.ts';
import { type CityContext, createCityContext } from './context.ts';
import { codeOf, DEPARTMENT } from './rows.ts';

export const OTHER_DEPARTMENT = { name: '示范市生态环境局', code: codeOf(2, '11') };
/** The accounts, by the login that is also their key. */
export const accounts = {
  officer: 'departmentOfficer',
  stranger: 'departmentOfficer',
  client: 'departmentSystem',
  representative: 'companyRepresentative',
  otherRepresentative: 'companyRepresentative',
  reader: 'authorisedReader',
  otherReader: 'authorisedReader',
  manager: 'accountManager',
  office: 'creditOffice',
  system: 'systemAdmin',
  security: 'securityAdmin',
  audit: 'auditAdmin',
  // No account may have it; this one was given it behind the platform's back.
  commandLine: 'operator',
} as const satisfies Record<string, Role>;
export type Login = keyof typeof accounts;

export type Method = 'GET' | 'POST' | 'DELETE' | 'PUT' | 'PATCH' | 'HEAD' | 'OPTIONS';
export interface CallOptions {
  readonly payload?: object | string | Buffer;
  readonly headers?: Record<string, string>;
  readonly remoteAddress?: string;
}

export interface Part {
  readonly name: string;
  readonly content: string | Buffer;
  readonly fileName?: string;
}

const boundary = '----chengxin-boundary';
/** multipart/form-data, fields before the file as the interface asks for. */
export function multipartOf(parts: readonly Part[]): { headers: Record<string, string>; payload: Buffer } {
  const pieces = parts.flatMap(({ name, content, fileName }) => {
    const file = fileName === undefined ? '' : `; filename="${fileName}"\r\ncontent-type: application/octet-stream`;
    return [
      Buffer.from(`--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ];
  });
  return {
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
    payload: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
  };
}

/** What one upload or request may change, counted. */
export interface Traces {
  readonly records: bigint;
  readonly subjects: bigint;
  readonly names: bigint;
  readonly identifiers: bigint;
  readonly keys: bigint;
  readonly persons: bigint;
  readonly personRecords: bigint;
  readonly rows: bigint;
  readonly findings: bigint;
  readonly drafts: bigint;
}

export interface HttpCity extends CityContext {
  readonly app: HttpInstance;
  readonly bodyId: string;
  readonly otherBodyId: string;
  readonly officeBodyId: string;
  /** The bank of `reader`. */
  readonly readerBodyId: string;
  readonly sessions: Readonly<Record<Login, Record<string, string>>>;
  /** Makes the account of a representative speak for a subject. */
  represent(login: 'representative' | 'otherRepresentative', subjectId: string): Promise<void>;
  call(login: Login | null, method: Method, url: string, options?: CallOptions): ReturnType<HttpCity['inject']>;
  inject(request: object): Promise<import('light-my-request').Response>;
  /** Sends a file; the answer to the POST. */
  upload(
    content: string | Buffer,
    options?: { fields?: Record<string, string>; fileName?: string; login?: Login },
  ): ReturnType<HttpCity['inject']>;
  /** Sends a file, lets the job work it off and reads the submission. */
  submit(
    content: string | Buffer,
    options?: { fields?: Record<string, string>; fileName?: string; login?: Login },
  ): Promise<SubmissionBody>;
  traces(): Promise<Traces>;
  /** Paths below DATA_DIR/tmp and unfinished files anywhere below DATA_DIR. */
  leftovers(): string[];
}

export interface Words {
  readonly zh: string;
  readonly en: string;
}
export interface SubmissionBody {
  readonly id: string;
  readonly state: 'received' | 'processing' | 'done' | 'failed';
  readonly standard: string;
  readonly edition: string | null;
  readonly fileName: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly failure: { code: string; message: Words; fix: Words; row: number | null } | null;
}
export interface FindingBody {
  readonly row: number;
  readonly field: string | null;
  readonly severity: string;
  readonly rule: string;
  readonly value: string | null;
  readonly newValue: string | null;
  readonly message: Words;
  readonly fix: Words;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

async function addAccount(city: CityContext, login: Login, bodyId: string | null): Promise<void> {
  const role = accounts[login];
  const given: Role = role === 'operator' ? 'creditOffice' : role;
  const subject = role === 'companyRepresentative' ? newId() : null;
  const { accountId } = await addTestAccount(city.ctx, login, [given], bodyId, subject);
  if (given !== role)
    await execute(
      city.ctx.db.app,
      sql`WITH gone AS (DELETE FROM identity.account_role WHERE account_id = ${accountId})
          INSERT INTO identity.account_role (account_id, role, granted_at, holder_id)
          SELECT account_id, ${role}, ${city.clock.now()}, holder_id FROM identity.account WHERE account_id = ${accountId}`,
    );
}

export async function createHttpCity(
  options: { now?: string; env?: Env; app?: AppOptions; log?: Logger } = {},
): Promise<HttpCity> {
  const { log, ...rest } = options;
  const made = await createCityContext(rest);
  const city = log ? { ...made, ctx: { ...made.ctx, log } } : made;
  collectionJobs(city.ctx);
  const app = await buildApp(city.ctx, options.app ?? {});
  const { bodyId } = await createBody(city.ctx.db.app, city.clock, { kind: 'department', ...DEPARTMENT });
  const { bodyId: otherBodyId } = await createBody(city.ctx.db.app, city.clock, {
    kind: 'department',
    ...OTHER_DEPARTMENT,
  });
  const office = await createBody(city.ctx.db.app, city.clock, {
    kind: 'creditOffice',
    name: '示范市信用办',
    code: codeOf(3, '11'),
  });
  const bank = (name: string) => createBody(city.ctx.db.app, city.clock, { kind: 'bank', name, code: null });
  const bodies: Partial<Record<Login, string>> = {
    officer: bodyId,
    stranger: otherBodyId,
    client: bodyId,
    office: office.bodyId,
    manager: bodyId,
    reader: (await bank('示范银行')).bodyId,
    otherReader: (await bank('城商银行')).bodyId,
  };
  const sessions = {} as Record<Login, Record<string, string>>;
  for (const login of Object.keys(accounts) as Login[]) {
    await addAccount(city, login, bodies[login] ?? null);
    sessions[login] = await signInAs(app, login);
  }
  const inject = (request: object) => app.inject(request);
  const call: HttpCity['call'] = (login, method, url, { payload, headers, remoteAddress } = {}) =>
    inject({
      method,
      url,
      headers: { ...(login ? sessions[login] : {}), ...headers },
      ...(payload === undefined ? {} : { payload }),
      ...(remoteAddress === undefined ? {} : { remoteAddress }),
    });
  const upload: HttpCity['upload'] = (content, { fields = {}, fileName = 'rows.csv', login = 'officer' } = {}) => {
    const parts = Object.entries(fields).map(([name, value]) => ({ name, content: value }));
    return call(login, 'POST', '/api/v1/submissions', multipartOf([...parts, { name: 'file', content, fileName }]));
  };
  return {
    ...city,
    app,
    bodyId,
    otherBodyId,
    officeBodyId: office.bodyId,
    readerBodyId: bodies.reader ?? '',
    async represent(login, subjectId) {
      await execute(
        city.ctx.db.app,
        sql`UPDATE identity.account SET subject_id = ${subjectId} WHERE login = ${login.toLowerCase()}`,
      );
    },
    sessions,
    inject,
    call,
    upload,
    async submit(content, sending = {}) {
      const accepted = await upload(content, sending);
      assert.equal(accepted.statusCode, 202, accepted.body);
      await city.ctx.jobs.drain(city.ctx);
      const read = await call(sending.login ?? 'officer', 'GET', `/api/v1/submissions/${accepted.json().id}`);
      assert.equal(read.statusCode, 200, read.body);
      return read.json();
    },
    traces: () => tracesOf(city),
    leftovers: () =>
      filesBelow(city.ctx.config.dataDir).filter(
        (path) => path.startsWith(join(city.ctx.config.dataDir, 'tmp')) || path.endsWith('.part'),
      ),
    async close() {
      await app.close();
      await city.close();
    },
  };
}

export async function tracesOf(city: CityContext): Promise<Traces> {
  const [organisations, persons] = await Promise.all([
    one<Omit<Traces, 'persons' | 'personRecords'>>(
      city.ctx.db.app,
      sql`SELECT (SELECT count(*) FROM core.record) AS records, (SELECT count(*) FROM core.subject) AS subjects,
                 (SELECT count(*) FROM core.subject_name) AS names, (SELECT count(*) FROM core.subject_identifier) AS identifiers,
                 (SELECT count(*) FROM core.record_key) AS keys, (SELECT count(*) FROM core.submission_row) AS rows,
                 (SELECT count(*) FROM core.finding) AS findings, (SELECT count(*) FROM core.draft) AS drafts`,
    ),
    one<Pick<Traces, 'persons' | 'personRecords'>>(
      city.ctx.db.person,
      sql`SELECT (SELECT count(*) FROM person.identifier) AS persons, (SELECT count(*) FROM person.record) AS "personRecords"`,
    ),
  ]);
  return { ...organisations, ...persons };
}

export async function findingsOf(
  city: HttpCity,
  submissionId: string,
  login: Login = 'officer',
): Promise<FindingBody[]> {
  const response = await city.call(login, 'GET', `/api/v1/submissions/${submissionId}/findings?limit=200`);
  assert.equal(response.statusCode, 200, response.body);
  return response.json().items;
}

const chinese = /\p{Script=Han}/u;
/** Said in both languages, each in its own. */
export function assertWords(words: Words | undefined, what: string): void {
  assert.ok(words, what);
  assert.match(words.zh, chinese, `${what}: zh`);
  assert.match(words.en, /[a-z]{3}/, `${what}: en`);
}

/** An RFC 9457 problem with its words, code and request id. */
export function assertProblem(
  response: { statusCode: number; headers: Record<string, unknown>; body: string },
  status: number,
  code: string,
): { detail: string; detailEn: string; errors?: { field: string; zh: string; en: string }[] } {
  assert.equal(response.statusCode, status, response.body.slice(0, 500));
  assert.match(String(response.headers['content-type']), /^application\/problem\+json/);
  const problem = JSON.parse(response.body);
  assert.equal(problem.code, code, response.body);
  assert.equal(problem.status, status);
  assert.equal(problem.type, `urn:chengxin:problem:${code}`);
  assertWords({ zh: problem.detail, en: problem.detailEn }, code);
  assert.ok(problem.requestId, 'a request id');
  assert.equal(response.headers['x-request-id'], problem.requestId);
  assert.doesNotMatch(response.body, /at .*\.ts:|node_modules|SELECT |relation "/, 'no stack, no SQL');
  return problem;
}
