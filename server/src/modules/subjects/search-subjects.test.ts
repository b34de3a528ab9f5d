import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeUnifiedCode } from '@chengxin/identifiers';
import fc from 'fast-check';
import { DomainError } from '../../platform/errors.ts';
import { findByIdentifiers, findByNames } from './find-subjects.ts';
import { mergeSubjects } from './merge-subjects.ts';
import { readQuery, searchSubjects } from './search-subjects.ts';
import { actorWith, openTestCity, type TestCity } from './testing.ts';

let city: TestCity;
const codes = new Map<string, string>();
const code = (name: string): string => codes.get(name) ?? assert.fail(name);

before(async () => {
  city = await openTestCity();
  const { addSubject } = city.fixture;
  const add = async (over: Parameters<typeof addSubject>[0]): Promise<void> => {
    codes.set(over.name, (await addSubject(over)).code);
  };
  await add({ name: '示范市启明建筑工程有限公司', formerNames: ['启明土木工程队'] });
  await add({
    name: '启明',
    identifiers: { unifiedCode: makeUnifiedCode('91', '440300', 'MAC0DE99'), registrationNumber: '440301103448669' },
  });
  await add({ name: '启明食品有限公司' });
  await add({ name: '百分百%商贸_有限公司' });
  await add({
    name: '重庆小面馆',
    kind: 'soleTrader',
    identifiers: { unifiedCode: makeUnifiedCode('92', '440300', 'MA0TRAD1') },
  });
  await add({
    name: '张三',
    kind: 'soleTrader',
    identifiers: { unifiedCode: makeUnifiedCode('92', '440300', 'MA0TRAD2') },
  });
  await add({
    name: '欧阳娜娜',
    kind: 'soleTrader',
    identifiers: { unifiedCode: makeUnifiedCode('92', '440300', 'MA0TRAD3') },
    register: { legalRepresentative: '欧阳娜娜' },
  });
  await add({
    name: '登记后新名有限公司',
    register: { reportedNames: ['报送时写错的名'] },
    formerNames: ['报送时写错的名'],
  });
});
after(() => city.close());

const search = (q: string, over: Partial<Parameters<typeof searchSubjects>[2]> = {}) =>
  searchSubjects(city.ctx.db.app, q, { limit: 20, keys: city.ctx.keys, level: 'public', ...over });
const names = async (q: string): Promise<string[]> => (await search(q)).items.map((item) => item.name);

test('two characters find, ranked exact, prefix, inside, former', async () => {
  assert.deepEqual(await names('启明'), ['启明', '启明食品有限公司', '示范市启明建筑工程有限公司']);
  const former = (await search('土木')).items[0];
  assert.equal(former?.name, '示范市启明建筑工程有限公司');
  assert.equal(former?.formerName, '启明土木工程队');
  assert.equal(former?.matched, 'formerName');
});

test('initials, the code, its beginning, a part of it, and other numbers find', async () => {
  assert.deepEqual(await names('qmspyxgs'), ['启明食品有限公司']);
  assert.deepEqual(await names('cqxm'), ['重庆小面馆']);
  const main = code('示范市启明建筑工程有限公司');
  for (const q of [
    main,
    main.toLowerCase(),
    `${main.slice(0, 8)} ${main.slice(8)}`,
    main.slice(0, 17),
    main.slice(8, 17),
    main.slice(10),
    main.slice(4, 16),
  ]) {
    assert.equal(
      (await search(q)).items.some((item) => item.code === main),
      true,
      q,
    );
  }
  assert.deepEqual(await names('440301103448669'), ['启明']);
  assert.deepEqual(await names('44030110'), ['启明']);
});

test('too short, empty and over-long queries are refused with what to do', async () => {
  for (const [q, part] of [
    ['启', '再多输入一个字'],
    ['', '请输入'],
    ['  （ ', '再多输入一个字'],
    ['启'.repeat(10_000), '过长'],
  ] as const) {
    await assert.rejects(
      search(q),
      (error: unknown) => error instanceof DomainError && error.code === 'invalid-request' && error.zh.includes(part),
    );
  }
});

test('signs with a meaning to SQL are only signs', async () => {
  assert.deepEqual(await names('%%'), []);
  assert.deepEqual(await names('__'), []);
  assert.deepEqual(await names('分%'), []);
  assert.deepEqual(await names('分百%'), ['百分百%商贸_有限公司']);
  for (const q of [
    `' OR '1'='1`,
    `"; DROP TABLE core.subject; --`,
    '\\\\',
    '{"a"}',
    '$1',
    'a\u0000b',
    '\ud800xy',
    '}{',
    'ＯＲ１',
  ])
    await search(q);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 2, maxLength: 40 }), async (q) => {
      try {
        readQuery(q);
      } catch {
        return;
      }
      assert.ok(Array.isArray((await search(q)).items));
    }),
    { numRuns: 100 },
  );
});

test('a person is never found by name; the trade is found by its code, masked', async () => {
  for (const q of ['张三', 'zs', '欧阳', '欧阳娜娜', '娜娜', 'oynn']) assert.deepEqual(await names(q), [], q);
  const hit = (await search(code('张三'))).items[0];
  assert.equal(hit?.name, '张*（个体工商户）');
  assert.equal((await search(code('欧阳娜娜'))).items[0]?.name, '欧阳*（个体工商户）');
});

test('a name that others reported before registration finds, and is no former name', async () => {
  const hit = (await search('写错的名')).items[0];
  assert.equal(hit?.name, '登记后新名有限公司');
  assert.equal(hit?.formerName, null);
});

test('pages follow each other without gap; a foreign cursor is refused', async () => {
  const all = await names('有限公司');
  const paged: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await search('有限公司', { limit: 1, cursor });
    paged.push(...page.items.map((item) => item.name));
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  assert.deepEqual(paged, all);
  const first = await search('有限公司', { limit: 1 });
  for (const wrong of [`x${first.nextCursor}`, 'x.y', 'OTk.AAAAAAAAAAAAAAAA'])
    await assert.rejects(search('有限公司', { cursor: wrong }));
  await assert.rejects(search('启明', { cursor: first.nextCursor ?? '' }));
});

test('matching finds sets by identifier and name, canonical after a merge', async () => {
  const app = city.ctx.db.app;
  const main = code('示范市启明建筑工程有限公司');
  const other = code('启明食品有限公司');
  const found = await findByIdentifiers(app, [
    main,
    main.slice(8, 17),
    '440301103448669',
    'nobody',
    '00000000000000000X',
  ]);
  assert.deepEqual([...found.keys()].sort(), ['440301103448669', main.slice(8, 17), main].sort());
  assert.deepEqual(found.get(main)?.names.sort(), ['启明土木工程队', '示范市启明建筑工程有限公司'].sort());
  const byName = await findByNames(app, ['启明土木工程队', '没有']);
  assert.equal(byName.get('启明土木工程队')?.[0]?.former, true);
  const [a, b] = [found.get(main), (await findByIdentifiers(app, [other])).get(other)];
  assert.ok(a && b);
  await mergeSubjects(city.ctx, actorWith('creditOffice'), b.subjectId, a.subjectId, '同一企业重复建档');
  const merged = (await findByIdentifiers(app, [other])).get(other);
  assert.equal(merged?.subjectId, a.subjectId);
  assert.equal(merged?.names.includes('启明食品有限公司'), true);
  assert.deepEqual(await names('启明食品'), ['示范市启明建筑工程有限公司']);
});
