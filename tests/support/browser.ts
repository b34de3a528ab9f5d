/** What journeys in a browser share: a window of a width, signing in, and pages without serious findings. */
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Browser, Page } from '../../server/src/platform/testing-browser.ts';
import { testPassword } from '../../server/src/testing-context.ts';

export const widths = [1440, 390] as const;
/** A folder for pictures of each page, when somebody wants to look. */
const pictures = process.env.JOURNEY_PICTURES;
if (pictures) mkdirSync(pictures, { recursive: true });

/** A page in a window of its own, with nothing remembered. */
export async function openPage(
  browser: Browser,
  base: string,
  width: number,
  language: 'zh' | 'en' = 'zh',
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    baseURL: base,
    acceptDownloads: true,
    locale: language === 'zh' ? 'zh-CN' : 'en-GB',
  });
  if (language === 'en') await context.addInitScript("localStorage.setItem('chengxin.language', 'en')");
  if (process.env.JOURNEY_HASTE) context.setDefaultTimeout(Number(process.env.JOURNEY_HASTE));
  return context.newPage();
}

export async function typePassword(page: Page, login: string): Promise<void> {
  await page.goto('/desk/sign-in');
  await page.locator('input[name=username]').fill(login);
  await page.locator('input[name=password]').fill(testPassword);
  await page.locator('button[type=submit]').click();
}

export async function signIn(browser: Browser, base: string, width: number, login: string): Promise<Page> {
  const page = await openPage(browser, base, width);
  await typePassword(page, login);
  await page.waitForURL((url) => !url.pathname.includes('sign-in'));
  return page;
}

/** Of the whole page, where somebody wants to look (JOURNEY_PICTURES). */
export async function picture(page: Page, name: string): Promise<void> {
  const width = page.viewportSize()?.width ?? 0;
  if (pictures) await page.screenshot({ path: join(pictures, `${name}-${width}.png`), fullPage: true });
}

/**
 * What axe finds on a page that is serious or critical. In the page itself (a page has no frames of others) and without the
 * lists of what is in order: the same findings in a fraction of the time.
 */
export async function seriousFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] })
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`);
}

/** No finding of axe that is serious or critical, and nothing that scrolls sideways. */
export async function isSound(page: Page, name: string): Promise<void> {
  await page.waitForLoadState('networkidle');
  const width = page.viewportSize()?.width ?? 0;
  await picture(page, name);
  assert.deepEqual(await seriousFindings(page), [], `${name} at ${width}`);
  const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number;
  assert.ok(wide <= width + 1, `${name} is ${wide} px wide in a window of ${width} px`);
}

/** {@link isSound} at both widths, in the same window; leaves it wide. */
export async function isSoundAtBoth(page: Page, name: string): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(200);
    await isSound(page, name);
  }
  await page.setViewportSize({ width: widths[0], height: 900 });
}

/** Signed in for one piece of work; the window closes after it, whatever happens. */
export async function workAs<T>(
  browser: Browser,
  base: string,
  width: number,
  login: string,
  work: (page: Page) => Promise<T>,
): Promise<T> {
  const page = await signIn(browser, base, width, login);
  try {
    return await work(page);
  } finally {
    await page.context().close();
  }
}
