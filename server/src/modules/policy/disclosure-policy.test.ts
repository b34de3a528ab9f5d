import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileToFunction, expectExpression, type RecordRow } from '@chengxin/rules';
import { repositoryRoot } from '../../platform/config.ts';
import { compilePolicy, DISCLOSURE_FACTS, loadPolicyFiles } from './index.ts';

const { files } = await loadPolicyFiles([join(repositoryRoot, 'policy')]);
const policy = compilePolicy(files, 1, 'test');

interface Facts {
  categories: string[];
  yuan?: number;
  procedure?: string;
  domain?: string;
  subjectKind?: string;
}

/** Amounts in the expressions are numbers of fen, so a fact is fen times a million. */
const rowOf = (facts: Facts): RecordRow => ({
  categories: facts.categories,
  amountFen: facts.yuan === undefined ? null : BigInt(Math.round(facts.yuan * 100)) * 1_000_000n,
  procedure: facts.procedure ?? null,
  domain: facts.domain ?? null,
  subjectKind: facts.subjectKind ?? 'enterprise',
  decidedOn: '2026-05-01',
});

function rulingOf(key: string, facts: Facts, lane?: 'marketRegister'): string {
  const regime = policy.disclosureRegimes('penalty', lane).find((candidate) => candidate.key === key);
  assert.ok(regime, key);
  const holds = (when: unknown): boolean =>
    compileToFunction(expectExpression(when, DISCLOSURE_FACTS))(rowOf(facts), { today: '2026-05-01' });
  const never = regime.never?.find((row) => holds(row.when));
  if (never) return `never: ${never.id}`;
  return regime.classification?.find((row) => holds(row.when))?.severity ?? 'none';
}

test('order 36: of several penalties the most severe governs', () => {
  const ruling = (facts: Facts): string => rulingOf('ndrc-36', facts);
  assert.equal(ruling({ categories: ['警告', '罚款', '责令停产停业'], yuan: 500 }), 'serious');
  assert.equal(ruling({ categories: ['吊销许可证件'] }), 'serious');
  assert.equal(ruling({ categories: ['罚款'], yuan: 10_000_000 }), 'serious');
  assert.equal(ruling({ categories: ['罚款', '没收违法所得'], yuan: 500 }), 'general');
  assert.equal(ruling({ categories: ['罚款'], yuan: 3_000.01 }), 'general');
  assert.equal(ruling({ categories: ['暂扣许可证件'] }), 'general');
  assert.equal(
    ruling({ categories: ['罚款'], yuan: 3_000 }),
    'minor',
    '行政处罚法 art. 51: up to 3,000 yuan by simple procedure',
  );
  assert.equal(ruling({ categories: ['警告', '罚款'], yuan: 2_000 }), 'minor');
  assert.equal(ruling({ categories: ['其他-责令改正'] }), 'none', 'waits for the deciding body');
});

test('order 36: what is never shown', () => {
  const ruling = (facts: Facts): string => rulingOf('ndrc-36', facts);
  assert.equal(ruling({ categories: ['警告'] }), 'never: warning-only');
  assert.equal(ruling({ categories: ['警告', '通报批评'] }), 'never: warning-only');
  assert.equal(ruling({ categories: ['罚款'], yuan: 1_000, procedure: '简易程序' }), 'never: simple-procedure');
  assert.equal(ruling({ categories: ['吊销许可证件'], subjectKind: 'person' }), 'never: natural-person');
});

test('regimes of one item follow each other in time', () => {
  const regimes = policy.disclosureRegimes('penalty');
  assert.deepEqual(
    regimes.map((regime) => regime.key),
    ['notice-2019-527', 'ndrc-58', 'ndrc-36'],
  );
  assert.deepEqual(
    regimes.map((regime) => [regime.validFrom, regime.validTo]),
    [
      ['2019-07-01', '2023-04-30'],
      ['2023-05-01', '2026-03-31'],
      ['2026-04-01', undefined],
    ],
  );
  assert.deepEqual(regimes.at(-1)?.classes?.serious, {
    ...regimes.at(-1)?.classes?.serious,
    shown: true,
    minMonths: 12,
    maxMonths: 36,
  });
  assert.equal(regimes.at(-1)?.classes?.minor.shown, false);
  assert.equal(policy.disclosureRegimes('nothing').length, 0);
});

test('order 58: one year at least in the protected domains', () => {
  assert.equal(rulingOf('ndrc-58', { categories: ['罚款'], yuan: 100_000, domain: '药品' }), 'serious');
  assert.equal(rulingOf('ndrc-58', { categories: ['罚款'], yuan: 100_000 }), 'general');
  assert.equal(rulingOf('ndrc-58', { categories: ['警告'] }), 'never: warning-only');
});

test('the register has a lane of its own', () => {
  const [regime, second] = policy.disclosureRegimes('penalty', 'marketRegister');
  assert.equal(regime?.key, 'market-supervision-45');
  assert.equal(second, undefined);
  const ruling = (facts: Facts): string => rulingOf('market-supervision-45', facts, 'marketRegister');
  assert.equal(ruling({ categories: ['警告'] }), 'never: warning-only');
  assert.equal(ruling({ categories: ['通报批评'] }), 'minor');
  assert.equal(ruling({ categories: ['罚款'], yuan: 200_000 }), 'general');
  assert.equal(ruling({ categories: ['罚款', '降低资质等级'], yuan: 2_000 }), 'serious');
});

test('licences and registration are shown while in effect', () => {
  for (const item of ['licence', 'registration']) {
    const [regime] = policy.disclosureRegimes(item);
    assert.ok(regime?.whileEffective, item);
    assert.equal(regime.classes, undefined);
  }
});
