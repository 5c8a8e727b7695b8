import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildConsole } from '../../dashboards/web/build.ts';
import { fillConsole } from './console/fixture.ts';
import { demoSources } from './console/sources.ts';
import { type Harness, startHarness } from './serving/harness.ts';

const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const present = existsSync(executablePath);
const reason = `no Chromium at ${executablePath}: install it (apt-get install chromium) or name it by CHROMIUM`;
const flags =
  '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';

if (!present) process.stderr.write(`console.browser.test.ts is skipped: ${reason}\n`);
// A test of its own, so that a run without a browser cannot pass for one with it where that counts.
test('a browser is there to look at the console with, at least in CI', () => {
  if (!present && process.env['CI'] === 'true') throw new Error(reason);
});

describe.runIf(present)('the console', () => {
  let harness: Harness;
  let browser: Browser;
  let filled = false;

  beforeAll(async () => {
    harness = await startHarness({ console: await buildConsole(), server: { intakeSources: demoSources } });
    browser = await chromium.launch({ executablePath, args: flags.split(' ') });
  });
  afterAll(async () => {
    await browser?.close();
    await harness?.close();
  });

  /** A page that fails the test for every error on it and every request to elsewhere. */
  async function open(options: { readonly width: number; readonly dark?: boolean; readonly hash?: string }) {
    const context = await browser.newContext({
      viewport: { width: options.width, height: 900 },
      colorScheme: options.dark === true ? 'dark' : 'light',
    });
    const page = await context.newPage();
    const troubles: string[] = [];
    page.on('pageerror', (error) => troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') troubles.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(harness.url) && !request.url().startsWith('data:')) troubles.push(request.url());
    });
    await page.goto(`${harness.url}/${options.hash ?? ''}`);
    return { page, troubles, close: () => context.close() };
  }

  async function fill(): Promise<void> {
    if (!filled) await fillConsole(harness.store);
    filled = true;
  }

  const headline = (page: Page) => page.locator('h1');

  test('says what will appear while there is nothing, and shows events when they come', async () => {
    const { page, troubles, close } = await open({ width: 1280 });
    await headline(page).getByText('Waiting for the first event').waitFor();
    for (const part of ['Incidents', 'Stream', 'Features', 'Models', 'Segments', 'Retraining jobs', 'Dead letters'])
      await page.getByRole('region', { name: part }).locator('.empty').first().waitFor();
    await fill();
    harness.live.publish({ kind: 'committed' });
    harness.live.publish({ kind: 'judged' });
    harness.live.publish({ kind: 'incident' });
    await headline(page).getByText('1 incident open').waitFor();
    expect(await page.title()).toBe('1 incident open · flights');
    expect(troubles).toEqual([]);
    await close();
  });

  test('shows how the worker reads from Kafka, and that a topic is not connected', async () => {
    const { page, troubles, close } = await open({ width: 1280 });
    const rows = page.getByRole('region', { name: 'Intake' }).locator('tbody tr');
    await rows.first().waitFor();
    expect(await rows.allTextContents()).toEqual([
      expect.stringMatching(/^flights23,50041,2001213 ms, 2 seconds ago3$/),
      'flight-labels labels not connected000–0',
    ]);
    expect(troubles).toEqual([]);
    await close();
  });

  test.each([
    { width: 1280, dark: false },
    { width: 1280, dark: true },
    { width: 400, dark: false },
    { width: 400, dark: true },
  ])('is readable at $width px, dark: $dark', async ({ width, dark }) => {
    await fill();
    const { page, troubles, close } = await open({ width, dark });
    await headline(page).getByText('1 incident open').waitFor();
    await page.getByText('destination has the new value XNA').first().waitFor();
    await page.locator('.heat .cell.alarm').first().waitFor();
    await page.locator('.model canvas').waitFor();
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(beyond).toBeLessThanOrEqual(0);
    expect(await lowContrast(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('the keyboard reaches an incident, and what is behind it is shown', async () => {
    await fill();
    const { page, troubles, close } = await open({ width: 1280 });
    await headline(page).getByText('1 incident open').waitFor();
    const link = page.getByRole('region', { name: 'Incidents' }).getByRole('link', { name: /kilometres/ });
    await page.keyboard.press('Tab');
    for (let step = 0; step < 40 && !(await link.evaluate((node) => node === document.activeElement)); step++)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /reads like kilometres/ }).waitFor();
    await page.locator('.histogram path.reference').waitFor();
    await page.getByText('critical value').waitFor();
    await page.getByText('What carries the change').waitFor();
    await page.getByText('With its numbers').click();
    await page.getByText(/^d = √\( H\(\(P \+ Q\) .* = √[\d.]+ = [\d.]+, over \d+ cells of \d+ bins$/).waitFor();
    expect(await lowContrast(page)).toEqual([]);
    await page.locator('.lines canvas').waitFor();
    const other = page.locator('.evidence button').nth(1);
    const segment = /origin (DEN|SLC)/.exec((await other.textContent()) ?? '')?.[0];
    await other.click();
    await page.getByRole('heading', { name: `distance, ${segment}, against training, 1d windows` }).waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  test('an operator acknowledges an open incident', async () => {
    await fill();
    const { page, close } = await open({ width: 1280, hash: '#/incident/c0ffee42' });
    await page.getByLabel('Note').fill('known, a new route');
    await page.getByRole('button', { name: 'Acknowledge' }).click();
    await page.getByText('Done.').waitFor();
    expect(harness.asked).toEqual(['acknowledge c0ffee42 known, a new route']);
    await close();
  });

  test('another budget can be tried, and shows what would have been', async () => {
    await fill();
    const { page, troubles, close } = await open({ width: 400 });
    const budget = page.getByRole('region', { name: 'Budget' });
    await budget.getByText('1 false alarm a week may come from chance alone').waitFor();
    await budget.getByLabel('Smallest effect').fill('0.3');
    await budget.getByLabel('Over').selectOption('all that is stored');
    await budget.getByRole('button', { name: 'What would have been?' }).click();
    await budget.getByText('incidents instead of 3').waitFor();
    const rows = budget.locator('tbody tr');
    expect(await rows.filter({ hasText: 'destination is missing' }).textContent()).toMatch(
      /^only then .*medium, 6 Apr 2001 – 10 Apr 2001no incident$/,
    );
    // Its effect is beyond the new limit a day later.
    expect(await rows.filter({ hasText: '1.6 times the reference' }).textContent()).toMatch(
      /^the same .*high, 9 Mar 2001 – 19 Mar 2001medium, 10 Mar 2001/,
    );
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(beyond).toBeLessThanOrEqual(0);
    expect(await lowContrast(page)).toEqual([]);
    expect(troubles).toEqual([]);
    await close();
  });

  test('one window of a feature leads to the next', async () => {
    await fill();
    const { page, troubles, close } = await open({
      width: 1280,
      hash: '#/feature/destination?comparison=training%3A1d',
    });
    await page.getByText('XNA', { exact: true }).first().waitFor();
    await page.getByRole('link', { name: 'window before' }).click();
    await page.getByText('6 May 2001').first().waitFor();
    expect(troubles).toEqual([]);
    await close();
  });

  // The last one: it takes the server away.
  test('says so when the server is gone', async () => {
    await fill();
    const { page, close } = await open({ width: 1280 });
    await headline(page).getByText('1 incident open').waitFor();
    await harness.close();
    await headline(page).getByText('The server does not answer').waitFor({ timeout: 20_000 });
    await close();
  });
});

/** Texts whose contrast to the page is below 4.5 to 1. */
function lowContrast(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const luminance = (color: string): number => {
      const [r = 0, g = 0, b = 0] = (color.match(/[\d.]+/g) ?? []).map((part) => {
        const value = Number(part) / 255;
        return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const paper = luminance(getComputedStyle(document.body).backgroundColor);
    const low: string[] = [];
    for (const element of document.querySelectorAll('body *')) {
      const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent?.trim());
      if (!own || element.closest('script, noscript, title') !== null) continue;
      const style = getComputedStyle(element);
      const ink = luminance(element instanceof SVGElement ? style.fill : style.color);
      const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      if (ratio < 4.5) low.push(`${ratio.toFixed(2)} ${element.textContent?.slice(0, 30)}`);
    }
    return low;
  });
}
