/** Lists over HTTP and on a database: recognised here, decided elsewhere, left on time. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sampleCsv, sampleRow } from '../../../../tests/support/catalogue-rows.ts';
import {
  assertProblem,
  createHttpCity,
  type HttpCity,
  type Login,
  multipartOf,
} from '../../../../tests/support/http-city.ts';
import { execute, one, query, sql } from '../../platform/db.ts';
import { newId } from '../../platform/ids.ts';
import { signInAs } from '../../testing-context.ts';
import { operatorActor } from '../identity/index.ts';
import { closePaperRenderer } from '../papers/index.ts';
import { mergeSubjects, splitSubject } from '../subjects/index.ts';
import { announceExpired, followRecords, liveEntriesOf } from './index.ts';
import { act, colleague, listed, must, organisation, paper, propose } from './testing.ts';

let city: HttpCity;
let other: Record<string, string>;
before(async () => {
  city = await createHttpCity({
    now: '2026-11-02T02:00:00Z',
    app: { rateLimit: { account: 100_000, address: 100_000 } },
  });
  other = await colleague(city);
});
after(async () => {
  closePaperRenderer();
  await city.close();
});

/** Works on another day; sessions do not last that long. */
async function on(instant: string, logins: readonly Login[], work: () => Promise<void>): Promise<void> {
  const held = { now: city.ctx.clock.now(), sessions: { ...city.sessions }, other };
  city.clock.set(instant);
  try {
    for (const login of logins) Object.assign(city.sessions, { [login]: await signInAs(city.app, login) });
    if (logins.length > 0) other = await signInAs(city.app, 'colleague');
    await work();
  } finally {
    city.clock.set(held.now);
    Object.assign(city.sessions, held.sessions);
    other = held.other;
  }
}

const liveOf = async (subjectId: string, on: string = city.ctx.clock.today()) =>
  (await liveEntriesOf(city.ctx.db.app, city.ctx.policy(), [subjectId], on)).get(subjectId) ?? [];
const publicCodes = async (list = 'SX02'): Promise<string[]> =>
  (await city.call(null, 'GET', `/api/v1/public/lists/${list}/entries?limit=200`))
    .json()
    .items.map((item: { subject: { code: string } }) => item.subject.code);

describe('recognition', () => {
  it('goes from the proposal through notice, defence, review, clearing, decision and delivery to the list', async () => {
    const of = await organisation(city);
    const made = await propose(city, of);
    assert.equal(made.statusCode, 201, made.body);
    const { id, number } = made.json();
    assert.match(number, /^名单〔2026〕\d+号$/);
    // The organisation learns of it with the notice, not before.
    assert.equal((await city.call('representative', 'GET', `/api/v1/listings/${id}`)).statusCode, 404);
    assert.deepEqual((await city.call('representative', 'GET', '/api/v1/listings')).json().items, []);
    assertProblem(await act(city, 'officer', id, 'serveNotice'), 409, 'conflict');
    await paper(city, other, id, 'listingNotice');
    await must(city, 'officer', id, 'serveNotice');
    const seen = (await city.call('representative', 'GET', `/api/v1/listings/${id}`)).json();
    assert.equal(seen.state, 'noticed');
    assert.ok(seen.commands.some(({ command }: { command: string }) => command === 'defend'));
    // Five working days belong to the organisation.
    const early = assertProblem(await act(city, 'officer', id, 'review', { note: '不采纳' }), 409, 'conflict');
    assert.match(early.detail, /2026-11-09/);
    await must(city, 'representative', id, 'defend', { note: '产品已全部召回。' });
    await must(city, 'officer', id, 'review', { note: '召回不影响认定。' });
    assertProblem(await act(city, 'officer', id, 'clear', { note: '合法', how: 'legalityReview' }), 403, 'forbidden');
    assertProblem(await act(city, other, id, 'clear', { note: '合法' }), 422, 'unprocessable');
    await must(city, other, id, 'clear', { note: '合法', how: 'legalityReview' });
    assertProblem(await act(city, 'officer', id, 'decide'), 422, 'unprocessable');
    const decision = await paper(city, other, id, 'listingDecision', false);
    await must(city, 'officer', id, 'decide', { note: '示市监批〔2026〕8号' });
    assertProblem(await act(city, 'officer', id, 'deliver'), 409, 'conflict');
    assert.deepEqual(await liveOf(of.subjectId), []);
    assert.match(decision, /^名决〔2026〕/);
  });

  it('lists with every particular: entry, record, notice, feed; the public sees it, and what ended it ends all', async () => {
    const of = await organisation(city);
    const id = await listed(city, other, of);
    const [entry] = await liveOf(of.subjectId);
    assert.equal(entry?.list, 'SX02');
    assert.equal(entry?.endsOn, '2029-11-02');
    assert.equal(entry?.attested, false);
    assert.ok((await publicCodes()).includes(of.code));
    const archive = await city.call(null, 'GET', `/api/v1/public/subjects/${of.code}/records`);
    assert.ok(
      archive.json().items.some((item: { item: string }) => item.item === 'list-market'),
      archive.body,
    );
    const told = await query<{ kind: string }>(
      city.ctx.db.app,
      sql`SELECT kind FROM core.outbox WHERE subject_id = ${of.subjectId} AND kind LIKE 'list.%'`,
    );
    assert.deepEqual(told, [{ kind: 'list.listed' }]);
    const own = (await city.call('representative', 'GET', '/api/v1/lists/own')).json();
    assert.equal(own.entries[0].state, 'live');
    assert.equal(own.entries[0].caseId, id);
    // Early removal has to wait for the year of the rule.
    assertProblem(await act(city, 'representative', id, 'askRemoval', { note: '已整改' }), 409, 'conflict');
    await paper(city, other, id, 'listingAnnulment', false);
    await must(city, 'officer', id, 'annul', { reason: 'basisRevoked', note: '所依据的处罚已被撤销。' });
    assert.deepEqual(await liveOf(of.subjectId), []);
    assert.ok(!(await publicCodes()).includes(of.code));
    const after = await city.call(null, 'GET', `/api/v1/public/subjects/${of.code}/records`);
    assert.ok(!after.json().items.some((item: { item: string }) => item.item === 'list-market'));
  });

  it('lets an organisation leave early when the rule allows, by a decision', async () => {
    const of = await organisation(city);
    const id = await listed(city, other, of);
    await on('2027-11-03T02:00:00Z', ['officer', 'representative'], async () => {
      await must(city, 'representative', id, 'askRemoval', { note: '义务已履行，危害已消除。' });
      await must(city, 'officer', id, 'refuseRemoval', { reason: 'harmRemains', note: '尚未消除。' });
      await must(city, 'representative', id, 'askRemoval', { note: '现已消除。' });
      assertProblem(await act(city, 'officer', id, 'grantRemoval'), 409, 'conflict');
      await paper(city, other, id, 'listingRemoval', false);
      await must(city, 'officer', id, 'grantRemoval');
      assert.deepEqual(await liveOf(of.subjectId), []);
      assert.equal((await liveOf(of.subjectId, '2027-11-02')).length, 1, 'what held the day before is still known');
    });
  });

  it('ends on time without any job; the job only says so', async () => {
    const of = await organisation(city);
    const id = await listed(city, other, of, { termMonths: 6 });
    assert.equal((await liveOf(of.subjectId, '2027-05-02')).length, 1);
    assert.equal((await liveOf(of.subjectId, '2027-05-03')).length, 0);
    // The last second of the last day in China, then the next.
    await on('2027-05-02T15:59:59Z', [], async () => {
      assert.equal((await liveOf(of.subjectId)).length, 1);
    });
    await on('2027-05-02T16:00:00Z', ['officer'], async () => {
      assert.equal((await liveOf(of.subjectId)).length, 0);
      assert.ok((await announceExpired(city.ctx)) >= 1);
      assert.equal(await announceExpired(city.ctx), 0, 'once');
      assert.equal((await city.call('officer', 'GET', `/api/v1/listings/${id}`)).json().state, 'expired');
    });
  });

  it('keeps a watch list internal, and lets nobody on an honour list beside a serious one', async () => {
    const of = await organisation(city);
    const id = await listed(city, other, of, { list: 'GZ01', criteria: ['repeated'] });
    const seen = (await city.call('representative', 'GET', `/api/v1/listings/${id}`)).json();
    assert.equal(seen.entry.state, 'live');
    assert.equal((await city.call(null, 'GET', '/api/v1/public/lists/GZ01/entries')).statusCode, 404);
    const lists = (await city.call(null, 'GET', '/api/v1/public/lists')).json().items;
    assert.ok(!lists.some((list: { kind: string }) => list.kind === 'watch'));
    // Another body sees neither the entry nor the number of entries.
    const strange = await city.call('stranger', 'GET', `/api/v1/lists/subjects/${of.code}`);
    assert.deepEqual(strange.json().entries, []);
    assert.deepEqual((await city.call('stranger', 'GET', '/api/v1/lists/GZ01/entries')).json().items, []);
    assert.equal((await city.call('officer', 'GET', '/api/v1/lists/GZ01/entries')).json().items.length, 1);
    assert.equal((await city.call('stranger', 'GET', `/api/v1/listings/${id}`)).statusCode, 404);
    assert.ok(
      (await city.ctx.db.app.query("SELECT 1 FROM core.outbox WHERE kind LIKE 'list.%' AND payload->>'list' = 'GZ01'"))
        .rows.length === 0,
    );
    await listed(city, other, await organisation(city));
    const serious = await organisation(city);
    await listed(city, other, serious);
    const honour = await propose(city, serious, { list: 'SH01', criteria: ['noAdverse'] });
    assert.match(assertProblem(honour, 409, 'conflict').detail, /不能列入守信名单/);
  });

  it('announces an honour for seven days, and bars it from the day of a serious entry', async () => {
    const of = await organisation(city);
    const made = await propose(city, of, { list: 'SH01', criteria: ['noAdverse'] });
    const { id, commands } = made.json();
    assert.ok(!commands.some(({ command }: { command: string }) => command === 'serveNotice'));
    await must(city, 'officer', id, 'announce');
    const announced = (await city.call(null, 'GET', '/api/v1/public/lists/SH01/announced')).json().items;
    assert.deepEqual(
      announced.map((item: { subject: { code: string }; untilOn: string }) => [item.subject.code, item.untilOn]),
      [[of.code, '2026-11-09']],
    );
    const page = await city.call(null, 'GET', '/lists/SH01');
    assert.match(page.body, /认定前公示/);
    assert.match(page.body, /noarchive, noindex/);
    assert.equal((await city.call(null, 'GET', '/api/v1/public/lists/SX02/announced')).statusCode, 404);
    const early = assertProblem(await act(city, 'officer', id, 'review', { note: '无异议' }), 409, 'conflict');
    assert.match(early.detail, /2026-11-09/);
    await on('2026-11-10T02:00:00Z', ['officer', 'representative'], async () => {
      await must(city, 'officer', id, 'review', { note: '公示期无异议。' });
      await must(city, other, id, 'clear', { note: '同意', how: 'collectiveDiscussion' });
      await paper(city, other, id, 'listingDecision');
      await must(city, 'officer', id, 'decide');
      await must(city, 'officer', id, 'deliver');
      await must(city, 'officer', id, 'list');
      assert.deepEqual(
        (await liveOf(of.subjectId)).map(({ list }) => list),
        ['SH01'],
      );
      await listed(city, other, of);
      assert.deepEqual(
        (await liveOf(of.subjectId)).map(({ list }) => list),
        ['SX02'],
      );
    });
  });

  it('refuses what is not lawful, and says why', async () => {
    const of = await organisation(city);
    const wrong = async (over: object, status: number, words: RegExp, who: 'officer' | 'stranger' = 'officer') => {
      const answer = await propose(city, of, over, who);
      assert.equal(answer.statusCode, status, answer.body);
      assert.match(answer.json().detail, words);
    };
    await wrong({ termMonths: 37 }, 422, /最长 36 个月/);
    await wrong({ list: 'XX99' }, 422, /没有这个名单/);
    await wrong({ list: 'SX01' }, 422, /全国系统/);
    await wrong({ list: 'SX06', criteria: ['accident'] }, 403, /不是/);
    await wrong({ criteria: ['listedConduct'] }, 422, /较重行政处罚/);
    await wrong({}, 403, /不是/, 'stranger');
    await wrong({ recordId: newId() }, 404, /没有这条信息/);
    await wrong({ facts: '身份证 11010519491231002X 的股东' }, 422, /证件号码/);
    assert.equal((await propose(city, of, { measures: '限制高消费' })).statusCode, 400, 'no measure by free text');
    assert.equal((await propose(city, of)).statusCode, 201);
    await wrong({}, 409, /正在办理/);
    assert.equal((await propose(city, of, {}, 'representative')).statusCode, 403);
    assert.equal((await propose(city, of, {}, 'reader')).statusCode, 403);
  });

  it('lets an exempt act lead to nothing, and says so', async () => {
    const of = await organisation(city, { CF_CFLB: '警告', CF_NR_FK: '', CF_NR: '警告' });
    const answer = await propose(city, of, { recordId: of.recordId });
    assert.equal(answer.statusCode, 422, answer.body);
    assert.match(answer.json().detail, /豁免清单/);
    const standing = (await city.call('officer', 'GET', `/api/v1/lists/subjects/${of.code}`)).json();
    assert.equal(standing.exempt[0].recordId, of.recordId);
  });

  it('is held by the database: nothing local without document, delivery and particulars, no term beyond the law', async () => {
    const of = await organisation(city);
    const { body_id } = await one<{ body_id: string }>(city.ctx.db.app, sql`SELECT body_id FROM core.body LIMIT 1`);
    const insert = (over: Record<string, unknown>) => {
      const row: Record<string, unknown> = {
        document: '名决〔2026〕1号',
        delivered: '2026-11-02',
        proof: '回证',
        ends: '2029-11-02',
        months: 36,
        particulars: JSON.stringify({
          facts: 'a',
          legalBasis: 'a',
          evidence: 'a',
          measures: 'a',
          removalConditions: 'a',
          removalProcedure: 'a',
          remedy: 'a',
          authority: 'a',
        }),
        ...over,
      };
      return execute(
        city.ctx.db.app,
        sql`INSERT INTO lists.entry (subject_id, entry_id, version_id, list, kind, origin, case_id, recogniser_body_id, document_number, decided_on, delivered_on,
              delivery_proof, attested, listed_on, ends_on, term_months, term_limit_months, particulars, policy_set_id, recorded_at)
            VALUES (${of.subjectId}, ${newId()}, ${newId()}, 'SX02', 'serious', 'decision', ${newId()}, ${body_id}, ${row.document as string}, '2026-11-02', ${row.delivered as string},
              ${row.proof as string}, false, '2026-11-02', ${row.ends as string}, ${row.months as number}, 36, ${row.particulars as string}::jsonb, 1, ${city.ctx.clock.now()})`,
      );
    };
    for (const over of [
      { document: null },
      { document: ' ' },
      { delivered: null },
      { delivered: '2026-11-01' },
      { proof: null },
      { particulars: '{"facts": "a"}' },
      { ends: '2029-11-03' },
      { months: 37 },
      { months: null },
    ])
      await assert.rejects(insert(over), /entry_(decided_here|term)/, JSON.stringify(over));
    assert.equal(await insert({}), 1);
  });
});

describe('decided elsewhere', () => {
  const report = async (serial: number, over: Record<string, string> = {}) => {
    const policy = city.ctx.policy();
    const standard = policy.standard('serious-list');
    const row = sampleRow(standard, policy, serial, {
      MDMC: '拖欠农民工工资失信联合惩戒对象',
      LRRQ: '2026-03-02',
      YXQZI: '',
      ZT: '在列',
      ...over,
    });
    const done = await city.submit(sampleCsv(standard, [row]), { fields: { standard: 'serious-list' } });
    assert.equal(done.counts.accepted, 1, JSON.stringify(done));
    await followRecords(city.ctx);
    return row.TYSHXYDM ?? '';
  };
  const subjectOf = async (code: string): Promise<string> =>
    (
      await one<{ subject_id: string }>(
        city.ctx.db.app,
        sql`SELECT subject_id FROM core.subject WHERE unified_code = ${code}`,
      )
    ).subject_id;

  it('a reported row is an entry with the law’s term, once, and a term beyond it is cut', async () => {
    const code = await report(701);
    const id = await subjectOf(code);
    const [entry] = await liveOf(id);
    assert.equal(entry?.list, 'SX04');
    assert.equal(entry?.endsOn, '2029-03-02');
    assert.equal(entry?.attested, true);
    assert.equal(await followRecords(city.ctx), 0);
    const long = await subjectOf(await report(702, { YXQZI: '2040-01-01' }));
    assert.equal((await liveOf(long))[0]?.endsOn, '2029-03-02');
  });

  it('is corrected by its source, left when the source says so, and follows withdrawal at once', async () => {
    const code = await report(703);
    const id = await subjectOf(code);
    const [before] = await liveOf(id);
    await report(703, { YXQZI: '2027-03-01' });
    const [corrected] = await liveOf(id);
    assert.equal(corrected?.entryId, before?.entryId);
    assert.equal(corrected?.endsOn, '2027-03-01');
    await report(703, { ZT: '已移出', YCRQ: '2026-10-01', YCYY: '义务已履行' });
    assert.deepEqual(await liveOf(id), []);
    const second = await subjectOf(await report(704));
    const { record_id } = await one<{ record_id: string }>(
      city.ctx.db.app,
      sql`SELECT record_id FROM core.record WHERE subject_id = ${second} AND superseded_at IS NULL`,
    );
    const gone = await city.call('officer', 'POST', `/api/v1/records/${record_id}/withdraw`, {
      payload: { reason: '报送有误' },
    });
    assert.ok(gone.statusCode < 300, gone.body);
    // No job ran in between.
    assert.deepEqual(await liveOf(second), []);
  });

  it('ends who is no longer on the list of the recogniser, and asks before it empties it', async () => {
    const kept = await report(711);
    const left = await report(712);
    const number = async (code: string): Promise<string> =>
      (await liveOf(await subjectOf(code)))[0]?.documentNumber ?? '';
    const now = (await city.call('officer', 'GET', '/api/v1/lists/SX04/entries?limit=200')).json().items as {
      subject: { code: string };
      documentNumber: string;
    }[];
    const entries = now
      .filter((item) => item.subject.code !== left)
      .map((item) => ({ code: item.subject.code, documentNumber: item.documentNumber }));
    const unknown = { code: '91999900MA0000000X', documentNumber: '无此文号' };
    const call = (payload: object, who: 'officer' | 'stranger' | 'representative' = 'officer') =>
      city.call(who, 'POST', '/api/v1/lists/SX04/reconcile', { payload });
    assertProblem(await call({ asOf: '2026-11-02', entries: [] }), 422, 'unprocessable');
    assertProblem(await call({ asOf: '2027-01-01', entries }), 422, 'unprocessable');
    assert.equal((await call({ asOf: '2026-11-02', entries }, 'representative')).statusCode, 403);
    assert.notEqual(await number(kept), '');
    const done = await call({ asOf: '2026-11-02', entries: [...entries, unknown] });
    assert.equal(done.statusCode, 200, done.body);
    assert.equal(done.json().ended, 1);
    assert.deepEqual(done.json().unknownEntries, [unknown]);
    assert.deepEqual(await liveOf(await subjectOf(left)), []);
    assert.equal((await liveOf(await subjectOf(kept))).length, 1);
  });

  it('compares the extract of the recogniser and changes nothing until it is accepted', async () => {
    const [kept, left, other] = [await report(713), await report(714), await report(715)];
    const now = (await city.call('officer', 'GET', '/api/v1/lists/SX04/entries?limit=200')).json().items as {
      subject: { code: string };
      documentNumber: string;
    }[];
    const stated = now
      .filter((item) => item.subject.code !== left)
      .map((item) => [item.subject.code, item.subject.code === other ? '另一文书' : item.documentNumber]);
    const text = (rows: string[][], head = '统一社会信用代码,案号') =>
      [head, ...rows.map((row) => row.join(','))].join('\n');
    const send = (content: string, who: Login = 'officer', asOf = '2026-11-02') =>
      city.call(
        who,
        'POST',
        `/api/v1/lists/SX04/differences?asOf=${asOf}`,
        multipartOf([{ name: 'file', content, fileName: '名单.csv' }]),
      );
    const answer = await send(
      text([...stated, ['91999900MA0000000X', '无此文号'], ['张三11010519491231002X', '(2026)示01执1号']]),
    );
    assert.equal(answer.statusCode, 200, answer.body);
    const found = answer.json();
    assert.ok(!answer.body.includes('11010519491231002X'));
    assert.deepEqual(
      [found.addedTotal, found.missingTotal, found.changedTotal, found.persons, found.needsConfirm],
      [1, 1, 1, 1, false],
    );
    assert.deepEqual(found.missing[0].code, left);
    assert.deepEqual([found.changed[0].code, found.changed[0].there], [other, '另一文书']);
    assert.equal((await liveOf(await subjectOf(left))).length, 1, 'nothing has changed');
    const { asOf, entries } = found;
    const done = await city.call('officer', 'POST', '/api/v1/lists/SX04/reconcile', { payload: { asOf, entries } });
    assert.equal(done.statusCode, 200, done.body);
    assert.deepEqual([done.json().ended, done.json().unknown], [2, 2]);
    assert.deepEqual(await liveOf(await subjectOf(left)), []);
    assert.equal((await liveOf(await subjectOf(kept))).length, 1);
    assertProblem(await send(text([]), 'officer'), 422, 'unprocessable');
    assertProblem(await send(text([['12', '文号']])), 422, 'unprocessable');
    assertProblem(await send(text(stated), 'officer', '2027-01-01'), 422, 'unprocessable');
    assert.equal((await send(text(stated), 'representative')).statusCode, 403);
    assert.deepEqual(city.leftovers(), []);
  });

  it('follows a merger and a split', async () => {
    const [one_, two] = [await subjectOf(await report(721)), await subjectOf(await report(722))];
    const actor = operatorActor(city.ctx, 'test');
    await mergeSubjects(city.ctx, actor, one_, two, '吸收合并');
    assert.equal((await liveOf(two)).length, 2);
    assert.deepEqual(await liveOf(one_), []);
    await splitSubject(city.ctx, actor, one_, '撤销合并');
    assert.equal((await liveOf(two)).length, 1);
    assert.equal((await liveOf(one_)).length, 1);
  });
});
