import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSimulator } from '../../support/simulator-stand.ts';
import { gone, visible, visit } from './simulator-visit.ts';

export function editingStories(browser: () => Browser): void {
  describe('live editing', () => {
    it('shows the problems of a broken bot, keeps the last good one, and takes the mended one', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, chat } = seen;
      const path = join(stand.botFolder, 'bot.json');
      const good = await readFile(path, 'utf8');
      await writeFile(path, good.replace('"script": "operator"', '"script": "operatorr"'));
      const banner = page.getByText('Работает последняя исправная версия');
      await visible(banner);
      await visible(page.getByText(/operatorr/));
      await seen.say('Здравствуйте!');
      await visible(chat.getByText('Чем помочь?'));

      await writeFile(path, good.replace('Не понял вас.', 'Повторите, пожалуйста.'));
      await gone(banner);
      await seen.say('абракадабра');
      await visible(chat.getByText('Повторите, пожалуйста.'));
      expect(seen.errors).toEqual([]);
    });

    it('goes on with the runtime there is when it is to restart with a broken bot', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, chat } = seen;
      const path = join(stand.botFolder, 'bot.json');
      const good = await readFile(path, 'utf8');
      await writeFile(path, '{');
      await visible(page.getByText('Работает последняя исправная версия'));
      await page.getByRole('button', { name: /Сбои/ }).click();
      await page.getByRole('button', { name: 'Перезапустить среду' }).click();
      await page.keyboard.press('Escape');
      const failed = page.locator('.banners').getByText('работает прежняя');
      await visible(failed);
      await seen.say('Здравствуйте!');
      await visible(chat.getByText('Чем помочь?'));
      await writeFile(path, good);
      await gone(failed);
      expect(seen.errors).toEqual([]);
    });

    it('leads from a script’s error to its line', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, lead, timeline } = seen;
      const script = '// заявка\nlet number = 705;\nlead.setLivetexAttr({ number });\n';
      await writeFile(join(stand.botFolder, 'номер_заявки.js'), script);
      await visible(timeline.getByText('Бот перечитан'));
      await seen.say('Здравствуйте!');
      await lead.getByRole('button', { name: 'Позвать оператора' }).click();
      await timeline.getByRole('button', { name: /Ошибка в скрипте operator · номер_заявки\.js/ }).click();
      await timeline.getByRole('button', { name: 'номер_заявки.js:3:6' }).click();
      const source = page.getByRole('dialog', { name: 'Файл бота номер_заявки.js' });
      await visible(source.locator('.marked').getByText('lead.setLivetexAttr({ number });'));
      await source.getByRole('button', { name: 'Закрыть' }).click();
      await gone(source);
      expect(seen.errors).toEqual([]);
    });
  });
}
