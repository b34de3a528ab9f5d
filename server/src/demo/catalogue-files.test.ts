/** The demonstration's rows of the other kinds: as the standards want them, and enough of them for every section. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readHeader } from '../modules/collection/header.ts';
import { compileRowProcessor } from '../modules/collection/row-processor.ts';
import { compilePolicy, loadPolicyFiles } from '../modules/policy/index.ts';
import { repositoryRoot } from '../platform/config.ts';
import type { KeyRing } from '../platform/crypto.ts';
import { generateCity } from './plan-city.ts';
import { standardsOf } from './standards.ts';

const { files } = await loadPolicyFiles([join(repositoryRoot, 'policy')]);
const policy = compilePolicy(files, 1, 'test');
const asOf = '2026-11-22';
const keys = { token: () => 'pt_x', sealPerson: () => ({ cipher: Buffer.alloc(0), keyId: 'k' }) } as unknown as KeyRing;
const plan = generateCity({
  subjects: 2_000,
  records: 0,
  seed: 7,
  asOf,
  standards: standardsOf(files),
  catalogue: true,
});
const others = plan.files.filter((file) => file.source.kind === 'catalogue');

test('each row is recognised and has no finding', () => {
  assert.ok(others.length >= 12);
  for (const file of others) {
    const header = readHeader(file.header, policy.standards());
    assert.ok(header && !('code' in header), file.file);
    assert.equal(header.standard.standard, file.standard);
    const processor = compileRowProcessor(header, policy, keys, asOf);
    let rows = 0;
    for (const row of plan.rows(file)) {
      rows += 1;
      const judged = processor.process({ rowNumber: rows + 1, cells: row.cells });
      const found = judged.findings.filter((finding) => finding.severity !== 'correct');
      assert.deepEqual(
        found.map((finding) => `${finding.rule} ${finding.field}`),
        [],
        `${file.file} ${row.cells.join('|')}`,
      );
    }
    assert.ok(rows > 0, file.file);
  }
});

test('the same seed makes the same rows, and a city without them has none', () => {
  const again = generateCity({
    subjects: 2_000,
    records: 0,
    seed: 7,
    asOf,
    standards: standardsOf(files),
    catalogue: true,
  });
  for (const file of others) assert.deepEqual([...again.rows(file)], [...plan.rows(file)]);
  const bare = generateCity({ subjects: 2_000, records: 0, seed: 7, asOf, standards: standardsOf(files) });
  assert.equal(
    bare.files.some((file) => file.source.kind === 'catalogue'),
    false,
  );
});
