/** A chat on a site in Chromium: pages of a shop with a policy of their own, one server of ours, and a page of nobody's. */
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createMemoryStorage, systemClock } from '../../plugin/storage/index.ts';
import { widgetDriver } from '../../runtime-shim/channels/widget/widget-driver.ts';
import type { Runtime } from '../../runtime-shim/runtime/contract.ts';
import { createRuntime } from '../../runtime-shim/runtime/index.ts';
import { tinyPlugin } from '../integration/runtime/tiny-plugin.ts';
import { folderStore } from '../../runtime-shim/uploads/folder-store.ts';
import { writeBotFiles } from '../support/bot-folder.ts';
import { accessProblems } from './axe.ts';
import { launchBrowser, useContext } from './browser.ts';
import { BOT, chat, field, HOSTILE, launcher, said, say, serveShop, siteOf, texts, unread } from './widget-shop.ts';

const PATIENCE = { timeout: 60_000 };
/** A real browser on a machine that does much else; every step of it waits for an event. */
const LONG = { timeout: 300_000 };
/** One dot. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
let browser: Browser;
let runtime: Runtime;
let shop: Server;
let port = 0;
const tiny = tinyPlugin();
const storage = createMemoryStorage({ clock: systemClock });
let folder = '';
const errors: string[] = [];

const botUrl = (): string => `http://127.0.0.1:${port}`;

async function startServer(): Promise<void> {
  runtime = await createRuntime({
    bot: folder,
    storage,
    plugins: [tiny.factory],
    sandbox: { runners: 1, spares: 0 },
    // Its port is known from the second start on.
    http: { port, ...(port === 0 ? {} : { publicUrl: botUrl() }) },
    uploads: { store: folderStore(join(folder, 'uploads')) },
    channels: { site: { driver: widgetDriver({ origins: [siteOf(shop)] }) } },
  });
  await runtime.start();
  port = Number(new URL(runtime.url ?? '').port);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'widget-bot-'));
  await writeBotFiles(folder, BOT);
  [browser, shop] = await Promise.all([launchBrowser(), serveShop(botUrl)]);
  await startServer();
}, 120_000);
afterAll(async () => {
  await browser.close();
  shop.close();
  await runtime.close();
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

beforeEach(() => {
  tiny.mode = 'bot';
});

async function visitor(options: BrowserContextOptions = {}): Promise<BrowserContext> {
  return useContext(browser, { reducedMotion: 'reduce', ...options });
}

async function open(context: BrowserContext, url = `${siteOf(shop)}/`): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE.timeout);
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // The network is taken away on purpose; the browser tells of it as of an error.
    if (message.type() === 'error' && !/ERR_|status of 4|status of 503/.test(message.text()))
      errors.push(message.text());
  });
  await page.goto(url);
  return page;
}

const latestLead = async (): Promise<string> => {
  const leads = await runtime.leads({ limit: 100 });
  const times = await Promise.all(
    leads.map(async ({ externalId }) => {
      const [line] = await runtime.messages('site', externalId, 0);
      return { externalId, at: line?.at ?? 0 };
    }),
  );
  return times.sort((one, other) => other.at - one.at)[0]?.externalId ?? '';
};

let deliveries = 0;
async function operatorSays(externalId: string, text: string, operator = 'Мария'): Promise<void> {
  deliveries += 1;
  const lead = { botId: 'shop', channel: 'site', externalId };
  await tiny.host().deliver(lead, { id: `d${deliveries}`, at: Date.now(), kind: 'text', text, operator });
}

test(
  'a visitor writes, presses and reads; complaints: embedding, page speed, screen readers, hostile texts',
  LONG,
  async () => {
    const context = await visitor();
    const asked: string[] = [];
    context.on('request', (request) => asked.push(new URL(request.url()).pathname));
    const page = await open(context);
    await launcher(page).waitFor();
    // Complaint: page speed. Nothing but the launcher was loaded, nobody was asked.
    expect(asked.filter((path) => path.startsWith('/widget'))).toEqual(['/widget/site.js']);
    expect(await accessProblems(page)).toEqual([]);
    await launcher(page).click();
    await chat(page).waitFor();
    // The keyboard is where one writes at once, and goes round within the window.
    await expect
      .poll(() => page.evaluate(`document.querySelector('#metabot-widget').shadowRoot.activeElement?.tagName`))
      .toBe('TEXTAREA');
    await say(page, `привет ${HOSTILE}`);
    await said(page, 'Здравствуйте!').waitFor();
    const [mine, bots] = await texts(page);
    expect(mine).toBe(`привет ${HOSTILE}`);
    expect(bots).toContain(HOSTILE);
    expect(
      await chat(page)
        .locator('.bubble a')
        .evaluateAll((links) => links.map((link) => (link as unknown as { href: string }).href)),
    ).toEqual(['https://shop.example/help']);
    await chat(page).getByRole('button', { name: /^Цены/ }).click();
    await said(page, 'Сто рублей').waitFor();
    expect((await texts(page))[2]).toBe(`Цены ${HOSTILE}`);
    // Pressed: the menu is an old one.
    expect(await chat(page).getByRole('button', { name: 'Ещё' }).isDisabled()).toBe(true);

    tiny.mode = 'operator';
    await operatorSays(await latestLead(), `Чем помочь? ${HOSTILE}`, `Мария ${HOSTILE}`);
    await said(page, 'Чем помочь?').waitFor();
    expect(await chat(page).locator('.operator .author').innerText()).toBe(`Мария ${HOSTILE}`);
    // Complaint: screen readers. One live region, which says who spoke and what, apart from the list.
    expect(await chat(page).getByRole('status').allTextContents()).toEqual([
      `Мария ${HOSTILE}: Чем помочь? ${HOSTILE}`,
    ]);
    expect(await chat(page).locator('[aria-live], [role=log], [role=alert]').count()).toBe(0);
    expect(await page.title()).toBe('Магазин');
    for (let tab = 0; tab < 12; tab += 1) {
      await page.keyboard.press('Tab');
      expect(await page.evaluate('document.activeElement.id')).toBe('metabot-widget');
    }
    expect(await accessProblems(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await chat(page).waitFor({ state: 'hidden' });
    expect(await page.evaluate(`document.querySelector('#metabot-widget').shadowRoot.activeElement?.className`)).toBe(
      'launcher',
    );

    // Unread: on the button, in the title, and gone with a look. By the site's own program, and in a second tab, too.
    await page.evaluate(
      `window.told = []; void window.metabotWidget.onMessage((message) => window.told.push(message.text))`,
    );
    const tab = await open(context, `${siteOf(shop)}/next`);
    await operatorSays(await latestLead(), 'Вы здесь?');
    await expect.poll(() => unread(page), PATIENCE).toBe('1');
    await expect.poll(() => page.title(), PATIENCE).toBe('(1) Магазин');
    await expect.poll(() => page.evaluate('window.told'), PATIENCE).toEqual(['Вы здесь?']);
    await tab.evaluate('window.metabotWidget.open()');
    await said(tab, 'Вы здесь?').waitFor();
    expect(await texts(tab)).toHaveLength(6);
    await expect.poll(() => page.title(), PATIENCE).toBe('Магазин');
    tiny.mode = 'bot';
    expect(errors.splice(0)).toEqual([]);
  },
);

test(
  'the server is stopped and started while somebody types, the network goes for a minute, the page is loaded again: each message once',
  LONG,
  async () => {
    const context = await visitor();
    const page = await open(context);
    await launcher(page).click();
    await say(page, 'раз');
    await said(page, 'Здравствуйте!').waitFor();
    await field(page).fill('пока пишу');
    await runtime.close();
    await chat(page).getByText('Нет связи').waitFor();
    expect(await field(page).inputValue()).toBe('пока пишу');
    await page.keyboard.press('Enter');
    await chat(page).getByText('отправляется').waitFor();
    await startServer();
    await said(page, 'Понял').waitFor();
    await chat(page).getByText('отправляется').waitFor({ state: 'detached' });

    await context.setOffline(true);
    await page.evaluate(`dispatchEvent(new Event('offline'))`);
    await say(page, 'без сети один');
    await say(page, 'без сети два');
    await field(page).fill('черновик');
    await chat(page).getByText('Нет связи').waitFor();
    await context.setOffline(false);
    await page.reload();
    await launcher(page).click();
    expect(await field(page).inputValue()).toBe('черновик');
    await expect.poll(async () => (await texts(page)).filter((text) => text === 'Понял').length, PATIENCE).toBe(3);
    const lines = await runtime.messages('site', await latestLead(), 0);
    expect(lines.filter(({ from }) => from === 'lead').map(({ text }) => text)).toEqual([
      'раз',
      'пока пишу',
      'без сети один',
      'без сети два',
    ]);
    expect((await texts(page)).filter((text) => text.startsWith('без сети'))).toEqual([
      'без сети один',
      'без сети два',
    ]);
    // Complaint: files. A picture goes up, and is seen from this server, whatever the site's policy forbids.
    await page.locator('input[type=file]').setInputFiles({ name: 'кот <b>.png', mimeType: 'image/png', buffer: PNG });
    const picture = chat(page).getByAltText('кот <b>.png');
    await picture.waitFor();
    const width = (): Promise<number> =>
      picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth);
    await expect.poll(width, PATIENCE).toBe(1);
    expect(errors.splice(0)).toEqual([]);
  },
);

test(
  'complaints on a phone: the keyboard over the field, thrown to the end while reading, the page moves behind',
  LONG,
  async () => {
    const context = await visitor({
      viewport: { width: 390, height: 844 },
      hasTouch: true,
      isMobile: true,
      colorScheme: 'dark',
    });
    const page = await open(
      context,
      `${siteOf(shop)}/?attributes=${encodeURIComponent('data-language="ru" data-color="#ffd400" data-theme="dark"')}`,
    );
    await launcher(page).click();
    await say(page, 'привет');
    await said(page, 'Здравствуйте!').waitFor();
    const box = async () => chat(page).boundingBox();
    expect(await box()).toMatchObject({ x: 0, y: 0, width: 390, height: 844 });
    // A keyboard leaves half of the page: the field stands above it, and nothing is wider than the page.
    await page.setViewportSize({ width: 390, height: 420 });
    await expect.poll(async () => (await box())?.height, PATIENCE).toBe(420);
    const place = await field(page).boundingBox();
    expect((place?.y ?? 999) + (place?.height ?? 0)).toBeLessThanOrEqual(420);
    await page.setViewportSize({ width: 390, height: 844 });
    const lead = await latestLead();
    for (let n = 1; n <= 20; n += 1) await operatorSays(lead, `Строка ${n} ${'слово '.repeat(20)}`);
    await said(page, 'Строка 20 ').waitFor();
    const log = chat(page).getByRole('region');
    const scrolled = (): Promise<number> =>
      log.evaluate((list) => (list as unknown as { scrollTop: number }).scrollTop);
    await expect.poll(scrolled, PATIENCE).toBeGreaterThan(100);
    await log.evaluate((list) => (list as unknown as { scrollTo(x: number, y: number): void }).scrollTo(0, 0));
    await expect.poll(scrolled, PATIENCE).toBe(0);
    await operatorSays(lead, 'Новое');
    await chat(page).getByRole('button', { name: 'Новые сообщения' }).waitFor();
    expect(await scrolled()).toBe(0);
    expect(await page.evaluate('[document.documentElement.scrollWidth, window.scrollY]')).toEqual([390, 0]);
    expect(await accessProblems(page)).toEqual([]);
    await chat(page).getByRole('button', { name: 'Новые сообщения' }).click();
    await expect.poll(scrolled, PATIENCE).toBeGreaterThan(100);
    expect(errors.splice(0)).toEqual([]);
  },
);

test('the page of its own, in English; a foreign site is refused, in a frame and as a script', LONG, async () => {
  const context = await visitor({ locale: 'en-US', colorScheme: 'dark' });
  const page = await open(context, `${botUrl()}/widget/site/`);
  await page.getByLabel('Your message').fill('hello');
  await page.keyboard.press('Enter');
  await said(page, 'Здравствуйте!').waitFor();
  expect([await page.title(), await page.evaluate('document.documentElement.lang')]).toEqual(['Chat', 'en']);
  expect(await page.getByRole('button', { name: 'Close the chat' }).count()).toBe(0);
  expect(await accessProblems(page)).toEqual([]);
  expect(errors.splice(0)).toEqual([]);

  // The same shop under another name is another origin.
  const evil = siteOf(shop).replace('127.0.0.1', 'localhost');
  const stranger = await open(context, `${evil}/`);
  const before = (await runtime.leads({ limit: 100 })).length;
  await launcher(stranger).click();
  await stranger.getByLabel('Your message').or(field(stranger)).fill('я с чужого сайта');
  await stranger.keyboard.press('Enter');
  await stranger.getByText('Нет связи').waitFor();
  await expect.poll(() => errors.some((text) => text.includes('CORS policy')), PATIENCE).toBe(true);
  expect(await runtime.leads({ limit: 100 })).toHaveLength(before);
  errors.splice(0);
  // In a frame: of the named sites and of its own server only.
  const { headers } = await fetch(`${botUrl()}/widget/site/`);
  expect(headers.get('content-security-policy')).toContain(`frame-ancestors 'self' ${siteOf(shop)};`);
});

/** Counts tones, and tells of each new title in the console: asked by the debugger, a page would count that as a gesture. */
const WATCHED = `
  window.tones = 0;
  window.AudioContext = class extends AudioContext { constructor() { super(); window.tones += 1; } };
  let before = '';
  new MutationObserver(() => {
    if (document.title !== before) console.info('title', (before = document.title), 'tones', window.tones);
  }).observe(document, { subtree: true, childList: true, characterData: true });`;

test(
  'the site speaks with its chat: by its own program, by messages, in a frame; a tone only when it is wanted, and after a gesture',
  LONG,
  async () => {
    const context = await visitor();
    await context.addInitScript(WATCHED);
    const page = await open(context);
    const post = (command: string): Promise<unknown> =>
      page.evaluate(`void postMessage({ metabotWidget: '${command}' }, location.origin)`);
    const tones = (): Promise<unknown> => page.evaluate('window.tones');
    await launcher(page).waitFor();
    await page.evaluate('window.metabotWidget.open()');
    await say(page, 'привет');
    await said(page, 'Здравствуйте!').waitFor();
    await page.evaluate('window.metabotWidget.close()');
    await chat(page).waitFor({ state: 'hidden' });
    expect(await launcher(page).getAttribute('aria-expanded')).toBe('false');
    await post('open');
    await chat(page).waitFor();
    await post('close');
    await chat(page).waitFor({ state: 'hidden' });

    await page.evaluate(
      `window.heard = []; addEventListener('message', ({ data }) => data.message && window.heard.push(data))`,
    );
    await post('listen');
    tiny.mode = 'operator';
    const lead = await latestLead();
    await operatorSays(lead, 'Раз');
    const heard = { metabotWidget: 'message', message: { from: 'operator', text: 'Раз' } };
    await expect.poll(() => page.evaluate('window.heard'), PATIENCE).toEqual([heard]);
    await expect.poll(() => page.title(), PATIENCE).toBe('(1) Магазин');
    expect(await tones()).toBe(0);
    await post('open');
    await chat(page).getByRole('button', { name: 'Включить звук' }).click();
    await chat(page).getByRole('button', { name: 'Выключить звук', pressed: true }).waitFor();
    expect(await tones()).toBe(1);
    await post('close');
    await chat(page).waitFor({ state: 'hidden' });
    await operatorSays(lead, 'Два');
    await expect.poll(tones, PATIENCE).toBe(2);

    // The next page, on which nobody has pressed anything yet: told of, and silent, though sound is wanted.
    await page.close();
    const told = context.waitForEvent('console', {
      predicate: (line) => line.text().startsWith('title ('),
      ...PATIENCE,
    });
    const next = await open(context);
    // It may count all lines before it is told what was read.
    expect((await told).text()).toMatch(/^title \(\d+\) Магазин tones 0$/);
    await expect.poll(() => next.title(), PATIENCE).toBe('(1) Магазин');

    // The chat's own page in a frame of a site that is named.
    tiny.mode = 'bot';
    await next.goto(`${siteOf(shop)}/framed`);
    const frame = next.frameLocator('iframe');
    await frame.getByLabel('Ваше сообщение').waitFor();
    const ask = (identity: object): Promise<unknown> =>
      next.evaluate(`new Promise((resolve) => {
        addEventListener('message', ({ data }) => resolve(data), { once: true });
        frames[0].postMessage({ metabotWidget: 'identify', identity: ${JSON.stringify(identity)} }, '${botUrl()}');
      })`);
    expect(await ask({ user: '7', signature: '00' })).toEqual({ metabotWidget: 'identified', ok: false });
    expect(await ask({ name: 'Анна' })).toEqual({ metabotWidget: 'identified', ok: true });
    await frame.getByLabel('Ваше сообщение').fill('из рамки');
    await frame.getByLabel('Ваше сообщение').press('Enter');
    await frame.locator('.bubble', { hasText: 'Здравствуйте!' }).waitFor();
    expect((await runtime.lead('site', await latestLead()))?.lead.name).toBe('Анна');
    expect(errors.splice(0)).toEqual([]);
  },
);
