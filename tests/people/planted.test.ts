/**
 * Identifiers of made-up persons are planted through every way in, then everything that could carry them out is searched:
 * every table, the program's log, files, temporary files, a backup, exports, error bodies, public pages and interface.
 * Found nowhere, except where the person reads their own record or the officer the one request that the person wrote.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, it } from 'node:test';
import { inflateRawSync, zstdDecompressSync } from 'node:zlib';
import iconv from 'iconv-lite';
import pg from 'pg';
import { writeBackup } from '../../server/src/platform/backup/index.ts';
import { createLogger } from '../../server/src/platform/logging.ts';
import { createPeopleCity, OWN, type PeopleCity, PRIVACY } from '../support/people-city.ts';
import { citizenId, personName } from '../support/persons.ts';
import { licence, licenceCsv, penalty, penaltyCsv } from '../support/rows.ts';

let people: PeopleCity;
let superuser: pg.Client;
let logged = '';
const planted = new Map<string, string>();
const plant = (value: string, where: string): string => {
  planted.set(value, where);
  return value;
};
let serial = 400;
const idAt = (where: string): string => plant(citizenId(++serial), where);
const nameAt = (where: string): string => plant(personName(++serial), where);
const passportAt = (where: string): string => plant(`E${String(98_000_000 + ++serial)}`, where);
const phoneAt = (where: string): string => plant(`139${String(70_000_000 + ++serial)}`, where);

before(async () => {
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  people = await createPeopleCity({
    log: createLogger('trace', lines),
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  superuser = new pg.Client({ connectionString: people.city.database.superuserUrl });
  await superuser.connect();
});
after(async () => {
  await superuser.end();
  await people.city.close();
});

/** Bodies of answers that nobody but the person (or the one officer on the one request) gets are not kept here. */
const answers: { name: string; body: Buffer }[] = [];
function keep(name: string, response: { rawPayload: Buffer; headers: object }): void {
  answers.push({ name, body: response.rawPayload });
  answers.push({ name: `${name} headers`, body: Buffer.from(JSON.stringify(response.headers)) });
}

const person = (over: Record<string, string>) => ({ XK_XDR_LB: '自然人', XK_XDR_SHXYM: '', XK_FRDB: '', ...over });

async function plantByReporting(): Promise<void> {
  const { city } = people;
  await city.submit(
    licenceCsv([
      licence(401, person({ XK_XDR_MC: nameAt('licence'), XK_XDR_ZJLX: '身份证', XK_XDR_ZJHM: idAt('licence') })),
      licence(
        402,
        person({ XK_XDR_MC: nameAt('passport'), XK_XDR_ZJLX: '护照号', XK_XDR_ZJHM: passportAt('passport') }),
      ),
      licence(403, {
        XK_FRZJLX: '身份证',
        XK_FRZJHM: idAt('representative of a licence'),
        XK_NR: `准予，联系 ${idAt('text of a licence')}`,
      }),
    ]),
  );
  await city.submit(
    penaltyCsv([
      penalty(401, { CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('representative') }),
      penalty(402, { CF_FR_ZJLX: '护照号', CF_FR_ZJHM: passportAt('representative') }),
      penalty(403, { CF_SY: `当事人${idAt('text of a penalty')}占道经营` }),
      penalty(404, {
        ...{ CF_XDR_LB: '自然人', CF_XDR_SHXYM: '', CF_FRDB: '', CF_XDR_ZJLX: '身份证' },
        ...{ CF_XDR_MC: nameAt('barred'), CF_XDR_ZJHM: idAt('barred') },
      }),
      penalty(405, { CF_JDRQ: '2021-02-30', CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('refused row') }),
    ]),
  );
  const pushed = await city.call('officer', 'POST', '/api/v1/records:push', {
    payload: { standard: 'penalty', rows: [penalty(406, { CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('push') })] },
  });
  keep('push', pushed);
  await city.ctx.jobs.drain(city.ctx);
  const entered = await city.call('officer', 'POST', '/api/v1/records', {
    payload: { standard: 'penalty', values: penalty(407, { CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('form') }) },
  });
  keep('form', entered);
}

async function plantByLookups(): Promise<void> {
  await people.switchOn('lookup');
  keep('look-up', await people.lookUp(idAt('look-up')));
  keep('look-up of a passport', await people.lookUp(passportAt('look-up'), { documentType: 'passport' }));
  keep(
    'matter',
    await people.lookUp(idAt('look-up with texts'), {
      matter: `核对${idAt('matter')}`,
      caseNumber: idAt('case number'),
    }),
  );
  keep(
    'with a key',
    await people.city.call('officer', 'POST', '/api/v1/lookups', {
      payload: {
        documentType: 'citizenId',
        number: idAt('look-up with an idempotency key'),
        purpose: 'licenceHeld',
        matter: 'x',
        caseNumber: 'y',
      },
      headers: { 'idempotency-key': 'a-key-of-a-look-up' },
    }),
  );
  // Errors of every kind quote nothing.
  for (const over of [
    { number: `${idAt('wrong number')}1` },
    { purpose: 'curiosity' },
    { documentType: idAt('wrong type') },
    { extra: idAt('unknown field') },
  ])
    keep('refused look-up', await people.lookUp(idAt('refused look-up'), over));
  keep(
    'malformed',
    await people.city.call('officer', 'POST', '/api/v1/lookups', {
      payload: `{"number":"${idAt('malformed body')}`,
      headers: { 'content-type': 'application/json' },
    }),
  );
  keep(
    'in the address',
    await people.city.call('officer', 'GET', `/api/v1/lookups/${idAt('address')}?number=${idAt('query')}`),
  );
  keep(
    'not signed in',
    await people.city.call(null, 'POST', '/api/v1/lookups', { payload: { number: idAt('not signed in') } }),
  );
}

async function plantByRights(): Promise<void> {
  const number = idAt('own record');
  const secret = await people.own(number);
  await people.as(secret, 'GET', 'record');
  await people.as(secret, 'POST', 'requests', {
    kind: 'correct',
    statement: `我是${nameAt('statement')}，证件${idAt('statement')}，电话${phoneAt('statement')}`,
    contact: phoneAt('contact'),
  });
  await people.office('POST', `${PRIVACY}/requests`, {
    ...{
      kind: 'access',
      statement: `${nameAt('window')} ${phoneAt('window')}`,
      documentType: 'passport',
      number: passportAt('window'),
    },
    ...{ actingAs: 'guardian', documentSeen: true, contact: phoneAt('window contact') },
  });
  for (const login of ['office'] as const)
    keep('requests', await people.city.call(login, 'GET', `${PRIVACY}/requests`));
  keep(
    'refused window',
    await people.office('POST', `${PRIVACY}/requests`, {
      kind: 'access',
      statement: idAt('refused window'),
      number: idAt('refused window'),
    }),
  );
  keep(
    'no session',
    await people.city.call(null, 'GET', `${OWN}/record`, { headers: { 'x-own-session': idAt('session header') } }),
  );
  keep(
    'bad proof',
    await people.city.call(null, 'POST', `${OWN}/session`, {
      payload: { provider: 'test', assertion: idAt('assertion'), noticeHash: 'a'.repeat(64) },
    }),
  );
  keep(
    'incident',
    await people.office('POST', `${PRIVACY}/incidents`, {
      ...{
        kind: 'leak',
        discoveredAt: people.city.ctx.clock.now(),
        dataKinds: ['姓名'],
        persons: 1,
        cause: `误发${nameAt('incident')}${idAt('incident')}`,
      },
      ...{ harm: phoneAt('incident'), measures: '撤回', contact: phoneAt('incident contact') },
    }),
  );
  for (const tab of ['purposes', 'notices', 'consents', 'report/2026', 'retention', 'assessments'])
    keep(tab, await people.office('GET', `${PRIVACY}/${tab}`));
}

async function readWhatAnybodyReads(): Promise<void> {
  const { city } = people;
  const some = [...planted.keys()].slice(0, 12);
  for (const value of some)
    for (const url of [`/search?q=`, `/s/`, `/verify/`, `/api/v1/public/subjects?q=`, `/api/v1/public/subjects/`]) {
      const response = await city.call(null, 'GET', url + encodeURIComponent(value));
      // A search says back what was typed.
      const body = Buffer.from(response.body.replaceAll(value, '').replaceAll(encodeURIComponent(value), ''));
      answers.push({ name: url, body });
    }
  for (const url of [
    '/',
    '/about',
    '/help/privacy',
    '/api/v1/openapi.json',
    '/metrics',
    '/api/v1/public/site',
    `/s/${penalty(401).CF_XDR_SHXYM}`,
    `/s/${penalty(401).CF_XDR_SHXYM}/records.xlsx`,
    `/api/v1/public/subjects/${penalty(401).CF_XDR_SHXYM}/records`,
    `/api/v1/public/subjects/${penalty(401).CF_XDR_SHXYM}/report.pdf`,
  ])
    keep(url, await city.call(null, 'GET', url));
  const list = (await city.call('officer', 'GET', '/api/v1/submissions')).json();
  for (const url of [
    '/api/v1/submissions',
    '/api/v1/submissions.xlsx',
    '/api/v1/records',
    '/api/v1/records.xlsx',
    `/api/v1/subjects/${penalty(401).CF_XDR_SHXYM}?purpose=approval&caseNumber=A-1&matter=x`,
  ])
    keep(url, await city.call('officer', 'GET', url));
  for (const { id } of list.items)
    for (const part of ['', '/findings', '/findings.xlsx', '/rows'])
      keep(part, await city.call('officer', 'GET', `/api/v1/submissions/${id}${part}`));
}

/** What is inside a workbook: its parts, inflated. */
function inflated(bytes: Buffer): Buffer {
  const parts: Buffer[] = [bytes];
  for (let at = bytes.indexOf('PK\u0003\u0004'); at >= 0; at = bytes.indexOf('PK\u0003\u0004', at + 4)) {
    const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28);
    if (bytes.readUInt16LE(at + 8) !== 8) continue;
    try {
      parts.push(inflateRawSync(bytes.subarray(start)));
    } catch {
      // A signature inside data is no entry.
    }
  }
  return Buffer.concat(parts);
}

const forms = (value: string): Buffer[] => [
  Buffer.from(value),
  iconv.encode(value, 'gb18030'),
  Buffer.from(value, 'utf16le'),
];
const searched = { artefacts: 0, bytes: 0 };
const hits: string[] = [];
function search(name: string, bytes: Buffer): void {
  searched.artefacts += 1;
  searched.bytes += bytes.length;
  for (const [value, where] of planted)
    if (forms(value).some((form) => bytes.includes(form))) hits.push(`${name}: ${where}`);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());
}

it('planted identifiers of persons are found in no table, log, file, backup, export, error or page', async () => {
  await plantByReporting();
  await plantByLookups();
  await plantByRights();
  await readWhatAnybodyReads();
  for (const { name, body } of answers) search(`answer ${name}`, inflated(body));
  search('log of the program', Buffer.from(logged));
  const tables = await superuser.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
  );
  for (const { name } of tables.rows) {
    const rows = await superuser.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
    const text = rows.rows.map(({ row }) => row).join('\n');
    search(`table ${name}`, Buffer.from(text));
    // What stands in a bytea column is printed in hexadecimal.
    for (const [value, where] of planted)
      if (text.includes(Buffer.from(value).toString('hex'))) hits.push(`table ${name} (bytes): ${where}`);
  }
  for (const path of filesBelow(people.city.ctx.config.dataDir)) search(`file ${path}`, readFileSync(path));
  const folder = mkdtempSync(join(tmpdir(), 'cx-planted-'));
  try {
    const { config } = people.city.ctx;
    const target = join(folder, 'backup');
    await writeBackup({
      ...{ target, url: people.city.database.urls.migrator, filesDir: config.filesDir, keysDir: config.keysDir },
      ...{ dataDir: config.dataDir, withKeys: true, program: 'test', at: '2026-11-22T02:00:00.000Z' },
    });
    for (const path of filesBelow(folder)) {
      const bytes = readFileSync(path);
      search(`backup ${path}`, path.endsWith('.zst') ? zstdDecompressSync(bytes) : bytes);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  assert.deepEqual(hits, []);
  const held = await superuser.query(
    'SELECT (SELECT count(*) FROM person.identifier) AS numbers, (SELECT count(*) FROM person.record) AS records',
  );
  assert.ok(Number(held.rows[0]?.numbers) > 10 && Number(held.rows[0]?.records) > 0, 'they are there, as ciphertext');
  console.log(
    `# ${planted.size} identifiers planted; ${searched.artefacts} artefacts, ${searched.bytes} bytes searched; 0 hits`,
  );
});
