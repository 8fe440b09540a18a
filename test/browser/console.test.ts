/** The console in Chromium: from an empty folder to a lead's transfer at LiveTex, then every page for axe, in both themes, on a phone and by keyboard. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTelegramEmulator } from '../../runtime-shim/emulator/telegram/telegram-emulator.ts';
import { ADMIN_TOKEN, type ConsoleStand, startConsole, VIEWER_TOKEN } from '../support/console-stand.ts';
import { launchBrowser, useContext } from './browser.ts';

const PATIENCE = { timeout: 60_000 };
/** A real browser on a machine that does much else; every step of it waits for an event. */
const LONG = { timeout: 300_000 };
const USER = 'support:telegram:42';
const BOT = {
  id: 'support',
  scripts: [
    {
      code: 'start',
      commands: [
        { type: 'run_javascript', file: 'номер_заявки.js' },
        { type: 'send_text', text: 'Здравствуйте!' },
        { type: 'forward_to_operator', reason: 'Просит человека' },
      ],
    },
  ],
};
const FILES = { 'номер_заявки.js': "lead.setLiveTexAttr({ 'номер_заявки': 705, 'имя_заявки': 'Test' });" };
/** Markup in what people write: it is text on every page. */
const NAME = '<img src=x onerror="document.title=1">Анна';

let browser: Browser;
let stand: ConsoleStand;
let axe: string;
const errors: string[] = [];
beforeAll(async () => {
  const path = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
  [browser, stand, axe] = await Promise.all([
    launchBrowser(),
    startConsole({ bot: BOT, files: FILES }),
    readFile(path, 'utf8'),
  ]);
});
afterAll(async () => {
  await browser.close();
  await stand.close();
});

async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const context = await useContext(browser, { reducedMotion: 'reduce', ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE.timeout);
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // A refusal (nobody has logged in, a field is wrong) is an answer; the browser tells of it as of an error.
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) errors.push(message.text());
  });
  await page.goto(`${stand.url}/console/`);
  return page;
}

async function logIn(page: Page, token: string, name: string): Promise<void> {
  await page.getByLabel('Ваше имя').fill(name);
  await page.getByLabel('Токен').fill(token);
  await page.getByRole('button', { name: 'Войти' }).click();
  await page.getByRole('navigation').waitFor();
}

test(
  'a binding is added, its webhook set, and a lead is handed over with its attributes: no file, no restart',
  LONG,
  async () => {
    const page = await open();
    await page.getByLabel('Ваше имя').fill('Анна');
    await page.getByLabel('Токен').fill('not-the-token-of-it');
    await page.keyboard.press('Enter');
    await page.getByText('токен не тот').waitFor();
    await logIn(page, ADMIN_TOKEN, 'Анна');

    await page.getByRole('button', { name: 'Новая привязка' }).click();
    const form = page.getByRole('form', { name: 'Новая привязка' });
    const field = (label: string) => form.getByLabel(label, { exact: true });
    expect(await field('Канал').inputValue()).toBe('LiveTex (Chat Center)');
    for (const [name, isTicked] of Object.entries({
      Umnico: true,
      Bitrix: true,
      Jivo: true,
      Webim: true,
      Telegram: false,
    })) {
      expect(await form.getByRole('checkbox', { name }).isChecked()).toBe(isTicked);
    }
    // Everything that is wrong, at its field, and the first of it has the focus.
    await form.getByText('Код, адреса и вебхук').click();
    await field('Адрес LiveTex').fill('nowhere');
    await form.getByRole('button', { name: 'Сохранить' }).click();
    await form.getByText('не хватает (строка)').waitFor();
    expect(await form.locator('[aria-invalid="true"]').count()).toBe(2);
    expect(await page.evaluate('document.activeElement.name')).toBe('token');

    await field('Заголовок сообщений бота').fill('Робот');
    await field('Токен').fill(stand.emulator.token);
    await field('Адрес LiveTex').fill(stand.emulator.url);
    await form.getByRole('button', { name: 'Сохранить' }).click();
    const card = page.getByRole('article', { name: /main/ });
    await card.getByText(`••••${stand.emulator.token.slice(-4)}`).waitFor();
    await card.getByRole('button', { name: 'Вебхук', exact: true }).click();
    await page.getByText(`${stand.url}/webhook/livetex/main`).first().waitFor();
    await card.getByRole('button', { name: 'Проверить' }).click();
    await expect.poll(async () => await card.locator('.checks .good').count(), PATIENCE).toBe(13);

    await stand.runtime.receive({
      channel: 'telegram',
      externalId: '42',
      name: NAME,
      text: 'Позовите <b>человека</b>',
    });
    await expect
      .poll(() => stand.emulator.dialogs.get(USER)?.attributes, PATIENCE)
      .toMatchObject({ номер_заявки: '705' });
    expect(stand.emulator.dialogs.get(USER)?.messages.map(({ text }) => text)).toContain('Робот\nЗдравствуйте!');

    await page.getByRole('link', { name: 'Диалоги' }).click();
    await page.getByRole('link', { name: NAME }).click();
    await page.getByText('Позовите <b>человека</b>').waitFor();
    await page.getByText('«Просит человека»').waitFor();
    await page.getByRole('button', { name: 'Вернуть боту' }).click();
    await expect
      .poll(
        async () => (await stand.plugin.dialog({ botId: 'support', channel: 'telegram', externalId: '42' })).mode,
        PATIENCE,
      )
      .toBe('bot');
    await page.getByRole('link', { name: 'Журнал' }).click();
    await page.getByText('диалог возвращён боту').waitFor();
    expect(await page.getByRole('cell', { name: 'Анна' }).count()).toBe(4);
    expect(errors).toEqual([]);
  },
);

test('the second of two admins sees what the first has changed, and a dead server is told', LONG, async () => {
  const page = await open();
  await logIn(page, ADMIN_TOKEN, 'Борис');
  await page.getByRole('article', { name: /main/ }).getByRole('button', { name: 'Изменить' }).click();
  const form = page.getByRole('form', { name: 'Изменить привязку' });
  const [info] = await stand.plugin.bindings.list();
  const other = { version: info?.version, binding: { ...info?.settings, leadMessageHeader: 'Клиент' } };
  expect((await stand.ask('PUT', '/bindings/main', other)).status).toBe(200);
  await form.getByLabel('Заголовок сообщений бота', { exact: true }).fill('Бот Борис');
  await form.getByRole('button', { name: 'Сохранить' }).click();
  await form.getByText('тем временем изменил кто-то другой').waitFor();
  await form.getByRole('listitem').filter({ hasText: 'Заголовок сообщений лида: Клиент' }).waitFor();
  expect(await form.getByLabel('Заголовок сообщений лида', { exact: true }).inputValue()).toBe('Клиент');
  await form.getByRole('button', { name: 'Сохранить' }).click();
  await expect
    .poll(async () => (await stand.plugin.bindings.list())[0]?.settings, PATIENCE)
    .toMatchObject({ botMessageHeader: 'Бот Борис', leadMessageHeader: 'Клиент' });
  await page.context().setOffline(true);
  await page.getByRole('link', { name: 'Очередь' }).click();
  await page.getByText('Нет связи с сервером').waitFor();
  await page.context().setOffline(false);
  await page.getByText('Глубина').first().waitFor();
  expect(await page.getByText('Нет связи с сервером').count()).toBe(0);
  // Being without a network is an error of the console's too.
  errors.length = 0;
});

test('a messenger is added on the page and a person gets the bot’s answer: no file, no restart', LONG, async () => {
  const telegram = await startTelegramEmulator();
  onTestFinished(() => telegram.close());
  const page = await open();
  await logIn(page, ADMIN_TOKEN, 'Вера');
  await page.getByRole('button', { name: 'Новый канал' }).click();
  const form = page.getByRole('form', { name: 'Новый канал' });
  const field = (label: string) => form.getByLabel(label, { exact: true });
  // The code follows the kind until somebody writes one.
  await field('Мессенджер').selectOption('vk');
  expect(await field('Код канала').inputValue()).toBe('vk');
  await field('Мессенджер').selectOption('telegram');
  await field('Код канала').fill('tg');
  await field('Адрес мессенджера').fill('nowhere');
  await form.getByRole('button', { name: 'Сохранить' }).click();
  await form.getByText('здесь нужен полный адрес http: или https:').waitFor();
  expect(await form.locator('[aria-invalid="true"]').count()).toBe(2);
  expect(await page.evaluate('document.activeElement.name')).toBe('token');

  await field('Токен бота').fill(telegram.token);
  await field('Адрес мессенджера').fill(telegram.url);
  await form.getByRole('button', { name: 'Сохранить' }).click();
  const card = page.getByRole('article', { name: 'Telegram: tg' });
  await card.getByText(`••••${telegram.token.slice(-4)}`).waitFor();
  await card.getByRole('button', { name: 'Проверить' }).click();
  await card.getByText(`@${telegram.username}`).waitFor();
  const person = telegram.person(undefined, { first: 'Пётр' });
  person.write('/start');
  expect((await person.until(1))[0]).toMatchObject({ text: 'Здравствуйте!' });

  // It rests and works again; removed, it says first what becomes of its dialogs.
  const lead = { botId: 'support', channel: 'tg', externalId: String(person.id) };
  await expect.poll(async () => (await stand.plugin.dialog(lead)).mode, PATIENCE).toBe('waiting');
  await card.getByRole('button', { name: 'Изменить' }).click();
  const change = page.getByRole('form', { name: 'Изменить канал' });
  await change.getByLabel('Отдыхает: ничего не берёт и не отправляет').check();
  await change.getByRole('button', { name: 'Сохранить' }).click();
  await card.getByText('отдыхает').waitFor();
  await card.getByRole('button', { name: 'Убрать канал' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Открытых диалогов: 1.').waitFor();
  await dialog.getByRole('button', { name: 'Убрать канал' }).click();
  await card.getByText('убран', { exact: true }).waitFor();
  await expect.poll(async () => (await stand.plugin.dialog(lead)).mode, PATIENCE).toBe('bot');
  await page.getByRole('link', { name: 'Журнал' }).click();
  await page.getByText('мессенджер убран').waitFor();
  expect(errors).toEqual([]);
});

const PAGES = ['channels', 'dialogs', 'dialogs/support/telegram/42', 'queue', 'report', 'bot', 'system', 'audit'];

test.each([
  ['light', { colorScheme: 'light' }],
  ['dark', { colorScheme: 'dark' }],
  ['on a phone', { colorScheme: 'dark', viewport: { width: 390, height: 844 } }],
] as const)('axe finds nothing on any page, and nothing is wider than the screen: %s', LONG, async (mode, options) => {
  // Its policy keeps the page from running foreign code, axe too.
  const page = await open({ bypassCSP: true, ...options });
  const found: string[] = [];
  const look = async (name: string): Promise<void> => {
    await page.evaluate(axe);
    // Without light the same page has other colours, and nothing else.
    const rules = mode === 'dark' ? `{ runOnly: ['color-contrast'] }` : '{}';
    const result = await page.evaluate<Array<{ id: string; nodes: Array<{ html: string }> }>>(
      `axe.run(document, ${rules}).then((result) => result.violations)`,
    );
    found.push(...result.map(({ id, nodes }) => `${name}: ${id}: ${nodes[0]?.html}`));
    if (!(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'))) found.push(`${name} is too wide`);
  };
  await page.getByLabel('Ваше имя').waitFor();
  await look('log-in');
  await logIn(page, ADMIN_TOKEN, 'Анна');
  for (const name of PAGES) {
    await page.goto(`${stand.url}/console/#/${name}`);
    await page.locator('main h1').waitFor();
    await page.locator('main :is(.card, .table-frame)').first().waitFor();
    if (name === 'channels') {
      await page.getByRole('button', { name: 'Новая привязка' }).click();
      await page.getByRole('button', { name: 'Новый канал' }).click();
      for (const fold of await page.locator('.fold summary').all()) await fold.click();
    }
    await look(name);
  }
  expect(found).toEqual([]);
  expect(errors).toEqual([]);
});

test(
  'it is worked by keyboard alone, in English too; a viewer sees no text and no button that changes',
  LONG,
  async () => {
    const page = await open({ locale: 'en-US' });
    await page.getByLabel('Your name').focus();
    await page.keyboard.type('Victor');
    await page.keyboard.press('Tab');
    await page.keyboard.type(VIEWER_TOKEN);
    await page.keyboard.press('Enter');
    await page.getByRole('navigation').waitFor();
    await page.getByText('LiveTex (Chat Center)').first().waitFor();
    expect(await page.getByRole('button', { name: 'New binding' }).count()).toBe(0);
    const focused = async (): Promise<string> => String(await page.evaluate('document.activeElement.textContent'));
    const tabTo = async (name: string): Promise<void> => {
      // The page that was gone to may not be there yet: no number of tabs comes to what is not.
      await page.getByText(name, { exact: true }).first().waitFor();
      for (let tries = 0; tries < 40 && (await focused()) !== name; tries += 1) await page.keyboard.press('Tab');
      expect(await focused()).toBe(name);
    };
    await tabTo('Dialogs');
    await page.keyboard.press('Enter');
    await tabTo('All leads');
    await page.keyboard.press('Enter');
    await tabTo(NAME);
    await page.keyboard.press('Enter');
    await page.getByText('Texts and attributes of leads are for admins only.').first().waitFor();
    expect(await page.getByText('человека').count()).toBe(0);
    await tabTo('To the list');
    await page.keyboard.press('Enter');
    await tabTo('Report');
    await page.keyboard.press('Enter');
    await page.getByText('By day').first().waitFor();
    await tabTo('Log out');
    await page.keyboard.press('Enter');
    await page.getByLabel('Your name').waitFor();
    expect(errors).toEqual([]);
  },
);
