import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { extractText, getDocumentProxy } from 'unpdf';
import { fixedClock } from '../../platform/clock.ts';
import { execute, query, sql } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { createTestDatabase, type TestDatabase } from '../../platform/testing.ts';
import { type FakeCity, fakeCity, nobody } from './fake-city.ts';
import { fakeLicence, fakePenalty, fakeSubject } from './fake-report.ts';
import { issueReport } from './issue-report.ts';
import { rendererOf } from './renderer.ts';
import { verifyReport } from './verify-report.ts';

const clock = fixedClock('2026-11-22T01:00:00Z');
let database: TestDatabase;
let city: FakeCity;
let subjectId: string;
let recordIds: string[];
const code = fakeSubject.unifiedCode ?? '';

before(async () => {
  database = await createTestDatabase({ migrated: true });
  city = await fakeCity(database.databases, clock);
  subjectId = await city.addSubject();
  recordIds = await city.addRecords(subjectId, [fakePenalty(0), fakePenalty(1, { severity: 'minor' }), fakeLicence(0)]);
});
after(async () => {
  rendererOf(database.databases).close();
  await database.close();
});

const logged = (number: string) =>
  query<{ action: string; actor_kind: string; purpose: string | null; subject_id: string }>(
    database.databases.audit,
    sql`SELECT action, actor_kind, purpose, subject_id FROM log.access_log WHERE resource_id = ${number}`,
  );
const code_ = (expected: string) => (error: unknown) => error instanceof DomainError && error.code === expected;

describe('issuing', () => {
  it('issues a public report, keeps it and logs it', async () => {
    const report = await issueReport(city.ctx, nobody, { code, kind: 'public' });
    assert.match(report.number, /^CR-370200-20261122-/);
    assert.equal(report.pdf.subarray(0, 5).toString(), '%PDF-');
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(report.pdf)), { mergePages: true });
    const plain = text.replaceAll(/\s+/g, '');
    assert.ok(plain.includes('示住建罚〔2026〕117号') && !plain.includes('示住建罚〔2026〕118号'));
    assert.ok(plain.includes('信用中国（示范市）') && plain.includes('本平台尚未收到此类信息的报送') === false);
    assert.deepEqual(await logged(report.number), [
      { action: 'report.public', actor_kind: 'anonymous', purpose: null, subject_id: subjectId },
    ]);
  });

  it('gives the same hash for the same cut-off, another number each time', async () => {
    const first = await issueReport(city.ctx, nobody, { code, kind: 'public' });
    const second = await issueReport(city.ctx, city.officer, { code: ` ${code.toLowerCase()} `, kind: 'public' });
    assert.equal(first.contentHash, second.contentHash);
    assert.notEqual(first.number, second.number);
  });

  it('issues the full kind to an officer with a purpose only', async () => {
    const report = await issueReport(city.ctx, city.officer, {
      code,
      kind: 'full',
      purpose: 'bidding',
      matter: '招投标资格审查',
    });
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(report.pdf)), { mergePages: true });
    const plain = text.replaceAll(/\s+/g, '');
    for (const words of [
      '示住建罚〔2026〕118号',
      '不对外公示',
      '报送批次',
      '示范市住房和城乡建设局张三',
      '招投标资格审查',
    ]) {
      assert.ok(plain.includes(words), words);
    }
    assert.equal((await logged(report.number))[0]?.purpose, 'bidding');
    await assert.rejects(issueReport(city.ctx, city.officer, { code, kind: 'full' }), code_('invalid-request'));
    await assert.rejects(
      issueReport(city.ctx, nobody, { code, kind: 'full', purpose: 'approval' }),
      code_('unauthenticated'),
    );
    await assert.rejects(issueReport(city.ctx, city.officer, { code, kind: 'special' }), code_('not-implemented'));
    await assert.rejects(
      issueReport(city.ctx, nobody, { code: '91000000000000000X', kind: 'public' }),
      code_('not-found'),
    );
  });

  it('keeps nothing when the access log cannot be written', async () => {
    const count = () => query<{ n: bigint }>(database.databases.app, sql`SELECT count(*) AS n FROM core.report`);
    const [earlier] = await count();
    await execute(
      database.databases.migrator,
      sql`ALTER TABLE log.access_log ADD CONSTRAINT broken CHECK (false) NOT VALID`,
    );
    await assert.rejects(issueReport(city.ctx, nobody, { code, kind: 'public' }), code_('log-unavailable'));
    await execute(database.databases.migrator, sql`ALTER TABLE log.access_log DROP CONSTRAINT broken`);
    assert.deepEqual(await count(), [earlier]);
  });
});

describe('verifying', () => {
  it('tells authenticity and updates, masked, and nothing else', async () => {
    const report = await issueReport(city.ctx, nobody, { code, kind: 'public' });
    clock.advance({ hours: 3 });
    const fresh = await verifyReport(city.ctx, report.number, report.contentHash.slice(0, 16));
    assert.deepEqual(fresh, {
      number: report.number,
      kind: 'public',
      subjectName: '示范市启***公司',
      issuedAt: report.issuedAt,
      cutoffAt: report.cutoffAt,
      hashMatches: true,
      updatedSince: false,
    });
    assert.equal((await verifyReport(city.ctx, report.number.toLowerCase()))?.hashMatches, null);
    assert.equal((await verifyReport(city.ctx, report.number, '0'.repeat(16)))?.hashMatches, false);
    assert.equal((await verifyReport(city.ctx, report.number, report.contentHash.slice(0, 3)))?.hashMatches, false);
    assert.equal(await verifyReport(city.ctx, 'CR-370200-20261122-0000000000'), null);
    assert.equal(await verifyReport(city.ctx, "x' or 1=1"), null);
  });

  it('says "updated" after a repair, after expiry, and not for what the public never saw', async () => {
    const report = await issueReport(city.ctx, nobody, { code, kind: 'public' });
    await city.addEvent(subjectId, recordIds[1] ?? '', 'withdrawn', '2026-11-22');
    assert.equal((await verifyReport(city.ctx, report.number))?.updatedSince, false);
    await city.addEvent(subjectId, recordIds[0] ?? '', 'repaired', '2026-11-22');
    assert.equal((await verifyReport(city.ctx, report.number))?.updatedSince, true);
    const later = await issueReport(city.ctx, nobody, { code, kind: 'public' });
    assert.equal((await verifyReport(city.ctx, later.number))?.updatedSince, false);
    const now = clock.now();
    clock.set('2029-10-08T01:00:00Z');
    assert.equal((await verifyReport(city.ctx, later.number))?.updatedSince, true);
    clock.set(now);
  });

  it('takes the records of a merged subject', async () => {
    const other = await city.addSubject({ name: '示范市启明建筑公司', unifiedCode: null, provisional: true });
    await city.addRecords(other, [fakePenalty(7, { documentNumber: '示城罚〔2026〕7 号' })]);
    await execute(
      database.databases.migrator,
      sql`INSERT INTO core.subject_alias VALUES (${other}, ${subjectId}, '2026-11-21T00:00:00Z', NULL, 'merge', NULL)`,
    );
    const report = await issueReport(city.ctx, nobody, { code, kind: 'public' });
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(report.pdf)), { mergePages: true });
    assert.ok(text.replaceAll(/\s+/g, '').includes('示城罚〔2026〕7号'));
  });
});
