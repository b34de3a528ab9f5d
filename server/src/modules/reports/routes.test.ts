import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { buildApp } from '../../build-app.ts';
import { runReport } from '../../cli/commands/report.ts';
import type { HttpInstance } from '../../platform/http/index.ts';
import { createTestContext, type TestContext } from '../../testing-context.ts';
import { operatorActor } from '../identity/index.ts';
import { fakeCity } from './fake-city.ts';
import { fakeLicence, fakePenalty, fakeReportPolicy, fakeSubject } from './fake-report.ts';
import { rendererOf } from './renderer.ts';
import { reportRoutes } from './routes.ts';

const policy = fakeReportPolicy();
const code = fakeSubject.unifiedCode ?? '';
let test: TestContext;
let app: HttpInstance;

before(async () => {
  test = await createTestContext({ now: '2026-11-22T01:00:00Z', policy });
  const city = await fakeCity(test.ctx.db, test.ctx.clock, policy);
  await city.addRecords(await city.addSubject(), [fakePenalty(0), fakeLicence(0)]);
  app = await buildApp(test.ctx, { modules: [reportRoutes] });
});
after(async () => {
  rendererOf(test.ctx.db).close();
  await app.close();
  await test.close();
});

describe('report routes', () => {
  it('gives anybody the public report, and verifies it', async () => {
    const answer = await app.inject(`/api/v1/public/subjects/${code}/report.pdf`);
    assert.equal(answer.statusCode, 200, answer.body);
    assert.equal(answer.headers['content-type'], 'application/pdf');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.rawPayload.subarray(0, 5).toString(), '%PDF-');
    assert.ok(answer.headers['ratelimit-limit'] ?? answer.headers['x-ratelimit-limit']);
    const number = String(answer.headers['x-report-number']);
    const hash = String(answer.headers['x-content-hash']);
    const verified = await app.inject(`/api/v1/public/reports/verify/${number}?h=${hash.slice(0, 16)}`);
    assert.equal(verified.statusCode, 200, verified.body);
    assert.deepEqual(
      { ...(verified.json() as Record<string, unknown>), issuedAt: '', cutoffAt: '' },
      {
        number,
        kind: 'public',
        subjectName: '示范市启***公司',
        issuedAt: '',
        cutoffAt: '',
        hashMatches: true,
        updatedSince: false,
      },
    );
  });

  it('answers problems: unknown code, unknown number, no session', async () => {
    const unknown = await app.inject('/api/v1/public/subjects/91000000000000000X/report.pdf');
    assert.equal(unknown.statusCode, 404);
    assert.equal(unknown.json().code, 'not-found');
    assert.equal((await app.inject('/api/v1/public/reports/verify/CR-370200-20261122-0000000000')).statusCode, 404);
    const full = await app.inject({
      method: 'POST',
      url: `/api/v1/subjects/${code}/reports`,
      payload: { kind: 'full', purpose: 'x' },
    });
    assert.equal(full.statusCode, 401);
  });

  it('limits how many reports an address may ask for', async () => {
    const answers = await Promise.all(
      Array.from({ length: 25 }, () =>
        app.inject({ url: '/api/v1/public/subjects/unknown/report.pdf', remoteAddress: '198.51.100.7' }),
      ),
    );
    assert.ok(answers.some((answer) => answer.statusCode === 429));
  });
});

describe('the command', () => {
  it('writes the file and answers with the keys that stay', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chengxin-report-'));
    const out = join(folder, 'x.pdf');
    const actor = operatorActor(test.ctx, 'root');
    const result = await runReport(test.ctx, actor, code, { out, kind: 'full', purpose: 'bidding', matter: '核查' });
    assert.deepEqual(Object.keys(result), ['number', 'kind', 'cutoff', 'contentHash', 'file', 'pages']);
    assert.equal(readFileSync(out).subarray(0, 5).toString(), '%PDF-');
    rmSync(folder, { recursive: true });
  });
});
