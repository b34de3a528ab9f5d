/** `./chengxin check`: a code, a file, what is unknown, a person's number, and the shape that other programs rely on (DESIGN §7). */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { createBody } from '../../server/src/modules/identity/index.ts';
import { query, sql } from '../../server/src/platform/db.ts';
import { runCommand } from '../support/command.ts';
import { type CityContext, createCityContext } from '../support/context.ts';
import { addEntry, addSubject } from '../support/listed.ts';
import { codeOf, DEPARTMENT } from '../support/rows.ts';

let city: CityContext;
const [listed, clear, unknown] = [codeOf(9901), codeOf(9902), codeOf(9903)];
const person = '11010519491231002X';
const stated = ['--matter', 'PY-HONOURS', '--purpose', 'honours', '--case', '评优〔2026〕3号'];

const chengxin = (...words: string[]) => runCommand(city.database, city.ctx.config.dataDir, 'check', ...words);
const file = (name: string, lines: readonly string[]): string => {
  const path = join(city.ctx.config.dataDir, name);
  writeFileSync(path, lines.join('\n'));
  return path;
};
const receipts = async (): Promise<number> =>
  (await query(city.ctx.db.app, sql`SELECT number FROM checks.receipt`)).length;

before(async () => {
  city = await createCityContext();
  const { bodyId } = await createBody(city.ctx.db.app, city.clock, { kind: 'department', ...DEPARTMENT });
  const subjectId = await addSubject(city.ctx, listed, '示范市命令一有限公司');
  await addEntry(city.ctx, { subjectId, list: 'SX02', bodyId });
  await addSubject(city.ctx, clear, '示范市命令二有限公司');
});
after(() => city.close());

describe('./chengxin check', () => {
  it('CODE --json: one object with receipt and results, each measure with force, list, document and article', async () => {
    const { code, out, err } = await chengxin(listed, ...stated, '--json');
    assert.equal(code, 0, err);
    const answer = JSON.parse(out);
    assert.match(answer.receipt, /^HC-\d{8}-[0-9A-Z]{14}$/);
    const [result] = answer.results;
    for (const key of ['code', 'asOf', 'measures', 'incentives', 'annotations']) assert.ok(key in result, key);
    assert.equal(result.code, listed);
    assert.equal(result.measures.length, 1);
    const [measure] = result.measures;
    assert.deepEqual(
      [measure.id, measure.force, measure.list, measure.document],
      ['M07', 'permitted', 'SX02', '示市监列决〔2026〕1号'],
    );
    assert.ok(measure.article.length > 5);
    const [log] = await query<{ actor_kind: string; os_user: string | null; case_number: string }>(
      city.ctx.db.audit,
      sql`SELECT actor_kind, os_user, case_number FROM log.access_log WHERE resource_id = ${answer.receipt}`,
    );
    assert.deepEqual([log?.actor_kind, log?.case_number], ['operator', '评优〔2026〕3号']);
    assert.ok(log?.os_user, 'the user of the machine is in the log');
  });
  it('in words for people', async () => {
    const { code, out } = await chengxin(listed, ...stated);
    assert.equal(code, 0);
    assert.match(out, /可以 permitted\s+M07/);
    assert.match(out, /回执 receipt HC-/);
    assert.match((await chengxin(clear, ...stated)).out, /无惩戒措施 no measure/);
  });
  it('FILE: a code a line with a heading; each has a receipt, what is unknown is named, and the exit code says so', async () => {
    const path = file('list.csv', ['统一社会信用代码,名称', `${listed},甲`, `"${clear}",乙`, unknown]);
    const { code, out, err } = await chengxin(path, ...stated, '--json');
    assert.equal(code, 1, err);
    const answer = JSON.parse(out);
    assert.deepEqual(
      answer.results.map((one: { code: string }) => one.code),
      [listed, clear],
    );
    assert.equal(answer.receipts.length, 2);
    assert.equal(answer.receipt, answer.receipts[0]);
    assert.deepEqual(
      answer.refused.map((one: { code: string }) => one.code),
      [unknown],
    );
    assert.match(answer.refused[0].problem, /不能据此认为/);
    const whole = await chengxin(file('known.csv', [listed, clear]), ...stated, '--json');
    assert.equal(whole.code, 0, whole.err);
  });
  it('an unknown code is refused (1), and says that this does not mean clear', async () => {
    const { code, err, out } = await chengxin(unknown, ...stated);
    assert.equal(code, 1);
    assert.match(err + out, /不能据此认为/);
  });
  it("a person's number is refused, alone and in a file, and leaves no receipt", async () => {
    const before_ = await receipts();
    const alone = await chengxin(person, ...stated);
    assert.equal(alone.code, 1);
    assert.match(alone.err + alone.out, /自然人/);
    assert.ok(!(alone.err + alone.out).includes(person), 'the number itself is not repeated');
    const among = await chengxin(file('person.csv', [person]), ...stated);
    assert.equal(among.code, 1);
    assert.match(among.err + among.out, /自然人/);
    assert.equal(await receipts(), before_);
  });
  it('a matter that is none, a purpose that is not its, a missing case: refused; a missing option is usage (2)', async () => {
    assert.equal((await chengxin(listed, '--matter', 'NONE', '--purpose', 'honours', '--case', 'A-1')).code, 1);
    assert.equal((await chengxin(listed, '--matter', 'PY-HONOURS', '--purpose', 'bidding', '--case', 'A-1')).code, 1);
    const without = await chengxin(listed, '--matter', 'PY-HONOURS', '--purpose', 'honours');
    assert.equal(without.code, 1);
    assert.match(without.err + without.out, /办件编号/);
    assert.equal((await chengxin(listed, '--purpose', 'honours')).code, 2);
  });
});
