/** What is ordered about display, over HTTP and on a real database: classes, court orders, masks, annulment, notices, why. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { assertProblem, createHttpCity, type HttpCity, type Login } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { one, query, sql } from '../../platform/db.ts';
import { compilePolicy, type PolicySource, policySource } from '../policy/index.ts';
import { recomputeDisplay } from './index.ts';

let city: HttpCity;
let serial = 9200;
before(async () => {
  city = await createHttpCity({ now: '2026-11-02T02:00:00Z' } as never);
});
after(() => city.close());

interface Held {
  readonly row: Record<string, string>;
  readonly code: string;
  readonly recordId: string;
  readonly subjectId: string;
}
async function record(over: Record<string, string> = {}): Promise<Held> {
  const row = penalty(++serial, { CF_JDRQ: '2026-07-01', CF_YXQ: '2029-07-01', ...over });
  await city.submit(penaltyCsv([row]));
  const code = row.CF_XDR_SHXYM ?? '';
  const found = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id) WHERE s.unified_code = ${code} AND r.superseded_at IS NULL`,
  );
  await city.represent('representative', found.subject_id);
  return { row, code, recordId: found.record_id, subjectId: found.subject_id };
}
const order = (of: Held, name: string, over: object = {}, who: Login = 'officer') =>
  city.call(who, 'POST', `/api/v1/records/${of.recordId}/orders`, {
    payload: { order: name, on: '2026-11-02', document: '（2026）示01行初1号', ...over },
  });
const shown = async (of: Held): Promise<number> =>
  (await city.call(null, 'GET', `/api/v1/public/subjects/${of.code}/records`)).json().items.length;
const confirm = (rows: object[], who: Login = 'officer') =>
  city.call(who, 'POST', '/api/v1/records:confirmSeverity', { payload: { rows } });
const why = (of: Held, who: Login | null = null) =>
  city.call(who, 'GET', who ? `/api/v1/records/${of.recordId}/why` : `/api/v1/public/records/${of.recordId}/why`);

describe('the class of a record', () => {
  it('is proposed until the deciding body confirms it, one or many, with a result for each', async () => {
    const [a, b] = [await record(), await record()];
    const waiting = (await city.call('officer', 'GET', '/api/v1/records:severityWaiting?limit=200')).json();
    const mine = waiting.items.find((item: { recordId: string }) => item.recordId === a.recordId);
    assert.equal(mine.proposed, 'general');
    assert.equal((await why(a)).json().severityConfirmed, false);
    const answer = await confirm([
      { recordId: a.recordId, severity: 'serious' },
      { recordId: b.recordId, severity: 'minor' },
      { recordId: '00000000-0000-7000-8000-00000000abcd', severity: 'minor' },
    ]);
    assert.deepEqual(
      answer
        .json()
        .results.map((result: { outcome: string; shownUntil: string | null }) => [result.outcome, result.shownUntil]),
      [
        ['confirmed', '2029-07-01'],
        ['confirmed', null],
        ['refused', null],
      ],
    );
    assert.deepEqual([await shown(a), await shown(b)], [1, 0], 'a minor one is not shown in principle');
    const again = await confirm([{ recordId: a.recordId, severity: 'serious' }]);
    assert.equal(again.json().results[0].outcome, 'unchanged');
    assert.equal(
      (await confirm([{ recordId: a.recordId, severity: 'minor' }], 'stranger')).json().results[0].outcome,
      'refused',
    );
    assert.equal(
      (await confirm([{ recordId: a.recordId, severity: 'minor' }], 'office')).json().results[0].outcome,
      'refused',
    );
  });
});

describe('an order', () => {
  it('of a court suspends display until it ends; a decision of the day after tomorrow is none', async () => {
    const of = await record();
    assertProblem(await order(of, 'suspend', { on: '2026-11-04' }), 422, 'unprocessable');
    const suspended = await order(of, 'suspend');
    assert.deepEqual([suspended.json().changed, suspended.json().why.state], [true, 'suspended']);
    assert.equal((await order(of, 'suspend')).json().changed, false, 'once');
    assert.equal(await shown(of), 0);
    assertProblem(await why(of), 404, 'not-found');
    assert.equal((await why(of, 'representative')).json().events[0].document, '（2026）示01行初1号');
    await order(of, 'resume');
    assert.equal(await shown(of), 1);
  });

  it('masks during a reorganisation, says so, and ends in a full repair when the plan is carried out', async () => {
    const of = await record();
    const masked = (await order(of, 'mask')).json();
    assert.deepEqual([masked.why.state, masked.why.annotations], ['masked', ['reorganisationInProgress']]);
    assert.equal(await shown(of), 0);
    const back = (await order(of, 'unmask')).json();
    assert.deepEqual([back.why.state, back.why.annotations], ['shown', []]);
    await order(of, 'mask', { on: '2026-11-02' });
    assert.equal((await order(of, 'completeReorganisation')).json().why.state, 'repaired');
    const told = await query<{ kind: string }>(
      city.ctx.db.app,
      sql`SELECT kind FROM core.outbox WHERE payload->>'recordId' = ${of.recordId} AND kind = 'record.repaired'`,
    );
    assert.equal(told.length, 1);
  });

  it('annuls at once; what is reported after three working days is said to be late', async () => {
    const [soon, late] = [await record(), await record()];
    const first = (await order(soon, 'annul', { on: '2026-10-29' })).json();
    assert.deepEqual([first.why.state, first.dueOn, first.late], ['annulled', '2026-11-03', false]);
    assert.equal(await shown(soon), 0);
    assert.equal((await order(late, 'annul', { on: '2026-10-12' })).json().late, true);
  });

  it('is for the body that decided or reported, and the credit office; hidden from others', async () => {
    const of = await record();
    assertProblem(await order(of, 'suspend', {}, 'stranger'), 404, 'not-found');
    assertProblem(await order(of, 'suspend', {}, 'representative'), 403, 'forbidden');
    assert.equal((await order(of, 'suspend', {}, 'office')).statusCode, 200);
  });
});

describe('why', () => {
  it('answers until when, why, by which article, and what would end it earlier', async () => {
    const of = await record();
    const answer = (await why(of)).json();
    assert.equal(answer.until, '2027-07-01');
    assert.match(answer.reason.zh, /最长公示1年/);
    assert.match(answer.article, /信用修复管理办法/);
    assert.deepEqual(
      answer.earlier.map((way: { key: string; from: string | null }) => [way.key, way.from]),
      [
        ['repair', '2026-10-01'],
        ['objection', null],
        ['annulment', null],
        ['suspension', null],
      ],
    );
    assert.match(answer.marketRegister.article, /总局令第45号/);
    assertProblem(await why(of, 'stranger'), 404, 'not-found');
    const page = await city.call(null, 'GET', `/why/${of.recordId}`);
    assert.equal(page.statusCode, 200, page.body);
    for (const part of ['为什么公示', '最长公示1年', '信用修复管理办法', '2027-07-01'])
      assert.ok(page.body.includes(part), part);
    await order(of, 'suspend');
    assert.equal((await city.call(null, 'GET', `/why/${of.recordId}`)).statusCode, 404, 'gone with the display');
  });
});

describe('the notice of repair rights', () => {
  const text = (over: object = {}) =>
    city.call('client', 'POST', '/api/v1/repair-notices:text', {
      payload: {
        name: '示范市某商贸有限公司',
        code: '91999900MA00000000',
        documentNumber: '示市监罚〔2026〕1号',
        decidedOn: '2026-11-02',
        categories: ['罚款'],
        amountFen: '2000000',
        ...over,
      },
    });

  it('has its text and QR code from the platform, with the first day as the rules have it', async () => {
    const notice = (await text()).json();
    const said = notice.paragraphs.map((one: { zh: string }) => one.zh).join('\n');
    assert.match(said, /示市监罚〔2026〕1号/);
    assert.match(said, /最早申请日期：2027年2月2日/);
    assert.match(said, /免费/);
    assert.match(notice.qrContent, /\/help\/repair\?no=/);
    assert.match(notice.qrSvg, /^<svg/);
    assert.match(
      (await text({ procedure: '简易程序' }))
        .json()
        .paragraphs.map((one: { zh: string }) => one.zh)
        .join(''),
      /无需修复/,
    );
  });

  it('is taken in with its proof, once, by document number too; a decision without it is listed', async () => {
    const of = await record();
    const missing = async (): Promise<boolean> =>
      (await city.call('officer', 'GET', '/api/v1/repair-notices:missing?limit=200'))
        .json()
        .items.some((item: { recordId: string }) => item.recordId === of.recordId);
    assert.equal(await missing(), true);
    const serve = (over: object, who: Login = 'client') =>
      city.call(who, 'POST', '/api/v1/repair-notices', {
        payload: {
          code: of.code,
          documentNumber: String(of.row.CF_WSH).replace('〔', '[').replace('〕', ']'),
          servedOn: '2026-07-03',
          channel: 'withDecision',
          proof: '送达回证2026-17',
          ...over,
        },
      });
    assertProblem(await serve({ servedOn: '2026-06-30' }), 422, 'unprocessable');
    assertProblem(await serve({ documentNumber: '不存在的文号' }), 404, 'not-found');
    assertProblem(await serve({}, 'stranger'), 404, 'not-found');
    assert.deepEqual((await serve({})).json(), { recordId: of.recordId, noticeServedOn: '2026-07-03', created: true });
    assert.equal((await serve({ servedOn: '2026-07-04' })).json().created, false);
    assert.equal(await missing(), false);
    assert.equal((await why(of, 'officer')).json().noticeServedOn, '2026-07-03');
    await city.submit(penaltyCsv([{ ...of.row, CF_NR_FK: '3.000000' }]));
    assert.equal(await missing(), false, 'the corrected version keeps it');
  });
});

describe('a change of regime', () => {
  it('is logged record by record, once, and the shorter period favours the subject', async () => {
    const of = await record();
    assert.equal(await recomputeDisplay(city.ctx), 0, 'the first run keeps where it stands');
    const source: PolicySource = policySource(city.ctx.policy());
    const files = source.files.map((file) =>
      file.kind === 'disclosure' && file.key === 'ndrc-36' && file.body.classes
        ? {
            ...file,
            body: {
              ...file.body,
              classes: { ...file.body.classes, general: { ...file.body.classes.general, maxMonths: 6 } },
            },
          }
        : file,
    );
    const next = compilePolicy(files as typeof source.files, source.setId + 1, 'changed', source.options);
    const before = city.ctx.policy();
    const ctx = {
      ...city.ctx,
      policy: () => next,
      policySet: async (setId: number) => (setId === next.setId ? next : before),
    };
    assert.ok((await recomputeDisplay(ctx)) > 0);
    assert.equal(await recomputeDisplay(ctx), 0);
    const changes = (await city.call('office', 'GET', '/api/v1/display/changes?limit=200')).json();
    const mine = changes.items.find((item: { recordId: string }) => item.recordId === of.recordId);
    assert.deepEqual([mine.before.until, mine.after.until], ['2027-07-01', '2027-01-01']);
    assert.equal((await city.call('officer', 'GET', '/api/v1/display/changes')).statusCode, 403);
  });
});
