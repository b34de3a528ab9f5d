/** Receivers on the desk, in a real browser with axe at both widths: what is alarmed, told and registered. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { provideSystem } from '../../server/src/modules/credentials/testing.ts';
import { execute, one, sql } from '../../server/src/platform/db.ts';
import { newId } from '../../server/src/platform/ids.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { addTestAccount } from '../../server/src/testing-context.ts';
import { isSound, signIn } from '../support/browser.ts';
import { type CityServer, startCityServer } from '../support/city-server.ts';
import { registerTestReceiver } from '../support/receivers.ts';

let city: CityServer;
let browser: Browser;
const pem = (): string => generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }).toString();
const longName = '示范市某某国际供应链管理（集团）股份有限公司示范分公司第三营业部';

const signedIn = (width: number, login: string): Promise<Page> => signIn(browser, city.base, width, login);

before(async () => {
  city = await startCityServer();
  browser = await launchBrowser();
  await addTestAccount(city.ctx, 'xinyongban', ['creditOffice'], null);
  // The office acts with a second factor; tests let the password suffice as the demonstration does.
  await execute(city.ctx.db.app, sql`UPDATE identity.account SET password_suffices = true WHERE login = 'xinyongban'`);
});
after(async () => {
  await browser?.close();
  await city?.stop();
});

/** A message to the receiver; `wait` days ago its receipt was due. */
async function message(
  receiverId: string,
  state: string,
  reason: string,
  asked: string,
  wait: number,
): Promise<string> {
  const { ctx } = city;
  const subjectId = newId();
  const at = ctx.clock.now();
  await execute(
    ctx.db.app,
    sql`INSERT INTO core.subject (subject_id, kind, name, unified_code, status, provisional, register, created_at, updated_at)
        VALUES (${subjectId}, 'enterprise', ${longName}, '91999900MA00071234', 'registered', false, '{}'::jsonb, ${at}, ${at})`,
  );
  const deliveryId = newId();
  const receipt =
    state === 'receipted'
      ? { outcome: 'done', at }
      : state === 'declined'
        ? { outcome: 'kept', reason: '正在执行的行政处罚依据，法定保存期未满', at }
        : null;
  const due = new Date(Date.parse(`${ctx.clock.today()}T00:00:00Z`) - wait * 86_400_000).toISOString().slice(0, 10);
  const body = {
    position: '1',
    epoch: 1,
    id: newId(),
    kind: `record.${reason}`,
    reason,
    asked,
    recordId: newId(),
    replacedBy: null,
    item: 'penalty',
    subject: { id: subjectId, code: '91999900MA00071234' },
    effectiveOn: ctx.clock.today(),
    changedAt: at,
  };
  await execute(
    ctx.db.app,
    sql`INSERT INTO exchange.delivery (delivery_id, receiver_id, outbox_id, idempotency_key, position, subject_id, record_id, message, state, attempts,
          next_attempt_at, created_at, due_on, due_provisional, receipt, finished_at, policy_set_id)
        VALUES (${deliveryId}, ${receiverId}, ${newId()}, ${body.id}, 1, ${subjectId}, ${body.recordId}, ${JSON.stringify(body)}::jsonb, ${state}, 3,
          '2099-01-01', ${at}, ${due}, false, ${receipt && JSON.stringify(receipt)}::jsonb, ${receipt ? at : null}, 1)`,
  );
  await execute(
    ctx.db.app,
    sql`INSERT INTO exchange.attempt (delivery_id, seq, at, outcome, status, milliseconds) VALUES (${deliveryId}, 1, ${at}, ${receipt ? 'receipt' : 'timeout'}, null, 10000)`,
  );
  return deliveryId;
}
const alarm = (receiverId: string, deliveryId: string | null, kind: string, facts: object): Promise<number> =>
  execute(
    city.ctx.db.app,
    sql`INSERT INTO exchange.alarm (alarm_id, receiver_id, delivery_id, kind, state, facts, raised_at)
        VALUES (${newId()}, ${receiverId}, ${deliveryId}, ${kind}, 'open', ${JSON.stringify(facts)}::jsonb, ${city.ctx.clock.now()})`,
  );

async function seed(): Promise<void> {
  const { ctx } = city;
  const url = 'https://approval.example.gov.cn/credit/take-down';
  const first = await registerTestReceiver(ctx, city.bodyId, { url, publicKey: pem() });
  await execute(
    ctx.db.app,
    sql`UPDATE exchange.receiver SET name = '建设工程审批系统', failures = 4, last_problem = 'timeout', next_attempt_at = '2099-01-01', last_success_at = ${ctx.clock.now()} WHERE receiver_id = ${first}`,
  );
  await alarm(first, null, 'unreachable', { failures: 3, problem: 'timeout' });
  await alarm(first, await message(first, 'waiting', 'repaired', 'remove', 3), 'overdue', { dueOn: '2026-11-19' });
  await alarm(first, await message(first, 'declined', 'corrected', 'replace', 0), 'declined', {
    reason: '正在执行的行政处罚依据，法定保存期未满',
  });
  await message(first, 'receipted', 'withdrawn', 'remove', 0);
  const { clientId } = await provideSystem(ctx, city.bodyId, ['webhook.manage']);
  const hookId = newId();
  const hookUrl =
    'https://approval.example.gov.cn/very/long/path/of/an/approval/system/of/the/city/credit/changed?source=platform';
  await execute(
    ctx.db.app,
    sql`INSERT INTO webhooks.hook (hook_id, client_id, account_id, body_id, url, state, followed_to, failures, last_problem, next_attempt_at, registered_at)
        SELECT ${hookId}, client_id, account_id, ${city.bodyId}, ${hookUrl}, 'active', ${ctx.clock.now()}, 4, 'status 401', '2099-01-01', ${ctx.clock.now()}
          FROM credentials.client WHERE client_id = ${clientId}`,
  );
  await execute(
    ctx.db.app,
    sql`INSERT INTO webhooks.alarm (alarm_id, hook_id, problem, raised_at) VALUES (${newId()}, ${hookId}, 'status 401', ${ctx.clock.now()})`,
  );
}

describe('receivers', () => {
  it('nothing is said as such before anything is there', async () => {
    const page = await signedIn(390, 'xinyongban');
    await page.goto('/desk/receivers');
    await page.getByText('没有未办结的告警').waitFor();
    await isSound(page, 'receivers-empty');
    await seed();
  });
  for (const width of [1440, 390]) {
    it(`the office sees alarms, messages and receivers, at ${width} px`, async () => {
      const page = await signedIn(width, 'xinyongban');
      await page.goto('/desk/receivers');
      await page.getByText('连续 3 次发送未成功：对方未在时限内应答').first().waitFor();
      await page.getByRole('button', { name: '示范市市场监督管理局' }).first().click();
      await isSound(page, 'receivers-alarms');
      await page.goto('/desk/receivers?tab=deliveries');
      await page.locator('.tag', { hasText: '逾期未回执' }).first().waitFor();
      await isSound(page, 'receivers-messages');
      await page.goto('/desk/receivers?tab=receivers');
      await page.getByRole('heading', { name: '建设工程审批系统' }).waitFor();
      await isSound(page, 'receivers-list');
      await page.goto('/desk/receivers?tab=webhooks');
      await page.getByRole('heading', { name: '测试系统' }).waitFor();
      await page.getByText('对方返回错误（HTTP 401）').waitFor();
      await isSound(page, 'receivers-webhooks');
      await page.goto('/desk/receivers?tab=receivers');
      await page.getByRole('button', { name: '登记接收方' }).click();
      await page.getByLabel('回执公钥', { exact: true }).waitFor();
      await isSound(page, 'receivers-form');
      await page.context().close();
    });
  }
  it('an alarm is explained by the body and closed by the office', async () => {
    const body = await signedIn(1440, 'banshi');
    await body.goto('/desk/receivers');
    await body
      .getByRole('row', { name: /逾期未回执/ })
      .getByRole('button')
      .first()
      .click();
    await body.getByRole('button', { name: '填写说明' }).click();
    await body.getByLabel('单位说明').fill('接口升级，明日补发回执。');
    await body.locator('.decide').getByRole('button', { name: '填写说明' }).click();
    await body.getByText('已说明').first().waitFor();
    assert.equal(await body.getByRole('button', { name: '办结' }).count(), 0, 'the body closes nothing');
    const office = await signedIn(1440, 'xinyongban');
    await office.goto('/desk/receivers');
    await office
      .getByRole('row', { name: /逾期未回执/ })
      .getByRole('button')
      .first()
      .click();
    await office.getByText('接口升级，明日补发回执。').waitFor();
    await office.getByRole('button', { name: '办结' }).click();
    await office.getByLabel('办结理由').fill('已书面确认删除。');
    await office.locator('.decide').getByRole('button', { name: '办结' }).click();
    await office.getByRole('row', { name: /逾期未回执/ }).waitFor({ state: 'detached' });
    const { state } = await one<{ state: string }>(
      city.ctx.db.app,
      sql`SELECT state FROM exchange.alarm WHERE kind = 'overdue'`,
    );
    assert.equal(state, 'closed');
  });
});
