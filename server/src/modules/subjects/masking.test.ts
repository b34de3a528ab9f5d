import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPersonalTradeName, maskText, publicAddress, publicSubjectName, streetOf } from './masking.ts';

test('a sole trader under its operator’s name is masked, a trade name is not', () => {
  assert.equal(publicSubjectName('soleTrader', '张三', undefined), '张*（个体工商户）');
  assert.equal(publicSubjectName('soleTrader', '欧阳娜娜', '欧阳娜娜'), '欧阳*（个体工商户）');
  assert.equal(publicSubjectName('soleTrader', '滨江区海晏小吃店', '张三'), '滨江区海晏小吃店');
  assert.equal(isPersonalTradeName('enterprise', '华为', '华为'), false);
});

test('a dwelling is shown as its street, premises as they are', () => {
  assert.equal(streetOf('示范市滨江区沧湖东路8号3栋402室'), '示范市滨江区沧湖东路');
  assert.equal(publicAddress('soleTrader', '示范市滨江区沧湖东路8号万达广场2楼'), '示范市滨江区沧湖东路8号万达广场2楼');
  assert.equal(publicAddress('enterprise', '示范市滨江区沧湖东路8号3栋402室'), '示范市滨江区沧湖东路8号3栋402室');
  assert.equal(streetOf('3栋402室'), '');
});

test('numbers of persons, telephones and known names do not pass in a text', () => {
  const text = maskText('当事人李四（11010519491231002X，电话13812345678）在店内', ['李四']);
  assert.equal(text, '当事人李*（[证件号码已隐去]，电话138****5678）在店内');
  assert.equal(maskText('罚款12345678901元', []), '罚款12345678901元');
  assert.doesNotMatch(maskText('当事人 pt_abcdefghijklmnopqrstuvwx', []), /pt_/);
});
