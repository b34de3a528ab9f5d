import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { composeReport } from './compose-report.ts';
import { contentHash } from './content-hash.ts';
import { disclosed, fakeLicence, fakePenalty, fakeReportPolicy, fakeSubject } from './fake-report.ts';
import { maskOrganisationName } from './mask-organisation-name.ts';
import { newReportNumber, parseReportNumber } from './report-number.ts';
import type { ReportContent, ReportKind, ReportRecord, ReportSubject } from './types.ts';
import { cleanText, printAmount, printInstant } from './values.ts';

const policy = fakeReportPolicy();
const today = '2026-11-22';

interface Input {
  subject?: ReportSubject;
  records?: ReportRecord[];
  kind?: ReportKind;
  on?: string;
  feeds?: string[];
}

function compose(input: Input = {}): ReportContent {
  const subject = input.subject ?? fakeSubject;
  return composeReport({
    subject,
    records: disclosed(input.records ?? [fakePenalty(0), fakeLicence(0)], input.on ?? today, policy, subject),
    kind: input.kind ?? 'public',
    cutoffAt: '2026-11-22T01:00:00.000Z',
    policy,
    ...(input.feeds ? { feeds: input.feeds } : {}),
  });
}

const section = (content: ReportContent, key: string) => {
  const found = content.sections.find((candidate) => candidate.key === key);
  assert.ok(found, key);
  return found;
};
const textOf = (content: ReportContent): string => JSON.stringify(content);

describe('sections', () => {
  it('has every section of the standard, in order', () => {
    assert.deepEqual(
      compose().sections.map((part) => part.key),
      [
        'explanation',
        'summary',
        'basic',
        'licences',
        'penalties',
        'otherActs',
        'honours',
        'seriousLists',
        'abnormal',
        'commitments',
        'evaluation',
        'judgments',
        'contracts',
        'intellectualProperty',
        'voluntary',
        'other',
        'localSupplement',
        'suggestions',
        'annotations',
      ],
    );
  });

  it('tells "none" from "not received" and "not collected"', () => {
    const empty = compose({ records: [], feeds: ['licence'] });
    assert.equal(section(empty, 'licences').state, 'none');
    assert.equal(section(empty, 'penalties').state, 'notReceived');
    assert.equal(section(empty, 'honours').state, 'notCollected');
    assert.equal(section(compose(), 'penalties').state, 'present');
  });

  it('summarises, suggests repairs and annotates', () => {
    const content = compose({
      records: [fakePenalty(0, { events: [{ kind: 'objectionOpened', effectiveOn: '2026-11-20' }] })],
    });
    assert.deepEqual(section(content, 'summary').table?.rows[1], ['行政处罚', '1', '']);
    assert.deepEqual(section(content, 'suggestions').table?.rows[0]?.slice(0, 4), [
      '行政处罚 第 1 条',
      '示住建罚〔2026〕117 号',
      '2027-02-18',
      '2027-11-18',
    ]);
    assert.deepEqual(section(content, 'annotations').table?.rows, [['行政处罚 第 1 条', '异议处理中']]);
  });
});

describe('what the public sees', () => {
  it('leaves out what is not shown; the full kind has it, but nothing repaired, annulled or withdrawn', () => {
    const records = [
      fakePenalty(0),
      fakePenalty(1, { severity: 'minor' }),
      fakePenalty(2, { events: [{ kind: 'repaired', effectiveOn: '2026-11-20' }] }),
      fakePenalty(3, { events: [{ kind: 'withdrawn', effectiveOn: '2026-11-20' }] }),
      fakePenalty(4, { events: [{ kind: 'annulled', effectiveOn: '2026-11-20' }] }),
      fakePenalty(5, { events: [{ kind: 'suspended', effectiveOn: '2026-11-20' }] }),
    ];
    assert.equal(section(compose({ records }), 'penalties').records?.length, 1);
    const full = section(compose({ records, kind: 'full' }), 'penalties').records ?? [];
    assert.deepEqual(
      full.map((record) => record.state),
      ['shown', 'neverShown', 'suspended'],
    );
    assert.match(full[0]?.lineage ?? '', /报送批次 01900000.*第 1 行/);
  });

  it('masks the legal representative everywhere, running text included, and prints no document number', () => {
    const record = fakePenalty(0, {
      payload: {
        ...fakePenalty(0).payload,
        CF_SY: '法定代表人欧阳建国，电话13812345678，身份证号11010519491231002X，未改正。',
      },
    });
    const said = textOf(compose({ records: [record] }));
    for (const hidden of ['欧阳建国', '13812345678', '11010519491231002X', 'pt_TOKEN']) {
      assert.ok(!said.includes(hidden), hidden);
    }
    assert.ok(said.includes('欧阳*'));
    const full = textOf(compose({ records: [record], kind: 'full' }));
    assert.ok(full.includes('欧阳建国'));
    assert.ok(!full.includes('11010519491231002X') && !full.includes('pt_TOKEN'));
  });

  it('masks the operator of a sole trader and shows a dwelling as its street', () => {
    const trader: ReportSubject = {
      ...fakeSubject,
      kind: 'soleTrader',
      name: '欧阳建国',
      address: '示范市滨江区沧湖东路8号3栋402室',
    };
    const said = textOf(compose({ subject: trader }));
    assert.ok(!said.includes('欧阳建国') && !said.includes('402'));
    assert.ok(said.includes('欧阳*（个体工商户）') && said.includes('示范市滨江区沧湖东路"'));
    assert.ok(textOf(compose({ subject: { ...trader, address: '八号院' } })).includes('（住所不公开）'));
    assert.equal(maskOrganisationName('示范市启明建筑工程有限公司'), '示范市启***公司');
  });

  it('prints no field that is not public', () => {
    const record = fakeLicence(0, { payload: { ...fakeLicence(0).payload, BZ: '内部备注' } });
    assert.ok(!textOf(compose({ records: [record] })).includes('内部备注'));
    assert.ok(textOf(compose({ records: [record], kind: 'full' })).includes('内部备注'));
  });
});

describe('content hash', () => {
  it('is the same for the same content in any order of records, and changes with content, cut-off and policy', () => {
    const records = Array.from({ length: 12 }, (_, at) => (at % 2 ? fakePenalty(at) : fakeLicence(at)));
    const hash = contentHash(compose({ records }));
    assert.match(hash, /^[0-9a-f]{64}$/);
    fc.assert(
      fc.property(fc.shuffledSubarray(records, { minLength: records.length }), (shuffled) => {
        assert.equal(contentHash(compose({ records: shuffled })), hash);
      }),
      { numRuns: 20 },
    );
    const changed = [...records.slice(1), fakeLicence(0, { documentNumber: '示审建许〔2026〕999 号' })];
    for (const other of [
      compose({ records: changed }),
      compose({ records: records.slice(1) }),
      compose({ records, kind: 'full' }),
      { ...compose({ records }), cutoffAt: '2026-11-22T01:00:01.000Z' },
      { ...compose({ records }), policy: [] },
    ]) {
      assert.notEqual(contentHash(other), hash);
    }
  });

  it('takes any text a file may hold, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (name) => {
        const lone = `${name}\ud800`;
        const payload = { ...fakePenalty(0).payload, CF_SY: lone };
        const content = compose({ subject: { ...fakeSubject, name: lone }, records: [fakePenalty(0, { payload })] });
        assert.match(contentHash(content), /^[0-9a-f]{64}$/);
      }),
    );
  });
});

describe('numbers and values', () => {
  it('makes numbers that can be read aloud, and reads them back', () => {
    const number = newReportNumber('370200', '2026-11-22');
    assert.match(number, /^CR-370200-20261122-[0-9A-HJKMNP-TV-Z]{10}$/);
    assert.equal(parseReportNumber(` ${number.toLowerCase()} `), number);
    assert.equal(parseReportNumber('CR-370200-20261122-OI23456789'), 'CR-370200-20261122-0123456789');
    assert.equal(parseReportNumber('CR-370200-20261122'), null);
    assert.equal(parseReportNumber("'; drop table x"), null);
    assert.notEqual(newReportNumber('x', '2026-11-22'), newReportNumber('x', '2026-11-22'));
  });

  it('prints amounts exactly and days in Shanghai', () => {
    assert.equal(printAmount(2_000_000n), '2 万元');
    assert.equal(printAmount(1_234_567_890_123n), '1,234,567.890123 万元');
    assert.equal(printAmount(150_000n), '1,500 元');
    assert.equal(printAmount(12_345n), '123.45 元');
    assert.equal(printInstant('2026-11-21T16:30:00.000Z'), '2026-11-22 00:30:00');
    assert.equal(cleanText('a\u202eb\u0000c\r\nd\ud800'), 'abc\nd\ufffd');
  });
});
