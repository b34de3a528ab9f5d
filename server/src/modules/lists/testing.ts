/** A city whose market supervision lists organisations, for tests of lists. */
import assert from 'node:assert/strict';
import type { HttpCity, Login } from '../../../../tests/support/http-city.ts';
import { multipartOf } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { one, sql } from '../../platform/db.ts';
import { addTestAccount, signInAs, testPdf } from '../../testing-context.ts';

let serial = 60_000;

/** Another person of the market supervision, since nobody clears or signs what is their own. */
export async function colleague(city: HttpCity): Promise<Record<string, string>> {
  await addTestAccount(city.ctx, 'colleague', ['departmentOfficer'], city.bodyId);
  return signInAs(city.app, 'colleague');
}

export interface Organisation {
  readonly code: string;
  readonly subjectId: string;
  readonly recordId: string;
  readonly number: string;
}

/** An organisation with a penalty; its representative is signed in. */
export async function organisation(city: HttpCity, over: Record<string, string> = {}): Promise<Organisation> {
  const row = penalty(++serial, { CF_JDRQ: '2026-07-01', CF_YXQ: '2029-07-01', CF_GSJZQ: '', ...over });
  await city.submit(penaltyCsv([row]));
  const code = row.CF_XDR_SHXYM ?? '';
  const found = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id)
        WHERE s.unified_code = ${code} AND r.standard = 'penalty' AND r.superseded_at IS NULL`,
  );
  await city.represent('representative', found.subject_id);
  return { code, subjectId: found.subject_id, recordId: found.record_id, number: row.CF_WSH ?? '' };
}

const words = '经查，当事人两年内三次销售不合格产品。';
export const proposal = (of: Pick<Organisation, 'code'>, over: object = {}) => ({
  code: of.code,
  list: 'SX02',
  facts: words,
  legalBasis: '《市场监督管理严重违法失信名单管理办法》第五条',
  evidence: '行政处罚决定书、抽检报告、现场笔录',
  basisDocument: '示市监罚〔2026〕1号',
  criteria: ['listedConduct', 'heavierPenalty'],
  ...over,
});

export const propose = (city: HttpCity, of: Pick<Organisation, 'code'>, over: object = {}, who: Login = 'officer') =>
  city.call(who, 'POST', '/api/v1/listings', { payload: proposal(of, over) });

export const act = (city: HttpCity, who: Login | Record<string, string>, id: string, command: string, over = {}) =>
  city.inject({
    method: 'POST',
    url: `/api/v1/listings/${id}/commands`,
    headers: typeof who === 'string' ? city.sessions[who] : who,
    payload: { command, ...over },
  });

export async function must(...given: Parameters<typeof act>) {
  const answer = await act(...given);
  assert.equal(answer.statusCode, 200, `${given[3]}: ${answer.body}`);
  return answer.json();
}

const fieldsOf: Readonly<Record<string, Record<string, string>>> = {
  listingNotice: {
    list: '市场监管严重违法失信名单',
    facts: words,
    legalBasis: '第五条',
    measures: '公示和限制',
    removal: '满一年可以申请',
    defendUntil: '2026-11-09',
  },
  listingDecision: {
    list: '市场监管严重违法失信名单',
    facts: words,
    evidence: '笔录',
    defence: '未采纳',
    legalBasis: '第五条',
    term: '三年',
    measures: '公示和限制',
    removal: '满一年可以申请',
  },
  listingRemoval: { list: '市场监管严重违法失信名单', facts: '已完成整改。', legalBasis: '第十五条' },
  listingAnnulment: { list: '市场监管严重违法失信名单', facts: '所依据的处罚已被撤销。', legalBasis: '第十六条' },
};

/** Drafts and signs a paper of the case; serves it where asked. */
export async function paper(
  city: HttpCity,
  other: Record<string, string>,
  id: string,
  template: string,
  serve = true,
): Promise<string> {
  const made = await city.call('officer', 'POST', `/api/v1/cases/${id}/papers`, {
    payload: { template, fields: fieldsOf[template] },
  });
  assert.equal(made.statusCode, 201, made.body);
  const url = `/api/v1/papers/${made.json().id}`;
  const first = await city.call('officer', 'POST', `${url}/sign-off`, { payload: {} });
  assert.equal(first.statusCode, 200, first.body);
  if (template !== 'listingNotice') {
    const second = await city.inject({ method: 'POST', url: `${url}/sign-off`, headers: other, payload: {} });
    assert.equal(second.statusCode, 200, second.body);
  }
  if (!serve) return made.json().number;
  const sealed = await city.call(
    'officer',
    'POST',
    `${url}/sealed`,
    multipartOf([{ name: 'file', content: testPdf('sealed'), fileName: '盖章件.pdf' }]),
  );
  assert.equal(sealed.statusCode, 200, sealed.body);
  const service = { on: city.ctx.clock.today(), manner: 'direct', to: '前台', proof: '送达回证1号' };
  const served = await city.call('officer', 'POST', `${url}/service`, { payload: service });
  assert.equal(served.statusCode, 200, served.body);
  return made.json().number;
}

/** A whole recognition, from the proposal to the list. */
export async function listed(
  city: HttpCity,
  other: Record<string, string>,
  of: Organisation,
  over: object = {},
): Promise<string> {
  const made = await propose(city, of, over);
  assert.equal(made.statusCode, 201, made.body);
  const { id } = made.json();
  await paper(city, other, id, 'listingNotice');
  await must(city, 'officer', id, 'serveNotice');
  await must(city, 'representative', id, 'defend', { note: '已整改，请不予列入。' });
  await must(city, 'officer', id, 'review', { note: '整改不影响认定，不予采纳。' });
  await must(city, other, id, 'clear', { note: '程序合法。', how: 'collectiveDiscussion' });
  await paper(city, other, id, 'listingDecision');
  await must(city, 'officer', id, 'decide', { note: '示市监批〔2026〕3号' });
  await must(city, 'officer', id, 'deliver');
  await must(city, 'officer', id, 'list');
  return id;
}
