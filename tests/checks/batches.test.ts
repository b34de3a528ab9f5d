/** Lists over HTTP: as a file and with names, what is refused, what came of each row, and the reply letter. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { workBatch } from '../../server/src/modules/checks/index.ts';
import { closePaperRenderer } from '../../server/src/modules/papers/index.ts';
import { normaliseName } from '../../server/src/modules/subjects/index.ts';
import { execute, one, query, sql } from '../../server/src/platform/db.ts';
import { xlsxPieces } from '../../server/src/platform/tabular/index.ts';
import { sheetData, workbookOf } from '../../server/src/platform/tabular/tabular-testing.ts';
import { createHttpCity, type HttpCity, type Login, multipartOf } from '../support/http-city.ts';
import { addEntry, addSubject, removeEntry } from '../support/listed.ts';
import { codeOf } from '../support/rows.ts';

let city: HttpCity;
let serial = 5200;
const person = '11010519491231002X';
const fields = { matter: 'PY-HONOURS', purpose: 'honours', document: '示评〔2026〕7号', listName: '候选企业名单' };

before(async () => {
  city = await createHttpCity({
    now: '2026-11-22T15:59:30Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
});
after(async () => {
  closePaperRenderer();
  await city.close();
});

async function company(name = `示范市批量${++serial}有限公司`) {
  const code = codeOf(++serial);
  return { code, name, subjectId: await addSubject(city.ctx, code, name, normaliseName(name)) };
}
async function listed(more: { listedOn?: string; endsOn?: string } = {}) {
  const made = await company();
  const entryId = await addEntry(city.ctx, { subjectId: made.subjectId, list: 'SX02', bodyId: city.bodyId, ...more });
  return { ...made, entryId };
}
async function xlsxOf(header: string[], rows: string[][]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of xlsxPieces({ sheets: [{ name: '名单', header, rows }] })) pieces.push(piece);
  return Buffer.concat(pieces);
}
const csvOf = (rows: string[][], header = ['单位名称', '统一社会信用代码']) =>
  [header, ...rows].map((row) => row.join(',')).join('\r\n');
const send = (content: Buffer | string, more: Partial<typeof fields> = {}, login: Login = 'officer') => {
  const { matter, purpose, document, listName } = { ...fields, ...more };
  return city.call(
    login,
    'POST',
    `/api/v1/checks/batches?${new URLSearchParams({ matter, purpose })}`,
    multipartOf([
      { name: 'document', content: document },
      { name: 'listName', content: listName },
      { name: 'file', content, fileName: '名单.csv' },
    ]),
  );
};
const get = (path: string, login: Login = 'officer') => city.call(login, 'GET', `/api/v1/checks/batches${path}`);

interface RowBody {
  row: number;
  asked: string;
  name: string | null;
  outcome: string;
  note: { zh: string } | null;
  receipt: string | null;
  result: { code: string; measures: unknown[] } | null;
}
async function done(
  content: Buffer | string,
): Promise<{ id: string; rows: RowBody[]; batch: Record<string, unknown> }> {
  const sent = await send(content);
  assert.equal(sent.statusCode, 202, sent.body);
  const { id } = sent.json();
  await workBatch(city.ctx, id);
  const rows = await get(`/${id}/rows?limit=200`);
  assert.equal(rows.statusCode, 200, rows.body);
  return { id, rows: rows.json().items, batch: (await get(`/${id}`)).json() };
}

describe('a list as a file', () => {
  it('is resolved by code and by name, row by row, and tells the rows of the sheet', async () => {
    const [hit, clear, twice] = [await listed(), await company(), await company('示范市同字贸易有限公司')];
    await company(twice.name);
    const other = await company();
    const header = ['序号', '企业名称', '统一社会信用代码', '联系电话'];
    const { rows, batch } = await done(
      await xlsxOf(header, [
        ['1', hit.name, hit.code, ''],
        ['2', clear.name, '', ''],
        ['3', twice.name, '', ''],
        ['4', clear.name, other.code, ''],
        ['5', '示范市没有这家有限公司', '', ''],
        ['6', '错别字公司', other.code, ''],
        ['7', '', codeOf(99_990), ''],
        ['8', hit.name, hit.code, ''],
        ['9', '张三', '', person],
        ['10', '李四', '', ''],
      ]),
    );
    assert.deepEqual(
      rows.map((row) => [row.row, row.outcome, row.receipt !== null]),
      [
        [2, 'hit', true],
        [3, 'clear', true],
        [4, 'ambiguous', false],
        [5, 'ambiguous', false],
        [6, 'unknown', false],
        [7, 'clear', true],
        [8, 'unknown', false],
      ],
    );
    assert.match(rows[2]?.note?.zh ?? '', /两个以上主体.*统一社会信用代码/);
    assert.match(rows[3]?.note?.zh ?? '', /不同主体/);
    assert.match(rows[5]?.note?.zh ?? '', /已按代码核查/);
    assert.equal(rows[1]?.result?.code, clear.code);
    const { rows: count, persons, repeated, hits, unknown, ambiguous, state } = batch;
    assert.deepEqual([count, persons, repeated, hits, unknown, ambiguous, state], [7, 2, 1, 1, 2, 2, 'done']);
    const kept = await query<{ text: string }>(
      city.ctx.db.app,
      sql`SELECT concat(asked, name) AS text FROM checks.batch_row`,
    );
    assert.ok(!kept.some(({ text }) => text.includes(person) || text.includes('张三') || text.includes('李四')));
    assert.deepEqual(city.leftovers(), [], 'the file is kept nowhere');
  });
  it('a merged company is asked as what it is now, and after a split as itself', async () => {
    const [old, whole] = [await listed(), await company()];
    await execute(
      city.ctx.db.app,
      sql`INSERT INTO core.subject_alias (subject_id, canonical_id, from_at, reason) VALUES (${old.subjectId}, ${whole.subjectId}, ${city.clock.now()}, 'merge')`,
    );
    const list = csvOf([
      [old.name, old.code],
      [whole.name, ''],
      [old.name, ''],
    ]);
    assert.deepEqual(
      (await done(list)).rows.map((row) => [row.outcome, row.result?.code]),
      [
        ['hit', whole.code],
        ['hit', whole.code],
        ['hit', whole.code],
      ],
    );
    await execute(
      city.ctx.db.app,
      sql`UPDATE core.subject_alias SET to_at = ${city.clock.now()} WHERE subject_id = ${old.subjectId}`,
    );
    assert.deepEqual(
      (await done(list)).rows.map((row) => [row.outcome, row.result?.code]),
      [
        ['hit', old.code],
        ['clear', whole.code],
        ['hit', old.code],
      ],
    );
  });
  it('the day in China counts, also for a list sent before and worked off after midnight', async () => {
    const { name, code } = await listed({ listedOn: '2023-11-23', endsOn: '2026-11-22' });
    const at = city.clock.now();
    const sent = await send(csvOf([[name, code]]));
    city.clock.set('2026-11-22T16:00:00.000Z');
    await workBatch(city.ctx, sent.json().id);
    const late = (await get(`/${sent.json().id}/rows`)).json().items[0];
    city.clock.set(at);
    assert.deepEqual([late.outcome, late.result.asOf], ['clear', '2026-11-23']);
    assert.equal((await done(csvOf([[name, code]]))).rows[0]?.outcome, 'hit');
  });
  it('an entry removed after the check: the receipt stands, the measure cannot be applied any more', async () => {
    const { name, code, subjectId, entryId } = await listed();
    const { rows } = await done(csvOf([[name, code]]));
    await removeEntry(city.ctx, subjectId, entryId, city.clock.today());
    const refused = await city.call('officer', 'POST', `/api/v1/checks/${rows[0]?.receipt}/feedback`, {
      payload: { measure: 'M07', action: 'applied', document: '通知', reason: '相关' },
    });
    assert.equal(refused.statusCode, 422);
    assert.match(refused.json().detail, /已不存在/);
  });
  it('own batches are listed, newest first and paged; those of others are not', async () => {
    const first = await get('?limit=2');
    assert.equal(first.statusCode, 200, first.body);
    const { items, nextCursor } = first.json();
    assert.equal(items.length, 2);
    assert.ok(items[0].receivedAt >= items[1].receivedAt);
    assert.equal(items[0].matterName.zh.length > 0, true);
    const second = (await get(`?limit=2&cursor=${encodeURIComponent(nextCursor)}`)).json().items;
    assert.ok(!second.some(({ id }: { id: string }) => items.some((one: { id: string }) => one.id === id)));
    assert.deepEqual((await get('', 'stranger')).json().items, []);
    assert.equal((await get(`/${items[0].id}/rows`, 'stranger')).statusCode, 404);
    const hits = (await get(`/${items[0].id}/rows?outcome=hit`)).json().items;
    assert.ok(hits.every(({ outcome }: RowBody) => outcome === 'hit'));
  });
});

describe('a file that is refused', () => {
  const refused = async (content: Buffer | string, word: RegExp, status = 422, more: Partial<typeof fields> = {}) => {
    const answer = await send(content, more);
    assert.equal(answer.statusCode, status, answer.body);
    assert.match(`${answer.json().detail}${JSON.stringify(answer.json().errors ?? '')}`, word);
    const { n } = await one<{ n: number }>(
      city.ctx.db.app,
      sql`SELECT count(*)::int AS n FROM checks.batch WHERE state = 'received'`,
    );
    assert.equal(n, 0, 'nothing was begun');
    assert.deepEqual(city.leftovers(), []);
  };
  it('is empty, has only headings, other headings, or none', async () => {
    await refused('', /空/);
    await refused(csvOf([]), /没有数据行/);
    await refused(csvOf([['x', 'y']], ['姓名', '身份证号']), /没有找到表头/);
    await refused(`${codeOf(1)}\r\n${codeOf(2)}`, /没有找到表头/);
  });
  it('is rubbish, a picture, a workbook with macros', async () => {
    await refused(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3, 0, 0]), /不是表格/);
    await refused(Buffer.from([0x50, 0x4b, 3, 4, 9, 9, 9, 9]), /损坏|不完整|不是 Excel/);
    await refused(Buffer.from('d0cf11e0a1b11ae1', 'hex'), /.xls/);
    const sheets = [{ xml: sheetData('<row r="1"><c r="A1" t="inlineStr"><is><t>单位名称</t></is></c></row>') }];
    await refused(await workbookOf({ sheets, extra: { 'xl/vbaProject.bin': 'macro' } }), /宏/);
  });
  it('holds nothing but persons, or names one in what belongs to the list', async () => {
    await refused(csvOf([['张三', person]]), /自然人/);
    const { name, code } = await company();
    await refused(csvOf([[name, code]]), /自然人/, 422, { listName: `张三 ${person}` });
    await refused(csvOf([[name, code]]), /逐件核查/, 422, { matter: 'ZB-BIDDING', purpose: 'bidding' });
    await refused(csvOf([[name, code]]), /来文文号/, 400, { document: '' });
  });
  it('has 100,001 rows; 100,000 are taken', async () => {
    const rows = (many: number) =>
      `单位名称,统一社会信用代码\r\n${Array.from({ length: many }, (_, at) => `示范市第${at}号单位有限公司,`).join('\r\n')}`;
    await refused(rows(100_001), /最多导入 100000 行/);
    const taken = await send(rows(100_000));
    assert.equal(taken.statusCode, 202, taken.body);
    assert.equal(taken.json().rows, 100_000);
    await execute(
      city.ctx.db.app,
      sql`UPDATE checks.batch SET state = 'done', done_at = received_at WHERE batch_id = ${taken.json().id}`,
    );
    const api = await city.call('officer', 'POST', '/api/v1/checks:batch', {
      payload: { ...fields, organisations: Array.from({ length: 100_001 }, () => 'x') },
    });
    assert.equal(api.statusCode, 400);
  });
});

describe('the reply letter', () => {
  const letter = (id: string, login: Login = 'officer') =>
    city.call(login, 'POST', `/api/v1/checks/batches/${id}/letter`, { payload: { addressee: '示范市总工会' } });
  it('is numbered without gaps, one a batch, with what was told; another after the former was voided', async () => {
    const [hit, clear] = [await listed(), await company()];
    const { id } = await done(
      csvOf([
        [hit.name, hit.code],
        [clear.name, ''],
        ['李四', person],
      ]),
    );
    const made = await letter(id);
    assert.equal(made.statusCode, 201, made.body);
    assert.match(made.json().number, /^信核函〔2026〕1号$/);
    const again = await letter(id);
    assert.equal(again.statusCode, 409);
    assert.match(again.json().detail, /信核函〔2026〕1号/);
    const papers = await city.call('officer', 'GET', `/api/v1/cases/${id}/papers`);
    assert.equal(papers.statusCode, 200, papers.body);
    const [paper] = papers.json().items;
    const { fields: printed } = await one<{ fields: { given: Record<string, string> } }>(
      city.ctx.db.app,
      sql`SELECT fields FROM papers.paper WHERE paper_id = ${paper.id}`,
    );
    assert.match(printed.given.summary ?? '', /核查 2 家：命中 1 家；无应当或者可以适用的措施 1 家/);
    assert.match(printed.given.summary ?? '', /1 行涉及自然人/);
    assert.match(printed.given.hits ?? '', new RegExp(`${hit.name}\\|${hit.code}`));
    assert.match(printed.given.annex ?? '', /HC-20261122-/);
    assert.ok(!JSON.stringify(printed).includes(person));
    for (const [form, head] of [
      ['docx', 'PK'],
      ['pdf', '%P'],
    ]) {
      const file = await city.call('officer', 'GET', `/api/v1/papers/${paper.id}/${form}`);
      assert.deepEqual([file.statusCode, file.rawPayload.subarray(0, 2).toString()], [200, head]);
    }
    const voided = await city.call('officer', 'POST', `/api/v1/papers/${paper.id}/void`, {
      payload: { reason: '主送单位有误' },
    });
    assert.equal(voided.statusCode, 200, voided.body);
    assert.equal((await letter(id)).json().number, '信核函〔2026〕2号');
    assert.equal((await letter(id, 'stranger')).statusCode, 404);
    assert.equal((await city.call('stranger', 'GET', `/api/v1/cases/${id}/papers`)).statusCode, 404);
  });
  it('of a batch that is not done is refused', async () => {
    const { name, code } = await company();
    const { id } = (await send(csvOf([[name, code]]))).json();
    assert.equal((await letter(id)).statusCode, 409);
    await workBatch(city.ctx, id);
    assert.equal((await letter(id)).statusCode, 201);
  });
  it('a list of 600 has its table in the annex file, and says so', async () => {
    const rows = Array.from({ length: 600 }, (_, at) => [`示范市第${at}家虚构单位有限责任公司`, '']);
    const { id } = await done(csvOf(rows));
    const { id: paperId } = (await letter(id)).json();
    const { fields: printed } = await one<{ fields: { given: Record<string, string> } }>(
      city.ctx.db.app,
      sql`SELECT fields FROM papers.paper WHERE paper_id = ${paperId}`,
    );
    assert.ok(printed.given.annex === '');
    assert.match(printed.given.annexTitle ?? '', /600 行，另附电子表格/);
  });
});
