/** Guardrails G3–G6, G14–G24 of natural-persons.md, each tried: what is forbidden is refused by the route, the rule or the table. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import pg from 'pg';
import { personPorts } from '../../server/src/module-ports.ts';
import { applyRetention } from '../../server/src/modules/persons/index.ts';
import { repositoryRoot } from '../../server/src/platform/config.ts';
import { one, sql } from '../../server/src/platform/db.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { createPeopleCity, OWN, type PeopleCity, PRIVACY } from '../support/people-city.ts';
import { citizenId } from '../support/persons.ts';

let people: PeopleCity;
let superuser: pg.Client;
before(async () => {
  people = await createPeopleCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
  superuser = new pg.Client({ connectionString: people.city.database.superuserUrl });
  await superuser.connect();
});
after(async () => {
  await superuser.end();
  await people.city.close();
});

const json = (response: { body: string }) => JSON.parse(response.body);
const shape = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(shape)
    : value !== null && typeof value === 'object'
      ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
      : typeof value;
const count = async (statement: string, values: unknown[] = []): Promise<number> =>
  Number((await superuser.query<{ count: string }>(statement, values)).rows[0]?.count);
const rejects = (statement: string, values: unknown[], code: string): Promise<void> =>
  assert.rejects(people.city.ctx.db.person.query(statement, values), { code }, statement);

describe('G24 a fresh installation', { concurrency: false }, () => {
  it('has every function that touches natural persons off (T7)', async () => {
    assert.equal(await count('SELECT count(*) FROM person.activation'), 0);
    assert.equal(await count('SELECT count(*) FROM person.voluntary_use'), 0);
    assert.equal(await count(`SELECT count(*) FROM person.purpose WHERE kind = 'voluntary'`), 0);
    const number = await people.report(1, '欧阳青岚');
    const off = await people.lookUp(number);
    assert.equal(off.statusCode, 501, off.body);
    assert.equal(await count('SELECT count(*) FROM person.lookup'), 0);
  });
  it('one step turns a function off again, without harm to others', async () => {
    await people.switchOn('lookup');
    assert.equal((await people.lookUp(citizenId(1))).statusCode, 200);
    const off = await people.office('POST', `${PRIVACY}/functions:deactivate`, { feature: 'lookup', reason: '演练' });
    assert.equal(off.statusCode, 204, off.body);
    assert.equal((await people.lookUp(citizenId(1))).statusCode, 501);
    assert.equal((await people.city.call(null, 'GET', '/api/v1/public/subjects?q=%E7%A4%BA%E8%8C%83')).statusCode, 200);
    await people.own(citizenId(1));
    await people.switchOn('lookup');
  });
});

describe('impact assessments', () => {
  it('come first: no activation without one that somebody else approved (PIPL art. 55)', async () => {
    const content = { lawfulness: '一', impact: '二', measures: '三' };
    const written = await people.office('POST', `${PRIVACY}/assessments`, {
      feature: 'lookup',
      title: '评估',
      content,
    });
    const { assessmentId } = json(written);
    const own = await people.office('POST', `${PRIVACY}/assessments/${assessmentId}/decide`, { approve: true });
    assert.equal(own.statusCode, 409, 'not by its author');
    const early = await people.office('POST', `${PRIVACY}/functions:activate`, { feature: 'lookup', assessmentId });
    assert.equal(early.statusCode, 409);
    // Nor past the rules: the key cannot be met.
    await rejects(
      `INSERT INTO person.activation (activation_id, feature, assessment_id, assessment_state, activated_by, activated_at, is_open) VALUES ($1, 'lookup2', $2, 'approved', $1, '2026-11-22', true)`,
      [newId(), assessmentId],
      '23503',
    );
    await rejects(
      `INSERT INTO person.assessment (assessment_id, feature, title, content, content_hash, state, written_by, written_at, decided_by, decided_at, valid_until, keep_until) VALUES ($1, 'x', 'x', '{}', 'x', 'approved', $2, '2026-11-22', $2, '2026-11-22', '2027-01-01', '2030-01-01')`,
      [newId(), newId()],
      '23514',
    );
    const another = await people.office('POST', `${PRIVACY}/assessments`, { feature: 'score', title: '评分', content });
    assert.equal(another.statusCode, 422, 'there is no such function');
  });
});

describe('G14 a look-up', { concurrency: false }, () => {
  it('is of one person, for a purpose, matter and case; the number stands in the body and nowhere else', async () => {
    const number = await people.report(2, '司徒望舒');
    const answer = await people.lookUp(number);
    assert.equal(answer.statusCode, 200, answer.body);
    assert.equal(json(answer).entries.length, 1, answer.body);
    assert.doesNotMatch(answer.body, new RegExp(`${number}|司徒`), 'says no more about the person than was typed');
    for (const missing of ['purpose', 'matter', 'caseNumber', 'number', 'documentType']) {
      const refused = await people.lookUp(number, { [missing]: undefined });
      assert.equal(refused.statusCode, 400, missing);
    }
    for (const empty of ['purpose', 'matter', 'caseNumber'])
      assert.equal((await people.lookUp(number, { [empty]: '' })).statusCode, 400);
    for (const url of [`/api/v1/lookups?number=${number}`, `/api/v1/lookups/${number}`, '/api/v1/lookups'])
      assert.ok([404, 405].includes((await people.city.call('officer', 'GET', url)).statusCode), url);
  });
  it('knows no wildcard, part, list, range or name', async () => {
    const number = citizenId(2);
    for (const tried of [
      `${number.slice(0, 17)}*`,
      `${number.slice(0, 10)}%`,
      `${number.slice(0, 17)}_`,
      number.slice(0, 6),
      `${number},${citizenId(1)}`,
      `${number} ${citizenId(1)}`,
      '司徒望舒',
      `' OR 1=1 --`,
      '110105********0020',
    ]) {
      const response = await people.lookUp(tried);
      assert.equal(response.statusCode, 400, tried);
      assert.ok(!response.body.includes(number), 'an error never quotes');
    }
    for (const list of [[number], { eq: number }, [number, citizenId(1)]])
      assert.equal((await people.lookUp(number, { number: list })).statusCode, 400);
    for (const extra of [{ numbers: [number] }, { name: '司徒' }, { limit: 50 }])
      assert.equal((await people.lookUp(number, extra)).statusCode, 400, 'nothing beside');
  });
  it('needs a purpose of the register that is in force, and only for its items', async () => {
    const number = citizenId(2);
    for (const purpose of ['recordKeeping', 'ownRecord', 'curiosity', 'representative'])
      assert.equal((await people.lookUp(number, { purpose })).statusCode, 422, purpose);
    assert.deepEqual(json(await people.lookUp(number, { purpose: 'statutoryList' })).entries, []);
    const ended = await people.office('POST', `${PRIVACY}/purposes/statutoryList/end`, { reason: '本市尚无此类名单' });
    assert.equal(ended.statusCode, 204, ended.body);
    assert.equal((await people.lookUp(number, { purpose: 'statutoryList' })).statusCode, 422);
    assert.equal(
      (await people.office('POST', `${PRIVACY}/purposes/recordKeeping/end`, { reason: '试' })).statusCode,
      422,
      'what a statute rests on is not ended by hand',
    );
  });
  it('answers alike in form for somebody, nobody, a minor and the restricted', async () => {
    const held = json(await people.lookUp(citizenId(2)));
    const nobody = json(await people.lookUp(citizenId(777)));
    const minor = json(await people.lookUp(citizenId(778, '20150615')));
    assert.deepEqual(nobody.entries, []);
    assert.deepEqual(minor.entries, []);
    assert.deepEqual(shape({ ...held, entries: [] }), shape(nobody));
    assert.deepEqual(shape(minor), shape(nobody));
  });
  it('is shown to the person, each one, with body, matter and case and a masked officer', async () => {
    const secret = await people.own(citizenId(2));
    const record = json(await people.as(secret, 'GET', 'record'));
    const mine = record.lookups.filter((row: { purpose: string }) => row.purpose === 'licenceHeld');
    assert.equal(
      mine.length,
      await count(
        `SELECT count(*) FROM person.lookup l JOIN person.token_alias a ON a.anchor = l.token WHERE a.token = $1 AND purpose = 'licenceHeld'`,
        [people.city.ctx.keys.token('citizenId', citizenId(2))],
      ),
    );
    assert.ok(mine.length > 0);
    assert.deepEqual([mine[0].caseNumber, mine[0].matter], ['A-1', '从业许可核对']);
    assert.match(mine[0].officer, /\*/);
    // Also one about whom nothing is held.
    const nobody = json(await people.as(await people.own(citizenId(777)), 'GET', 'record'));
    assert.deepEqual([nobody.records.length, nobody.lookups.length], [0, 1]);
  });
  it('is logged by token, and never without its log', async () => {
    const token = people.city.ctx.keys.token('citizenId', citizenId(2));
    const rows = await superuser.query(
      `SELECT purpose, matter, case_number, account_id, detail::text AS detail FROM log.access_log WHERE action = 'person.lookup' AND outcome = 'ok' AND resource_id = $1`,
      [token],
    );
    assert.ok(rows.rows.length > 0);
    for (const row of rows.rows) assert.ok(row.account_id && row.matter && row.case_number && row.purpose);
    const before = await count('SELECT count(*) FROM person.lookup');
    await superuser.query('REVOKE INSERT ON log.access_log FROM chengxin_app');
    await superuser.query(
      `REVOKE INSERT (log_id, at, actor_kind, account_id, actor_name, body_id, os_user, action, resource_kind, resource_id, subject_id, purpose, matter, case_number, outcome, address, request_id, detail) ON log.access_log FROM chengxin_app`,
    );
    const refused = await people.lookUp(citizenId(2));
    await superuser.query(
      `GRANT INSERT (log_id, at, actor_kind, account_id, actor_name, body_id, os_user, action, resource_kind, resource_id, subject_id, purpose, matter, case_number, outcome, address, request_id, detail) ON log.access_log TO chengxin_app`,
    );
    assert.equal(refused.statusCode, 503, refused.body);
    assert.equal(
      await count('SELECT count(*) FROM person.lookup'),
      before,
      'nothing was answered, nothing was counted',
    );
  });
  it('is for officers of obliged bodies only', async () => {
    for (const login of [
      'office',
      'client',
      'representative',
      'reader',
      'manager',
      'system',
      'security',
      'audit',
      'commandLine',
    ] as const) {
      const response = await people.city.call(login, 'POST', '/api/v1/lookups', {
        payload: {
          documentType: 'citizenId',
          number: citizenId(2),
          purpose: 'licenceHeld',
          matter: 'x',
          caseNumber: 'y',
        },
      });
      assert.equal(response.statusCode, 403, login);
    }
    assert.equal((await people.city.call(null, 'POST', '/api/v1/lookups', { payload: {} })).statusCode, 401);
  });
  it('is limited by officer and by body, also when many ask at once', async () => {
    await people.later({ hours: 25 });
    const { perOfficerHour } = people.city.ctx.policy().persons().lookup;
    const answers = await Promise.all(
      Array.from({ length: perOfficerHour + 10 }, (_, serial) => people.lookUp(citizenId(100 + serial))),
    );
    const codes = answers.map((answer) => answer.statusCode);
    assert.equal(codes.filter((code) => code === 200).length, perOfficerHour, codes.join());
    assert.equal(codes.filter((code) => code === 429).length, 10);
    await people.later({ hours: 25 });
  });
});

describe('G15–G17 publicity', () => {
  it('the portal and the public interface have no page, search or export of a person', async () => {
    for (const url of [
      `/search?q=${citizenId(2)}`,
      `/s/${citizenId(2)}`,
      `/api/v1/public/subjects?q=${encodeURIComponent('司徒望舒')}`,
    ]) {
      const response = await people.city.call(null, 'GET', url);
      assert.doesNotMatch(
        response.body.replaceAll(citizenId(2), ''),
        /司徒望舒/u.test(url) ? /"name"/ : /司徒望舒/,
        url,
      );
    }
  });
  it('G16 there is no list of persons to republish and no export function', () => {
    const files = readdirSync(join(repositoryRoot, 'server/src/modules/persons')).filter(
      (name) => /\.ts$/.test(name) && !/\.test\./.test(name),
    );
    for (const name of files) {
      const text = readFileSync(join(repositoryRoot, 'server/src/modules/persons', name), 'utf8');
      assert.doesNotMatch(text, /writeXlsx|writeCsv|xlsx|\.parquet/i, name);
      // G14: every statement about rows of persons asks for one token, but for terms, keys and erasures.
      if (!/^(rotation|erase|duty|purpose)-queries/.test(name))
        assert.doesNotMatch(text, /FROM person\.(record|identifier)\s+(ORDER|LIMIT|`)/, name);
    }
  });
});

describe('the own record (F1)', { concurrency: false }, () => {
  it('opens by a proof of identity that counts once, after the notice', async () => {
    const secret = await people.own(citizenId(3));
    assert.equal((await people.as(secret, 'GET', 'record')).statusCode, 200);
    const reference = newId();
    await people.own(citizenId(3), { reference });
    await assert.rejects(people.own(citizenId(3), { reference }), /401/);
    await assert.rejects(people.own(citizenId(3), { expiresAt: '2020-01-01T00:00:00.000Z' }), /401/);
    const forged = await people.city.call(null, 'POST', `${OWN}/session`, {
      payload: { provider: 'test', assertion: 'eyJraW5kIjoiY2l0aXplbklkIn0.AAAA', noticeHash: 'a'.repeat(64) },
    });
    assert.equal(forged.statusCode, 401);
    for (const wrong of ['', 'x', 'A'.repeat(43), 'A'.repeat(5000)])
      assert.ok([401, 431].includes((await people.as(wrong, 'GET', 'record')).statusCode));
    await people.later({ minutes: 31 });
    assert.equal((await people.as(secret, 'GET', 'record')).statusCode, 401, 'over');
  });
  it('shows everything that is held in plain words, and a copy in the same form', async () => {
    const secret = await people.own(await people.report(4, '慕容砚秋'));
    const record = json(await people.as(secret, 'GET', 'record'));
    assert.equal(record.records.length, 1);
    assert.match(JSON.stringify(record.records), /慕容砚秋/);
    assert.match(record.document.masked, /^1\*{16}.$/);
    assert.ok(!JSON.stringify(record).includes(citizenId(4)));
    const copy = await people.as(secret, 'GET', 'record/copy');
    assert.match(String(copy.headers['content-disposition']), /attachment/);
    assert.deepEqual(json(copy).records, record.records);
    const other = await people.own(citizenId(5));
    assert.deepEqual(json(await people.as(other, 'GET', 'record')).records, []);
  });
  it('takes requests of each kind with a clock of working days, and hides them from others', async () => {
    const secret = await people.own(citizenId(4));
    const made = json(
      await people.as(secret, 'POST', 'requests', { kind: 'correct', statement: `我叫慕容砚秋 ${citizenId(4)}` }),
    );
    assert.match(made.number, /^GX\d{13}$/);
    const { workingDays } = people.city.ctx.policy().persons().requests;
    assert.equal(made.dueOn, people.city.ctx.policy().addWorkingDays(people.city.clock.today(), workingDays).on);
    const other = await people.own(citizenId(5));
    assert.equal((await people.as(other, 'GET', `requests/${made.requestId}`)).statusCode, 404);
    assert.equal(
      (await people.as(other, 'POST', `requests/${made.requestId}/act`, { act: 'withdraw', version: 1 })).statusCode,
      404,
    );
    const list = await people.office('GET', `${PRIVACY}/requests`);
    assert.ok(json(list).items.some((row: { number: string }) => row.number === made.number));
    assert.doesNotMatch(list.body, /慕容|1101/, 'the list says not who asks');
    const url = `${PRIVACY}/requests/${made.requestId}/act`;
    assert.equal(
      (await people.office('POST', url, { act: 'grant', version: 1, text: '已更正' })).statusCode,
      409,
      'accepted first',
    );
    const accepted = json(await people.office('POST', url, { act: 'accept', version: 1 }));
    assert.equal(accepted.state, 'accepted');
    assert.equal((await people.office('POST', url, { act: 'accept', version: 1 })).statusCode, 409, 'an old version');
    for (const body of [
      { act: 'refuse', version: 2, text: '不行' },
      { act: 'refuse', version: 2, reasonCode: 'statutoryDuty' },
      { act: 'refuse', version: 2, text: '不行', reasonCode: 'other' },
    ])
      assert.equal((await people.office('POST', url, body)).statusCode, 400, 'a refusal gives its reason');
    await rejects(
      `UPDATE person.request SET state = 'refused', closed_at = '2026-11-22' WHERE request_id = $1`,
      [made.requestId],
      '23514',
    );
    // The clock stands still while a supplement is awaited.
    const asked = json(await people.office('POST', url, { act: 'askSupplement', version: 2, text: '请补充证明' }));
    assert.equal(asked.state, 'supplement');
    await people.later({ days: 60 });
    const again = await people.own(citizenId(4));
    const back = json(
      await people.as(again, 'POST', `requests/${made.requestId}/act`, { act: 'supply', version: 3, text: '已补充' }),
    );
    assert.ok(back.dueOn > people.city.clock.today(), back.dueOn);
    const refused = json(
      await people.office('POST', url, {
        act: 'refuse',
        version: 4,
        text: '经核实无误',
        reasonCode: 'correctAtSource',
      }),
    );
    assert.deepEqual([refused.state, refused.acts.length], ['refused', 0]);
    const seen = json(await people.as(again, 'GET', `requests/${made.requestId}`));
    assert.match(seen.answer, /经核实/);
    assert.match(seen.reason.article, /第四十六条/);
  });
  it('restriction and refusal take effect at once: no look-up sees the data', async () => {
    const number = await people.report(6, '尉迟既明');
    assert.equal(json(await people.lookUp(number)).entries.length, 1);
    const secret = await people.own(number);
    const made = json(await people.as(secret, 'POST', 'requests', { kind: 'restrict', statement: '请限制' }));
    const url = `${PRIVACY}/requests/${made.requestId}/act`;
    await people.office('POST', url, { act: 'accept', version: 1 });
    assert.equal((await people.office('POST', url, { act: 'grant', version: 2, text: '已限制' })).statusCode, 200);
    assert.deepEqual(json(await people.lookUp(number)).entries, []);
    assert.equal(json(await people.as(secret, 'GET', 'record')).records.length, 1, 'the person still sees them');
  });
  it('G21 the deceased: whatever survivors are granted, the data are frozen', async () => {
    const number = await people.report(7, '闻人云深');
    const made = await people.office('POST', `${PRIVACY}/requests`, {
      ...{
        kind: 'access',
        statement: '近亲属查阅',
        documentType: 'citizenId',
        number,
        actingAs: 'survivor',
        documentSeen: true,
      },
    });
    assert.equal(made.statusCode, 200, made.body);
    const url = `${PRIVACY}/requests/${json(made).requestId}/act`;
    await people.office('POST', url, { act: 'accept', version: 1 });
    await people.office('POST', url, { act: 'grant', version: 2, text: '已提供' });
    assert.deepEqual(json(await people.lookUp(number)).entries, []);
    assert.equal(
      (
        await people.office('POST', `${PRIVACY}/requests`, {
          kind: 'access',
          statement: 'x',
          documentType: 'citizenId',
          number,
          actingAs: 'survivor',
        })
      ).statusCode,
      400,
      'the document must be seen',
    );
  });
  it('G20 minors: the own record and a guardian, and nothing else', async () => {
    const child = citizenId(8, '20150615');
    const secret = await people.own(child, { actingAs: 'guardian' });
    const record = json(await people.as(secret, 'GET', 'record'));
    assert.deepEqual([record.minor, record.actingAs], [true, 'guardian']);
    assert.equal(
      (await people.as(secret, 'POST', 'requests', { kind: 'delete', statement: '删除孩子的信息' })).statusCode,
      200,
    );
    const consent = await people.as(secret, 'POST', 'consents', {
      purpose: 'library',
      noticeHash: 'a'.repeat(64),
      agree: true,
    });
    assert.equal(consent.statusCode, 403);
    const passport = await people.own('E98761234', { kind: 'passport' });
    assert.equal(json(await people.as(passport, 'GET', 'record')).minor, true, 'age unknown counts as a minor');
  });
  it('deletion: ciphertext, number, tokens and the row in the received file go; a digest stays', async () => {
    const number = await people.report(9, '东方知微');
    const token = people.city.ctx.keys.token('citizenId', number);
    const submission = (await superuser.query('SELECT submission_id FROM person.record WHERE token = $1', [token]))
      .rows[0]?.submission_id;
    const file = async () =>
      (await superuser.query('SELECT file_id, file_key FROM core.submission WHERE submission_id = $1', [submission]))
        .rows[0];
    const before = await file();
    const secret = await people.own(number);
    const made = json(await people.as(secret, 'POST', 'requests', { kind: 'delete', statement: '请删除' }));
    const url = `${PRIVACY}/requests/${made.requestId}/act`;
    await people.office('POST', url, { act: 'accept', version: 1 });
    const granted = await people.office('POST', url, { act: 'grant', version: 2, text: '已删除' });
    assert.equal(granted.statusCode, 200, granted.body);
    for (const table of ['record', 'identifier', 'token_alias'])
      assert.equal(await count(`SELECT count(*) FROM person.${table} WHERE token = $1`, [token]), 0, table);
    const now = await file();
    assert.notEqual(now.file_key, before.file_key);
    await assert.rejects(people.city.ctx.files.read(before.file_id, before.file_key), { code: 'ENOENT' });
    const chunks: Buffer[] = [];
    for await (const chunk of await people.city.ctx.files.read(now.file_id, now.file_key)) chunks.push(chunk as Buffer);
    assert.ok(!Buffer.concat(chunks).toString().includes(number));
    const ledger = (await superuser.query('SELECT scope, digest FROM person.erasure ORDER BY erased_at DESC LIMIT 3'))
      .rows;
    assert.deepEqual(ledger.map((row) => row.scope).sort(), ['file', 'person', 'record']);
    assert.ok(ledger.every((row) => /^[0-9a-f]{64}$/.test(row.digest) && !row.digest.includes(token)));
    assert.equal((await people.as(secret, 'GET', 'record')).statusCode, 401, 'the session went too');
  });
});

describe('G3–G6, G13 voluntary programmes', { concurrency: false }, () => {
  const text = { zh: '告知', en: 'notice' };
  let hash: string;
  it('are not built; when one comes, notice, own consent and assessment come first', async () => {
    const { ctx } = people.city;
    const purpose = {
      purpose: 'library',
      kind: 'voluntary',
      name: text,
      legalBasis: 1,
      basis: [],
      dataKinds: text,
      items: [],
      retainYears: 1,
    };
    await rejects(
      `INSERT INTO person.purpose (purpose, version, kind, legal_basis, content, content_hash, valid_from) VALUES ('x', 1, 'voluntary', 3, '{}', '', '2026-11-22')`,
      [],
      '23514',
    );
    await superuser.query(
      `INSERT INTO person.purpose (purpose, version, kind, legal_basis, content, content_hash, valid_from) VALUES ('library', 1, 'voluntary', 1, $1, '', '2026-11-22')`,
      [JSON.stringify(purpose)],
    );
    const secret = await people.own(citizenId(20));
    const early = await people.as(secret, 'POST', 'consents', {
      purpose: 'library',
      noticeHash: 'a'.repeat(64),
      agree: true,
    });
    assert.equal(early.statusCode, 501, 'the function is off');
    const assessmentId = newId();
    const [by, other] = [newId(), newId()];
    await superuser.query(
      `INSERT INTO person.assessment (assessment_id, feature, title, content, content_hash, state, written_by, written_at, decided_by, decided_at, valid_until, keep_until) VALUES ($1, 'library', 'x', '{}', 'x', 'approved', $2, '2026-11-22', $3, '2026-11-22', '2029-01-01', '2032-01-01')`,
      [assessmentId, by, other],
    );
    await superuser.query(
      `INSERT INTO person.activation (activation_id, feature, assessment_id, assessment_state, activated_by, activated_at, is_open) VALUES ($1, 'library', $2, 'approved', $3, '2026-11-22', true)`,
      [newId(), assessmentId, by],
    );
    const unread = await people.as(secret, 'POST', 'consents', {
      purpose: 'library',
      noticeHash: 'a'.repeat(64),
      agree: true,
    });
    assert.equal(unread.statusCode, 412, 'the notice comes first');
    hash = json(await people.office('POST', `${PRIVACY}/notices`, { purpose: 'library', text })).hash;
    assert.equal(
      (await people.as(secret, 'POST', 'consents', { purpose: 'library', noticeHash: hash, agree: true })).statusCode,
      200,
    );
    // G4 in the table: no result can hang on anything less.
    const consent = await one<{ consent_id: string; token: string; notice_id: string }>(
      ctx.db.person,
      sql`SELECT consent_id, token, notice_id FROM person.consent WHERE status = 'active'`,
    );
    const activation = await one<{ activation_id: string }>(
      ctx.db.person,
      sql`SELECT activation_id FROM person.activation WHERE feature = 'library'`,
    );
    const use = `INSERT INTO person.voluntary_use (token, purpose, purpose_version, notice_id, consent_id, consent_status, feature, activation_id, activation_open, since) VALUES ($1, 'library', 1, $2, $3, $4, 'library', $5, true, '2026-11-22')`;
    await rejects(
      use,
      [citizenId(1), consent.notice_id, consent.consent_id, 'active', activation.activation_id],
      '23503',
    );
    await rejects(use, [consent.token, consent.notice_id, newId(), 'active', activation.activation_id], '23503');
    await rejects(use, [consent.token, consent.notice_id, consent.consent_id, 'active', newId()], '23503');
    await rejects(
      use,
      [consent.token, consent.notice_id, consent.consent_id, 'withdrawn', activation.activation_id],
      '23514',
    );
    await ctx.db.person.query(use, [
      consent.token,
      consent.notice_id,
      consent.consent_id,
      'active',
      activation.activation_id,
    ]);
    await rejects(
      `UPDATE person.consent SET status = 'withdrawn', ended_at = '2026-11-23', ask_again_on = '2027-11-23', keep_until = '2029-11-23' WHERE consent_id = $1`,
      [consent.consent_id],
      '23503',
    );
    await rejects(
      `UPDATE person.activation SET is_open = false, ended_at = '2026-11-23' WHERE feature = 'library'`,
      [],
      '23503',
    );
  });
  it('T4, G5 withdrawal in one step: nothing is left, partners are told, and nobody asks again for a year', async () => {
    const secret = await people.own(citizenId(20));
    const done = await people.as(secret, 'POST', 'consents:withdraw', { purpose: 'library' });
    assert.equal(done.statusCode, 200, done.body);
    assert.equal(await count('SELECT count(*) FROM person.voluntary_use'), 0);
    assert.equal(await count(`SELECT count(*) FROM core.outbox WHERE kind = 'consent.withdrawn'`), 1);
    const [year, rest] = [Number(people.city.clock.today().slice(0, 4)), people.city.clock.today().slice(4)];
    assert.equal(json(done).askAgainOn, `${year + 1}${rest}`);
    assert.deepEqual(json(await people.as(secret, 'GET', 'consents')).purposes, []);
    assert.equal((await people.as(secret, 'POST', 'consents:withdraw', { purpose: 'library' })).statusCode, 404);
    await rejects(
      `INSERT INTO person.consent (consent_id, token, purpose, purpose_version, notice_id, status, given_by, assurance, proof, decided_at) SELECT $1, token, purpose, purpose_version, notice_id, 'active', 'employer', 'strong', 'x', '2026-11-22' FROM person.consent LIMIT 1`,
      [newId()],
      '23514',
    );
    await rejects(
      `INSERT INTO person.consent (consent_id, token, purpose, purpose_version, notice_id, status, given_by, assurance, proof, decided_at) SELECT $1, token, purpose, purpose_version, notice_id, 'active', 'self', 'password', 'x', '2026-11-22' FROM person.consent LIMIT 1`,
      [newId()],
      '23514',
    );
  });
  it('G6 other services answer the same to whoever agreed, refused or withdrew', async () => {
    const answers: string[] = [];
    for (const serial of [20, 21]) {
      const secret = await people.own(citizenId(serial));
      if (serial === 21)
        await people.as(secret, 'POST', 'consents', { purpose: 'library', noticeHash: hash, agree: false });
      const record = json(await people.as(secret, 'GET', 'record'));
      answers.push(JSON.stringify({ ...record, document: null, consents: [], requests: [], lookups: [], asOf: '' }));
      const looked = json(await people.lookUp(citizenId(serial)));
      answers.push(JSON.stringify({ ...looked, lookupId: '', at: '' }));
    }
    assert.equal(answers[0], answers[2]);
    assert.equal(answers[1], answers[3]);
  });
});

describe('G19, G25 figures', () => {
  it('of a year are counts of ten and more', async () => {
    const report = json(await people.office('GET', `${PRIVACY}/report/${people.city.clock.today().slice(0, 4)}`));
    assert.ok(report.figures.length > 0);
    assert.ok(
      report.figures.every((row: { count: number | null }) => row.count === null || row.count >= 10),
      JSON.stringify(report),
    );
    const consents = json(await people.office('GET', `${PRIVACY}/consents`));
    assert.ok(consents.items.every((row: { count: number | null }) => row.count === null || row.count >= 10));
  });
});

describe('incidents (PIPL art. 57)', () => {
  it('run two clocks and close only when everybody was told or the reason is kept', async () => {
    const now = people.city.ctx.clock.now();
    const body = {
      kind: 'leak',
      discoveredAt: now,
      dataKinds: ['姓名'],
      persons: 3,
      cause: '误发',
      harm: '轻微',
      measures: '已撤回',
      contact: '信用办',
    };
    const made = await people.office('POST', `${PRIVACY}/incidents`, body);
    assert.equal(made.statusCode, 200, made.body);
    const url = `${PRIVACY}/incidents/${json(made).incidentId}/act`;
    assert.equal((await people.office('POST', url, { act: 'close', version: 1 })).statusCode, 409);
    await rejects(
      `UPDATE person.incident SET state = 'closed', closed_at = '2026-11-22' WHERE incident_id = $1`,
      [json(made).incidentId],
      '23514',
    );
    assert.equal((await people.office('POST', url, { act: 'waivePersons', version: 1 })).statusCode, 400, 'a reason');
    for (const [version, act] of [
      [1, 'contain'],
      [2, 'tellAuthority'],
      [3, 'waivePersons'],
      [4, 'close'],
    ] as const)
      assert.equal(
        (await people.office('POST', url, { act, version, text: '已采取措施，能够有效避免危害' })).statusCode,
        204,
        act,
      );
    const [incident] = json(await people.office('GET', `${PRIVACY}/incidents`)).items;
    assert.deepEqual([incident.state, incident.personsWaived, incident.number.slice(0, 2)], ['closed', true, 'SJ']);
  });
});

describe('G22 the store', () => {
  it('no row, no processing: nothing is written without a purpose of the register (PIPL art. 13)', async () => {
    await rejects(
      `INSERT INTO person.identifier (token, kind, cipher, key_id, added_at, purpose, purpose_version, retain_until) VALUES ('pt_x', 'citizenId', '\\x00', 'person-1', '2026-11-22', 'marketing', 1, '2031-01-01')`,
      [],
      '23503',
    );
    await superuser.query(
      `UPDATE person.purpose SET ended_at = '2026-11-22', ended_reason = 'test' WHERE purpose = 'recordKeeping' AND ended_at IS NULL`,
    );
    const before = await count('SELECT count(*) FROM person.record');
    const { city } = people;
    const { storeIdentifiers } = await import('../../server/src/modules/persons/index.ts');
    await assert.rejects(
      storeIdentifiers(
        city.ctx,
        [
          {
            tokens: city.ctx.keys.tokens('citizenId', citizenId(30)),
            kind: 'citizenId',
            sealed: city.ctx.keys.sealPerson('x'),
            person: true,
          },
        ],
        city.clock.now(),
      ),
      /PIPL art. 13/,
    );
    assert.equal(await count('SELECT count(*) FROM person.record'), before);
    await superuser.query(
      `UPDATE person.purpose SET ended_at = NULL, ended_reason = NULL WHERE purpose = 'recordKeeping' AND version > 0`,
    );
  });
});

describe('G23 retention', () => {
  it('takes away what is over its term and proves what went', async () => {
    const held = await count('SELECT count(*) FROM person.record');
    assert.ok(held > 0);
    await people.later({ days: 366 * 6 });
    const removed = await applyRetention(people.city.ctx, personPorts(people.city.ctx));
    assert.equal(removed.records, held);
    // What somebody still waits for an answer about is kept.
    const waiting = `token IN (SELECT token FROM person.request WHERE closed_at IS NULL)`;
    assert.equal(await count(`SELECT count(*) FROM person.identifier WHERE NOT ${waiting}`), 0);
    for (const table of ['record', 'lookup', 'own_session', 'used_proof'])
      assert.equal(await count(`SELECT count(*) FROM person.${table}`), 0, table);
    const run = (
      await superuser.query(
        `SELECT run_id, removed, proof FROM person.retention_run WHERE kind = 'retention' ORDER BY started_at DESC LIMIT 1`,
      )
    ).rows[0];
    const { proofOf } = await import('../../server/src/modules/persons/digests.ts');
    const digests = (
      await superuser.query('SELECT digest FROM person.erasure WHERE run_id = $1', [run.run_id])
    ).rows.map((row) => row.digest);
    assert.equal(proofOf(digests), run.proof);
    assert.equal(
      await count(`SELECT count(*) FROM log.access_log WHERE action = 'privacy.retention' AND detail->>'proof' = $1`, [
        run.proof,
      ]),
      1,
    );
  });
});
