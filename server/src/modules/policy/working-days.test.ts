import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { repositoryRoot } from '../../platform/config.ts';
import { compilePolicy, loadPolicyFiles, workingDays } from './index.ts';

const { files } = await loadPolicyFiles([join(repositoryRoot, 'policy')]);
const policy = compilePolicy(files, 1, 'test');

const answer = (on: string): string => {
  const { working, provisional } = policy.isWorkingDay(on);
  return `${working ? 'work' : 'rest'}${provisional ? '?' : ''}`;
};

test('2026 as the State Council announced it', () => {
  for (const on of ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'])
    assert.equal(answer(on), 'work', on);
  for (const on of [
    '2026-01-02',
    '2026-02-16',
    '2026-02-23',
    '2026-04-06',
    '2026-05-05',
    '2026-06-19',
    '2026-09-25',
    '2026-10-07',
  ])
    assert.equal(answer(on), 'rest', on);
  assert.equal(answer('2026-11-21'), 'rest', 'a Saturday');
  assert.equal(answer('2026-11-23'), 'work', 'a Monday');
  // The Spring Festival of 2026 lasts nine days.
  assert.deepEqual(policy.workingDaysBetween('2026-02-14', '2026-02-24'), { days: 1, provisional: false });
});

test('notices that were changed later', () => {
  assert.equal(answer('2020-01-31'), 'rest', '国办发明电〔2020〕1号');
  assert.equal(answer('2020-02-03'), 'work');
  assert.equal(answer('2019-05-03'), 'rest', '国办发明电〔2019〕3号');
  assert.equal(answer('2019-04-28'), 'work');
});

test('a clock begins the day after and skips holidays', () => {
  assert.deepEqual(policy.addWorkingDays('2026-02-13', 1), { on: '2026-02-14', provisional: false });
  assert.deepEqual(policy.addWorkingDays('2026-02-13', 2), { on: '2026-02-24', provisional: false });
  assert.deepEqual(policy.addWorkingDays('2026-09-30', 7), { on: '2026-10-15', provisional: false });
  assert.deepEqual(policy.addWorkingDays('2026-11-22', 0), { on: '2026-11-22', provisional: false });
});

test('a year without an official notice is provisional, never silently worked', () => {
  assert.deepEqual(policy.isWorkingDay('2027-02-08'), { working: true, provisional: true });
  assert.deepEqual(policy.isWorkingDay('2027-01-01'), { working: true, provisional: true });
  assert.equal(policy.addWorkingDays('2026-12-30', 1).provisional, false);
  assert.equal(policy.addWorkingDays('2026-12-31', 1).provisional, true);
  assert.equal(policy.workingDaysBetween('2026-12-31', '2027-01-04').provisional, true);
  assert.equal(policy.isWorkingDay('2018-06-01').provisional, true);
  const missing = workingDays([{ year: 2026, official: false, holidays: [], workdays: [] }]);
  assert.equal(missing.isWorkingDay('2026-03-02').provisional, true, 'there, but not official');
});

test('what is no date or no count is refused', () => {
  assert.throws(() => policy.isWorkingDay('2026-02-30'), RangeError);
  assert.throws(() => policy.addWorkingDays('2026-1-1', 1), RangeError);
  assert.throws(() => policy.addWorkingDays('2026-01-01', 1.5), RangeError);
  assert.throws(() => policy.addWorkingDays('2026-01-01', 1e9), RangeError);
  assert.throws(() => policy.workingDaysBetween('0001-01-01', '9999-12-31'), RangeError);
});

const day = fc
  .integer({ min: Date.UTC(2018, 0, 1) / 86_400_000, max: Date.UTC(2028, 11, 31) / 86_400_000 })
  .map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10));

test('properties of adding and counting', () => {
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 260 }), (from, days) => {
      const added = policy.addWorkingDays(from, days);
      assert.ok(added.on > from);
      assert.equal(policy.isWorkingDay(added.on).working, true);
      assert.deepEqual(policy.workingDaysBetween(from, added.on), { days, provisional: added.provisional });
      assert.ok(policy.addWorkingDays(from, days + 1).on > added.on);
    }),
  );
  fc.assert(
    fc.property(day, day, day, (a, b, c) => {
      const [x, y, z] = [a, b, c].sort() as [string, string, string];
      const between = (from: string, to: string): number => policy.workingDaysBetween(from, to).days;
      assert.equal(between(x, y) + between(y, z), between(x, z));
      assert.equal(between(z, x), between(x, z) === 0 ? 0 : -between(x, z));
    }),
  );
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 60 }), (from, days) => {
      const back = policy.addWorkingDays(from, -days);
      assert.ok(back.on < from);
      assert.equal(policy.isWorkingDay(back.on).working, true);
    }),
  );
});
