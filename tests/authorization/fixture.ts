/** A city with a submission, records, an archive and a representative, for the requests of the table. */
import assert from 'node:assert/strict';
import { execute, one, sql } from '../../server/src/platform/db.ts';
import { KnownRoutes } from '../../server/src/platform/http/known-routes.ts';
import { testPdf } from '../../server/src/testing-context.ts';
import { createHttpCity, multipartOf } from '../support/http-city.ts';
import { licence, licenceCsv, penalty, penaltyCsv } from '../support/rows.ts';
import type { Fixture } from './format.ts';

/** Of a gateway that nothing is ever sent to here: receipts are signed with it. */
export const smsSecret = 'a secret of the gateway of this test, long enough';

export interface MadeFixture extends Fixture {
  /** `METHOD pattern` of every registered route. */
  readonly registered: ReadonlySet<string>;
}

async function createCity() {
  const registered = new Set<string>();
  const add = KnownRoutes.prototype.add;
  KnownRoutes.prototype.add = function (methods, url) {
    for (const method of typeof methods === 'string' ? [methods] : methods)
      if (method !== 'HEAD') registered.add(`${method} ${url}`);
    add.call(this, methods, url);
  };
  const city = await createHttpCity({
    env: { PULL_HOSTS: 'db.example.gov.cn:5432', SMS_URL: 'http://127.0.0.1:9/', SMS_SECRET: smsSecret },
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  KnownRoutes.prototype.add = add;
  return { city, registered };
}

export async function createFixture(): Promise<MadeFixture> {
  const { city, registered } = await createCity();
  let serial = 1000;
  const today: Fixture['today'] = (over = {}) => penalty(++serial, over);
  const form: Fixture['form'] = () => {
    const values = today();
    for (const field of ['CF_CFJG', 'CF_CFJGDM', 'CF_SJLY', 'CF_SJLYDM']) delete values[field];
    return { standard: 'penalty', values };
  };
  const freshRecord = async (): Promise<string> => {
    const entered = await city.call('officer', 'POST', '/api/v1/records', { payload: form() });
    assert.equal(entered.json().outcome, 'accepted', entered.body);
    return entered.json().recordId;
  };
  const secondReader = (needed: boolean) =>
    execute(city.ctx.db.app, sql`UPDATE core.body SET second_reader = ${needed} WHERE body_id = ${city.bodyId}`);
  const freshDraft = async (): Promise<string> => {
    await secondReader(true);
    const waiting = await city.call('officer', 'POST', '/api/v1/records', { payload: form() });
    const made = waiting.json().draftId;
    assert.ok(made, waiting.body);
    // Nobody decides what they wrote: here somebody else did.
    await execute(
      city.ctx.db.app,
      sql`UPDATE core.draft SET created_by = '00000000-0000-7000-8000-000000000001' WHERE draft_id = ${made}`,
    );
    await secondReader(false);
    return made;
  };
  const subjectOf = async (recordId: string): Promise<string> =>
    (
      await one<{ subject_id: string }>(
        city.ctx.db.app,
        sql`SELECT subject_id FROM core.record WHERE record_id = ${recordId}`,
      )
    ).subject_id;
  const submission = await city.submit(
    penaltyCsv([
      penalty(1),
      penalty(2, { CF_JDRQ: '2021-02-30' }),
      penalty(3, { CF_XDR_SHXYM: penalty(1).CF_XDR_SHXYM ?? '' }),
    ]),
  );
  const { accepted, refused, doubtful } = submission.counts;
  assert.deepEqual([accepted, refused, doubtful], [1, 1, 1], JSON.stringify(submission));
  await city.submit(licenceCsv([licence(1)]));
  const code = penalty(1).CF_XDR_SHXYM ?? '';
  const recordId = await freshRecord();
  await city.represent('otherRepresentative', await subjectOf(recordId));
  const attached = await city.call(
    'officer',
    'POST',
    '/api/v1/attachments',
    multipartOf([{ name: 'file', content: testPdf(), fileName: '决定书.pdf' }]),
  );
  const report = await city.call(null, 'GET', `/api/v1/public/subjects/${code}/report.pdf`);
  const { subject_id: subjectId } = await one<{ subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT subject_id FROM core.subject WHERE unified_code = ${code}`,
  );
  await city.represent('representative', subjectId);
  return {
    city,
    registered,
    submission,
    recordId,
    attachmentId: attached.json().id,
    code,
    subjectId,
    report: String(report.headers['x-report-number']),
    today,
    form,
    freshRecord,
    freshDraft,
    freshSubjects: async () => [await subjectOf(await freshRecord()), await subjectOf(await freshRecord())],
  };
}
