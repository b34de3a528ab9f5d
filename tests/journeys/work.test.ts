/**
 * Work on the desk, in a real browser with axe at both widths: cases given and handed over, the register of papers, duties that
 * are open when display has ended, and the organisation that reads who received its records.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { runCollect } from '../../server/src/modules/collection/index.ts';
import { createBody, operatorActor } from '../../server/src/modules/identity/index.ts';
import { execute, one, sql } from '../../server/src/platform/db.ts';
import { type Browser, launchBrowser, type Page } from '../../server/src/platform/testing-browser.ts';
import { addTestAccount, signInAs } from '../../server/src/testing-context.ts';
import { isSound, signIn } from '../support/browser.ts';
import { type CityServer, startCityServer } from '../support/city-server.ts';
import { DEPARTMENT, penalty, penaltyCsv } from '../support/rows.ts';

let city: CityServer;
let browser: Browser;
let folder: string;
let caseId: string;

async function post(login: string, path: string, payload: object): Promise<Record<string, string>> {
  const headers = await signInAs(city.app, login);
  const answer = await city.app.inject({ method: 'POST', url: `/api/v1${path}`, headers, payload });
  assert.ok(answer.statusCode < 300, `${path}: ${answer.body}`);
  return answer.statusCode === 204 ? {} : answer.json();
}

const signedIn = (width: number, login: string): Promise<Page> => signIn(browser, city.base, width, login);

before(async () => {
  city = await startCityServer();
  browser = await launchBrowser();
  const { ctx } = city;
  folder = mkdtempSync(join(tmpdir(), 'chengxin-work-'));
  const office = await createBody(ctx.db.app, city.clock, { kind: 'creditOffice', name: '示范市信用办', code: null });
  await addTestAccount(ctx, 'xinyongban', ['creditOffice'], office.bodyId);
  await execute(ctx.db.app, sql`UPDATE identity.account SET password_suffices = true WHERE login = 'xinyongban'`);
  const row = penalty(8101, { CF_JDRQ: '2026-05-20', CF_YXQ: '2027-10-20', CF_GSJZQ: '2029-10-20' });
  writeFileSync(join(folder, 'penalty.csv'), penaltyCsv([row]));
  const done = await runCollect(ctx, operatorActor(ctx, 'test'), {
    file: join(folder, 'penalty.csv'),
    standard: 'penalty',
    org: DEPARTMENT.code,
  });
  assert.equal(done.accepted, 1, JSON.stringify(done.findings));
  const record = await one<{ record_id: string; subject_id: string }>(
    ctx.db.app,
    sql`SELECT record_id, subject_id FROM core.record WHERE standard = 'penalty'`,
  );
  await addTestAccount(ctx, 'qiye', ['companyRepresentative'], null, record.subject_id);
  const made = await post('qiye', '/objections', {
    recordId: record.record_id,
    kind: 'error',
    statement: '罚款金额与决定书不一致。',
    wanted: '更正',
  });
  caseId = made.id ?? '';
  await post('xinyongban', `/objections/${caseId}/commands`, { command: 'accept' });
  await post('xinyongban', `/cases/${caseId}/papers`, {
    template: 'acceptance',
    fields: { receivedOn: '2026-11-02', dueOn: '2026-11-11', contact: '张某 0531-12345678' },
  });
  await post('xinyongban', `/objections/${caseId}/commands`, { command: 'forward' });
  await execute(
    ctx.db.app,
    sql`INSERT INTO repair.duty (subject_id, record_id, body_id, until_on, state, opened_at)
        VALUES (${record.subject_id}, ${record.record_id}, ${city.bodyId}, '2026-10-20', 'open', ${ctx.clock.now()})`,
  );
});
after(async () => {
  await browser?.close();
  await city?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('work of a body', () => {
  it('a case is given to a person in the queue, and handed over when the person leaves', async () => {
    const page = await signedIn(1440, 'banshi');
    await page.goto('/desk/objections');
    await page.getByRole('checkbox', { name: '选择本页全部' }).check();
    await page.getByLabel('接手人').selectOption({ label: '测试 banshi（在办 0）' });
    await isSound(page, 'assign');
    await page.getByRole('button', { name: '分办', exact: true }).click();
    await page.getByText(/1 件/).first().waitFor();
    await page.goto('/desk/work');
    await page.getByRole('button', { name: '移交测试 banshi的在办事项' }).click();
    await page.getByLabel('接手人').selectOption({ label: '测试 fuhe（在办 0）' });
    await isSound(page, 'hand-over');
    await page.getByRole('button', { name: '移交 1 件' }).click();
    await page.getByRole('button', { name: '移交测试 fuhe的在办事项' }).waitFor();
    const held = await one<{ login: string }>(
      city.ctx.db.app,
      sql`SELECT a.login FROM casework.case c JOIN identity.account a ON a.account_id = c.assignee_id WHERE c.case_id = ${caseId}`,
    );
    assert.equal(held.login, 'fuhe');
    await page.context().close();
    const phone = await signedIn(390, 'banshi');
    await phone.goto('/desk/work');
    await phone.getByRole('heading', { name: '分办移交' }).waitFor();
    await phone.getByRole('table').waitFor();
    await isSound(phone, 'work');
    await phone.context().close();
  });

  it('the register has every number, and says what is empty', async () => {
    for (const width of [1440, 390]) {
      const page = await signedIn(width, 'xinyongban');
      await page.goto('/desk/papers');
      await page
        .getByText(/〔\d{4}〕\d+号/)
        .first()
        .waitFor();
      await isSound(page, 'papers');
      await page.getByLabel('状态').selectOption('voided');
      await page.getByText('没有文书').waitFor();
      await page.context().close();
    }
  });

  it('display ended over open duties: the body says how they stand', async () => {
    const phone = await signedIn(390, 'banshi');
    await phone.goto('/desk/duties');
    await phone.getByRole('button', { name: '登记履行情况' }).click();
    await isSound(phone, 'duties');
    await phone.context().close();
    const page = await signedIn(1440, 'banshi');
    await page.goto('/desk/duties');
    await page.getByRole('button', { name: '登记履行情况' }).click();
    await page.getByRole('combobox', { name: '履行情况' }).selectOption('unfulfilled');
    await page.getByRole('textbox', { name: '说明' }).fill('罚款尚未缴纳，已书面催告。');
    await isSound(page, 'duties');
    await page.getByRole('button', { name: '登记履行情况' }).last().click();
    await page.getByText('没有这样的信息').waitFor();
    await page.getByRole('tab', { name: '已说明' }).click();
    await page.getByText('罚款尚未缴纳').waitFor();
    await page.context().close();
  });
});

describe('an organisation', () => {
  it('reads who received each of its records', async () => {
    for (const width of [1440, 390]) {
      const page = await signedIn(width, 'qiye');
      await page.goto('/desk/who-received');
      await page
        .getByRole('button', { name: /谁收到|查看/ })
        .first()
        .click();
      await page
        .getByText(/公开|公示/)
        .last()
        .waitFor();
      await isSound(page, 'who-received');
      await page.context().close();
    }
  });
});
