import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { repositoryRoot } from '../../platform/config.ts';
import { compilePolicy, loadPolicyFiles, type PolicyProblem } from './index.ts';

const shipped = join(repositoryRoot, 'policy');
const root = await mkdtemp(join(tmpdir(), 'policy-'));
after(() => rm(root, { recursive: true, force: true }));

/** A city's folder with these files, loaded after the shipped one. */
async function city(files: Record<string, string>, base: readonly string[] = [shipped]) {
  const folder = await mkdtemp(join(root, 'city-'));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return loadPolicyFiles([...base, folder]);
}

async function folderWith(name: string, text: string): Promise<string> {
  const folder = await mkdtemp(join(root, 'more-'));
  await writeFile(join(folder, name), text);
  return folder;
}

/** Each problem has words in both languages and a place. */
function expectProblem(problems: readonly PolicyProblem[], zh: RegExp, path?: RegExp): PolicyProblem {
  const found = problems.find((problem) => zh.test(problem.zh) && (path?.test(problem.path) ?? true));
  assert.ok(found, `${zh} ${path}: ${JSON.stringify(problems, null, 1)}`);
  for (const problem of problems) {
    assert.match(problem.zh, /[\u4e00-\u9fff]/);
    assert.match(problem.en, /[A-Za-z]/);
    assert.notEqual(problem.file, '');
  }
  return found;
}

const example = await readFile(join(shipped, 'catalogue/local-supplement.example.yaml'), 'utf8');
const ruleSet = (rule: string, standards = 'licence'): string => `kind: ruleSet
key: city
name: { zh: 本市规则, en: Rules of the city }
basis: [{ document: 本市规定 }]
confirmed: false
body:
  standards: [${standards}]
  rules:
    - id: city-rule
      severity: warn
      message: { zh: 提示。, en: A hint. }
      fix: { zh: 请核对。, en: Check it. }
${rule}`;

test('a local supplement with its regulation loads and joins the catalogue', async () => {
  const { files, problems } = await city({ 'local-supplement.yaml': example });
  assert.deepEqual(problems, []);
  const policy = compilePolicy(files, 1, 'test');
  assert.equal(policy.catalogueItem('local-construction-conduct')?.category, 'evaluations');
  assert.equal(policy.catalogue().localRegulation?.article, '第十条');
  assert.equal(policy.catalogue().categories.length, 14);
});

test('examples beside the shipped files are not loaded', async () => {
  const { files } = await loadPolicyFiles([shipped]);
  assert.equal(
    files.some((file) => file.kind === 'localSupplement'),
    false,
  );
});

test('a local supplement without its local regulation is refused', async () => {
  const { problems } = await city({ 'a.yaml': example.replace(/ {2}localRegulation:.*\n/, '') });
  expectProblem(problems, /地方性法规/, /localRegulation/);
  const articleless = await city({
    'a.yaml': example.replace(/(localRegulation: \{ document: [^,]+), article: [^,]+,/, '$1,'),
  });
  expectProblem(articleless.problems, /地方性法规/);
  for (const missing of [/, issuedBy: [^,]+/, /, adoptedOn: '[^']+'/]) {
    const { problems: found } = await city({ 'a.yaml': example.replace(missing, '') });
    expectProblem(found, /制定机关/, /localRegulation/);
  }
});

test('what a government or an office decreed is no local regulation, and each item names its article', async () => {
  for (const issuer of ['示范市人民政府', '示范市信用体系建设领导小组办公室', '示范市发展和改革委员会']) {
    const { problems } = await city({ 'a.yaml': example.replace(/issuedBy: [^,]+/, `issuedBy: ${issuer}`) });
    expectProblem(problems, /不能制定地方性法规/, /issuedBy/);
  }
  const { problems } = await city({
    'a.yaml': example
      .replace('article: 第十四条 }]', '}]')
      .replace(
        'basis: [{ document: 示范市所在省社会信用条例（示例）, }]',
        'basis: [{ document: 关于加强信用建设的通知 }]',
      ),
  });
  expectProblem(problems, /具体条款/, /items\[1\]\.basis/);
});

test('guardrail G8: no prohibited input about persons, in catalogue, standard or rule', async () => {
  const item = (name: string, subjects = 'person'): string =>
    example
      .replace(/subjects: \[enterprise\]\n/, `subjects: [${subjects}]\n`)
      .replace('建筑市场各方主体信用评价结果', name)
      .replace('      contents: 施工、监理、勘察设计企业的年度信用评价等级\n', '');
  for (const name of [
    '信访记录',
    '个人收入情况',
    '亲属失信情况',
    '宗教信仰',
    '闯红灯记录',
    '病史',
    '垃圾分类违规',
    '婚姻状况',
    '消费记录',
  ]) {
    const { problems } = await city({ 'a.yaml': item(name) });
    expectProblem(problems, /G8/);
  }
  assert.deepEqual(
    (await city({ 'a.yaml': item('排污收入核查', 'enterprise') })).problems,
    [],
    'organisations are not concerned',
  );
  const licence = await readFile(join(shipped, 'standards/licence.yaml'), 'utf8');
  const spied = licence.replace(
    '    - { code: BZ,',
    '    - { code: XK_ZJXY, label: { zh: 宗教信仰, en: Religion }, type: text, required: never, publicity: internal }\n    - { code: BZ,',
  );
  const standard = await city({ 'licence.yaml': spied });
  expectProblem(standard.problems, /宗教信仰.*G8/);
  const rule = await city({
    'licence.yaml': spied,
    'rule.yaml': ruleSet('      check: { kind: expression, require: { isEmpty: { field: XK_ZJXY } } }\n'),
  });
  expectProblem(rule.problems, /G8/, /body\.rules/);
});

test('a person’s own item is never public', async () => {
  const { problems } = await city({
    'a.yaml': example.replace('subjects: [enterprise, organisation]', 'subjects: [person]'),
  });
  expectProblem(problems, /不得公开/, /publicity/);
});

test('expressions are held against the fields and code tables', async () => {
  const unknown = await city({
    'a.yaml': ruleSet('      check: { kind: expression, require: { notEmpty: { field: XK_NOTHING } } }\n'),
  });
  assert.match(
    expectProblem(unknown.problems, /没有字段“XK_NOTHING”/).path,
    /^body\.rules\[0\]\.check\.require\.notEmpty/,
  );
  const types = await city({
    'a.yaml': ruleSet('      check: { kind: expression, require: { lt: [{ field: XK_JDRQ }, 5] } }\n'),
  });
  expectProblem(types.problems, /类型不同|须为/);
  const literal = await city({
    'a.yaml': ruleSet('      check: { kind: expression, require: { ne: [{ field: XK_XDR_LB }, 法人] } }\n'),
  });
  expectProblem(literal.problems, /代码表中没有“法人”/);
  const list = await city({
    'a.yaml': ruleSet(
      '      check: { kind: expression, require: { not: { exists: [{ field: CF_CFLB }, { in: [{ item: true }, [罚金]] }] } } }\n',
      'penalty',
    ),
  });
  expectProblem(list.problems, /代码表中没有“罚金”/);
  const field = await city({ 'a.yaml': ruleSet('      field: CF_WSH\n      check: { kind: builtin }\n') });
  expectProblem(field.problems, /没有字段“CF_WSH”/);
  const standard = await city({ 'a.yaml': ruleSet('      check: { kind: builtin }\n', 'licences') });
  expectProblem(standard.problems, /没有数据标准“licences”/);
});

test('words: both languages, known placeholders', async () => {
  const one = await city({ 'a.yaml': ruleSet('      check: { kind: builtin }\n').replace(', en: A hint. }', ' }') });
  expectProblem(one.problems, /缺少必需的项.*en/, /message/);
  const hole = await city({
    'a.yaml': ruleSet('      check: { kind: builtin }\n').replace('zh: 提示。', "zh: '提示{nobody}。'"),
  });
  expectProblem(hole.problems, /占位符 \{nobody\}/, /message\.zh/);
});

test('slips of the pen are found, several at once', async () => {
  const { problems } = await city({
    'broken.yaml': 'kind: [codeTable\n',
    'unknown.yaml': 'kind: lawbook\nkey: x\n',
    'slip.yaml': ruleSet('      check: { kind: builtin }\n      severty: refuse\n'),
    'twice.yaml': ruleSet('      check: { kind: builtin }\n')
      .replace('key: city', 'key: other')
      .replace('city-rule', 'code-check'),
    'date.yaml': example.replace("validFrom: '2026-01-01'", "validFrom: '2026-02-30'"),
    'table.yaml': `kind: codeTable
key: city-table
name: { zh: 表, en: Table }
basis: []
confirmed: true
body: { values: [{ code: '1', label: { zh: 一, en: one }, aliases: [x] }, { code: '2', label: { zh: 二, en: two }, aliases: [x] }] }
`,
  });
  expectProblem(problems, /YAML/, /^\d+:\d+$/);
  expectProblem(problems, /kind 应为/);
  expectProblem(problems, /不认识的项.*severty/);
  expectProblem(problems, /code-check 重复/);
  expectProblem(problems, /不是有效日期/, /validFrom/);
  expectProblem(problems, /“x”重复/);
  expectProblem(problems, /必须写明依据/);
});

test('unquoted codes are told apart from texts', async () => {
  const { problems } = await city({
    'a.yaml':
      'kind: divisions\nkey: more\nname: { zh: 区划, en: Divisions }\nbasis: []\nconfirmed: false\nbody: { divisions: [{ code: 370284, name: 某市, level: county }] }\n',
  });
  expectProblem(problems, /请加引号/, /divisions\[0\]\.code/);
});

test('a city replaces a shipped file by kind and key; twice in one folder is refused', async () => {
  const place = await readFile(join(shipped, 'place/default.yaml'), 'utf8');
  const replaced = await city({ 'mine.yaml': place.replace('store: [licence]', 'store: [licence, penalty]') });
  assert.deepEqual(replaced.problems, []);
  const policy = compilePolicy(replaced.files, 1, 'test');
  assert.deepEqual(policy.place().personRows.store, ['licence', 'penalty']);
  for (const impossible of ['enforcement', 'honour', 'nothing']) {
    const { problems } = await city({ 'mine.yaml': place.replace('store: [licence]', `store: [${impossible}]`) });
    expectProblem(problems, /不能归集自然人信息/, /personRows\.store\[0\]/);
  }
  assert.equal(policy.place().barMinors, true);
  const twice = await city({ 'mine.yaml': place, 'again.yaml': place });
  expectProblem(twice.problems, /重复/);
  const minors = await city({ 'mine.yaml': place.replace('barMinors: true', 'barMinors: false') });
  expectProblem(minors.problems, /取值|类型/, /barMinors/);
});

test('a version with a later first day takes over on that day', async () => {
  const place = await readFile(join(shipped, 'place/default.yaml'), 'utf8');
  const later = place
    .replace('confirmed: false\n', "confirmed: false\nvalidFrom: '2027-01-01'\n")
    .replace('reportingWorkingDays: 7', 'reportingWorkingDays: 5');
  const { files, problems } = await city({ 'later.yaml': later });
  assert.deepEqual(problems, []);
  assert.equal(compilePolicy(files, 1, 'test', { on: '2026-12-31' }).place().reportingWorkingDays, 7);
  assert.equal(compilePolicy(files, 1, 'test', { on: '2027-01-01' }).place().reportingWorkingDays, 5);
  const now = await city({ 'mine.yaml': place.replace('reportingWorkingDays: 7', 'reportingWorkingDays: 3') }, [
    shipped,
    await folderWith('later.yaml', later),
  ]);
  assert.equal(
    compilePolicy(now.files, 1, 'test').place().reportingWorkingDays,
    3,
    'a later folder goes before any period of an earlier one',
  );
  const rules = await readFile(join(shipped, 'rules/licence.yaml'), 'utf8');
  const both = await city({
    'rules.yaml': rules
      .replace('confirmed: false\n', "confirmed: false\nvalidFrom: '2027-01-01'\n")
      .replace('severity: warn', 'severity: doubt'),
  });
  assert.deepEqual(both.problems, [], 'two periods of one rule set');
  assert.equal(
    compilePolicy(both.files, 1, 'test', { on: '2026-11-22' }).rule('licence-sole-trader-code-kind')?.severity,
    'warn',
  );
  assert.equal(
    compilePolicy(both.files, 1, 'test', { on: '2027-01-02' }).rule('licence-sole-trader-code-kind')?.severity,
    'doubt',
  );
});

test('overlapping regimes of disclosure are refused', async () => {
  const regime = await readFile(join(shipped, 'disclosure/ndrc-58.yaml'), 'utf8');
  const { problems } = await city({ 'a.yaml': regime.replace("validTo: '2026-03-31'", "validTo: '2026-04-01'") });
  expectProblem(problems, /期间重叠/);
  const misspelt = await city({ 'a.yaml': regime.replaceAll('通报批评]', '通报批判]') });
  expectProblem(misspelt.problems, /代码表中没有“通报批判”/);
});

test('a calendar that contradicts itself is refused', async () => {
  const year = await readFile(join(shipped, 'calendar/2026.yaml'), 'utf8');
  const { problems } = await city({
    'a.yaml': year.replace("on: '2026-01-04'", "on: '2026-01-05'").replace("on: '2026-05-02'", "on: '2025-05-02'"),
  });
  expectProblem(problems, /不是周末/);
  expectProblem(problems, /不是2026年的日期/);
});

test('a folder that is not there is a problem, not a crash', async () => {
  const { problems, files } = await loadPolicyFiles([join(root, 'nowhere')]);
  assert.deepEqual(files, []);
  expectProblem(problems, /无法读取/);
});

test('an alias bomb is refused', async () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\nkind: [*d,*d]\n`;
  const { problems } = await city({ 'a.yaml': bomb });
  expectProblem(problems, /引用（别名）过多/);
});
