import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, vi } from 'vitest';
import { launchBrowser } from './browser.ts';
import { dialogStories } from './stories/dialog.ts';
import { editingStories } from './stories/editing.ts';
import { faultStories } from './stories/faults.ts';
import { hostileStories } from './stories/hostile.ts';
import { pageStories } from './stories/page.ts';
import { readingStories } from './stories/reading.ts';
import { readmeStories } from './stories/readme.ts';
import { siteStories } from './stories/site.ts';

/** A real browser on a machine that does much else; every step of it waits for an event. */
vi.setConfig({ testTimeout: 300_000 });

/** One browser for all stories: starting it costs more than most of them. */
let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => await browser.close());

dialogStories(() => browser);
editingStories(() => browser);
faultStories(() => browser);
hostileStories(() => browser);
pageStories(() => browser);
readingStories(() => browser);
readmeStories(() => browser);
siteStories(() => browser);
