import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSimulator } from '../../support/simulator-stand.ts';
import { gone, transfer, visible, visit } from './simulator-visit.ts';

export function dialogStories(browser: () => Browser): void {
  describe('a dialog on the page', () => {
    it('goes from the first word to the return, as lead and operators see it', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, lead, desk, chat, timeline } = seen;
      await visible(lead.getByText('Напишите боту как лид'));
      await visible(desk.getByText('Операторы никого не видят'));
      const article = await transfer(seen);

      const header = article.getByRole('region', { name: 'Атрибуты лида' });
      await visible(header.getByText('номер_заявки'));
      await visible(header.getByText('705'));
      const history = article.getByRole('log');
      await visible(history.getByText('👤 Пользователь'));
      await visible(history.getByText('2 Позвать оператора'));

      await article.getByRole('button', { name: 'Прочитать' }).click();
      await visible(chat.getByText('Оператор Мария Соколова подключился к диалогу'));
      await seen.answer('Вижу заявку 705');
      await visible(chat.getByText('Вижу заявку 705'));
      await seen.say('Спасибо, жду');
      await visible(history.getByText('Спасибо, жду'));

      await article.getByRole('combobox', { name: 'Передать оператору' }).selectOption('oleg');
      await desk.getByRole('button', { name: 'Отвечать как Олег Белов' }).last().click();
      await seen.answer('Теперь с вами Олег');
      await visible(chat.getByText('Оператор Олег Белов подключился к диалогу'));
      await visible(chat.getByText('Теперь с вами Олег'));
      await article.getByRole('button', { name: 'Отправить сообщение ожидания' }).click();
      await visible(chat.getByText('Оператор скоро ответит'));

      await article.getByRole('button', { name: 'Закрыть диалог' }).click();
      await visible(chat.getByText('Оператор вернул диалог боту'));
      await visible(lead.getByText('отвечает бот'));
      await visible(timeline.getByText('Режим: с оператором → отвечает бот'));
      await visible(chat.getByText('Чем помочь?').nth(1));
      await seen.say('абракадабра');
      await visible(chat.getByText('Не понял вас.'));
      const steps = page.getByRole('navigation', { name: 'С чего начать' });
      expect(await steps.locator('[aria-current]').count()).toBe(0);
      expect(seen.errors).toEqual([]);
    });

    it('runs «Нет доступных операторов» when nobody is there, and takes files both ways', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { lead, desk, chat } = seen;
      await desk.getByRole('combobox', { name: 'Статус оператора Мария Соколова' }).selectOption('away');
      await seen.say('Здравствуйте!');
      await lead.getByRole('button', { name: 'Позвать оператора' }).click();
      await visible(chat.getByText('Сейчас операторов нет на месте.'));
      await seen.say('+7 900 000-00-00');

      await desk.getByRole('combobox', { name: 'Статус оператора Олег Белов' }).selectOption('online');
      await seen.say('оператор');
      await visible(chat.getByText('Диалог переведён на оператора'));
      const article = desk.getByRole('article', { name: 'Ольга Смирнова' });
      await lead.getByRole('button', { name: 'Прикрепить файл по ссылке' }).click();
      await lead.getByRole('textbox', { name: 'Ссылка на файл' }).fill('https://example.com/паспорт.jpg');
      await lead.getByRole('button', { name: 'Прикрепить', exact: true }).click();
      const link = article.getByRole('link', { name: 'паспорт.jpg' });
      await visible(link);
      expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow');

      await desk.getByRole('button', { name: 'Отправить файл по ссылке' }).click();
      await desk.getByRole('textbox', { name: 'Ссылка на файл' }).fill('https://example.com/ответ.pdf');
      await desk.getByRole('textbox', { name: 'Название' }).fill('Ответ');
      await desk.getByRole('button', { name: 'Прикрепить', exact: true }).click();
      await visible(chat.getByRole('link', { name: 'Ответ' }));
      expect(seen.foreign).toEqual([]);
      expect(seen.errors).toEqual([]);
    });

    it('shows what waits for operators, in which group and why, and lets one of them write first', async () => {
      const stand = await useSimulator({
        binding: { waiting: { text: 'Скоро ответим', everySeconds: 60, times: 2 } },
        files: {
          'номер_заявки.js':
            "lead.setLiveTexHiddenAttr('utm', 'vk'); livetex.transferToOperator({ group: 'Поддержка', reason: 'Возврат' });",
          'телефон.js': "livetex.leaveMessage({ group: 'Поддержка', reason: 'Перезвонить' });",
        },
      });
      const seen = await visit(browser(), stand.url);
      const { lead, desk, chat } = seen;
      await desk.getByRole('button', { name: 'Добавить оператора' }).click();
      await desk.getByRole('textbox', { name: 'Имя оператора' }).fill('Ирина');
      await desk.getByRole('combobox', { name: 'Группа' }).fill('Поддержка');
      await desk.getByRole('button', { name: 'Добавить', exact: true }).click();
      await desk.getByRole('button', { name: /^Ирина.*Поддержка/ }).click();
      const status = desk.getByRole('combobox', { name: 'Статус оператора Ирина' });
      await status.selectOption('away');
      await desk.getByRole('combobox', { name: 'Статус оператора Мария Соколова' }).selectOption('away');

      await seen.say('Здравствуйте!');
      await lead.getByRole('button', { name: 'Позвать оператора' }).click();
      await visible(chat.getByText('Сейчас операторов нет на месте.'));
      await seen.say('+7 900 000-00-00');
      await visible(
        lead.getByText(/^оставлено сообщение операторам · с .* · группа «Поддержка» · причина: Перезвонить$/),
      );
      await visible(lead.getByText('отвечает бот'));
      const article = desk.getByRole('article', { name: 'Ольга Смирнова' });
      await visible(article.getByText('группа «Поддержка» · support:telegram:olga'));
      await visible(article.getByRole('region', { name: 'Атрибуты лида' }).getByText('Перезвонить'));
      await article.getByText('Скрытые атрибуты').click();
      await visible(article.getByText('utm'));
      await article.getByRole('button', { name: 'Прочитать' }).click();
      await visible(chat.getByText('Оператор Ирина подключился к диалогу'));
      await gone(lead.getByText('оставлено сообщение'));
      await article.getByRole('button', { name: 'Закрыть диалог' }).click();
      await visible(chat.getByText('Оператор вернул диалог боту'));

      await seen.answer('Забыла сказать');
      await visible(chat.getByText('Забыла сказать'));
      await visible(lead.getByText('с оператором'));
      await article.getByRole('button', { name: 'Закрыть диалог' }).click();
      await visible(lead.getByText('отвечает бот'));

      await status.selectOption('online');
      await lead.getByRole('button', { name: 'Позвать оператора' }).last().click();
      await visible(lead.getByText(/^с .* · группа «Поддержка» · причина: Возврат$/));
      await visible(chat.getByText('Диалог переведён на оператора'));
      stand.clock.skip(60_000);
      await visible(chat.getByText('Скоро ответим'));
      await visible(lead.getByText(/ · текстов ожидания: 1$/));
      expect(seen.errors).toEqual([]);
    });

    it('answers an operator’s /bot, and mirrors nothing of an excluded channel', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { lead, chat } = seen;
      await transfer(seen);
      await seen.answer('/bot');
      await visible(chat.getByText('Снова с вами бот.'));
      expect(await chat.getByText('/bot').count()).toBe(0);

      await lead.getByRole('button', { name: 'Елена Юрьева' }).click();
      await seen.say('Здравствуйте!');
      await visible(chat.getByText('Чем помочь?'));
      await stand.runtime.current().idle();
      expect(stand.emulator.dialogs.list().map(({ userId }) => userId)).toEqual(['support:telegram:olga']);
    });

    it('shows everything that a message caused, finds it and filters it', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, timeline } = seen;
      await transfer(seen);
      await timeline.getByRole('button', { name: /Скрипт operator · номер_заявки\.js/ }).click();
      await visible(page.getByText(/связанных событий: [1-9]/));
      await visible(timeline.getByText('Журнал скрипта'));
      await page.getByRole('button', { name: 'только цепочка' }).click();
      await visible(timeline.getByRole('button', { name: /Записаны атрибуты/ }));
      expect(await timeline.getByRole('button', { name: /Лид написал Здравствуйте/ }).count()).toBe(0);
      await page.getByRole('button', { name: 'сбросить' }).click();

      await page.getByRole('searchbox', { name: 'Поиск по ленте' }).fill('selectDestination 200');
      await page.getByRole('searchbox', { name: 'Поиск по ленте' }).fill('selectdestination');
      await timeline.getByRole('button', { name: /^selectDestination/ }).click();
      await visible(timeline.getByText('"номер_заявки": "705"'));
      await page.getByRole('searchbox', { name: 'Поиск по ленте' }).fill('такого нет');
      await visible(timeline.getByText('Ничего не найдено.'));
      await page.getByRole('searchbox', { name: 'Поиск по ленте' }).fill('');
      await page.getByRole('button', { name: 'Режим', exact: true }).click();
      expect(await timeline.getByRole('button', { name: /Лид написал/ }).count()).toBe(0);
      await visible(timeline.getByText('Режим: отвечает бот → переводится'));
    });

    it('shows what a script has asked another server and what it has scheduled, and runs that now', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { lead, chat, timeline } = seen;
      const code = `
        try { api.getJson('https://crm.example.com/orders/7?key=hidden'); } catch (error) { bot.sendMessage(error.code); }
        bot.scheduleJob({ script_code: 'remind', run_after_sec: 3600, script_request_params: { order: 705 } });
        bot.scheduleJob({ script_code: 'remind', run_after_sec: 60, is_periodic: true, repeat_interval_sec: 86400, condition_script_code: 'return false' });`;
      await writeFile(join(stand.botFolder, 'номер_заявки.js'), code);
      await writeFile(
        join(stand.botFolder, 'remind.js'),
        `bot.sendMessage('Напоминаю о заказе ' + request.json.order);`,
      );
      const script = (name: string, file: string) => ({ code: name, commands: [{ type: 'run_javascript', file }] });
      const scripts = [script('start', 'номер_заявки.js'), script('remind', 'remind.js')];
      await writeFile(join(stand.botFolder, 'bot.json'), JSON.stringify({ id: 'support', scripts }));
      await visible(timeline.getByText('Бот перечитан').last());
      await seen.say('Здравствуйте!');
      await visible(chat.getByText('api_not_allowed'));
      await visible(timeline.getByText(/GET crm\.example\.com\/orders\/7/));
      expect(await timeline.getByText('hidden').count()).toBe(0);

      await lead.getByText('Атрибуты').click();
      const rows = lead.getByRole('region', { name: 'Запланировано' }).getByRole('paragraph');
      const periodic = rows.filter({ hasText: 'каждые 86400 с' });
      const once = rows.filter({ hasNotText: 'каждые' });
      await visible(periodic);
      await once.getByRole('button', { name: 'Выполнить сейчас' }).click();
      await visible(chat.getByText('Напоминаю о заказе 705'));
      await gone(once);
      // A periodic one stays, with its next time.
      await periodic.getByRole('button', { name: 'Выполнить сейчас' }).click();
      await visible(timeline.getByText(/скрипт remind по расписанию не запущен: условие не выполнено/));
      expect(await rows.count()).toBe(1);
      expect(seen.errors).toEqual([]);
    });

    it('does not call details gone where there are none', async () => {
      const stand = await useSimulator();
      const { desk, timeline, errors } = await visit(browser(), stand.url);
      await desk.getByRole('button', { name: 'Добавить оператора' }).click();
      await desk.getByRole('textbox', { name: 'Имя оператора' }).fill('Ирина');
      await desk.getByRole('button', { name: 'Добавить', exact: true }).click();
      await timeline.getByRole('button', { name: /^Добавлен оператор/ }).click();
      await visible(timeline.getByText('Других подробностей нет.'));
      expect(errors).toEqual([]);
    });
  });
}
