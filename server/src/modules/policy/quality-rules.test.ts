import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileToFunction, type RecordRow } from '@chengxin/rules';
import { repositoryRoot } from '../../platform/config.ts';
import { type CompiledRule, compilePolicy, loadPolicyFiles } from './index.ts';

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

for (const standard of policy.standards()) {
  for (const rule of policy.rules(standard.standard).filter((candidate) => !candidate.builtin)) {
    test(`${rule.id}: examples that pass and fail`, () => {
      const example = examples[rule.id];
      assert.ok(example, 'a rule needs examples');
      assert.ok(example.pass.length > 0 && example.fail.length > 0);
      for (const row of example.pass) assert.equal(passes(rule, row), true, JSON.stringify(row, show));
      for (const row of example.fail) assert.equal(passes(rule, row), false, JSON.stringify(row, show));
    });
  }
}

function show(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
