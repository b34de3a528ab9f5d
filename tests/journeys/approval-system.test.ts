/**
 * The embedding kit in a real browser, at 1440 and 390 pixels with axe: an officer of a simulated approval system receives an
 * application, checks by the widget, answers the measure with a reason and decides; in a second case the webhook asks to check again.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type RunningSystem, startSystem } from '../../examples/approval-system/server.ts';
import { provideSystem } from '../../server/src/modules/credentials/testing.ts';
import { normaliseName } from '../../server/src/modules/subjects/index.ts';
import { runWebhooksOnce } from '../../server/src/modules/webhooks/index.ts';
import { publish } from '../../server/src/platform/access-log/index.ts';
import { query, sql, withTransaction } from '../../server/src/platform/db.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { isSoundAtBoth as isSound, openPage } from '../support/browser.ts';
import { addEntry, addSubject } from '../support/listed.ts';
import { freePort } from '../support/receivers.ts';
import { createReceivingCity, type ReceivingCity } from '../support/receiving-city.ts';
import { codeOf } from '../support/rows.ts';

let city: ReceivingCity;
let browser: Browser;
let system: RunningSystem;
let platform: string;
let serial = 6300;

const scopes = ['check.run', 'check.read', 'check.feedback', 'webhook.manage', 'webhook.read', 'webhook.end'];

async function company(): Promise<{ code: string; subjectId: string }> {
  const code = codeOf(++serial);
  const name = `示范市嵌入${serial}有限公司`;
  return { code, subjectId: await addSubject(city.ctx, code, name, normaliseName(name)) };
}

before(async () => {
  // The browser has the machine's time; the platform and the system of this test have the same.
  city = await createReceivingCity({ ports: 1, now: new Date().toISOString() });
  platform = await city.app.listen({ host: '127.0.0.1', port: 0 });
  const { key } = await provideSystem(city.ctx, city.bodyId, scopes);
  const port = city.ports[0] ?? (await freePort());
  const nowSeconds = (): number => Math.floor(Date.parse(city.clock.now()) / 1000);
  system = await startSystem({ platform, key, port, address: `http://127.0.0.1:${port}`, nowSeconds });
  browser = await launchBrowser();
});
after(async () => {
  await browser?.close();
  await system?.close();
  await city?.close();
});

async function receive(page: Page, code: string): Promise<void> {
  await page.getByLabel('申请单位统一社会信用代码').fill(code);
  await page.getByRole('button', { name: '收件', exact: true }).click();
  await page.getByRole('button', { name: '核查', exact: true }).waitFor();
}

describe('an approval system with the kit', () => {
  it('an officer checks, must say why, decides, and the platform has it', async () => {
    const { code, subjectId } = await company();
    await addEntry(city.ctx, { subjectId, list: 'SX02', bodyId: city.bodyId });
    const page = await openPage(browser, system.base, 1440);
    const problems: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of (409|422)/.test(message.text())) problems.push(message.text());
    });
    await page.goto('/');
    await page.getByText('还没有申请，请先收件。').waitFor();
    await isSound(page, 'approval-empty');
    await receive(page, code);
    await page.getByRole('button', { name: '准予', exact: true }).click();
    await page.getByText('尚未核查，不能作出决定。').waitFor();
    await isSound(page, 'approval-unchecked');
    await page.getByRole('button', { name: '核查', exact: true }).press('Enter');
    await page.getByText('可以适用').first().waitFor();
    await page.getByText('示市监列决〔2026〕1号').first().waitFor();
    await isSound(page, 'approval-hit');
    await page.getByRole('button', { name: '准予', exact: true }).click();
    await page.getByText('还有措施没有办理').waitFor();
    await page.getByLabel('办理文书').fill('评优审核意见〔2026〕1号');
    await page.getByRole('button', { name: '已适用', exact: true }).click();
    await page.getByText('请写明与办理事项的关联性').waitFor();
    await page.getByLabel('关联性和适当性说明').fill('所受处罚与评选条件直接相关，仅限本次评选');
    await isSound(page, 'approval-feedback');
    await page.getByRole('button', { name: '已适用', exact: true }).click();
    await page.getByText('已反馈：已适用').waitFor();
    await page.getByRole('button', { name: '不予', exact: true }).click();
    await page.getByText('已不予').first().waitFor();
    await isSound(page, 'approval-decided');
    const [kept] = await query<{ state: string; reason: string; case_number: string; way: string; decided: boolean }>(
      city.ctx.db.app,
      sql`SELECT h.state, h.reason, h.case_number, r.way, EXISTS (SELECT FROM webhooks.decided d WHERE d.number = r.number) AS decided
            FROM checks.hit h JOIN checks.receipt r ON r.number = h.number WHERE h.subject_id = ${subjectId}`,
    );
    assert.deepEqual(
      [kept?.state, kept?.way, kept?.decided, kept?.case_number.startsWith('评优〔2026〕')],
      ['applied', 'embedded', true, true],
    );
    assert.deepEqual(problems, [], 'nothing inline, nothing refused by the policy, the hash of the widget holds');
    await page.context().close();
  });

  it('a webhook asks to check again, and no decision is taken before', async () => {
    const { code, subjectId } = await company();
    const page = await openPage(browser, system.base, 390);
    await page.goto('/');
    await receive(page, code);
    await page.getByRole('button', { name: '核查', exact: true }).click();
    await page.getByText('没有应当适用或者可以适用的措施').waitFor();
    await isSound(page, 'approval-clear');
    await addEntry(city.ctx, { subjectId, list: 'SX06', bodyId: city.bodyId });
    await withTransaction(city.ctx.db.app, (tx) =>
      publish(tx, city.ctx, [{ kind: 'list.listed', subjectId, payload: {} }]),
    );
    await city.place();
    await runWebhooksOnce(city.ctx);
    await page.getByText('核查之后情况有变化').waitFor();
    await isSound(page, 'approval-changed');
    await page.getByRole('button', { name: '准予', exact: true }).click();
    await page.getByText('核查之后情况有变化，请重新核查。').first().waitFor();
    await page.getByRole('button', { name: '重新核查', exact: true }).click();
    await page.getByText('应当适用').first().waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: 'Check', exact: true }).click();
    await page.getByText('Required', { exact: true }).waitFor();
    await isSound(page, 'approval-english');
    await page.getByRole('button', { name: 'Not applied', exact: true }).click();
    await page.getByText('Say why it was not applied.').waitFor();
    await page.context().close();
  });

  it('the page holds no key and asks nobody but its own server for the check', async () => {
    const { code } = await company();
    const page = await openPage(browser, system.base, 390);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).origin}`));
    await page.goto('/');
    await receive(page, code);
    await page.getByRole('button', { name: '核查', exact: true }).click();
    await page.getByText('没有应当适用或者可以适用的措施').waitFor();
    const toPlatform = asked.filter((one) => one.includes(platform));
    assert.deepEqual([...new Set(toPlatform)], [`GET ${platform}`], 'the widget itself and nothing else');
    assert.ok(!(await page.content()).includes('cxk_'));
    await page.context().close();
  });
});
