/** Accounts and duty by Excel: the dry run, the result for each row, and what people send that is not the template. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { one, sql } from '../../server/src/platform/db.ts';
import { writeXlsx } from '../../server/src/platform/tabular/index.ts';
import { addTestAccount } from '../../server/src/testing-context.ts';
import { createHttpCity, type HttpCity, type Login, multipartOf } from '../support/http-city.ts';
import { DEPARTMENT } from '../support/rows.ts';

let city: HttpCity;
before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
});
after(() => city.close());

const HEAD = ['操作*', '登录名*', '姓名*', '单位', '人员编号', '类别', '角色', '有效期至', '说明'];
async function workbook(rows: string[][], header: readonly string[] = HEAD): Promise<Buffer> {
  const stream = new PassThrough();
  const [content] = await Promise.all([
    buffer(stream),
    writeXlsx(stream, { sheets: [{ name: '账号', header, rows }] }),
  ]);
  return content;
}
const send = async (
  content: Buffer | string,
  query = 'mode=check',
  login: Login = 'system',
  path = '/accounts/imports',
  key?: string,
) => {
  const form = multipartOf([{ name: 'file', content, fileName: '账号.xlsx' }]);
  return city.call(login, 'POST', `/api/v1${path}?${query}`, {
    ...form,
    headers: { ...form.headers, ...(key ? { 'idempotency-key': key } : {}) },
  });
};
const create = (n: number, over: Partial<Record<number, string>> = {}): string[] => {
  const row = ['新增', `imp-${n}`, `导入 ${n}`, DEPARTMENT.name, `IMP${n}`, '', '经办人', '', ''];
  for (const [at, value] of Object.entries(over)) row[Number(at)] = value ?? '';
  return row;
};
const count = async (): Promise<bigint> =>
  (await one<{ n: bigint }>(city.ctx.db.app, sql`SELECT count(*) AS n FROM identity.account WHERE login LIKE 'imp-%'`))
    .n;

const many = 150;

describe('the import of accounts', () => {
  it('checks without changing anything, applies good rows, and gives back the bad ones with the reason', async () => {
    const content = await workbook([
      ['填写说明：新增、变更、停用之一', '', '', '', '', '', '', '', ''],
      create(1),
      create(2, { 3: DEPARTMENT.code }),
      create(3, { 3: '没有这个局' }),
      create(1, { 4: 'IMP99' }),
      create(5, { 0: '删除' }),
      create(6, { 1: '坏 登录名' }),
      create(7, { 4: '!' }),
      create(8, { 6: '局长' }),
      create(9, { 7: '明年' }),
      create(10, { 3: '' }),
      create(11, { 1: 'officer' }),
      ['停用', 'nobody-here', '无', '', '', '', '', '', '离岗'],
      ['停用', 'stranger', '测试', '', '', '', '', '', ''],
      create(12, { 5: '外包人员' }),
      create(13, { 6: '系统管理员' }),
    ]);
    const checked = await send(content);
    assert.equal(checked.statusCode, 200, checked.body);
    const result = checked.json();
    assert.deepEqual(
      [result.applied, result.rows, result.good, result.bad],
      [false, 15, 3, 12],
      JSON.stringify(result.items, null, 1),
    );
    assert.equal(await count(), 0n);
    assert.ok(result.items.every((item: { password: string | null }) => item.password === null));
    for (const item of result.items.filter((entry: { ok: boolean }) => !entry.ok))
      assert.match(item.problems[0].zh, /\p{Script=Han}/u);

    const bad = await send(content, 'mode=check&answer=bad');
    assert.match(String(bad.headers['content-type']), /spreadsheetml/);
    // The sheet of bad rows is the template with a reason: mended, it is imported again.
    const again = (await send(bad.rawPayload)).json();
    assert.equal(again.rows, 12);

    const applied = await send(content, 'mode=apply', 'system', '/accounts/imports', 'import-key-1');
    assert.deepEqual([applied.json().applied, applied.json().good], [true, 3]);
    const secret = applied.json().items.find((item: { login: string }) => item.login === 'imp-1').password;
    assert.match(secret, /^[\w-]{15,}$/);
    assert.equal(await count(), 3n);
    const repeated = await send(content, 'mode=apply', 'system', '/accounts/imports', 'import-key-1');
    assert.equal(repeated.json().good, 3);
    assert.ok(repeated.json().items.every((item: { password: string | null }) => item.password === null));
    assert.equal(await count(), 3n);
    const { roles } = await one<{ roles: bigint }>(
      city.ctx.db.app,
      sql`SELECT count(*) AS roles FROM identity.account_role r JOIN identity.account a USING (account_id) WHERE a.login LIKE 'imp-%'`,
    );
    assert.equal(roles, 0n, 'a role is asked for, not given');
  });
  it('a manager imports for its own area only', async () => {
    const result = (
      await send(
        await workbook([create(31), create(32, { 3: '示范市生态环境局' }), create(33, { 6: '审计管理员' })]),
        'mode=check',
        'manager',
      )
    ).json();
    assert.deepEqual(
      result.items.map((item: { ok: boolean }) => item.ok),
      [true, false, false],
      JSON.stringify(result),
    );
  });
  it('refuses formulas by row', async () => {
    const csv = `${HEAD.join(',')}\n新增,imp-41,"=HYPERLINK(""http://x"")",${DEPARTMENT.name},IMP41,,,,\n新增,imp-42,好人,${DEPARTMENT.name},IMP42,,,,\n`;
    const result = (await send(csv)).json();
    assert.deepEqual(
      result.items.map((item: { ok: boolean }) => item.ok),
      [false, true],
    );
    assert.match(result.items[0].problems[0].zh, /公式/);
  });
  it('refuses a file that is none, another template, missing columns, an empty one, too many rows', async () => {
    const cases: [string, Buffer | string, RegExp][] = [
      ['not a table', '%PDF-1.7 nonsense', /./],
      ['another template', await workbook([['某公司', '9137']], ['行政相对人名称', '统一社会信用代码']), /模板/],
      ['missing columns', await workbook([['新增', 'imp-51']], ['操作*', '登录名*']), /缺少列：姓名/],
      ['no rows', await workbook([]), /没有数据行/],
      [
        '10,000 rows',
        await workbook(Array.from({ length: 10_000 }, (_, n) => create(100 + n))),
        /一次最多导入 2000 行/,
      ],
    ];
    for (const [what, content, words] of cases) {
      const answer = await send(content);
      assert.ok(
        answer.statusCode === 422 || answer.statusCode === 415,
        `${what}: ${answer.statusCode} ${answer.body.slice(0, 200)}`,
      );
      assert.match(answer.json().detail, words, what);
    }
    const huge = await send(Buffer.alloc(6 * 1024 * 1024, 'x'));
    assert.equal(huge.statusCode, 413, huge.body.slice(0, 200));
    const none = await city.call(
      'system',
      'POST',
      '/api/v1/accounts/imports?mode=check',
      multipartOf([{ name: 'x', content: 'y' }]),
    );
    assert.equal(none.statusCode, 400);
  });
  // Each password is hashed as in production, which takes a tenth of a second: two pages of accounts show the same as ten.
  it('many rows are made, and listed page by page and exported', async () => {
    const content = await workbook(Array.from({ length: many }, (_, n) => create(20_000 + n)));
    const began = performance.now();
    const applied = await send(content, 'mode=apply');
    assert.equal(applied.json().good, many, applied.body.slice(0, 500));
    const seconds = (performance.now() - began) / 1000;
    let cursor: string | null = null;
    let seen = 0;
    do {
      const page: { items: unknown[]; nextCursor: string | null } = (
        await city.call('audit', 'GET', `/api/v1/accounts?q=imp-2&limit=100${cursor ? `&cursor=${cursor}` : ''}`)
      ).json();
      seen += page.items.length;
      cursor = page.nextCursor;
    } while (cursor);
    assert.ok(seen >= many, `${seen}`);
    const sheet = await city.call('audit', 'GET', '/api/v1/accounts.xlsx?q=imp-2');
    assert.equal(sheet.statusCode, 200);
    assert.ok(sheet.rawPayload.length > 5_000);
    console.log(`${many} accounts imported in ${seconds.toFixed(1)} s`);
  });
});

describe('the duty roster by Excel', () => {
  const DUTY = ['日期*', '班次*', '登录名*', '值班电话', '单位代码'];
  it('plans good rows and explains bad ones', async () => {
    await addTestAccount(city.ctx, 'duty-1', ['departmentOfficer'], city.bodyId);
    const content = await workbook(
      [
        ['2026-12-01', '白班', 'duty-1', '0536-8000001', ''],
        ['2026/12/02', '夜班', 'duty-1', '', ''],
        ['2026-02-30', '白班', 'duty-1', '', ''],
        ['2026-12-03', '中班', 'duty-1', '', ''],
        ['2026-12-04', '白班', 'stranger', '', ''],
        ['2020-01-01', '白班', 'duty-1', '', ''],
      ],
      DUTY,
    );
    const checked = (await send(content, 'mode=check', 'manager', '/duty-roster/imports')).json();
    assert.deepEqual(
      checked.items.map((item: { ok: boolean }) => item.ok),
      [true, true, false, false, false, false],
      JSON.stringify(checked),
    );
    const applied = (await send(content, 'mode=apply', 'manager', '/duty-roster/imports')).json();
    assert.equal(applied.good, 2);
    const list = (await city.call('manager', 'GET', '/api/v1/duty-roster?from=2026-12-01&to=2026-12-31')).json().items;
    assert.deepEqual(
      list.map((row: { onDate: string; shift: string }) => [row.onDate, row.shift]),
      [
        ['2026-12-01', 'day'],
        ['2026-12-02', 'night'],
      ],
    );
  });
});
