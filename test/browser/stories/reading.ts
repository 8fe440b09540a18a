import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSimulator } from '../../support/simulator-stand.ts';
import { gone, transfer, visible, visit } from './simulator-visit.ts';

const USER = 'support:telegram:olga';
const PHONE = { width: 390, height: 844 };
/** A conversation is what a phone is for: at least so much of its height. */
const CONVERSATION_SHARE = 2 / 3;
/** As long as any step of a story may take on a busy machine. */
const POLL = { timeout: 60_000 };

/** How far a log is from its end, px. */
async function fromEnd(log: Locator): Promise<number> {
  return await log.evaluate((element) => {
    const { scrollHeight, scrollTop, clientHeight } = element as unknown as Record<string, number>;
    return (scrollHeight ?? 0) - (scrollTop ?? 0) - (clientHeight ?? 0);
  });
}

async function heightOf(part: Locator): Promise<number> {
  return (await part.boundingBox())?.height ?? 0;
}

export function readingStories(browser: () => Browser): void {
  describe('what a person reads', () => {
    it('keeps both panes at their end, unless the person looked back; one’s own message always shows', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { chat, page } = seen;
      const article = await transfer(seen);
      const log = article.getByRole('log');
      const runtime = stand.runtime.current();
      for (let index = 0; index < 30; index++) {
        await runtime.receive({ channel: 'telegram', externalId: 'olga', text: `от лида ${index}` });
        stand.emulator.dialogs.reply(USER, 'maria', `от оператора ${index}`);
      }
      await visible(chat.getByText('от оператора 29', { exact: true }));
      await visible(log.getByText('от лида 29'));
      for (const pane of [chat, log]) await expect.poll(async () => await fromEnd(pane), POLL).toBeLessThan(2);

      for (const pane of [chat, log]) await pane.evaluate((element) => element.scrollTo(0, 300));
      await visible(page.getByRole('button', { name: 'К последним сообщениям' }).nth(1));
      stand.emulator.dialogs.reply(USER, 'maria', 'ещё одно');
      await chat.getByText('ещё одно').waitFor({ state: 'attached' });
      await log.getByText('ещё одно').waitFor({ state: 'attached' });
      for (const pane of [chat, log]) expect(await fromEnd(pane)).toBeGreaterThan(100);

      await seen.say('моё сообщение');
      await visible(chat.getByText('моё сообщение'));
      await expect.poll(async () => await fromEnd(chat), POLL).toBeLessThan(2);
      expect(await fromEnd(log)).toBeGreaterThan(100);
      await seen.answer('мой ответ');
      await log.getByText('мой ответ').waitFor({ state: 'attached' });
      await expect.poll(async () => await fromEnd(log), POLL).toBeLessThan(2);
      expect(seen.errors).toEqual([]);
    });

    it('marks the message whose script failed, leads to its cause, and says when the file has changed since', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, lead, chat, timeline } = seen;
      const path = join(stand.botFolder, 'номер_заявки.js');
      const good = await readFile(path, 'utf8');
      await writeFile(path, 'lead.nope();\n');
      await visible(timeline.getByText('Бот перечитан'));
      await seen.say('Здравствуйте!');
      await lead.getByRole('button', { name: 'Позвать оператора' }).click();
      await chat.getByRole('button', { name: 'Скрипт упал' }).click();
      await visible(timeline.getByRole('button', { name: /^Лид написал 2/ }));
      expect(await timeline.getByRole('button', { name: /Здравствуйте!/ }).count()).toBe(0);
      await timeline.getByRole('button', { name: /Ошибка в скрипте operator/ }).click();
      await timeline.getByRole('button', { name: 'номер_заявки.js:1:6' }).click();
      const source = page.getByRole('dialog', { name: 'Файл бота номер_заявки.js' });
      await visible(source.locator('.marked'));
      expect(await source.getByText('Файл изменён позже').count()).toBe(0);
      await source.getByRole('button', { name: 'Закрыть' }).click();
      await gone(source);
      await writeFile(path, good);
      await timeline.getByRole('button', { name: 'номер_заявки.js:1:6' }).click();
      await visible(source.getByText('Файл изменён позже'));
      expect(seen.errors).toEqual([]);
    });

    it('says why the bot is silent, and greys its menu while an operator has the dialog', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { chat } = seen;
      await seen.say('Здравствуйте!');
      await visible(chat.locator('.menu.live'));
      await chat.getByRole('button', { name: 'Позвать оператора' }).click();
      await visible(chat.getByText('Диалог переведён на оператора'));
      await gone(chat.locator('.menu.live'));
      await seen.say('Есть кто?');
      await visible(chat.getByText('Бот молчит: диалог у оператора'));
      await seen.say('Ау');
      await visible(chat.getByText('Ау'));
      expect(await chat.getByText('Бот молчит').count()).toBe(1);
    });

    it('folds requests and webhooks until they are asked for', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { timeline, page } = seen;
      await transfer(seen);
      const fold = timeline.getByRole('button', { name: /^Запросы и вебхуки selectDestination/ });
      await visible(fold);
      const request = timeline.getByRole('button', { name: /^selectDestination 200/ });
      expect(await request.count()).toBe(0);
      await fold.click();
      await visible(request);
      await fold.click();
      await gone(request);
      await page.getByRole('button', { name: 'Запросы', exact: true }).click();
      await visible(request);
    });

    it('ends the guide with next steps, helps by ?, and starts a dialog over', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, lead, chat } = seen;
      const steps = page.getByRole('navigation', { name: 'С чего начать' });
      const article = await transfer(seen);
      await visible(steps.locator('[aria-current]').getByText('Прочитайте диалог за оператора'));
      await article.getByRole('button', { name: 'Прочитать' }).click();
      await article.getByRole('button', { name: 'Закрыть диалог' }).click();
      await visible(steps.getByRole('region', { name: 'Что дальше' }));

      await page.locator('body').press('?');
      const help = page.getByRole('dialog', { name: 'Помощь' });
      await visible(help.getByText('Бот молчит, пока диалог у оператора.'));
      await page.keyboard.press('Escape');
      await gone(help);
      const field = lead.getByRole('textbox', { name: 'Сообщение от лида' });
      await field.fill('');
      await field.press('?');
      expect(await field.inputValue()).toBe('?');
      expect(await help.count()).toBe(0);
      await field.fill('');

      await lead.getByRole('button', { name: 'Начать диалог заново' }).click();
      await visible(chat.getByText('Напишите боту как лид'));
      await seen.say('Снова я');
      await visible(chat.getByText('Здравствуйте! Я бот поддержки.'));
      await visible(chat.getByText('Позвать оператора'));
      expect(await chat.getByText('Позвать оператора').count()).toBe(1);
      expect(await lead.getByRole('button', { name: 'Ольга Смирнова' }).count()).toBe(1);

      await lead.getByRole('button', { name: 'Забыть лида' }).click();
      const question = page.getByRole('dialog', { name: 'Забыть лида' });
      await visible(question.getByText('Архив в LiveTex остаётся'));
      await page.keyboard.press('Escape');
      await gone(question);
      expect(await chat.getByText('Снова я').count()).toBe(1);
      await lead.getByRole('button', { name: 'Забыть лида' }).click();
      await question.getByRole('button', { name: 'Забыть навсегда' }).click();
      await gone(chat.getByText('Снова я'));
      await gone(lead.getByRole('button', { name: 'Ольга Смирнова' }));
      expect(seen.errors).toEqual([]);
    });

    it('is reached by keyboard in few steps: past the bar, through the timeline by arrows, one menu', async () => {
      const stand = await useSimulator();
      await transfer(await visit(browser(), stand.url));
      // A person who has only opened the page: nothing was pressed, so Tab begins at its beginning.
      const { page, chat } = await visit(browser(), stand.url);
      const focused = async (): Promise<unknown> =>
        await page.evaluate(`document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`);
      await visible(chat.getByText('Диалог переведён на оператора'));
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('К переписке');
      await page.keyboard.press('Enter');
      expect(await focused()).toBe('Сообщение от лида');

      const stops = await page.locator('.column-between .entry-line[tabindex="0"]').count();
      expect(stops).toBe(1);
      await page.locator('.column-between .entry-line[tabindex="0"]').focus();
      const newest = await focused();
      await page.keyboard.press('ArrowUp');
      expect(await focused()).not.toBe(newest);
      expect(await page.locator('.column-between .entry-line[tabindex="0"]').count()).toBe(1);
      await page.keyboard.press('End');
      expect(await focused()).toBe(newest);
    });

    it('gives the conversation two thirds of a phone, counts attributes, and marks the tab of a failed script', async () => {
      const stand = await useSimulator();
      await writeFile(join(stand.botFolder, 'телефон.js'), 'lead.nope();\n');
      const seen = await visit(browser(), stand.url);
      const { page } = seen;
      const article = await transfer(seen);
      await visible(seen.lead.getByText('Атрибуты2'));
      await page.setViewportSize(PHONE);
      const tab = (name: string): Locator => page.getByRole('tab', { name: new RegExp(name) });
      await tab('Лид').click();
      const share = async (log: Locator): Promise<number> => (await heightOf(log)) / PHONE.height;
      await expect
        .poll(async () => await share(page.locator('.column-lead .log')), POLL)
        .toBeGreaterThanOrEqual(CONVERSATION_SHARE);
      await tab('Оператор').click();
      const open = page.getByRole('article', { name: 'Ольга Смирнова' });
      await visible(open.getByText('Атрибуты лида'));
      await expect
        .poll(async () => await share(page.locator('.conversation .log')), POLL)
        .toBeGreaterThanOrEqual(CONVERSATION_SHARE);

      await article.or(open).first().getByRole('button', { name: 'Закрыть диалог' }).click();
      stand.emulator.operators.setStatus('maria', 'offline');
      await tab('Лид').click();
      const field = page.getByRole('textbox', { name: 'Сообщение от лида' });
      await field.fill('оператор');
      await field.press('Enter');
      const log = page.getByRole('log', { name: /Переписка лида/ });
      await visible(log.getByText('Оставьте номер телефона'));
      await field.fill('12');
      await field.press('Enter');
      await visible(log.getByRole('button', { name: 'Скрипт упал' }));
      await visible(tab('Между ними').getByText('упавших скриптов'));
      await tab('Между ними').click();
      await tab('Лид').click();
      expect(await tab('Между ними').getByText('упавших скриптов').count()).toBe(0);
    });
  });
}
