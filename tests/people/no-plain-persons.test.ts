/**
 * Wherever a department writes a person's number, it stands nowhere in plain afterwards (natural-persons §3 G22, "Files as
 * received"): not in a table, a job, the access log, a file, a temporary file or a log line.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import iconv from 'iconv-lite';
import pg from 'pg';
import { createLogger } from '../../server/src/platform/logging.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { AMBIGUOUS_ID, citizenId, personName } from '../support/persons.ts';
import { csv, licence, licenceCsv, PENALTY_HEADER, penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let superuser: pg.Client;
let logged = '';
/** What must not be found again, and where it was written. */
const secrets = new Map<string, string>();
const secret = (value: string, where: string): string => {
  secrets.set(value, where);
  return value;
};
let serial = 0;
const idAt = (where: string): string => secret(citizenId(++serial), where);
const nameAt = (where: string): string => secret(personName(++serial), where);

before(async () => {
  const lines = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logged += chunk.toString();
      done();
    },
  });
  city = await createHttpCity({ log: createLogger('trace', lines) });
  superuser = new pg.Client({ connectionString: city.database.superuserUrl });
  await superuser.connect();
});
after(async () => {
  await superuser.end();
  await city.close();
});

/** Every row of every table, as text; the person store's ciphertext too. */
async function inTables(): Promise<string[]> {
  const tables = await superuser.query<{ name: string }>(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1`,
  );
  const wanted = [...secrets.keys()];
  const hits: string[] = [];
  for (const { name } of tables.rows) {
    const found = await superuser.query<{ secret: string; row: string }>(
      `SELECT s.secret, left(t::text, 300) AS row FROM ${name} t
         JOIN unnest($1::text[]) AS s(secret) ON strpos(t::text, s.secret) > 0 OR strpos(t::text, encode(convert_to(s.secret, 'UTF8'), 'hex')) > 0`,
      [wanted],
    );
    for (const row of found.rows) hits.push(`${name}: ${secrets.get(row.secret)} (${row.row})`);
  }
  return hits;
}

function inFiles(): string[] {
  const folder = city.ctx.config.dataDir;
  const hits: string[] = [];
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!statSync(join(folder, name)).isFile()) continue;
    const bytes = readFileSync(join(folder, name));
    for (const [value, where] of secrets) {
      const forms = [Buffer.from(value), iconv.encode(value, 'gb18030'), Buffer.from(value, 'utf16le')];
      if (forms.some((form) => bytes.includes(form))) hits.push(`${name}: ${where}`);
    }
  }
  return hits;
}

async function nowhere(): Promise<void> {
  assert.deepEqual(await inTables(), []);
  assert.deepEqual(inFiles(), []);
  assert.deepEqual(city.leftovers(), []);
  for (const [value, where] of secrets) assert.ok(!logged.includes(value), `the log names: ${where}`);
}

const person = (over: Record<string, string>) => ({ XK_XDR_LB: '自然人', XK_XDR_SHXYM: '', XK_FRDB: '', ...over });
const punished = (over: Record<string, string>) => ({
  CF_XDR_LB: '自然人',
  CF_XDR_SHXYM: '',
  CF_FRDB: '',
  CF_XDR_ZJLX: '身份证',
  ...over,
});

describe('numbers of persons', () => {
  it('in their own columns: legal representatives, counterparties', async () => {
    const rows = [
      penalty(1, { CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('representative') }),
      penalty(2, { CF_FR_ZJLX: '护照号', CF_FR_ZJHM: secret('E98761234', 'passport of a representative') }),
      penalty(3, { CF_FR_ZJLX: '身份证', CF_FR_ZJHM: ` ${idAt('representative, blanks')} ` }),
      penalty(4, {
        CF_FR_ZJLX: '身份证',
        CF_FR_ZJHM: secret('110105194912310020', 'representative, wrong check digit'),
      }),
      penalty(5, { CF_FR_ZJLX: '没有这种', CF_FR_ZJHM: idAt('representative, unknown type') }),
      penalty(6, { CF_XDR_ZJLX: '身份证', CF_XDR_ZJHM: idAt('person column of an organisation') }),
      penalty(7, { CF_JDRQ: '2021-02-30', CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('representative of a refused row') }),
      // The same code under another name: a doubtful row keeps its payload.
      penalty(8, {
        CF_XDR_MC: '另一家公司',
        CF_XDR_SHXYM: penalty(1).CF_XDR_SHXYM ?? '',
        CF_FR_ZJLX: '身份证',
        CF_FR_ZJHM: idAt('representative of a doubtful row'),
      }),
    ];
    const submission = await city.submit(penaltyCsv(rows));
    assert.equal(submission.state, 'done');
    assert.equal(submission.counts.doubtful, 1, JSON.stringify(submission.counts));
    await nowhere();
  });
  it('in columns where they do not belong', async () => {
    const rows = [
      penalty(19, {
        CF_SY: `经查，${secret(AMBIGUOUS_ID, 'a number that passes as a unified code')}`,
        CF_FR_ZJLX: '身份证',
        CF_FR_ZJHM: AMBIGUOUS_ID,
      }),
      penalty(20, { CF_SY: `经查，当事人（${idAt('free text, unchanged')}）未明码标价。` }),
      penalty(21, { CF_SY: ` 经查，当事人（${idAt('free text that is normalised')}）未明码标价。\u00a0` }),
      penalty(22, { CF_NR: `罚款，联系人 ${'１１０１０５'}${full(idAt('free text, full width').slice(6))}` }),
      penalty(23, { CF_NR: `罚款，证件 ${grouped(idAt('free text, grouped'))}` }),
      penalty(24, { CF_XDR_GSZC: idAt('registration number') }),
      penalty(25, { CF_XDR_SHXYM: idAt('unified code') }),
      penalty(26, { CF_CFLB: idAt('enumeration') }),
      penalty(27, { CF_JDRQ: idAt('date') }),
      penalty(28, { CF_NR_FK: idAt('amount') }),
      penalty(29, { CF_WSH: `示市监罚〔2026〕${idAt('document number')}号` }),
      penalty(30, { CF_XDR_ZZJG: idAt('organisation code') }),
      penalty(31, { CF_XDR_SWDJ: idAt('tax number') }),
      penalty(32, { CF_XDR_SHZZ: idAt('social number') }),
      penalty(33, { CF_CFJGDM: idAt('code of the deciding body') }),
      penalty(34, { CF_SJLYDM: idAt('code of the source body') }),
      penalty(35, { CF_SY: `=cmd|'${idAt('formula')}'!A0` }),
      penalty(36, { CF_SY: `${idAt('a cell too long')}${'长'.repeat(9000)}` }),
      penalty(37, { CF_XDR_MC: `某店${idAt('name of the subject')}` }),
      penalty(38, { CF_FRDB: idAt('name of the representative') }),
      penalty(39, { CF_CFJG: `局${idAt('name of the deciding body')}` }),
      penalty(40, { BZ: `${idAt('remark, invalid character')}\u0001` }),
      penalty(41, { CF_XDR_LB: idAt('category') }),
      penalty(42, { CF_FR_ZJLX: idAt('type of document') }),
      penalty(43, { CF_XDR_MC: `某店${idAt('name, contradicting')}`, CF_XDR_SHXYM: penalty(1).CF_XDR_SHXYM ?? '' }),
    ];
    const submission = await city.submit(penaltyCsv(rows));
    assert.equal(submission.state, 'done');
    assert.equal(submission.counts.rows, rows.length);
    await nowhere();
  });
  it('in rows that shifted, in files that fail, in names of files and in headings', async () => {
    const shifted = Object.fromEntries(
      PENALTY_HEADER.map((code, at) => [
        code,
        at === 0 ? idAt('shifted') : (penalty(50)[PENALTY_HEADER[at - 1] ?? ''] ?? ''),
      ]),
    );
    await city.submit(penaltyCsv([shifted, { ...penalty(51), CF_CFJG: idAt('swapped') }]));
    const failing = await city.submit(
      [
        penaltyCsv([penalty(52, { CF_FR_ZJHM: idAt('file that fails') })]),
        csv([...PENALTY_HEADER].reverse(), [penalty(53)]),
      ].join('\r\n'),
    );
    assert.equal(failing.state, 'failed');
    const headless = await city.submit(
      Array.from({ length: 12 }, () => `${idAt('file without a header')},${nameAt('file without a header')}`).join(
        '\r\n',
      ),
      { fields: { standard: 'penalty' } },
    );
    assert.equal(headless.failure?.code, 'no-header');
    await city.submit(penaltyCsv([penalty(54)]), { fileName: `${idAt('name of the file')}.csv` });
    const extra = [...PENALTY_HEADER, `经办人${idAt('heading')}`];
    await city.submit(csv(extra, [penalty(55)]));
    await city.submit(csv([...PENALTY_HEADER, `联系人${idAt('repeated heading')}`, 'CF_WSH'], [penalty(56)]));
    await nowhere();
  });
  it("of persons whose rows are stored, refused, barred or a child's", async () => {
    const licences = [
      licence(60, person({ XK_XDR_MC: nameAt('stored'), XK_XDR_ZJLX: '身份证', XK_XDR_ZJHM: idAt('stored') })),
      licence(
        61,
        person({
          XK_XDR_MC: ` ${nameAt('stored, name with blanks')}\u00a0`,
          XK_XDR_ZJLX: '身份证',
          XK_XDR_ZJHM: idAt('stored, name with blanks'),
        }),
      ),
      licence(
        62,
        person({
          XK_XDR_MC: ` ${nameAt('refused')} `,
          XK_XDR_ZJLX: '身份证',
          XK_XDR_ZJHM: idAt('refused'),
          XK_JDRQ: '2021-02-30',
        }),
      ),
      licence(
        63,
        person({
          XK_XDR_MC: nameAt('minor'),
          XK_XDR_ZJLX: '身份证',
          XK_XDR_ZJHM: secret(citizenId(700, '20150615'), 'minor'),
        }),
      ),
      licence(
        64,
        person({ XK_XDR_MC: nameAt('too long').repeat(60), XK_XDR_ZJLX: '身份证', XK_XDR_ZJHM: idAt('too long') }),
      ),
      licence(
        65,
        person({
          XK_XDR_MC: nameAt('content'),
          XK_NR: ` 准予${nameAt('in the content')}从业 `,
          XK_XDR_ZJLX: '身份证',
          XK_XDR_ZJHM: idAt('content'),
        }),
      ),
      licence(
        66,
        person({
          XK_XDR_MC: nameAt('category missing'),
          XK_XDR_LB: '',
          XK_XDR_ZJLX: '身份证',
          XK_XDR_ZJHM: idAt('category missing'),
        }),
      ),
    ];
    const stored = await city.submit(licenceCsv(licences));
    assert.equal(stored.state, 'done');
    assert.ok((stored.counts.accepted ?? 0) >= 3, JSON.stringify(stored.counts));
    const barred = await city.submit(
      penaltyCsv([
        penalty(70, punished({ CF_XDR_MC: nameAt('barred'), CF_XDR_ZJHM: idAt('barred') })),
        penalty(
          71,
          punished({
            CF_XDR_MC: `\u00a0${nameAt('barred, name with blanks')} `,
            CF_SY: ` ${nameAt('barred, facts')}占道经营 `,
            CF_XDR_ZJHM: idAt('barred, name with blanks'),
          }),
        ),
        penalty(72, punished({ CF_XDR_MC: `=${nameAt('barred, formula')}`, CF_XDR_ZJHM: idAt('barred, formula') })),
      ]),
    );
    assert.equal(barred.counts.refused, 3);
    await nowhere();
    const held = await superuser.query('SELECT cipher FROM person.identifier');
    assert.ok(held.rows.length > 0, 'the person store has them, as ciphertext');
  });
  it('by form, by push and while a second reader is awaited', async () => {
    const own = (values: Record<string, string>) => ({ standard: 'penalty', values });
    const post = (url: string, payload: object) => city.call('officer', 'POST', url, { payload });
    const dry = await post('/api/v1/records', {
      ...own(penalty(80, { CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('form, dry') })),
      dryRun: true,
    });
    assert.equal(dry.json().outcome, 'checked', dry.body);
    const entered = await post(
      '/api/v1/records',
      own(penalty(80, { CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('form'), CF_SY: ` 当事人${idAt('form, text')} ` })),
    );
    assert.equal(entered.json().outcome, 'accepted', entered.body);
    const withdrawn = await post(`/api/v1/records/${entered.json().recordId}/withdraw`, {
      reason: `误报，本人证件${idAt('reason of a withdrawal')}`,
    });
    assert.equal(withdrawn.statusCode, 200, withdrawn.body);
    const pushed = await post('/api/v1/records:push', {
      standard: 'penalty',
      rows: [penalty(81, { CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('push') })],
    });
    assert.equal(pushed.statusCode, 202, pushed.body);
    // Before the job ran: nothing waits in plain.
    await nowhere();
    await city.ctx.jobs.drain(city.ctx);
    await superuser.query('UPDATE core.body SET second_reader = true WHERE body_id = $1', [city.bodyId]);
    const waiting = await post(
      '/api/v1/records',
      own(penalty(82, { CF_FR_ZJLX: '身份证', CF_FR_ZJHM: idAt('draft') })),
    );
    assert.equal(waiting.json().outcome, 'waiting', waiting.body);
    await superuser.query('UPDATE core.body SET second_reader = false WHERE body_id = $1', [city.bodyId]);
    await nowhere();
  });
  it('asked for in addresses, queries and headers of requests', async () => {
    const id = idAt('query');
    for (const url of [
      `/search?q=${id}`,
      `/s/${id}`,
      `/api/v1/public/subjects?q=${id}`,
      `/api/v1/public/subjects/${id}`,
      `/verify/${id}`,
    ]) {
      const response = await city.call(null, 'GET', url, {
        headers: { 'user-agent': id, referer: `http://localhost/${id}` },
      });
      assert.ok([200, 303, 400, 404].includes(response.statusCode), url);
    }
    for (const url of [
      `/api/v1/subjects?q=${id}`,
      `/api/v1/subjects/${id}?purpose=approval&caseNumber=${id}`,
      `/api/v1/submissions?q=${id}`,
      `/api/v1/subjects/lookup?code=${id}`,
    ]) {
      for (const login of ['officer', 'system'] as const) await city.call(login, 'GET', url);
    }
    await nowhere();
  });
});

const full = (text: string): string =>
  [...text].map((unit) => String.fromCharCode(unit.charCodeAt(0) + 0xfee0)).join('');
/** As people write it; the plain form is looked for, and this form too. */
function grouped(id: string): string {
  const text = `${id.slice(0, 6)} ${id.slice(6, 14)} ${id.slice(14)}`;
  secret(text, 'free text, grouped (as written)');
  return text;
}
