import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, useContext } from '../support/browser.ts';
import { type SimulatorStand, useSimulator } from '../support/simulator-stand.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => await browser.close());

/** The page, its parts by role, and what it complained about. */
interface Visit {
  readonly page: Page;
  readonly lead: Locator;
  readonly chat: Locator;
  readonly desk: Locator;
  readonly timeline: Locator;
  readonly errors: string[];
  say(text: string): Promise<void>;
  answer(text: string): Promise<void>;
}

async function visit(stand: SimulatorStand, options: Parameters<typeof useContext>[1] = {}): Promise<Visit> {
  const context = await useContext(browser, options);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(stand.url);
  const lead = page.getByRole('region', { name: 'Лид' });
  const desk = page.getByRole('region', { name: 'Оператор' });
  await lead.getByRole('button', { name: 'Ольга Смирнова' }).waitFor();
  return {
    page,
    lead,
    desk,
    errors,
    chat: lead.getByRole('log'),
    timeline: page.getByRole('log', { name: 'Лента событий' }),
    say: async (text) => {
      await lead.getByRole('textbox', { name: 'Сообщение от лида' }).fill(text);
      await page.keyboard.press('Enter');
    },
    answer: async (text) => {
      await desk.getByRole('textbox', { name: 'Ответ оператора' }).fill(text);
      await page.keyboard.press('Enter');
    },
  };
}

async function visible(locator: Locator): Promise<void> {
  await locator.first().waitFor({ state: 'visible', timeout: 15_000 });
}

/** Writes to the bot and asks for an operator: the dialog stands at the desk. */
async function transfer({ say, lead, desk, chat }: Visit): Promise<void> {
  await say('Здравствуйте!');
  await lead.getByRole('button', { name: 'Позвать оператора' }).click();
  await visible(chat.getByText('Диалог переведён на оператора'));
  await visible(desk.getByRole('article', { name: 'Ольга Смирнова' }));
}

describe('the whole story', () => {
  it('goes from the first word to the return, as lead and operators see it', async () => {
    const stand = await useSimulator();
    const seen = await visit(stand);
    const { page, lead, desk, chat, timeline, say, answer } = seen;
    await visible(lead.getByText('Напишите боту как клиент'));
    await transfer(seen);

    const article = desk.getByRole('article', { name: 'Ольга Смирнова' });
    const header = article.getByRole('region', { name: 'Атрибуты лида' });
    await visible(header.getByText('705'));
    await visible(header.getByText('номер_заявки'));
    const history = article.getByRole('log');
    await visible(history.getByText('👤 Пользователь'));
    await visible(history.getByText('2 Позвать оператора'));

    await article.getByRole('button', { name: 'Прочитать' }).click();
    await visible(chat.getByText('Оператор Мария Соколова подключился к диалогу'));
    await answer('Вижу заявку 705');
    await visible(chat.getByText('Вижу заявку 705'));
    await say('Спасибо, жду');
    await visible(history.getByText('Спасибо, жду'));

    await article
      .getByRole('combobox', { name: 'Передать оператору' })
      .selectOption({ label: 'Олег Белов · нет на месте' });
    await visible(article.getByText('Олег Белов'));
    await desk.getByRole('button', { name: 'Отвечать как Олег Белов' }).click();
    await answer('Теперь с вами Олег');
    await visible(chat.getByText('Оператор Олег Белов подключился к диалогу'));
    await visible(chat.getByText('Теперь с вами Олег'));
    await article.getByRole('button', { name: 'Отправить сообщение ожидания' }).click();
    await visible(chat.getByText('Оператор скоро ответит'));

    await article.getByRole('button', { name: 'Закрыть диалог' }).click();
    await visible(chat.getByText('Оператор вернул диалог боту'));
    await visible(lead.getByText('отвечает бот'));
    await say('привет');
    await visible(chat.getByText('Не понял вас.'));
    await visible(timeline.getByText('Режим: с оператором → отвечает бот'));
    expect(
      await page
        .getByRole('listitem')
        .filter({ has: page.locator('[aria-current]') })
        .count(),
    ).toBe(0);
    expect(seen.errors).toEqual([]);
  });
});
