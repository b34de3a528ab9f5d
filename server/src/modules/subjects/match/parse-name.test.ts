import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normaliseName } from '../names.ts';
import { nameParts, parseName, parseNormalised } from './parse-name.ts';
import { placeAt, placesTouch, spellingsOf } from './places.ts';

const parts = (name: string): string => {
  const { place, town, mark, trade, form, branch } = parseName(name);
  return [place, town, mark, trade, form, branch].join('|');
};

test('a name comes apart into place, town, mark, trade, form and branch', () => {
  for (const [name, expected] of [
    ['青岛启明机械制造有限公司', '青岛||启明|机械制造|有限公司|'],
    ['青岛市启明机械制造有限公司', '青岛||启明|机械制造|有限公司|'],
    ['山东省阳信县启明皮革制品有限公司', '阳信||启明|皮革制品|有限公司|'],
    ['冠县清水镇白云轴承加工厂', '冠县|清水|白云|轴承|加工厂|'],
    ['启明（山东）新材料股份有限公司', '山东||启明|新材料|股份有限公司|'],
    ['启明物流有限公司青岛第一分公司', '||启明|物流|有限公司|青岛第一分公司'],
    ['济南启明商贸有限公司（城东工业园）', '济南||启明|商贸|有限公司|'],
    ['济南启明商贸有限公司查看更多', '济南||启明|商贸|有限公司|'],
  ] as const)
    assert.equal(parts(name), expected, name);
});

test('a place that names places all over the country is a word, unless it follows its own city', () => {
  assert.equal(placeAt('长安工程设备', 0, null), null);
  assert.notEqual(placeAt('长安区', 0, null), null);
  assert.equal(parseName('新华书店有限公司').place, '');
});

test('places touch when one lies in the other, in any edition of the division table', () => {
  const place = (name: string) => placeAt(name, 0, null)?.place ?? assert.fail(name);
  assert.equal(placesTouch(place('东明县').codes, place('菏泽市').codes), true);
  assert.equal(placesTouch(place('章丘市').codes, place('济南市').codes), true);
  assert.equal(placesTouch(place('东明县').codes, place('济南市').codes), false);
  assert.deepEqual(spellingsOf(place('菏泽')), ['菏泽', '菏泽市']);
});

test('any text is read without throwing, in bounded time, and the same again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
      const normalised = normaliseName(text);
      const first = parseNormalised(normalised);
      assert.equal(first.body, first.mark + first.trade);
      assert.deepEqual(parseNormalised(normalised), first);
      nameParts(text);
    }),
    { numRuns: 150 },
  );
  parseName('有限公司'.repeat(2_500));
  parseName('（'.repeat(10_000));
});
