import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileToFunction, type RecordRow } from '@chengxin/rules';
import { repositoryRoot } from '../../platform/config.ts';
import { type CompiledRule, compilePolicy, type DataStandard, loadPolicyFiles } from './index.ts';

const { files } = await loadPolicyFiles([join(repositoryRoot, 'policy')]);
const policy = compilePolicy(files, 1, 'test');
const today = '2026-11-22';

/** True when the row passes the rule. */
function passes(rule: CompiledRule, row: RecordRow): boolean {
  assert.ok(rule.require, rule.id);
  const params = { today };
  if (rule.when && !compileToFunction(rule.when)(row, params)) return true;
  return compileToFunction(rule.require)(row, params);
}

const ORG = '法人及非法人组织';
const SOLE = '个体工商户';
const PERSON = '自然人';

interface Example {
  pass: RecordRow[];
  fail: RecordRow[];
}

/** Rules on the counterparty, written with the columns of the licence standard and run on both. */
const counterparty: Record<string, Example> = {
  'representative-missing': {
    pass: [{ XK_XDR_LB: ORG, XK_FRDB: '张三' }, { XK_XDR_LB: PERSON }],
    fail: [{ XK_XDR_LB: ORG }, { XK_XDR_LB: SOLE, XK_FRDB: '' }],
  },
  'organisation-person-document': {
    pass: [{ XK_XDR_LB: ORG }, { XK_XDR_LB: PERSON, XK_XDR_ZJHM: 'x' }],
    fail: [
      { XK_XDR_LB: ORG, XK_XDR_ZJHM: 'x' },
      { XK_XDR_LB: ORG, XK_XDR_ZJLX: '身份证' },
    ],
  },
  'organisation-code-sole-trader': {
    pass: [
      { XK_XDR_LB: ORG, XK_XDR_SHXYM: '91230500MA1B3N1N2M' },
      { XK_XDR_LB: ORG },
      { XK_XDR_LB: SOLE, XK_XDR_SHXYM: '92…' },
    ],
    fail: [{ XK_XDR_LB: ORG, XK_XDR_SHXYM: '92230500MA1B3N1N2M' }],
  },
  'sole-trader-code-kind': {
    pass: [
      { XK_XDR_LB: SOLE, XK_XDR_SHXYM: '92230500MA1B3N1N2M' },
      { XK_XDR_LB: SOLE, XK_XDR_SHXYM: '00000000000000000X' },
      { XK_XDR_LB: SOLE },
    ],
    fail: [{ XK_XDR_LB: SOLE, XK_XDR_SHXYM: '91230500MA1B3N1N2M' }],
  },
  'sole-trader-institution-numbers': {
    pass: [{ XK_XDR_LB: SOLE }, { XK_XDR_LB: ORG, XK_XDR_SYDW: '1' }],
    fail: [
      { XK_XDR_LB: SOLE, XK_XDR_SYDW: '1' },
      { XK_XDR_LB: SOLE, XK_XDR_SHZZ: '1' },
    ],
  },
  'person-document-missing': {
    pass: [{ XK_XDR_LB: PERSON, XK_XDR_ZJLX: '身份证', XK_XDR_ZJHM: 'x' }, { XK_XDR_LB: ORG }],
    fail: [{ XK_XDR_LB: PERSON }, { XK_XDR_LB: PERSON, XK_XDR_ZJHM: 'x' }],
  },
  'person-organisation-fields': {
    pass: [{ XK_XDR_LB: PERSON }],
    fail: [
      'XK_XDR_SHXYM',
      'XK_XDR_GSZC',
      'XK_XDR_ZZJG',
      'XK_XDR_SWDJ',
      'XK_XDR_SYDW',
      'XK_XDR_SHZZ',
      'XK_FRDB',
      'XK_FR_ZJLX',
      'XK_FR_ZJHM',
    ].map((code) => ({ XK_XDR_LB: PERSON, [code]: '1' })),
  },
  'representative-document-pair': {
    pass: [{}, { XK_FR_ZJLX: '身份证', XK_FR_ZJHM: 'x' }],
    fail: [{ XK_FR_ZJLX: '身份证' }, { XK_FR_ZJHM: 'x' }],
  },
};

/** Amounts are fen: one 万元 is 1,000,000 of them, which the rules read as six decimals of 万元. */
const wan = (amount: number): bigint => BigInt(Math.round(amount * 1_000_000));

const examples: Record<string, Example> = {
  'licence-decided-in-future': { pass: [{ XK_JDRQ: today }, {}], fail: [{ XK_JDRQ: '2026-11-23' }] },
  'licence-effective-order': {
    pass: [
      { XK_YXQZ: '1998-01-01', XK_YXQZI: '2099-12-31' },
      { XK_YXQZ: '2026-01-01' },
      { XK_YXQZ: '2026-01-01', XK_YXQZI: '2026-01-01' },
    ],
    fail: [{ XK_YXQZ: '2026-01-02', XK_YXQZI: '2026-01-01' }],
  },
  'licence-ends-before-decision': {
    // The licence may begin long before its decision.
    pass: [{ XK_JDRQ: '2026-01-01', XK_YXQZ: '1998-01-01', XK_YXQZI: '2026-01-01' }],
    fail: [{ XK_JDRQ: '2026-01-02', XK_YXQZI: '2026-01-01' }],
  },
  'licence-decided-long-ago': { pass: [{ XK_JDRQ: '1949-10-01' }], fail: [{ XK_JDRQ: '1900-01-02' }] },
  'licence-certificate-number': {
    pass: [
      { XK_XKZS: '食品经营许可证', XK_XKBH: 'JY1', XK_XKLB: '普通' },
      { XK_XKZS: '营业执照', XK_XKLB: '登记' },
      { XK_XKLB: '普通' },
    ],
    fail: [{ XK_XKZS: '食品经营许可证', XK_XKLB: '普通' }],
  },
  'penalty-fine-missing': {
    pass: [{ CF_CFLB: ['罚款'], CF_NR_FK: wan(0.2) }, { CF_CFLB: ['警告'] }],
    fail: [{ CF_CFLB: ['警告', '罚款'] }, { CF_CFLB: ['罚款'], CF_NR_FK: 0n }],
  },
  'penalty-confiscated-missing': {
    pass: [{ CF_CFLB: ['没收违法所得'], CF_NR_WFFF: 0n }, { CF_CFLB: ['罚款'] }],
    fail: [{ CF_CFLB: ['没收违法所得、没收非法财物'] }],
  },
  'penalty-certificate-missing': {
    pass: [{ CF_CFLB: ['吊销许可证件'], CF_NR_ZKDX: '食品经营许可证 JY1' }, { CF_CFLB: ['罚款'] }],
    fail: [{ CF_CFLB: ['暂扣或者吊销许可证、暂扣或者吊销执照'] }, { CF_CFLB: ['罚款', '暂扣许可证件'] }],
  },
  'penalty-fine-without-kind': {
    pass: [
      { CF_CFLB: ['罚款'], CF_NR_FK: wan(1) },
      { CF_CFLB: ['警告'], CF_NR_FK: 0n },
    ],
    fail: [{ CF_CFLB: ['警告'], CF_NR_FK: wan(1) }],
  },
  'penalty-confiscated-without-kind': {
    pass: [{ CF_CFLB: ['没收非法财物'], CF_NR_WFFF: wan(1) }],
    fail: [{ CF_CFLB: ['罚款'], CF_NR_WFFF: wan(1) }],
  },
  'penalty-certificate-without-kind': {
    pass: [
      { CF_CFLB: ['吊销许可证件'], CF_NR_ZKDX: 'x' },
      { CF_CFLB: ['降低资质等级'], CF_NR_ZKDX: 'x' },
    ],
    fail: [{ CF_CFLB: ['罚款'], CF_NR_ZKDX: 'x' }],
  },
  'amount-outlier-yuan': {
    pass: [{ CF_NR_FK: wan(999.999999) }, {}],
    fail: [{ CF_NR_FK: wan(1000) }, { CF_NR_FK: wan(20000) }],
  },
  'amount-outlier-yuan-confiscated': { pass: [{ CF_NR_WFFF: wan(12) }], fail: [{ CF_NR_WFFF: wan(2000) }] },
  'penalty-simple-procedure-amount': {
    pass: [
      { CF_CXLX: '简易程序', CF_XDR_LB: ORG, CF_NR_FK: wan(0.3) },
      { CF_CXLX: '普通程序', CF_XDR_LB: ORG, CF_NR_FK: wan(5) },
      { CF_XDR_LB: ORG, CF_NR_FK: wan(5) },
    ],
    fail: [{ CF_CXLX: '简易程序', CF_XDR_LB: ORG, CF_NR_FK: wan(0.300001) }],
  },
  'penalty-decided-in-future': { pass: [{ CF_JDRQ: today }], fail: [{ CF_JDRQ: '2099-01-01' }] },
  'penalty-ends-before-decision': {
    pass: [{ CF_JDRQ: '2019-10-10', CF_YXQ: '2019-10-17' }, { CF_JDRQ: '2019-10-10' }],
    fail: [{ CF_JDRQ: '2019-10-10', CF_YXQ: '2019-10-09' }],
  },
  'penalty-disclosure-before-decision': {
    pass: [{ CF_JDRQ: '2019-10-10', CF_GSJZQ: '2020-10-17' }, {}],
    fail: [{ CF_JDRQ: '2019-10-10', CF_GSJZQ: '2019-01-01' }],
  },
  'penalty-decided-long-ago': { pass: [{ CF_JDRQ: '2001-01-01' }], fail: [{ CF_JDRQ: '1900-01-02' }] },
  'registration-established-in-future': {
    pass: [{ establishedOn: '1985-03-01' }, {}],
    fail: [{ establishedOn: '2030-01-01' }],
  },
  'registration-name-too-short': { pass: [{ name: '示范市某公司' }], fail: [{ name: '某厂' }] },
  'registration-former-name-current': {
    pass: [{ name: '甲公司', formerNames: ['乙公司'] }, { name: '甲公司' }],
    fail: [{ name: '甲公司', formerNames: ['乙公司', '甲公司'] }],
  },
};

for (const [id, example] of Object.entries(counterparty)) {
  for (const [standard, prefix] of [
    ['licence', 'XK'],
    ['penalty', 'CF'],
  ] as const) {
    const renamed = (row: RecordRow): RecordRow =>
      Object.fromEntries(Object.entries(row).map(([code, value]) => [code.replace(/^XK/, prefix), value]));
    examples[`${standard}-${id}`] = { pass: example.pass.map(renamed), fail: example.fail.map(renamed) };
  }
}

/** Rules by role: keys that are roles are turned into the columns of each standard that has them all. */
const byRole: Record<string, Example> = {
  'act-representative-missing': {
    pass: [{ subjectCategory: ORG, legalRepresentative: '张三' }, { subjectCategory: PERSON }],
    fail: [{ subjectCategory: ORG }, { subjectCategory: SOLE }],
  },
  'act-organisation-code-sole-trader': {
    pass: [{ subjectCategory: ORG, unifiedCode: '91230500MA1B3N1N2M' }, { subjectCategory: ORG }],
    fail: [{ subjectCategory: ORG, unifiedCode: '92230500MA1B3N1N2M' }],
  },
  'act-sole-trader-code-kind': {
    pass: [
      { subjectCategory: SOLE, unifiedCode: '92230500MA1B3N1N2M' },
      { subjectCategory: SOLE, unifiedCode: '00000000000000000X' },
    ],
    fail: [{ subjectCategory: SOLE, unifiedCode: '91230500MA1B3N1N2M' }],
  },
  'act-sole-trader-institution-numbers': {
    pass: [{ subjectCategory: SOLE }, { subjectCategory: ORG, institutionNumber: '1' }],
    fail: [
      { subjectCategory: SOLE, institutionNumber: '1' },
      { subjectCategory: SOLE, socialNumber: '1' },
    ],
  },
  'fact-decided-in-future': { pass: [{ decidedOn: today }, {}], fail: [{ decidedOn: '2026-11-23' }] },
  'fact-decided-long-ago': { pass: [{ decidedOn: '1998-03-02' }, {}], fail: [{ decidedOn: '1900-01-02' }] },
  'fact-ends-before-decision': {
    pass: [{ decidedOn: '2026-01-01', effectiveTo: '2026-01-01' }, { decidedOn: '2026-01-01' }],
    fail: [{ decidedOn: '2026-01-02', effectiveTo: '2026-01-01' }],
  },
  'fact-period-order': {
    pass: [{ effectiveFrom: '2026-01-01', effectiveTo: '2026-02-01' }, { effectiveFrom: '2026-01-01' }],
    fail: [{ effectiveFrom: '2026-02-01', effectiveTo: '2026-01-01' }],
  },
  'fact-ended-before-decision': {
    pass: [{ decidedOn: '2026-01-01', endedOn: '2026-01-01' }, { decidedOn: '2026-01-01' }],
    fail: [{ decidedOn: '2026-01-02', endedOn: '2026-01-01' }],
  },
  'fact-ended-in-future': { pass: [{ endedOn: today }, {}], fail: [{ endedOn: '2027-01-01' }] },
};

const catalogue: Record<string, Example> = {
  'coercion-liberty': { pass: [{ QZ_QZLB: ['扣押财物'] }], fail: [{ QZ_QZLB: ['扣押财物', '限制公民人身自由'] }] },
  'coercion-period-missing': {
    pass: [
      { QZ_QZLB: ['扣押财物'], QZ_QXZI: '2026-02-01' },
      { QZ_QZLB: ['查封场所、设施或者财物'], QZ_JCRQ: '2026-02-01' },
      { QZ_QZLB: ['代履行'] },
    ],
    fail: [{ QZ_QZLB: ['冻结存款、汇款'] }],
  },
  'confirmation-certificate-number': {
    pass: [{ QR_ZSMC: '高新技术企业证书', QR_ZSBH: 'G1' }, {}],
    fail: [{ QR_ZSMC: '高新技术企业证书' }],
  },
  'levy-done-without-day': {
    pass: [{ ZS_ZT: '已完成', ZS_WCRQ: '2026-01-01' }, { ZS_ZT: '未完成' }],
    fail: [{ ZS_ZT: '已完成' }],
  },
  'levy-amount-outlier': { pass: [{ ZS_YJJE: wan(99_999) }, {}], fail: [{ ZS_YJJE: wan(100_000) }] },
  'grant-paid-before-decision': {
    pass: [{ JF_JDRQ: '2026-01-01', JF_FFRQ: '2026-01-05' }],
    fail: [{ JF_JDRQ: '2026-01-05', JF_FFRQ: '2026-01-01' }],
  },
  'adjudication-performed-without-term': {
    pass: [{ CJ_LXQK: '全部履行', CJ_LXQX: '2026-05-01' }, {}],
    fail: [{ CJ_LXQK: '全部履行' }],
  },
  'compensation-paid-without-day': {
    pass: [{ BC_ZT: '已支付', BC_ZFRQ: '2026-05-01' }, { BC_ZT: '未支付' }],
    fail: [{ BC_ZT: '已支付' }],
  },
  'award-material-amount': {
    pass: [{ JL_JLLB: ['物质'], JL_JE: wan(5) }, { JL_JLLB: ['物质'], JL_NR: '设备一套' }, { JL_JLLB: ['荣誉'] }],
    fail: [{ JL_JLLB: ['荣誉', '物质'] }],
  },
  'inspection-term-missing': {
    pass: [{ JC_JG_JC: '发现问题已责令改正', JC_ZGQX: '2026-05-01' }, { JC_JG_JC: '未发现问题' }],
    fail: [{ JC_JG_JC: '发现问题已责令改正' }],
  },
  'inspection-term-before': {
    pass: [{ JC_JCRQ: '2026-05-01', JC_ZGQX: '2026-05-01' }],
    fail: [{ JC_JCRQ: '2026-05-02', JC_ZGQX: '2026-05-01' }],
  },
  'abnormal-removal-reason': {
    pass: [{ YC_RQ: '2026-05-01', YC_YY: '已补报年报' }, {}],
    fail: [{ YC_RQ: '2026-05-01' }],
  },
  'abnormal-state-day': {
    pass: [{ LB_ZT: '已移出', YC_RQ: '2026-05-01' }, { LB_ZT: '在列' }],
    fail: [{ LB_ZT: '已移出' }],
  },
  'abnormal-removed-still-listed': {
    pass: [{ YC_RQ: '2026-05-01', LB_ZT: '已移出' }, { LB_ZT: '在列' }],
    fail: [{ YC_RQ: '2026-05-01', LB_ZT: '在列' }],
  },
  'serious-removal-reason': { pass: [{ YCRQ: '2026-05-01', YCYY: '期满' }, {}], fail: [{ YCRQ: '2026-05-01' }] },
  'serious-removed-still-listed': {
    pass: [{ YCRQ: '2026-05-01', ZT: '已移出' }, { ZT: '在列' }],
    fail: [{ YCRQ: '2026-05-01', ZT: '在列' }],
  },
  'serious-legal-ground': { pass: [{ FLYJ: '税收征收管理法第六十三条' }], fail: [{}] },
  'honour-year': { pass: [{ PJND: '2025' }, { PJND: '2024-2026' }, {}], fail: [{ PJND: '去年' }, { PJND: '25' }] },
  'commitment-code-missing': {
    pass: [{ commitmentTypeId: '主动型' }, { commitmentTypeId: '信用修复型', code: '32010020230217000011' }],
    fail: [{ commitmentTypeId: '信用修复型' }],
  },
  'commitment-code-form': { pass: [{ code: '32010020230217000011' }, {}], fail: [{ code: '3201002023021700001' }] },
  'commitment-state-missing': {
    pass: [{ commitmentTypeId: '主动型' }, { commitmentTypeId: '容缺受理型', fulfillmentStatus: '全部履行' }],
    fail: [{ commitmentTypeId: '容缺受理型' }],
  },
  'commitment-kept-with-breach': {
    pass: [{ fulfillmentStatus: '全部履行' }],
    fail: [
      { fulfillmentStatus: '全部履行', unperformedCommitmentContent: 'x' },
      { fulfillmentStatus: '全部履行', liabilityBreachCommitmentContent: 'x' },
    ],
  },
  'commitment-breach-content': {
    pass: [
      { fulfillmentStatus: '部分履行', unperformedCommitmentContent: 'x', liabilityBreachCommitmentContent: 'y' },
      { fulfillmentStatus: '全部履行' },
    ],
    fail: [{ fulfillmentStatus: '部分履行', unperformedCommitmentContent: 'x' }, { fulfillmentStatus: '全部未履行' }],
  },
  'contract-amount': { pass: [{ HTJE: wan(1) }], fail: [{ HTJE: 0n }, {}] },
  'contract-amount-outlier': { pass: [{ HTJE: wan(499_999) }], fail: [{ HTJE: wan(500_000) }] },
  'tax-year': { pass: [{ PJND: '2025' }], fail: [{ PJND: '2025年' }] },
  'customs-number': { pass: [{ HGZCBM: '3702912345' }, { HGZCBM: '37029A234B' }], fail: [{ HGZCBM: '370291234' }] },
  'patent-granted-before-application': {
    pass: [{ SQRQ: '2024-01-01', SQGGRQ: '2025-01-01' }],
    fail: [{ SQRQ: '2025-01-02', SQGGRQ: '2025-01-01' }],
  },
  'patent-in-force-not-granted': {
    pass: [{ FLZT: '有效', SQGGRQ: '2025-01-01' }, { FLZT: '审查中' }],
    fail: [{ FLZT: '有效' }],
  },
  'judgment-case-number': {
    pass: [{ AH: '（2026）示01民初1号' }, { AH: '(2026)示01民终12号' }],
    fail: [{ AH: '示01民初1号' }, { AH: '（26）示01民初1号' }],
  },
  'enforcement-case-number': { pass: [{ AH: '（2026）示0101执88号' }], fail: [{ AH: '执88号' }] },
  'enforcement-conduct-missing': {
    pass: [{ XXLB: '失信被执行人', JTQX: '有履行能力而拒不履行' }, { XXLB: '被执行人' }],
    fail: [{ XXLB: '失信被执行人' }],
  },
  ...Object.fromEntries(
    [
      ['social-insurance', 'JFNY', 'CBRS'],
      ['housing-fund', 'JCNY', 'JCRS'],
      ['utility-payment', 'TJNY', 'QFQS'],
    ].flatMap(([key = '', month = '', count = '']): [string, Example][] => [
      [`${key}-month`, { pass: [{ [month]: '202606' }], fail: [{ [month]: '2026-06' }, { [month]: '202613' }] }],
      [`${key}-count`, { pass: [{ [count]: '12' }, {}], fail: [{ [count]: '12人' }] }],
    ]),
  ),
};

/** The row of roles in the columns of a standard. */
function bound(row: RecordRow, standard: DataStandard): RecordRow {
  const codes = new Map(standard.fields.map((field) => [field.role as string, field.code]));
  return Object.fromEntries(Object.entries(row).map(([role, value]) => [codes.get(role) ?? role, value]));
}

for (const standard of policy.standards()) {
  for (const rule of policy.rules(standard.standard).filter((candidate) => !candidate.builtin)) {
    test(`${standard.standard} ${rule.id}: examples that pass and fail`, () => {
      const example = examples[rule.id] ?? catalogue[rule.id] ?? byRole[rule.id];
      assert.ok(example, 'a rule needs examples');
      assert.ok(example.pass.length > 0 && example.fail.length > 0);
      const rows = (list: RecordRow[]): RecordRow[] =>
        byRole[rule.id] ? list.map((row) => bound(row, standard)) : list;
      for (const row of rows(example.pass)) assert.equal(passes(rule, row), true, JSON.stringify(row, show));
      for (const row of rows(example.fail)) assert.equal(passes(rule, row), false, JSON.stringify(row, show));
    });
  }
}

test('no example is left without its rule', () => {
  const ids = new Set(policy.standards().flatMap((standard) => policy.rules(standard.standard).map((rule) => rule.id)));
  for (const id of [...Object.keys(examples), ...Object.keys(catalogue), ...Object.keys(byRole)])
    assert.ok(ids.has(id), id);
});

function show(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
