import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSimulator } from '../../support/simulator-stand.ts';
import { gone, transfer, visible, visit } from './simulator-visit.ts';

/** More than any pause of the plugin: 30 s after a refused token. */
const LONG_PAUSE_MS = 60_000;
const USER = 'support:telegram:olga';

export function faultStories(browser: () => Browser): void {
  describe('faults by switch', () => {
    const outages = [
      { name: 'LiveTex недоступен', seen: /sendText нет ответа/ },
      { name: 'LiveTex отвечает 429', seen: /sendText 429/ },
      { name: 'Токен не подходит', seen: /sendText 401/ },
    ];
    it('loses nothing while LiveTex is down, asks to slow down or refuses the token', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, chat, timeline } = seen;
      const queue = page.getByRole('status').filter({ hasText: 'ждут отправки' });
      let count = 0;
      for (const outage of outages) {
        await seen.fault(outage.name, true);
        await seen.say(`Пока ${outage.name}`);
        await visible(chat.getByText('Чем помочь?').nth(count));
        await visible(timeline.getByRole('button', { name: outage.seen }));
        await visible(queue);
        if (outage.name === 'Токен не подходит') await visible(page.getByText('Плагин не готов'));
        await seen.fault(outage.name, false);
        stand.clock.skip(LONG_PAUSE_MS);
        count += 1;
        const wanted = count;
        await stand.emulator.dialogs.when(
          USER,
          ({ messages }) => messages.filter(({ text }) => text?.includes('Чем помочь?')).length === wanted,
        );
        await gone(queue);
      }
      const texts = stand.emulator.dialogs.get(USER)?.messages.map(({ text }) => text?.split('\n')[1]);
      expect(texts?.filter((text) => text?.startsWith('Пока'))).toEqual(outages.map(({ name }) => `Пока ${name}`));
      await gone(page.getByText('Плагин не готов'));
    });

    it('lets the bot answer at once while LiveTex is slow', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      await seen.fault('LiveTex отвечает 3 секунды', true);
      await seen.say('Здравствуйте!');
      await visible(seen.chat.getByText('Чем помочь?'));
      expect(stand.emulator.dialogs.get(USER)?.messages ?? []).toEqual([]);
      await seen.fault('LiveTex отвечает 3 секунды', false);
      stand.clock.skip(LONG_PAUSE_MS);
      await stand.emulator.dialogs.when(USER, ({ messages }) => messages.length === 3);
    });

    it('shows each of the operator’s messages once, though webhooks come thrice, late and out of order', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { chat, timeline } = seen;
      await transfer(seen);
      await seen.fault('Вебхуки приходят трижды', true);
      await seen.answer('Трижды');
      await visible(timeline.getByRole('button', { name: /Вебхук TextMessage повтор, пропущен/ }));
      await visible(chat.getByText('Трижды'));
      await seen.fault('Вебхуки приходят трижды', false);

      await seen.fault('Вебхуки опаздывают на 5 секунд', true);
      await seen.answer('Поздно');
      await visible(timeline.getByRole('button', { name: /Оператор ответил Мария Соколова · Поздно/ }));
      expect(await chat.getByText('Поздно').count()).toBe(0);
      await seen.fault('Вебхуки опаздывают на 5 секунд', false);
      stand.clock.skip(LONG_PAUSE_MS);
      await visible(chat.getByText('Поздно'));

      await seen.fault('Вебхуки приходят не по порядку', true);
      for (const text of ['раз', 'два', 'три']) await seen.answer(`Счёт ${text}`);
      await seen.fault('Вебхуки приходят не по порядку', false);
      for (const text of ['раз', 'два', 'три']) await visible(chat.getByText(`Счёт ${text}`));
      for (const text of ['Трижды', 'Поздно', 'Счёт раз']) expect(await chat.getByText(text).count()).toBe(1);
    });

    it('takes what is written while the runtime restarts, and goes on', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, chat, timeline } = seen;
      const article = await transfer(seen);
      await page.getByRole('button', { name: /Сбои/ }).click();
      await page.getByRole('button', { name: 'Перезапустить среду' }).click();
      await visible(page.getByText('Среда исполнения перезапускается.'));
      await page.keyboard.press('Escape');
      await seen.say('Пишу во время перезапуска');
      await visible(timeline.getByRole('button', { name: /Среда исполнения запущена снова/ }));
      await visible(article.getByText('Пишу во время перезапуска'));
      await seen.answer('Всё на месте');
      await visible(chat.getByText('Всё на месте'));
      expect(await chat.getByText('Пишу во время перезапуска').count()).toBe(1);
      expect(await chat.getByText('Диалог переведён на оператора').count()).toBe(1);
    });
  });
}
