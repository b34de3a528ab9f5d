/** A city in which the look-up is on, with a second reader in the credit office, and persons who have licences. */
import assert from 'node:assert/strict';
import type { ProvenPerson } from '../../server/src/modules/persons/index.ts';
import { testAssertion } from '../../server/src/modules/persons/index.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { addTestAccount, signInAs } from '../../server/src/testing-context.ts';
import { createHttpCity, type HttpCity, type Method } from './http-city.ts';
import { citizenId } from './persons.ts';
import { licence, licenceCsv } from './rows.ts';

type Response = Awaited<ReturnType<HttpCity['inject']>>;

export interface PeopleCity {
  readonly city: HttpCity;
  /** Moves the clock; whoever was signed in signs in again. */
  later(by: Parameters<HttpCity['clock']['advance']>[0]): Promise<void>;
  /** As the second account of the credit office. */
  second(method: Method, url: string, payload?: object): Promise<Response>;
  office(method: Method, url: string, payload?: object): Promise<Response>;
  /** Assessment written by one, approved by the other, function switched on. */
  switchOn(feature: string): Promise<void>;
  /** Reports a licence of the person. */
  report(serial: number, name: string, birth?: string): Promise<string>;
  lookUp(number: string, over?: object): Promise<Response>;
  /** A session of the own record. */
  own(number: string, over?: Partial<ProvenPerson>): Promise<string>;
  as(secret: string, method: Method, url: string, payload?: object): Promise<Response>;
}

export const PRIVACY = '/api/v1/privacy';
export const OWN = '/api/v1/own';

export async function createPeopleCity(options: Parameters<typeof createHttpCity>[0] = {}): Promise<PeopleCity> {
  const city = await createHttpCity(options);
  const account = await city.call('office', 'GET', '/api/v1/session');
  assert.equal(account.statusCode, 200, account.body);
  await addTestAccount(city.ctx, 'office2', ['creditOffice'], city.officeBodyId);
  let session = await signInAs(city.app, 'office2');
  const office: PeopleCity['office'] = (method, url, payload) =>
    city.call('office', method, url, payload ? { payload } : {});
  const second: PeopleCity['second'] = (method, url, payload) =>
    city.inject({ method, url, headers: session, ...(payload ? { payload } : {}) });
  // Proofs have a limit by address; each person is at home.
  let visitors = 0;
  const address = (): string => {
    visitors += 1;
    return `10.7.${visitors >> 8}.${visitors & 255}`;
  };
  const people: PeopleCity = {
    city,
    async later(by) {
      city.clock.advance(by);
      session = await signInAs(city.app, 'office2');
      for (const login of ['officer', 'office'] as const)
        Object.assign(city.sessions[login], await signInAs(city.app, login));
    },
    office,
    second,
    async switchOn(feature) {
      const content = { lawfulness: '法定职责', impact: '影响有限', measures: '单笔、留痕、限次' };
      const written = await office('POST', `${PRIVACY}/assessments`, { feature, title: '影响评估', content });
      assert.equal(written.statusCode, 200, written.body);
      const { assessmentId } = written.json();
      const decided = await second('POST', `${PRIVACY}/assessments/${assessmentId}/decide`, { approve: true });
      assert.equal(decided.statusCode, 204, decided.body);
      const on = await office('POST', `${PRIVACY}/functions:activate`, { feature, assessmentId });
      assert.equal(on.statusCode, 204, on.body);
    },
    async report(serial, name, birth) {
      const number = citizenId(serial, birth);
      await city.submit(
        licenceCsv([
          licence(serial, {
            ...{ XK_XDR_MC: name, XK_XDR_LB: '自然人', XK_XDR_SHXYM: '', XK_FRDB: '' },
            ...{ XK_XDR_ZJLX: '身份证', XK_XDR_ZJHM: number },
          }),
        ]),
      );
      return number;
    },
    lookUp: (number, over = {}) =>
      city.call('officer', 'POST', '/api/v1/lookups', {
        payload: {
          documentType: 'citizenId',
          number,
          purpose: 'licenceHeld',
          matter: '从业许可核对',
          caseNumber: 'A-1',
          ...over,
        },
      }),
    async own(number, over = {}) {
      const notice = await city.call(null, 'GET', `${OWN}/notice?purpose=ownRecord`, { remoteAddress: address() });
      assert.equal(notice.statusCode, 200, notice.body);
      const person: ProvenPerson = {
        ...{ kind: 'citizenId', number, actingAs: 'self', reference: newId() },
        expiresAt: new Date(Date.parse(city.ctx.clock.now()) + 300_000).toISOString(),
        ...over,
      };
      const begun = await city.call(null, 'POST', `${OWN}/session`, {
        payload: { provider: 'test', assertion: testAssertion(city.ctx, person), noticeHash: notice.json().hash },
        remoteAddress: address(),
      });
      assert.equal(begun.statusCode, 200, begun.body);
      return begun.json().secret;
    },
    as: (secret, method, url, payload) =>
      city.call(null, method, `${OWN}/${url}`, {
        headers: { 'x-own-session': secret },
        ...(payload ? { payload } : {}),
      }),
  };
  return people;
}
