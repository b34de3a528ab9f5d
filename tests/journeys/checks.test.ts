/**
 * A check in a real browser, at 1440 and 390 pixels with axe: an approval officer checks and hits, says what was done and why;
 * the organisation is removed from the list, and the measure is lifted.
 */
import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, it } from 'node:test';
import { normaliseName } from '../../server/src/modules/subjects/index.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { isSoundAtBoth as isSound, signIn } from '../support/browser.ts';
import { createHttpCity, type HttpCity } from '../support/http-city.ts';
import { addEntry, addSubject, removeEntry } from '../support/listed.ts';
import { codeOf } from '../support/rows.ts';

let city: HttpCity;
let browser: Browser;
let base: string;

const signedIn = (login: string): Promise<Page> => signIn(browser, base, 1440, login);

before(async () => {
  city = await createHttpCity({ app: { rateLimit: { account: 100_000, address: 100_000 } } });
  await city.app.listen({ host: '127.0.0.1', port: 0 });
  base = `http://127.0.0.1:${(city.app.server.address() as AddressInfo).port}`;
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await city?.close();
});

it('an officer checks and hits, feeds back with a reason, and lifts when the cause is gone', async () => {
  const code = codeOf(6101);
  const name = '示范市很长名称的第一百零一号进出口贸易与供应链管理服务有限责任公司';
  const subjectId = await addSubject(city.ctx, code, name, normaliseName(name));
  const entryId = await addEntry(city.ctx, { subjectId, list: 'SX02', bodyId: city.bodyId });
  const page = await signedIn('officer');
  await page.goto('/desk/checks');
  await page.getByText('没有需要处理的命中').waitFor();
  await page.getByRole('button', { name: '核查', exact: true }).click();
  await page.getByText('请选择事项').waitFor();
  await isSound(page, 'checks-empty');
  await page.getByLabel('事项', { exact: true }).selectOption({ label: '评先评优审核' });
  await page.getByLabel('统一社会信用代码或者完整名称').fill(code);
  await page.getByLabel('办件编号', { exact: true }).fill('评优〔2026〕3号');
  await page.getByRole('button', { name: '核查', exact: true }).click();
  await page.getByText('可以适用').first().waitFor();
  await page.getByText(name).first().waitFor();
  await isSound(page, 'checks-hit');
  await page.getByRole('button', { name: '已适用', exact: true }).click();
  await page.getByLabel('办理文书', { exact: true }).fill('评优审核意见〔2026〕3号');
  await page.getByRole('button', { name: '提交反馈', exact: true }).click();
  await page.getByText('必须说明').or(page.getByText('须写明与办理事项的关联性')).first().waitFor();
  await page.getByLabel('关联性和适当性说明').fill('所受处罚与评选条件“守法经营”直接相关，仅限本次评选');
  await isSound(page, 'checks-feedback');
  await page.getByRole('button', { name: '提交反馈', exact: true }).click();
  await page.getByText('没有需要处理的命中').waitFor();
  await removeEntry(city.ctx, subjectId, entryId, city.clock.today());
  await page.reload();
  await page.getByRole('tab', { name: '已适用', exact: true }).click();
  await page.getByText('原因已消除，应当解除').waitFor();
  await isSound(page, 'checks-to-lift');
  await page.getByRole('button', { name: '解除', exact: true }).click();
  await page.getByText('没有需要处理的命中').waitFor();
  const again = await city.call('officer', 'POST', '/api/v1/checks', {
    payload: { code, matter: 'PY-HONOURS', purpose: 'honours', caseNumber: '评优〔2026〕4号' },
  });
  assert.deepEqual(again.json().results[0].measures, []);
});
