import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { useContext } from '../browser.ts';

/** Long enough for the slowest step on a busy machine (a restart of the runtime); a step that works takes a fraction. */
const VISIBLE_TIMEOUT_MS = 60_000;

/** The simulator's page as a person has it open: its parts by their roles, and what it complained about. */
export interface Visit {
  readonly page: Page;
  readonly lead: Locator;
  /** The lead's messenger. */
  readonly chat: Locator;
  readonly desk: Locator;
  readonly timeline: Locator;
  /** Errors of the page and of its policy. */
  readonly errors: string[];
  /** Addresses that the page asked for outside of its own origin. */
  readonly foreign: string[];
  readonly say: (text: string) => Promise<void>;
  readonly answer: (text: string) => Promise<void>;
  readonly fault: (name: string, on: boolean) => Promise<void>;
}

export async function visit(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await useContext(browser, options);
  const page = await context.newPage();
  page.setDefaultTimeout(VISIBLE_TIMEOUT_MS);
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('request', (request) => request.url().startsWith(url) || foreign.push(request.url()));
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(url);
  const lead = page.getByRole('region', { name: 'Лид' });
  const desk = page.getByRole('region', { name: 'Оператор' });
  await lead.getByRole('button', { name: 'Ольга Смирнова' }).waitFor();
  const write = async (field: Locator, text: string): Promise<void> => {
    await field.fill(text);
    await field.press('Enter');
  };
  return {
    page,
    lead,
    desk,
    errors,
    foreign,
    chat: lead.getByRole('log'),
    timeline: page.getByRole('log', { name: 'Лента событий' }),
    say: async (text) => await write(lead.getByRole('textbox', { name: 'Сообщение от лида' }), text),
    answer: async (text) => await write(desk.getByRole('textbox', { name: 'Ответ оператора' }), text),
    fault: async (name, on) => {
      await page.getByRole('button', { name: /Сбои/ }).click();
      await page.getByRole('switch', { name }).setChecked(on);
      await page.keyboard.press('Escape');
    },
  };
}

export async function visible(locator: Locator): Promise<void> {
  await locator.first().waitFor({ state: 'visible', timeout: VISIBLE_TIMEOUT_MS });
}

export async function gone(locator: Locator): Promise<void> {
  await locator.first().waitFor({ state: 'hidden', timeout: VISIBLE_TIMEOUT_MS });
}

/** Writes to the bot and asks for an operator. Resolves when the dialog stands at the desk. */
export async function transfer({ say, lead, desk, chat }: Visit): Promise<Locator> {
  await say('Здравствуйте!');
  await lead.getByRole('button', { name: 'Позвать оператора' }).click();
  await visible(chat.getByText('Диалог переведён на оператора'));
  const article = desk.getByRole('article', { name: 'Ольга Смирнова' });
  await visible(article);
  return article;
}
