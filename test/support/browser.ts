import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';

/** Of `@sparticuz/chromium`'s arguments, those that weaken the very rules under test are left out. */
const WEAKENING =
  /^--(?:disable-web-security|allow-running-insecure-content|single-process|no-zygote|disable-site-isolation-trials)/u;

/** A real Chromium; the caller closes it. It is unpacked into the temp folder the first time. */
export async function launchBrowser(): Promise<Browser> {
  const args = sparticuz.args.filter((argument) => !WEAKENING.test(argument));
  return await chromium.launch({ executablePath: await sparticuz.executablePath(), args, headless: true });
}

/** A person's own window, closed after the test. Whatever the page reports as an error is collected. */
export async function useContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'ru-RU', viewport: { width: 1440, height: 900 }, ...options });
  onTestFinished(() => context.close());
  return context;
}
