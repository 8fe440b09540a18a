import type { Browser, FrameLocator, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSimulator } from '../../support/simulator-stand.ts';
import { accessProblems } from '../axe.ts';
import { gone, visible, visit } from './simulator-visit.ts';

/** One dot. */
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const siteOf = (page: Page): FrameLocator => page.frameLocator('iframe');

async function write(site: FrameLocator, text: string): Promise<void> {
  await site.getByLabel('Ваше сообщение').fill(text);
  await site.getByLabel('Ваше сообщение').press('Enter');
}

export function siteStories(browser: () => Browser): void {
  describe('the chat on a site beside the desk', () => {
    it('is the real one: what a visitor writes and sends is a dialog at the desk, and the answer comes back', async () => {
      const stand = await useSimulator({ site: true });
      const seen = await visit(browser(), stand.url);
      const { page, lead, desk } = seen;
      const site = siteOf(page);
      await visible(page.getByRole('region', { name: 'Сайт' }));
      // It takes no focus from the page around it.
      await visible(site.getByLabel('Ваше сообщение'));
      expect(await page.evaluate('document.activeElement === document.body')).toBe(true);
      await write(site, 'Здравствуйте!');
      await site.getByRole('button', { name: 'Позвать оператора' }).click();
      await visible(site.getByText('Диалог переведён на оператора'));
      const visitor = lead.getByRole('button', { name: 'Посетитель 1' });
      await visitor.click();
      await visible(seen.chat.getByText('Диалог переведён на оператора'));
      const article = desk.getByRole('article', { name: 'Посетитель 1' });
      await visible(article.getByText('2 Позвать оператора'));

      await site.locator('input[type=file]').setInputFiles({ name: 'кот.png', mimeType: 'image/png', buffer: PNG });
      const link = article.getByRole('link', { name: 'кот.png' });
      await visible(link);
      const picture = await page.request.get((await link.getAttribute('href')) ?? '');
      expect([picture.status(), picture.headers()['content-type']]).toEqual([200, 'image/png']);
      expect((await picture.body()).equals(PNG)).toBe(true);

      await seen.answer('Вижу вашего кота');
      await visible(site.getByText('Вижу вашего кота'));
      expect(await accessProblems(page)).toEqual([]);

      // Somebody else on the same machine, then nobody.
      await page.getByRole('button', { name: 'Новый посетитель' }).click();
      await gone(site.getByText('Вижу вашего кота'));
      await write(site, 'А я впервые');
      await visible(lead.getByRole('button', { name: 'Посетитель 2' }));
      const toggle = page.getByRole('button', { name: 'Чат на сайте', exact: true });
      await toggle.press('Enter');
      await gone(page.locator('iframe'));
      await page.reload();
      await visible(lead.getByRole('button', { name: 'Посетитель 2' }));
      expect(await toggle.getAttribute('aria-pressed')).toBe('false');
      // Where there is no room for four columns it is the lead's side.
      await page.setViewportSize({ width: 1200, height: 900 });
      await toggle.click();
      await visible(site.getByText('А я впервые'));
      expect(await page.locator('#column-lead').isVisible()).toBe(false);
      await page.getByRole('button', { name: 'Скрыть чат на сайте' }).click();
      await visible(page.locator('#column-lead'));
      expect(seen.errors).toEqual([]);
      expect(seen.foreign).toEqual([]);
    });

    it('and the lead of a messenger sees what its driver would send; on a phone the chat on a site has a tab', async () => {
      const menu = Array.from({ length: 12 }, (_, at) => ({
        code: `п${at}`,
        caption: `Пункт ${at}`,
        script: 'chosen',
      }));
      const scripts = [
        { code: 'start', commands: [{ type: 'send_text', text: 'Выбирайте' }], menu },
        { code: 'chosen', commands: [{ type: 'send_text', text: 'Выбрано' }] },
      ];
      const stand = await useSimulator({
        site: true,
        files: { 'bot.json': JSON.stringify({ id: 'support', scripts }) },
      });
      const seen = await visit(browser(), stand.url);
      const { page, lead, chat } = seen;
      await lead.getByRole('button', { name: 'Новый лид' }).click();
      await lead.getByRole('textbox', { name: 'Имя' }).fill('Вера');
      await lead.getByRole('combobox', { name: 'Канал' }).selectOption('vk');
      await lead.getByRole('button', { name: 'Добавить' }).click();
      await visible(lead.getByRole('button', { name: 'Вера', pressed: true }));
      await seen.say('Здравствуйте!');
      await visible(chat.getByText('п11 Пункт 11'));
      await visible(chat.getByText('VK: кнопки не поместились и стали строками'));
      expect(await chat.getByRole('button', { name: 'Пункт 11' }).count()).toBe(0);
      await seen.say('п3');
      await visible(chat.getByText('Выбрано'));
      await lead.getByRole('combobox', { name: 'Мессенджер' }).selectOption('telegram');
      await chat.getByRole('button', { name: 'Пункт 11' }).click();
      await visible(chat.getByText('Выбрано').nth(1));
      await visible(chat.getByText('п11', { exact: true }));
      expect(await chat.getByText('VK:').count()).toBe(0);

      await page.setViewportSize({ width: 390, height: 844 });
      await page.getByRole('tab', { name: 'Сайт' }).click();
      await write(siteOf(page), 'с телефона');
      await visible(siteOf(page).getByRole('button', { name: 'Пункт 11' }));
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      expect(await accessProblems(page)).toEqual([]);
      await page.getByRole('tab', { name: 'Сайт' }).press('ArrowRight');
      expect(await page.getByRole('tab', { name: 'Оператор' }).getAttribute('aria-selected')).toBe('true');
      // It is kept while another tab is looked at.
      await page.getByRole('tab', { name: 'Сайт' }).click();
      await visible(siteOf(page).getByText('с телефона'));
      expect(seen.errors).toEqual([]);
    });
  });
}
