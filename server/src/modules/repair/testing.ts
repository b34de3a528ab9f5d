/** A city with penalties that may be repaired, for tests of repair. */
import assert from 'node:assert/strict';
import type { HttpCity, Login } from '../../../../tests/support/http-city.ts';
import { multipartOf } from '../../../../tests/support/http-city.ts';
import { penalty, penaltyCsv } from '../../../../tests/support/rows.ts';
import { one, sql } from '../../platform/db.ts';
import { testPdf } from '../../testing-context.ts';

let serial = 8000;
export const monday = '2026-11-02T02:00:00Z';
export interface Penalised {
  readonly code: string;
  readonly recordId: string;
  readonly subjectId: string;
  readonly row: Record<string, string>;
}

/** A general penalty of 1 July: repair is possible from 1 October on. Its organisation's representative is signed in. */
export async function penalised(city: HttpCity, over: Record<string, string> = {}): Promise<Penalised> {
  const row = penalty(++serial, { CF_JDRQ: '2026-07-01', CF_YXQ: '2029-07-01', CF_GSJZQ: '', ...over });
  await city.submit(penaltyCsv([row]));
  const code = row.CF_XDR_SHXYM ?? '';
  const found = await liveOf(city, code, row.CF_WSH);
  await city.represent('representative', found.subjectId);
  return { ...found, code, row };
}

export async function liveOf(city: HttpCity, code: string, number?: string) {
  const found = await one<{ record_id: string; subject_id: string }>(
    city.ctx.db.app,
    sql`SELECT r.record_id, r.subject_id FROM core.record r JOIN core.subject s USING (subject_id)
        WHERE s.unified_code = ${code} AND r.superseded_at IS NULL AND (${number ?? null}::text IS NULL OR r.document_number = ${number ?? null})
        ORDER BY r.record_id DESC LIMIT 1`,
  );
  return { recordId: found.record_id, subjectId: found.subject_id };
}

export const start = (city: HttpCity, of: Penalised, over: object = {}, who: Login = 'representative') =>
  city.call(who, 'POST', '/api/v1/repairs', { payload: { code: of.code, recordId: of.recordId, ...over } });

export const upload = (
  city: HttpCity,
  id: string,
  duty: string,
  content: string | Buffer = testPdf('proof'),
  who: Login = 'representative',
) =>
  city.call(
    who,
    'POST',
    `/api/v1/repairs/${id}/materials`,
    multipartOf([
      { name: 'duty', content: duty },
      { name: 'file', content, fileName: '缴款书.pdf' },
    ]),
  );

export const sign = (city: HttpCity, id: string, who: Login = 'representative', version = '1') =>
  city.call(who, 'POST', `/api/v1/repairs/${id}/application`, {
    payload: { statement: '已缴清罚款并完成整改。', commitment: { version, agreed: true } },
  });

export const act = (
  city: HttpCity,
  who: Login,
  id: string,
  command: string,
  over: object = {},
  headers: Record<string, string> = {},
) => city.call(who, 'POST', `/api/v1/repairs/${id}/commands`, { payload: { command, ...over }, headers });

export async function must(...given: Parameters<typeof act>) {
  const answer = await act(...given);
  assert.equal(answer.statusCode, 200, `${given[3]}: ${answer.body}`);
  return answer.json();
}

/** A whole application, handed in. */
export async function handedIn(city: HttpCity, of: Penalised, lane?: string): Promise<string> {
  const begun = await start(city, of, lane ? { lane } : {});
  assert.equal(begun.statusCode, 201, begun.body);
  const { id, duties } = begun.json() as { id: string; duties: { key: string }[] };
  for (const { key } of duties) {
    const sent = await upload(city, id, key);
    assert.equal(sent.statusCode, 201, sent.body);
  }
  const signed = await sign(city, id);
  assert.equal(signed.statusCode, 200, signed.body);
  await must(city, 'representative', id, 'submit');
  return id;
}

export const allDuties = ['finePaid', 'wrongCorrected'];
export async function publicRecords(city: HttpCity, code: string): Promise<{ recordId: string }[]> {
  return (await city.call(null, 'GET', `/api/v1/public/subjects/${code}/records`)).json().items;
}
