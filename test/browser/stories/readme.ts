import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type SimulatorStand, useSimulator } from '../../support/simulator-stand.ts';
import { type Visit, gone, visible, visit } from './simulator-visit.ts';

const README = join(import.meta.dirname, '../../../README.ru.md');
const ARTICLE = 'Ольга Смирнова';

type Play = (seen: Visit, stand: SimulatorStand) => Promise<void>;

const article = ({ desk }: Visit): Locator => desk.getByRole('article', { name: ARTICLE });
const header = (seen: Visit): Locator => article(seen).getByRole('region', { name: 'Атрибуты лида' });
const callOperator = async ({ chat }: Visit): Promise<void> =>
  await chat.getByRole('button', { name: 'Позвать оператора' }).last().click();
const close = async (seen: Visit): Promise<void> => {
  const menus = await seen.chat.getByText('Чем помочь?').count();
  await article(seen).getByRole('button', { name: 'Закрыть', exact: false }).last().click();
  await visible(seen.chat.getByText('Чем помочь?').nth(menus));
};

/** What each sentence of the five steps says, done or looked at. A sentence that is not here is not played: the test fails. */
const PLAYS: Readonly<Record<string, Play>> = {
  'Напишите боту «Здравствуйте!» от имени лида и нажмите «Позвать оператора».': async (seen) => {
    await seen.say('Здравствуйте!');
    await callOperator(seen);
    await visible(seen.chat.getByText('Диалог переведён на оператора'));
  },
  'У оператора появился диалог, в заголовке — `номер_заявки` 705.': async (seen) => {
    await visible(header(seen).getByText('номер_заявки'));
    await visible(header(seen).getByText('705', { exact: true }));
  },
  'Нажмите «Прочитать» и ответьте лиду.': async (seen) => {
    await article(seen).getByRole('button', { name: 'Прочитать' }).click();
    await seen.answer('Вижу вашу заявку');
    await visible(seen.chat.getByText('Вижу вашу заявку'));
  },
  'Нажмите «Закрыть»: бот снова отвечает.': async (seen) => {
    await close(seen);
    await visible(seen.lead.getByText('отвечает бот'));
    await seen.say('1');
    await visible(seen.chat.getByText('Операторы отвечают с 9:00 до 18:00'));
  },
  'Откройте `номер_заявки.js`, поменяйте число на 706 и сохраните.': async (seen, stand) => {
    const path = join(stand.botFolder, 'номер_заявки.js');
    await writeFile(path, (await readFile(path, 'utf8')).replace('705', '706'));
    await visible(seen.timeline.getByText('Бот перечитан'));
  },
  'Позовите оператора ещё раз: в заголовке уже 706.': async (seen) => {
    await callOperator(seen);
    await visible(header(seen).getByText('706', { exact: true }));
  },
  'Закройте диалог.': close,
  'Переключите обоих операторов в «не в сети» и позовите оператора: сработает скрипт «Нет доступных операторов», бот спросит телефон.':
    async (seen) => {
      const statuses = seen.desk.getByRole('combobox', { name: /^Статус оператора/ });
      expect(await statuses.count()).toBe(2);
      for (const status of await statuses.all()) await status.selectOption({ label: 'не в сети' });
      await callOperator(seen);
      await visible(seen.timeline.getByRole('button', { name: /^Скрипт no_operators нет доступных операторов/ }));
      await visible(seen.chat.getByText('Оставьте номер телефона'));
    },
  'Напишите номер или «отмена».': async (seen) => {
    await seen.say('отмена');
    await visible(seen.chat.getByText('Хорошо, без звонка.'));
    await callOperator(seen);
    await visible(seen.chat.getByText('Оставьте номер телефона').nth(1));
    await seen.say('8 926 123-45-67');
    await visible(seen.chat.getByText('Спасибо! Перезвоним на +79261234567.'));
  },
};

/** The sentences of the numbered steps, a link as the last part of what it leads to. */
function sentencesOf(readme: string): string[] {
  const steps = /^1\. .*?(?=^\n?[^\d\s])/msu.exec(readme)?.[0] ?? '';
  const text = steps
    .replaceAll(/\[`[^`]*?([^/`]+)`\]\([^)]*\)/g, '`$1`')
    .replaceAll(/^\d\. /gm, '')
    .replaceAll(/\s+/g, ' ');
  return text.split(/(?<=\.) (?=\p{Lu})/u).map((sentence) => sentence.trim());
}

export function readmeStories(browser: () => Browser): void {
  describe('the five minutes of README.ru.md', () => {
    it('hold when they are done word for word, each from where the one before leaves', async () => {
      const sentences = sentencesOf(await readFile(README, 'utf8'));
      expect(sentences).toEqual(Object.keys(PLAYS));
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      for (const sentence of sentences) await PLAYS[sentence]?.(seen, stand);
      await seen.page.getByRole('button', { name: 'Помощь' }).click();
      await visible(seen.page.getByRole('dialog', { name: 'Помощь' }));
      await seen.page.keyboard.press('Escape');
      await gone(seen.page.getByRole('dialog', { name: 'Помощь' }));
      expect(seen.errors).toEqual([]);
    });
  });
}
