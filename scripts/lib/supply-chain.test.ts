/** Expressions of licences, as SPDX writes them. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isAllowed } from './supply-chain.mjs';

it('an OR needs one licence that is allowed, an AND every one', () => {
  for (const fine of ['MIT', '(MIT OR GPL-3.0-only)', 'MIT AND OFL-1.1', 'Apache-2.0 AND LGPL-3.0-or-later'])
    assert.ok(isAllowed(fine), fine);
  for (const wrong of ['GPL-3.0-only', 'MIT AND AGPL-3.0-only', '(none)', 'SSPL-1.0', 'UNLICENSED', ''])
    assert.ok(!isAllowed(wrong), wrong);
});
