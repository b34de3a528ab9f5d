/** Who looked at an organisation, told to it; disputes, looks shown later, alerts, and the log for the audit administrator. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { AlertView, DisputeView, LogRowView, LookView } from '@chengxin/contract';
import ExcelJS from 'exceljs';
import type { Actor } from '../../server/src/context.ts';
import { detectFinished } from '../../server/src/modules/oversight/detectors.ts';
import { readLooks } from '../../server/src/modules/oversight/index.ts';
import { escalateOverdue, expireUndecided } from '../../server/src/modules/oversight/jobs.ts';
import { type AccessEntry, writeAccess, writeAccessAll } from '../../server/src/platform/access-log/index.ts';
import { execute, one, query, sql } from '../../server/src/platform/db.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { accounts, createHttpCity, type HttpCity, type Login } from '../support/http-city.ts';
import { codeOf, penalty, penaltyCsv } from '../support/rows.ts';

let city: HttpCity;
let code: string;
let subjectId: string;
const accountIds = {} as Record<Login, string>;

const start = '2026-11-23T02:00:00Z';

before(async () => {
  city = await createHttpCity({ now: start, app: { rateLimit: { account: 100_000, address: 100_000 } } });
  await city.submit(penaltyCsv(Array.from({ length: 40 }, (_, n) => penalty(n + 1))));
  code = codeOf(1001);
  subjectId = await idOf(code);
  await city.represent('representative', subjectId);
  await city.represent('otherRepresentative', await idOf(codeOf(1002)));
  const rows = await query<{ login: string; account_id: string }>(
    city.ctx.db.app,
    sql`SELECT login, account_id FROM identity.account`,
  );
  for (const login of Object.keys(accounts) as Login[]) {
    accountIds[login] = rows.find((row) => row.login === login.toLowerCase())?.account_id ?? '';
  }
  await execute(city.ctx.db.app, sql`UPDATE identity.account SET name = '欧阳明月' WHERE login = 'officer'`);
});
after(() => city?.close());

async function idOf(unifiedCode: string): Promise<string> {
  const row = await one<{ subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT subject_id FROM core.subject WHERE unified_code = ${unifiedCode}`,
  );
  return row.subject_id;
}
/** Everybody stays signed in: sessions would end over the days that pass here. */
async function travel(to: string): Promise<void> {
  const now = city.clock.set(to);
  await execute(
    city.ctx.db.app,
    sql`UPDATE identity.session SET last_seen_at = ${now}, expires_at = ${now}::timestamptz + interval '12 hours'`,
  );
}
async function open(login: Login, caseNumber: string | null, of = code): Promise<void> {
  const answer = await city.call(
    login,
    'GET',
    `/api/v1/subjects/${of}?purpose=approval${caseNumber ? `&caseNumber=${encodeURIComponent(caseNumber)}` : ''}`,
  );
  assert.equal(answer.statusCode, 200, answer.body);
}
async function looks(
  login: 'representative' | 'otherRepresentative' = 'representative',
  search = '',
): Promise<LookView[]> {
  const answer = await city.call(login, 'GET', `/api/v1/my/looks${search}`);
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json().items;
}
const actorOf = (login: Login, over: Partial<Actor> = {}): Actor => ({
  kind: 'account',
  accountId: accountIds[login],
  name: `测试 ${login}`,
  roles: ['departmentOfficer'],
  bodyId: city.bodyId,
  scopeBodyIds: [city.bodyId],
  subjectId: null,
  client: null,
  osUser: null,
  address: '10.0.0.1',
  requestId: newId(),
  ...over,
});
/** Looks as an officer's work leaves them, at the clock's time. */
async function lookAt(login: Login, entries: readonly Partial<AccessEntry>[]): Promise<void> {
  await writeAccessAll(
    city.ctx.db.app,
    city.ctx,
    actorOf(login),
    entries.map((entry) => ({ action: 'subject.full', subjectId: newId(), purpose: 'approval', ...entry })),
  );
}
const post = async (login: Login, url: string, payload: object, status = 200) => {
  const answer = await city.call(login, 'POST', url, { payload });
  assert.equal(answer.statusCode, status, `${url} ${answer.body}`);
  return answer.json();
};

describe('who looked at me', () => {
  it('is told in plain words: body, officer by surname, when, what, why; several looks for one reason are one line', async () => {
    await open('officer', '建许〔2026〕7号');
    await open('officer', '建许〔2026〕7号');
    await open('stranger', null);
    const found = await looks();
    const [mine] = found.filter((look) => look.caseNumber === '建许〔2026〕7号');
    assert.ok(mine);
    assert.equal(mine.times, 2);
    assert.equal(mine.day, '2026-11-23');
    assert.equal(mine.who.body, '示范市市场监督管理局');
    assert.match(mine.who.officer.zh, /^工作人员 欧/);
    assert.doesNotMatch(JSON.stringify(mine), /明月/, 'a surname, no name');
    assert.equal(mine.purpose?.zh, '行政审批');
    assert.match(mine.why.zh, /用途为“行政审批”.*建许〔2026〕7号/);
    assert.match(mine.why.en, /administrative approval/i);
    const [other] = found.filter((look) => look.who.body === '示范市生态环境局');
    assert.match(other?.why.zh ?? '', /未写案号/);
  });
  it('is told to nobody else, and the own reading is not among it', async () => {
    assert.deepEqual(await looks('otherRepresentative'), []);
    const mine = await looks();
    assert.ok(mine.every((look) => look.who.body !== null));
    const answer = await city.call('officer', 'GET', '/api/v1/my/looks');
    assert.equal(answer.statusCode, 403);
  });
  it('covers the whole cluster: what was looked at under another entry of the same organisation', async () => {
    const other = await idOf(codeOf(1003));
    await open('stranger', '并案-1', codeOf(1003));
    assert.ok(!(await looks()).some((look) => look.caseNumber === '并案-1'));
    const target = { kind: 'subject', subjectIds: [subjectId, other] } as const;
    const page = await readLooks(city.ctx, target, {});
    assert.ok(page.items.some((look) => look.caseNumber === '并案-1'));
    assert.ok(page.items.some((look) => look.caseNumber === '建许〔2026〕7号'));
  });
  it('serves a person’s own record by token in the same way', async () => {
    const token = `pt_${newId()}`;
    await writeAccess(city.ctx.db.app, city.ctx, actorOf('officer'), {
      action: 'person.look',
      resourceKind: 'person',
      resourceId: token,
      purpose: 'investigation',
      caseNumber: '案-9',
    });
    const page = await readLooks(city.ctx, { kind: 'person', token }, {});
    assert.equal(page.items.length, 1);
    assert.equal(page.items[0]?.caseNumber, '案-9');
    assert.deepEqual((await readLooks(city.ctx, { kind: 'person', token: 'pt_other' }, {})).items, []);
  });
  it('is read page by page without a gap or a repetition, and as Excel', async () => {
    const busy = newId();
    await travel('2026-11-01T02:00:00Z');
    for (let day = 0; day < 20; day += 1) {
      await lookAt(
        'officer',
        Array.from({ length: 30 }, (_, n) => ({ subjectId: busy, caseNumber: `忙-${day}-${n}` })),
      );
      city.clock.advance({ days: 1 });
    }
    await travel(start);
    const target = { kind: 'subject', subjectIds: [busy] } as const;
    const seen: string[] = [];
    let pages = 0;
    for (let cursor: string | undefined; ; ) {
      const page = await readLooks(city.ctx, target, { cursor });
      seen.push(...page.items.map((look) => look.caseNumber ?? ''));
      pages += 1;
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    assert.equal(seen.length, 600);
    assert.equal(new Set(seen).size, 600);
    assert.ok(pages >= 3);
    const bad = await city.call('representative', 'GET', '/api/v1/my/looks?cursor=abc');
    assert.equal(bad.statusCode, 400);
    const answer = await city.call('representative', 'GET', '/api/v1/my/looks.xlsx');
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(answer.rawPayload as unknown as ArrayBuffer);
    const sheet = book.worksheets[0];
    assert.ok((sheet?.rowCount ?? 0) >= 3);
    assert.equal(sheet?.getRow(1).getCell(6).text, '做了什么');
    assert.doesNotMatch(JSON.stringify(sheet?.getSheetValues()), /明月/);
  });
});

describe('a look that is shown later', () => {
  const delay = (over: object = {}) => ({
    code,
    rule: 'inspectionInProgress',
    caseNumber: '检〔2026〕3号',
    reason: '专项检查进行中',
    untilOn: '2026-12-20',
    ...over,
  });
  it('only under a rule, for one case, until a day within the rule’s limit', async () => {
    await post('officer', '/api/v1/delays', delay({ rule: 'none' }), 422);
    await post('officer', '/api/v1/delays', delay({ untilOn: '2027-11-20' }), 422);
    await post('officer', '/api/v1/delays', delay({ untilOn: '2026-11-01' }), 422);
    await post('officer', '/api/v1/delays', delay({ caseNumber: '' }), 400);
  });
  it('is hidden while it runs, other looks are not; afterwards all is shown with the rule', async () => {
    await post('officer', '/api/v1/delays', delay(), 201);
    await travel('2026-11-23T02:01:00Z');
    await open('officer', '检〔2026〕3号');
    await open('officer', '许-普通');
    await open('stranger', '检〔2026〕3号');
    const during = await looks();
    assert.ok(!during.some((look) => look.caseNumber === '检〔2026〕3号' && look.who.body?.includes('市场监督')));
    assert.ok(during.some((look) => look.caseNumber === '许-普通'));
    assert.ok(during.some((look) => look.caseNumber === '检〔2026〕3号' && look.who.body?.includes('生态')));
    await travel('2026-12-21T02:00:00Z');
    const later = (await looks()).filter(
      (look) => look.caseNumber === '检〔2026〕3号' && look.who.body?.includes('市场监督'),
    );
    assert.equal(later.length, 2, 'the look, and that it was delayed');
    for (const look of later) {
      assert.match(look.delayed?.rule.zh ?? '', /检查或调查/);
      assert.match(look.delayed?.basis ?? '', /个人信息保护法/);
    }
    await travel(start);
  });
  it('is in the log, and the audit administrator reads every one', async () => {
    const logged = await one<{ rows: bigint }>(
      city.ctx.db.audit,
      sql`SELECT count(*) AS rows FROM log.access_log WHERE action = 'delay.create' AND subject_id = ${subjectId}`,
    );
    assert.equal(logged.rows, 1n);
    const list = await city.call('audit', 'GET', '/api/v1/delays');
    assert.equal(list.json().items.length, 1);
    assert.equal(list.json().items[0].active, true);
  });
});

describe('a dispute', () => {
  async function raise(caseNumber: string): Promise<DisputeView> {
    await open('officer', caseNumber);
    const found = (await looks()).find((look) => look.caseNumber === caseNumber);
    assert.ok(found);
    return post('representative', '/api/v1/disputes', { look: found.id, reason: '本单位没有在贵局办理此事项' }, 201);
  }
  it('cannot be raised about what is not shown to the organisation', async () => {
    const [look] = await looks();
    await post('otherRepresentative', '/api/v1/disputes', { look: look?.id, reason: '与我单位无关的查询' }, 404);
    await post(
      'representative',
      '/api/v1/disputes',
      { look: 'abcdefg.not-a-look-of-mine', reason: '没有这样的查询' },
      404,
    );
  });
  it('goes to the body that looked, is answered by somebody else, contested, and decided with reasons', async () => {
    const dispute = await raise('争-1');
    assert.equal(dispute.state, 'open');
    assert.equal(dispute.dueOn, '2026-11-30', 'five working days');
    await post(
      'representative',
      '/api/v1/disputes',
      { look: (await looks()).find((look) => look.caseNumber === '争-1')?.id, reason: '再次提出同一异议' },
      409,
    );
    assert.equal((await looks()).find((look) => look.caseNumber === '争-1')?.dispute?.state, 'open');
    const answer = { finding: 'justified', answer: '该查询系办理施工许可所需' };
    await post('officer', `/api/v1/disputes/${dispute.id}/answer`, answer, 403);
    await post('stranger', `/api/v1/disputes/${dispute.id}/answer`, answer, 404);
    await execute(
      city.ctx.db.app,
      sql`UPDATE oversight.dispute SET looked_by = ${newId()} WHERE dispute_id = ${dispute.id}`,
    );
    const answered = await post('officer', `/api/v1/disputes/${dispute.id}/answer`, answer);
    assert.equal(answered.state, 'answered');
    await post('officer', `/api/v1/disputes/${dispute.id}/answer`, answer, 409);
    const contested = await post('representative', `/api/v1/disputes/${dispute.id}/contest`, {
      note: '本单位没有申请施工许可',
    });
    assert.equal(contested.state, 'contested');
    assert.deepEqual(contested.acts, ['withdraw']);
    await post('officer', `/api/v1/disputes/${dispute.id}/decide`, { outcome: 'unfounded', decision: '自行裁定' }, 403);
    const decided = await post('audit', `/api/v1/disputes/${dispute.id}/decide`, {
      outcome: 'upheld',
      decision: '没有对应的申请，已约谈',
    });
    assert.equal(decided.state, 'decided');
    assert.deepEqual(
      decided.events.map((event: { act: string }) => event.act),
      ['raise', 'answer', 'contest', 'decide'],
    );
    const seen = (await city.call('representative', 'GET', `/api/v1/disputes/${dispute.id}`)).json() as DisputeView;
    assert.match(seen.look.officer.zh, /^工作人员/);
    assert.doesNotMatch(JSON.stringify(seen), /明月/);
  });
  it('is never closed by silence: overdue at the body it goes up, and stays there overdue', async () => {
    const { id } = await raise('争-2');
    assert.equal(await escalateOverdue(city.ctx), 0, 'not before the day is over');
    await travel('2026-12-02T02:00:00Z');
    assert.ok((await escalateOverdue(city.ctx)) >= 1);
    assert.equal(await escalateOverdue(city.ctx), 0, 'once');
    await travel('2027-06-01T02:00:00Z');
    await escalateOverdue(city.ctx);
    const row = await one<{ state: string; closed_at: string | null }>(
      city.ctx.db.app,
      sql`SELECT state, closed_at FROM oversight.dispute WHERE dispute_id = ${id}`,
    );
    assert.deepEqual(row, { state: 'escalated', closed_at: null });
    await travel(start);
    const listed = (await city.call('audit', 'GET', '/api/v1/disputes?state=waiting')).json().items as DisputeView[];
    assert.ok(listed.some((dispute) => dispute.id === id));
  });
  it('two at once: one wins, the other is told of a conflict', async () => {
    const { id } = await raise('争-3');
    const answers = await Promise.all(
      ['accept', 'withdraw', 'withdraw'].map((act) =>
        city.call('representative', 'POST', `/api/v1/disputes/${id}/${act}`, { payload: { note: '已经电话说明清楚' } }),
      ),
    );
    assert.deepEqual(answers.map((answer) => answer.statusCode).sort(), [200, 409, 409]);
  });
});

describe('alerts', () => {
  const open40 = (caseNumber: string | null) => Array.from({ length: 90 }, () => ({ caseNumber }));
  async function alertsOf(login: Login, search = ''): Promise<AlertView[]> {
    return (await city.call(login, 'GET', `/api/v1/alerts${search}`)).json().items;
  }
  it('tell of many organisations within an hour, once; the officer is told and may reply; a person decides', async () => {
    await travel('2026-11-24T02:10:00Z');
    await lookAt('officer', open40(null));
    await travel('2026-11-24T03:05:00Z');
    assert.equal(await detectFinished(city.ctx), 1);
    assert.equal(await detectFinished(city.ctx), 0, 'nothing twice');
    const [alert] = await alertsOf('officer');
    assert.ok(alert?.own);
    assert.deepEqual(alert.acts, ['reply']);
    assert.deepEqual(await alertsOf('stranger'), []);
    await post(
      'audit',
      `/api/v1/alerts/${alert.id}/decide`,
      { outcome: 'confirmed', decision: '未听取说明即认定' },
      422,
    );
    await post('stranger', `/api/v1/alerts/${alert.id}/reply`, { note: '替别人说明情况' }, 404);
    const replied = await post('officer', `/api/v1/alerts/${alert.id}/reply`, { note: '当日办理年度集中检查' });
    assert.equal(replied.state, 'replied');
    const decided = await post('audit', `/api/v1/alerts/${alert.id}/decide`, {
      outcome: 'cleared',
      decision: '经核实属实',
    });
    assert.equal(decided.state, 'cleared');
    await post('audit', `/api/v1/alerts/${alert.id}/decide`, { outcome: 'cleared', decision: '经核实属实' }, 409);
  });
  it('do not tell of what is usual: many looks every day, changes, public reads, systems', async () => {
    await execute(
      city.ctx.db.app,
      sql`INSERT INTO oversight.activity (account_id, on_day, body_id, subjects, without_case, odd_hours, looks, refused)
          SELECT ${accountIds.stranger}, '2026-11-01'::date + n, ${city.otherBodyId}, 80, 80, 0, 90, 0 FROM generate_series(0, 20) n`,
    );
    await travel('2026-11-25T02:10:00Z');
    await lookAt('stranger', open40(null));
    await lookAt(
      'office',
      Array.from({ length: 200 }, () => ({ action: 'record.withdraw' })),
    );
    await lookAt(
      'office',
      Array.from({ length: 200 }, () => ({ action: 'subject.search' })),
    );
    await writeAccessAll(
      city.ctx.db.app,
      city.ctx,
      actorOf('client', { kind: 'client' }),
      Array.from({ length: 300 }, () => ({ action: 'subject.full', subjectId: newId() })),
    );
    await travel('2026-11-25T03:05:00Z');
    assert.equal(await detectFinished(city.ctx), 0);
  });
  it('tell of odd hours, of the same organisation again and again, of code after code, of refusals', async () => {
    await travel('2026-11-25T15:10:00Z');
    await lookAt(
      'office',
      Array.from({ length: 20 }, () => ({ caseNumber: '夜-1' })),
    );
    for (let day = 20; day <= 26; day += 1) {
      await travel(`2026-11-${day}T03:10:00Z`);
      await lookAt('reader', [{ subjectId }, { subjectId }]);
    }
    await travel('2026-11-26T04:10:00Z');
    const inOrder = [];
    for (let n = 0; n < 15; n += 1) inOrder.push({ subjectId: await idOf(codeOf(1010 + n)), caseNumber: '顺-1' });
    await lookAt('manager', inOrder);
    await lookAt(
      'otherReader',
      Array.from({ length: 25 }, () => ({ outcome: 'refused' as const, subjectId: null })),
    );
    await travel('2026-11-26T16:05:00Z');
    await detectFinished(city.ctx);
    const found = (await alertsOf('audit')).map((alert) => [alert.officer.accountId, alert.detector.en]);
    const has = (login: Login, words: RegExp): boolean =>
      found.some(([account, detector]) => account === accountIds[login] && words.test(detector ?? ''));
    assert.ok(has('office', /odd hours/), JSON.stringify(found));
    assert.ok(has('reader', /again and again/), JSON.stringify(found));
    assert.ok(has('manager', /code after code/), JSON.stringify(found));
    assert.ok(has('otherReader', /refused/), JSON.stringify(found));
  });
  it('expire when nobody decides, and are no longer held against anybody', async () => {
    await travel('2027-03-01T02:00:00Z');
    assert.ok((await expireUndecided(city.ctx)) >= 4);
    assert.equal(await expireUndecided(city.ctx), 0);
    const left = (await alertsOf('audit', '?state=waiting')).length;
    assert.equal(left, 0);
    await travel(start);
  });
});

describe('the log for the audit administrator', () => {
  const log = async (search: string): Promise<LogRowView[]> => {
    const answer = await city.call('audit', 'GET', `/api/v1/log?${search}`);
    assert.equal(answer.statusCode, 200, answer.body);
    return answer.json().items;
  };
  const range = 'from=2026-11-20&to=2026-11-30';
  it('is filtered by who, body, subject, action, outcome and time', async () => {
    const byAccount = await log(`${range}&account=stranger&limit=200`);
    assert.ok(byAccount.length > 0 && byAccount.every((row) => row.account?.id === accountIds.stranger));
    const bySubject = await log(`${range}&subject=${code}&action=subject.full`);
    assert.ok(bySubject.length > 0 && bySubject.every((row) => row.subject?.code === code));
    const byBody = await log(`${range}&body=${city.bodyId}`);
    assert.ok(byBody.every((row) => row.body === '示范市市场监督管理局'));
    const refused = await log(`${range}&outcome=refused`);
    assert.ok(refused.length > 0 && refused.every((row) => row.outcome === 'refused'));
    assert.ok((await log(`${range}&action=oversight.*`)).every((row) => row.action.startsWith('oversight.')));
    assert.deepEqual(await log('from=2025-01-01&to=2025-01-03'), []);
    assert.deepEqual(await log(`${range}&account=nobody-of-that-name`), []);
    const wide = await city.call('audit', 'GET', '/api/v1/log?from=2024-01-01&to=2026-11-30');
    assert.equal(wide.statusCode, 422);
  });
  it('is read to its end by cursor, each row once', async () => {
    const seen: string[] = [];
    for (let cursor = ''; ; ) {
      const answer = await city.call('audit', 'GET', `/api/v1/log?${range}&account=officer&limit=37${cursor}`);
      const page = answer.json();
      seen.push(...page.items.map((row: LogRowView) => row.id));
      if (!page.nextCursor) break;
      cursor = `&cursor=${encodeURIComponent(page.nextCursor)}`;
    }
    const due = await one<{ rows: bigint }>(
      city.ctx.db.audit,
      sql`SELECT count(*) AS rows FROM log.access_log WHERE account_id = ${accountIds.officer} AND at >= '2026-11-19T16:00:00Z' AND at < '2026-11-30T16:00:00Z'`,
    );
    assert.equal(seen.length, Number(due.rows));
    assert.equal(new Set(seen).size, seen.length);
  });
  it('is exported with a reason, a number and a watermark, and that is logged first', async () => {
    const without = await city.call('audit', 'GET', `/api/v1/log.xlsx?${range}`);
    assert.equal(without.statusCode, 400);
    const answer = await city.call(
      'audit',
      'GET',
      `/api/v1/log.xlsx?${range}&account=officer&reason=${encodeURIComponent('季度审计')}`,
    );
    const book = new ExcelJS.Workbook();
    await book.xlsx.load(answer.rawPayload as unknown as ArrayBuffer);
    const note = book.worksheets[0]?.getRow(2).getCell(1).text ?? '';
    assert.match(note, /季度审计/);
    assert.match(note, /测试 audit/);
    const [entry] = await log(`${range}&action=log.export`);
    assert.ok(entry?.resourceId && note.includes(entry.resourceId), JSON.stringify([note, entry]));
  });
  it('says how it stands', async () => {
    const state = (await city.call('audit', 'GET', '/api/v1/log/integrity')).json();
    assert.ok(state.heldMonths.length >= 4);
    assert.equal(typeof state.unsealedRows, 'number');
  });
});
