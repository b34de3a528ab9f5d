/** The tables of the switch and of exports, walked by a model. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  afterExportAct,
  type ExportAct,
  type ExportState,
  exportStateAt,
  exportStates,
  exportTable,
} from './export-state.ts';
import { afterSwitchAct, switchRequestStates, switchRequestTable } from './switch-state.ts';

test('a request for the switch ends once', () => {
  for (const state of switchRequestStates) {
    if (state === 'waiting') continue;
    assert.deepEqual(switchRequestTable[state], {});
    for (const act of ['confirm', 'withdraw', 'lapse'] as const) assert.equal(afterSwitchAct(state, act), null);
  }
});

test('an export: nothing is taken that somebody else did not approve, and nothing twice', () => {
  const acts: readonly ExportAct[] = ['approve', 'refuse', 'withdraw', 'lapse', 'take'];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 12 }), (walk) => {
      let state: ExportState = 'waiting';
      let approved = false;
      let taken = 0;
      for (const act of walk) {
        const next = afterExportAct(state, act);
        if (next === null) continue;
        if (act === 'take') {
          assert.ok(approved);
          taken += 1;
        }
        approved ||= act === 'approve';
        assert.ok(exportStates.includes(next));
        state = next;
      }
      assert.ok(taken <= 1);
    }),
  );
  for (const state of ['refused', 'withdrawn', 'lapsed', 'taken'] as const) assert.deepEqual(exportTable[state], {});
  assert.equal(exportStateAt('approved', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z'), 'lapsed');
  assert.equal(exportStateAt('taken', '2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'), 'taken');
});
