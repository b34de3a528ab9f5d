import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeUnifiedCode } from '@chengxin/identifiers';
import { query, sql } from '../../../platform/db.ts';
import { DomainError } from '../../../platform/errors.ts';
import { actorWith, openTestCity, type TestCity } from '../testing.ts';
import { tokenStatistics } from '../token-statistics.ts';
import { matchSubjects } from './match-subjects.ts';
import { candidates } from './queries.ts';

let city: TestCity;
const codes = new Map<string, string>();

/** Made up: no real company. The kinds of error are those of identifiers.md §7. */
const register: readonly { name: string; formerNames?: string[] }[] = [
  { name: '菏泽市明湖瓷业有限公司' },
  { name: '济南澄光自动化仪表股份有限公司', formerNames: ['济南澄光自动化仪表有限公司'] },
  { name: '青岛翰墨印务有限公司' },
  { name: '青岛墨韵印务有限公司' },
  { name: '山东恒丰绿源新材料科技有限公司', formerNames: ['泰安绿源炭素有限公司'] },
  { name: '冠县子良齿轮有限公司' },
  { name: '冠县子明食品有限公司' },
  { name: '滕州市大和热电有限公司' },
  { name: '淄博博山程远机械加工厂' },
  { name: '临沂启明（山东）物流有限公司' },
  { name: '东明县祥云木业有限责任公司' },
  { name: '东明县祥云木业有限公司第一分公司' },
  { name: '肥城永晟金属材料科技有限公司' },
];

before(async () => {
  city = await openTestCity();
  let at = 0;
  for (const { name, formerNames = [] } of register) {
    const code = makeUnifiedCode('91', '371700', `MA0T${String(at++).padStart(4, '0')}`);
    codes.set(name, code);
    await city.fixture.addSubject({ name, formerNames, identifiers: { unifiedCode: code } });
  }
  await city.fixture.addSubject({
    name: '欧阳启明',
    kind: 'soleTrader',
    identifiers: { unifiedCode: makeUnifiedCode('92', '371700', 'MA0TRAD7') },
    register: { legalRepresentative: '欧阳启明' },
  });
});
after(() => city.close());

const match = async (...names: string[]) => matchSubjects(city.ctx, actorWith('departmentOfficer'), names, 5);

test('misspelt, former, abbreviated, bracketed, with the town in front or gone: the subject meant comes first', async () => {
  const pairs: readonly (readonly [string, string])[] = [
    ['菏泽明湖瓷业有限公司', '菏泽市明湖瓷业有限公司'],
    ['济南澄光自动化仪表有限公司', '济南澄光自动化仪表股份有限公司'],
    ['青岛瀚墨印务有限公司', '青岛翰墨印务有限公司'],
    ['泰安绿源碳素有限公司', '山东恒丰绿源新材料科技有限公司'],
    ['冠县子豪齿轮有限公司', '冠县子良齿轮有限公司'],
    ['大和热电', '滕州市大和热电有限公司'],
    ['淄博博山程远机械厂', '淄博博山程远机械加工厂'],
    ['临沂启明(山东)物流有限公司(城东工业园)', '临沂启明（山东）物流有限公司'],
    ['临沂启明物流有限公司', '临沂启明（山东）物流有限公司'],
    ['东明祥云木业有限公司', '东明县祥云木业有限责任公司'],
    ['肥城水晟金属材料科技有限公司', '肥城永晟金属材料科技有限公司'],
    ['肥城永晟金属料材科技有限公司', '肥城永晟金属材料科技有限公司'],
    ['ＱＤ青岛翰墨印务有限公司拟=', '青岛翰墨印务有限公司'],
  ];
  const results = await match(...pairs.map(([asked]) => asked));
  for (const [at, [asked, meant]] of pairs.entries())
    assert.equal(
      results[at]?.candidates[0]?.name,
      meant,
      `${asked} → ${results[at]?.candidates.map((one) => one.name)}`,
    );
});

test('a match says by which features; a former name is named', async () => {
  const [result] = await match('泰安绿源炭素有限公司');
  const first = result?.candidates[0];
  assert.equal(first?.code, codes.get('山东恒丰绿源新材料科技有限公司'));
  assert.equal(first?.formerName, '泰安绿源炭素有限公司');
  const sum = first?.features.find((feature) => feature.id === 'equal');
  assert.equal(sum?.value, 1);
  assert.ok((first?.score ?? 0) > 0.5 && (first?.score ?? 2) <= 1);
  assert.equal(result?.automatic, first?.code);
});

test('another name in the same town and trade is never automatic', async () => {
  for (const result of await match('冠县子豪齿轮有限公司', '青岛瀚海印务有限公司', '肥城金晟金属材料科技有限公司'))
    assert.equal(result.automatic, null, result.query);
});

test('two subjects of one name are for a person to tell apart', async () => {
  for (const at of [1, 2])
    await city.fixture.addSubject({
      name: '潍坊同名商贸有限公司',
      identifiers: { unifiedCode: makeUnifiedCode('91', '370700', `MA0AMET${at}`) },
    });
  const [result] = await match('潍坊同名商贸有限公司');
  assert.equal(result?.candidates.length, 2);
  assert.equal(result?.automatic, null);
});

test('a sole trader under its operator’s own name is not found by name', async () => {
  const [result] = await match('欧阳启明');
  assert.equal(
    result?.candidates.some((one) => one.name.includes('欧阳')),
    false,
  );
});

test('signs with a meaning to SQL, half characters and ten thousand of them are only text', async () => {
  const results = await match(
    `'; DROP TABLE core.subject; --`,
    '%%%___',
    '{"a","b"}',
    'a\u0000b\ud800c',
    '有限公司'.repeat(2_500),
    '（（（）））',
    '厂',
    '  ',
  );
  for (const result of results) assert.equal(result.automatic, null);
});

test('only who may look subjects up may match', async () => {
  await assert.rejects(
    matchSubjects(city.ctx, actorWith('systemAdmin'), ['启明'], 5),
    (error: unknown) => error instanceof DomainError && error.code === 'forbidden',
  );
});

test('a match is logged with counts and without the names', async () => {
  await match('某人写的名称有限公司');
  const [entry] = await query<{ detail: { names: number } }>(
    city.ctx.db.audit,
    sql`SELECT detail FROM log.access_log WHERE action = 'subject.match' ORDER BY at DESC LIMIT 1`,
  );
  assert.equal(entry?.detail.names, 1);
  assert.equal(JSON.stringify(entry).includes('某人'), false);
});

test('candidates come from the token index, whatever the planner thinks of the table', async () => {
  const plan = await query<{ 'QUERY PLAN': string }>(
    city.ctx.db.migrator,
    sql`EXPLAIN SELECT n.subject_id FROM core.subject_name n WHERE n.tokens @> ${['子良', '齿轮']}::text[] LIMIT 60`,
  );
  assert.ok(plan.length > 0);
  await city.ctx.db.migrator.query('ANALYZE core.subject_name');
  const statistics = await tokenStatistics(city.ctx.db.app);
  assert.ok(statistics.rows > 0 && statistics.share.size > 0);
  const rows = await candidates(city.ctx.db.app, [], [{ tokens: ['子良'], limit: 5 }], 10);
  assert.deepEqual(
    rows.map((row) => row.name),
    ['冠县子良齿轮有限公司'],
  );
});
