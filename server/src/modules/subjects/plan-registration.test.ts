import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { normaliseName } from './names.ts';
import { planRegistration, planRegistrations } from './plan-registration.ts';
import type { ExistingSubject, RegistrationRow, SubjectChange } from './types.ts';

const at = '2026-03-01T00:00:00.000Z';
const source = { submissionId: '0190c0de-0000-7000-8000-000000000001', rowNo: 2 };
const row = (over: Partial<RegistrationRow> = {}): RegistrationRow => ({
  kind: 'enterprise',
  name: '示范市启明建筑工程有限公司',
  formerNames: [],
  identifiers: { unifiedCode: '9144030071526726XG' },
  status: '存续',
  register: { companyType: '有限责任公司' },
  source,
  at,
  ...over,
});
const existing = (over: Partial<ExistingSubject> = {}): ExistingSubject => ({
  subjectId: '0190c0de-0000-7000-8000-00000000000a',
  kind: 'enterprise',
  name: '启明土木工程队',
  unifiedCode: '9144030071526726XG',
  status: '存续',
  region: null,
  industry: null,
  zone: null,
  establishedOn: null,
  address: '沧湖东路8号',
  provisional: false,
  register: { companyType: '集体', legalRepresentative: '李四' },
  names: [{ normalised: '启明土木工程队', name: '启明土木工程队', former: false, validFrom: null, validTo: null }],
  identifiers: [{ scheme: 'unifiedCode', value: '9144030071526726XG' }],
  ...over,
});
const update = (change: SubjectChange) => {
  assert.equal(change.kind, 'update');
  return change as Extract<SubjectChange, { kind: 'update' }>;
};

test('a new subject gets its names, its code and the organisation code in it', () => {
  const change = planRegistration(null, row({ formerNames: ['启明土木工程队', '启明土木工程队'] }));
  assert.equal(change.kind, 'create');
  if (change.kind !== 'create') return;
  assert.deepEqual(
    change.rows.names.map((name) => [name.name, name.former]),
    [
      ['示范市启明建筑工程有限公司', false],
      ['启明土木工程队', true],
    ],
  );
  assert.deepEqual(change.rows.identifiers.map((id) => `${id.scheme}=${id.value}`).sort(), [
    'organisationCode=71526726X',
    'unifiedCode=9144030071526726XG',
  ]);
  assert.equal(change.rows.subject.region, '440300');
  assert.equal(change.rows.subject.provisional, false);
});

test('the placeholder code never identifies', () => {
  const change = planRegistration(
    null,
    row({ identifiers: { unifiedCode: '00000000000000000X', registrationNumber: '000000000000000' } }),
  );
  assert.equal(change.kind === 'create' && change.rows.identifiers.length, 0);
  assert.equal(change.kind === 'create' && change.rows.subject.unified_code, null);
});

test('a rename makes the old name former and an empty cell takes nothing away', () => {
  const change = update(
    planRegistration(
      existing(),
      row({ address: null, register: { companyType: '有限责任公司', legalRepresentative: '' } }),
    ),
  );
  assert.equal(change.renamed?.announced, false);
  assert.deepEqual(
    change.names.map((name) => [name.name, name.former]),
    [
      ['示范市启明建筑工程有限公司', false],
      ['启明土木工程队', true],
    ],
  );
  assert.equal(change.set.address, undefined);
  assert.equal(change.set.register?.legalRepresentative, '李四');
  assert.deepEqual(
    change.set.register?.earlier?.map((entry) => [entry.field, entry.value]),
    [['companyType', '集体']],
  );
});

test('a provisional subject is filled; the name others reported is found but is no former name', () => {
  const change = update(
    planRegistration(
      existing({
        provisional: true,
        name: '启明建筑',
        names: [{ normalised: '启明建筑', name: '启明建筑', former: false, validFrom: null, validTo: null }],
      }),
      row(),
    ),
  );
  assert.equal(change.registered, true);
  assert.equal(change.set.provisional, false);
  assert.deepEqual(change.set.register?.reportedNames, ['启明建筑']);
});

test('the same row twice changes nothing the second time', () => {
  const first = planRegistration(null, row());
  assert.equal(first.kind, 'create');
  const twice = planRegistrations(null, [row(), row()]);
  assert.equal(twice.kind, 'create');
  assert.deepEqual(
    { ...(twice as { rows: { subject: object } }).rows.subject, subject_id: '' },
    { ...(first as { rows: { subject: object } }).rows.subject, subject_id: '' },
  );
});

test('no name, identifier or fact that was there is lost, whatever rows come', () => {
  const name = fc.constantFrom('示范市启明建筑工程有限公司', '启明土木工程队', '启明（集团）', '启明(集团)', '海晏');
  const arbitraryRow = fc.record({
    name,
    formerNames: fc.array(name, { maxLength: 3 }),
    identifiers: fc.constantFrom({ unifiedCode: '9144030071526726XG' }, { registrationNumber: '440301103448669' }, {}),
    status: fc.constantFrom('存续', '注销', '', null),
    address: fc.constantFrom('一号', '二号', null),
    register: fc.record({ companyType: fc.constantFrom('甲', '乙', '') }),
  });
  fc.assert(
    fc.property(fc.array(arbitraryRow, { minLength: 1, maxLength: 6 }), fc.boolean(), (rows, fresh) => {
      const before = fresh ? null : existing();
      const change = planRegistrations(
        before,
        rows.map((over) => row(over)),
      );
      const names = change.kind === 'create' ? change.rows.names : change.kind === 'update' ? change.names : [];
      const all = new Set([...(before?.names ?? []), ...names].map((one) => one.normalised));
      for (const one of rows)
        for (const text of [one.name, ...one.formerNames]) assert.ok(all.has(normaliseName(text)));
      assert.equal(names.filter((one) => !one.former).length <= 1, true);
      const last = rows.at(-1)?.name ?? '';
      const current = names.find((one) => !one.former)?.normalised ?? before?.names[0]?.normalised;
      assert.equal(current, normaliseName(last));
      if (change.kind === 'update') {
        for (const [key, value] of Object.entries(change.set)) assert.ok(value !== null && value !== '', key);
      }
    }),
  );
});
