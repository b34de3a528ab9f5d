import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseUnifiedCode, subjectKindLabels } from '@chengxin/identifiers';
import { repositoryRoot } from '../../platform/config.ts';
import { headingKey } from './check-standard.ts';
import { compilePolicy, loadPolicyFiles, type PolicyRuntime, type StandardField, versionsOf } from './index.ts';

const loaded = await loadPolicyFiles([join(repositoryRoot, 'policy')]);
const { digest } = versionsOf(loaded.files);
const policy: PolicyRuntime = compilePolicy(loaded.files, 7, digest);

test('every shipped file loads without a problem', () => {
  assert.deepEqual(loaded.problems, []);
  assert.equal(policy.setId, 7);
  assert.match(policy.digest, /^[0-9a-f]{64}$/);
});

test('the same files give the same digest in any order', () => {
  assert.equal(versionsOf([...loaded.files].reverse()).digest, digest);
});

test('editions have as many columns as the templates', () => {
  const columns = (standard: string): Record<string, number> =>
    Object.fromEntries(policy.standard(standard).editions.map((edition) => [edition.key, edition.columns.length]));
  assert.deepEqual(columns('licence'), { 'merged-2019': 28, 'org-2018': 24, 'person-2018': 18, 'legacy-2016': 18 });
  assert.deepEqual(columns('penalty'), { 'merged-2019': 30, 'org-2018': 26, 'person-2018': 20, 'legacy-2016': 20 });
});

function field(standard: string, heading: string): string | undefined {
  const fields: StandardField[] = policy.standard(standard).fields;
  return fields.find((candidate) =>
    [candidate.code, candidate.label.zh, ...(candidate.aliases ?? [])].map(headingKey).includes(headingKey(heading)),
  )?.code;
}

test('columns are found by code and by the headings that files have', () => {
  for (const heading of [
    '统一社会信用代码',
    '行政相对人代码_1(统一社会信用代码)',
    '行政相对人代码_1（统一社会信用代码）',
    '行政相对人代码_1 (统一社会信用代码)',
  ]) {
    assert.equal(field('licence', heading), 'XK_XDR_SHXYM', heading);
    assert.equal(field('penalty', heading), 'CF_XDR_SHXYM', heading);
  }
  assert.equal(field('penalty', '罚款金额（万元）'), 'CF_NR_FK');
  assert.equal(field('penalty', 'CF_LYDWDM'), 'CF_SJLYDM');
  assert.equal(field('licence', 'XK_FDDB'), 'XK_FRDB');
  assert.equal(field('penalty', 'CF_CFWS'), 'CF_CFWS');
  for (const heading of [
    '企业名称',
    '统一社会信用代码',
    '注册号',
    '组织机构代码',
    '经营状态',
    '公司类型',
    '成立日期',
    '登记机关',
    '曾用名',
    '企业地址',
    '所属行业',
    '经营范围',
    '法定代表人',
    '注册资本',
  ]) {
    assert.ok(field('registration', heading), heading);
  }
});

test('each edition can hold what it must: required fields are columns, mapped, given or optional', () => {
  for (const standard of policy.standards()) {
    for (const edition of standard.editions) {
      const reached = new Set([...edition.columns, ...(edition.optional ?? [])]);
      for (const target of Object.values(edition.maps ?? {})) reached.add(target.field);
      for (const required of standard.fields.filter((candidate) => candidate.required === 'always')) {
        const given = required.role === 'subjectCategory' && edition.counterparty !== undefined;
        assert.ok(given || reached.has(required.code), `${standard.standard} ${edition.key} ${required.code}`);
      }
    }
  }
});

test('the words of every rule are there in both languages', () => {
  const chinese = /[\u4e00-\u9fff]/;
  for (const standard of policy.standards()) {
    for (const rule of policy.rules(standard.standard)) {
      for (const words of [rule.message, rule.fix]) {
        assert.match(words.zh, chinese, rule.id);
        assert.match(words.en, /[A-Za-z]{3}/, rule.id);
        assert.match(words.zh, /[。]$/, rule.id);
      }
      assert.ok((rule.basis?.length ?? 0) > 0, rule.id);
      assert.match(rule.version, /^[0-9a-f]{12}$/);
    }
  }
});

test('the rules that the pipeline tests in code are there', () => {
  const ids = `normalised-brackets normalised-width normalised-blanks normalised-empty-word normalised-date
    normalised-open-end normalised-amount normalised-code-case normalised-document-number normalised-enum formula-cell
    invalid-character cell-too-long required-missing type-date type-amount enum-unknown enum-suffix-missing code-check
    code-kind-unknown code-placeholder code-missing code-missing-unknown organisation-code-check
    registration-number-check organisation-code-mismatch name-code-contradiction former-name-used name-differs
    person-document-check representative-document-check person-row-barred minor-row-barred person-identifier-in-text
    duplicate-in-file duplicate-record superseding other-source-asserts columns-ragged deciding-body-unknown
    source-body-foreign rare-future-date`.split(/\s+/);
  for (const id of ids) assert.equal(policy.rule(id)?.builtin, true, id);
  assert.equal(policy.rule('amount-outlier-yuan')?.severity, 'doubt');
  assert.equal(policy.rules('licence'), policy.rules('licence'), 'cached');
});

test('real spellings of status and type are mapped', () => {
  const find = (table: string, text: string) =>
    policy.codeTable(table).values.find((value) => value.code === text || value.aliases?.includes(text));
  assert.equal(find('registration-status', '在业')?.means, 'active');
  assert.equal(find('registration-status', '存续')?.means, 'active');
  assert.equal(find('registration-status', '注销')?.means, 'cancelled');
  assert.equal(find('registration-status', '吊销')?.means, 'revoked');
  assert.equal(find('company-types', '农民专业合作经济组织')?.means, 'farmersCooperative');
  assert.equal(find('company-types', '有限责任公司(自然人投资或控股)')?.means, 'enterprise');
  assert.equal(find('counterparty-categories', '04')?.code, '个体工商户');
  for (const value of policy.codeTable('subject-kinds').values)
    assert.ok(Object.hasOwn(subjectKindLabels, value.code), value.code);
  for (const value of policy.codeTable('company-types').values)
    assert.ok(Object.hasOwn(subjectKindLabels, value.means ?? ''), value.code);
});

test('divisions and industries', () => {
  assert.equal(policy.division('120116')?.name, '滨海新区');
  assert.equal(policy.division('999903')?.name, '启明区');
  assert.equal(policy.division('370284')?.validTo, '2012-12-31');
  assert.equal(policy.division('000000'), undefined);
  assert.equal(
    loaded.files
      .flatMap((file) => (file.kind === 'divisions' ? file.body.divisions : []))
      .filter((row) => row.level === 'province').length,
    34,
  );
  const rows = loaded.files.flatMap((file) => (file.kind === 'industries' ? file.body.industries : []));
  assert.deepEqual(
    [1, 2, 3, 4].map((level) => rows.filter((row) => row.level === level).length),
    [20, 97, 473, 1381],
  );
  assert.deepEqual(policy.industry('6511'), { code: '6511', section: 'I', name: '基础软件开发' });
  assert.deepEqual(policy.industry('批发业'), { code: '51', section: 'F', name: '批发业' });
  assert.equal(policy.industry('建筑装饰和其他建筑业')?.code, '50', 'a name of the 2011 edition');
  assert.equal(policy.industry('制造业')?.code, 'C');
  assert.equal(policy.industry('没有这个行业'), undefined);
});

test('the catalogue has the 13 national categories and the sharing list, and every standard an item', () => {
  const { categories, edition } = policy.catalogue();
  assert.equal(edition, '2024');
  assert.deepEqual(
    categories.map((category) => category.number),
    Array.from({ length: 14 }, (_, at) => at + 1),
  );
  for (const category of policy.catalogue().categories) {
    assert.ok(
      policy.catalogue().items.some((item) => item.category === category.key),
      category.key,
    );
  }
  for (const standard of policy.standards())
    assert.equal(policy.catalogueItem(standard.item)?.standard, standard.standard);
});

test('place rules are the cautious ones', () => {
  assert.deepEqual(policy.place().personRows.store, ['licence']);
  assert.equal(policy.place().barMinors, true);
  assert.equal(policy.place().reportingWorkingDays, 7);
});

test('person documents are internal and nothing unread says that it is confirmed', () => {
  for (const standard of policy.standards()) {
    for (const document of standard.fields.filter((candidate) => candidate.person === 'document'))
      assert.equal(document.publicity, 'internal');
  }
  const open = policy.unconfirmed();
  assert.ok(open.some((entry) => entry.kind === 'disclosure' && entry.key === 'ndrc-36' && entry.id === undefined));
  assert.ok(open.some((entry) => entry.key === 'licence' && entry.id === 'legacy-2016'));
  assert.ok(open.every((entry) => entry.name.zh !== ''));
});

test('the code placeholder that rules speak of is what the identifiers package calls one', () => {
  const parsed = parseUnifiedCode('00000000000000000X');
  assert.equal(!parsed.ok && parsed.reason, 'placeholder');
});
