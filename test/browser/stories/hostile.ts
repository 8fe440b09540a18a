import type { Browser } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useSimulator } from '../../support/simulator-stand.ts';
import { transfer, visible, visit } from './simulator-visit.ts';
import { takeFound } from '../../support/watched-output.ts';

const MARKUP = '<img src=x onerror="alert(1)"><script>alert(2)</script><svg onload=alert(3)><b>жирно</b>';

export function hostileStories(browser: () => Browser): void {
  describe('what people type', () => {
    it('is text on every side, never markup, and calls nobody', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      const { page, lead, desk, chat } = seen;
      const article = await transfer(seen);
      await seen.say(`лид ${MARKUP} javascript:alert(4) https://example.com/a"onmouseover="alert(5)`);
      await visible(chat.getByText(`лид ${MARKUP}`));
      await visible(article.getByText(`лид ${MARKUP}`));
      await seen.answer(`оператор ${MARKUP}`);
      await visible(chat.getByText(`оператор ${MARKUP}`));

      await lead.getByRole('button', { name: 'Новый лид' }).click();
      await lead.getByRole('textbox', { name: 'Имя' }).fill(MARKUP.slice(0, 60));
      await lead.getByRole('button', { name: 'Добавить' }).click();
      await visible(lead.getByRole('button', { name: MARKUP.slice(0, 60), pressed: true }));
      await desk.getByRole('button', { name: 'Добавить оператора' }).click();
      await desk.getByRole('textbox', { name: 'Имя оператора' }).fill(MARKUP.slice(0, 29));
      await desk.getByRole('button', { name: 'Добавить', exact: true }).click();
      await visible(desk.getByTitle(/<img src=x/));

      await lead.getByRole('button', { name: 'Прикрепить файл по ссылке' }).click();
      await lead.getByRole('textbox', { name: 'Ссылка на файл' }).fill('javascript:alert(6)');
      await lead.getByRole('button', { name: 'Прикрепить', exact: true }).click();
      await visible(lead.getByRole('alert').getByText('Нужна ссылка http:// или https://'));

      expect(await page.locator('img').count()).toBe(1);
      expect(await page.locator('a[href^="javascript"], [onerror], [onload], [onmouseover], .log b').count()).toBe(0);
      expect(seen.foreign).toEqual([]);
      expect(seen.errors).toEqual([]);
    });

    it('never brings a secret onto the page', async () => {
      const stand = await useSimulator();
      const seen = await visit(browser(), stand.url);
      await transfer(seen);
      await seen.say(`мой токен ${stand.emulator.token}`);
      await visible(seen.timeline.getByText('мой токен •••'));
      const all = await seen.page.evaluate(async () => {
        const details = Array.from(
          { length: 60 },
          async (_, id) => await (await fetch(`/simulator/entry?id=${id}`)).text(),
        );
        return (await Promise.all(details)).join('\n');
      });
      // The bodies that carry the secrets are among them.
      expect(all).toContain('SelectDestination');
      expect(all).toContain('"номер_заявки":"705"');
      expect(all).not.toContain(stand.emulator.token);
      expect(all).not.toContain(stand.webhookKey);
      // The watch of all outputs (`watch-outputs.ts`) sees it in the chat, where the lead reads what the lead wrote.
      expect(takeFound().filter((found) => !found.includes('мой токен'))).toEqual([]);
    });
  });
}
