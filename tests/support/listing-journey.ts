/** Steps of a recognition and of leaving the list again, as several journeys take them in a browser. */
import assert from 'node:assert/strict';
import { must, type Organisation, paper } from '../../server/src/modules/lists/testing.ts';
import { upload } from '../../server/src/modules/repair/testing.ts';
import type { Page } from '../../server/src/platform/testing-browser.ts';
import { signInAs } from '../../server/src/testing-context.ts';
import type { HttpCity } from './http-city.ts';

/** What is looked at on the way: axe at both widths, or nothing where another journey did. */
export type Look = (page: Page, name: string) => Promise<void>;
export const lookAtNothing: Look = () => Promise.resolve();

/** Gives a command of the page by its button and, where it has a form, with a note. */
export async function give(page: Page, label: string, note?: string): Promise<void> {
  await page.getByRole('button', { name: label, exact: true }).first().click();
  const form = page.getByRole('form', { name: label, exact: true });
  if (note) await form.locator('textarea').fill(note);
  await form.getByRole('button', { name: label, exact: true }).click();
}

/** The body proposes; gives the id of the case. */
export async function propose(officer: Page, of: Organisation, look: Look): Promise<string> {
  await officer.goto(`/desk/listings/new?list=SX02&code=${of.code}`);
  await officer.getByLabel('事实', { exact: true }).fill('两年内三次销售不合格产品，均受到较重行政处罚。');
  await officer.getByRole('button', { name: '提交', exact: true }).click();
  await officer.getByText('认定标准须全部满足').first().waitFor();
  await look(officer, 'propose-missing');
  await officer.getByLabel('属于办法列明的违法行为').check();
  await officer.getByLabel('受到较重行政处罚').check();
  await officer.getByLabel('法律依据', { exact: true }).fill('《市场监督管理严重违法失信名单管理办法》第五条');
  await officer.getByLabel('证据', { exact: true }).fill('行政处罚决定书三份、抽检报告、现场笔录');
  await officer.getByLabel('依据的文书', { exact: true }).fill(of.number);
  await officer.getByRole('button', { name: '提交', exact: true }).click();
  await officer.getByText('已提出，待事先告知').first().waitFor();
  await look(officer, 'listing-proposed');
  return officer.url().split('/').at(-1) ?? '';
}

/** @param other a colleague of the officer: nobody clears what is their own */
export async function serveNotice(
  city: HttpCity,
  officer: Page,
  other: Record<string, string>,
  id: string,
): Promise<void> {
  await paper(city, other, id, 'listingNotice');
  await officer.reload();
  await give(officer, '确认告知书已送达');
  await officer.getByText('已告知，等待陈述申辩').first().waitFor();
}

export async function defend(company: Page, id: string, look: Look): Promise<void> {
  await company.goto(`/desk/listings/${id}`);
  await company.getByText('告知书已送达。请在期限内提交陈述申辩').waitFor();
  await look(company, 'listing-noticed-company');
  await give(company, '陈述申辩', '产品已全部召回，管理制度已重建，请不予列入。');
  await company.getByText('已陈述申辩，待复核').first().waitFor();
}

/** Reviewed, cleared by the colleague, decided, served, listed. */
export async function decide(
  city: HttpCity,
  officer: Page,
  other: Record<string, string>,
  id: string,
  look: Look,
): Promise<void> {
  await officer.reload();
  await give(officer, '提交复核意见', '召回不影响违法事实的认定，申辩不予采纳。');
  await officer.getByText('已复核，待合法性审核').first().waitFor();
  await look(officer, 'listing-reviewed');
  await must(city, other, id, 'clear', { note: '事实清楚、程序合法。', how: 'collectiveDiscussion' });
  await paper(city, other, id, 'listingDecision');
  await officer.reload();
  await give(officer, '作出列入决定', '示市监批〔2026〕3号');
  await officer.getByText('已作出决定，待送达').first().waitFor();
  await give(officer, '确认决定书已送达');
  await officer.getByText('已送达，待列入').first().waitFor();
  await give(officer, '列入名单');
  await officer.getByRole('dialog').getByRole('button', { name: '确认' }).click();
  await officer.getByText('名单记录').waitFor();
  await look(officer, 'listing-listed');
}

/** Time passes; everybody signs in again. */
export async function passTo(city: HttpCity, at: string): Promise<void> {
  city.clock.set(at);
  for (const login of ['officer', 'stranger', 'office', 'representative'] as const)
    Object.assign(city.sessions, { [login]: await signInAs(city.app, login) });
}

/** The company repairs, decided by the body that recognised it (36号令): the entry ends with the decision. */
export async function repair(city: HttpCity, of: Organisation, recordId: string): Promise<void> {
  const call = async (who: 'officer' | 'representative', url: string, payload: object) => {
    const answer = await city.call(who, 'POST', `/api/v1${url}`, { payload });
    assert.ok(answer.statusCode < 300, `${url}: ${answer.body}`);
    return answer.json();
  };
  const begun = await call('representative', '/repairs', { code: of.code, recordId });
  const duties = (begun.duties as { key: string }[]).map(({ key }) => key);
  for (const key of duties) assert.equal((await upload(city, begun.id, key)).statusCode, 201);
  await call('representative', `/repairs/${begun.id}/application`, {
    statement: '义务已履行，危害已消除。',
    commitment: { version: '1', agreed: true },
  });
  await call('representative', `/repairs/${begun.id}/commands`, { command: 'submit' });
  await call('officer', `/repairs/${begun.id}/commands`, { command: 'accept' });
  await call('officer', `/repairs/${begun.id}/commands`, { command: 'approve', duties });
}
