import sparticuz from '@sparticuz/chromium';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { onTestFinished } from 'vitest';

/**
 * Of what `@sparticuz/chromium` recommends for its own surroundings, only what any container needs: the rest is slower, and
 * switches off rules of the web that are under test here.
 */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', "--headless='shell'"];

/** A real Chromium; the caller closes it. It is unpacked into the temp folder the first time. */
export async function launchBrowser(): Promise<Browser> {
  return await chromium.launch({ executablePath: await sparticuz.executablePath(), args: ARGUMENTS, headless: true });
}

/** A person's own window, closed after the test. */
export async function useContext(browser: Browser, options: BrowserContextOptions = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ locale: 'ru-RU', viewport: { width: 1440, height: 900 }, ...options });
  onTestFinished(() => context.close());
  return context;
}
