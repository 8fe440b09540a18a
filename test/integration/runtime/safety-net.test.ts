/** What the runtime tells of a bot that cannot help, and what lead and operator see of it: over HTTP, with the real plugin. */
import { expect, test } from 'vitest';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { useEmulator } from '../../support/emulator.ts';
import { startRuntime } from '../../support/start-runtime.ts';

test('scripts that fail and messages that nothing fits lead to an operator, who reads why; one that is handled ends the row', async () => {
  const emulator = await useEmulator({ operators: [{ firstName: 'Анна', status: 'online' }] });
  const binding = { token: emulator.token, baseUrl: emulator.url };
  const safetyNet = { scriptErrors: 2, misunderstandings: 3 };
  const hours = { code: 'hours', commands: [{ type: 'send_text', text: '9–18' }] };
  const runtime = await startRuntime(
    {
      scripts: [
        { code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте' }] },
        { code: 'order', name: 'Заказ', commands: [{ type: 'run_javascript', file: 'заказ.js' }] },
        hours,
        { code: 'sorry', type: 'Ошибка', commands: [{ type: 'send_text', text: 'Что-то сломалось' }] },
        { code: 'lost', type: 'Fallback', commands: [{ type: 'send_text', text: 'Не понял' }] },
      ],
      routes: [
        { regex: '^заказ$', script: 'order' },
        { regex: '^часы$', script: 'hours' },
      ],
      files: { 'заказ.js': 'нет_такого()' },
    },
    {
      plugins: [(host, storage) => createLiveTexPlugin({ bindings: [{ ...binding, safetyNet }], storage, host })],
    },
  );
  const mode = async (lead: string): Promise<string | undefined> => (await runtime.lead('telegram', lead))?.dialog.mode;
  const say = async (lead: string, ...texts: string[]): Promise<string | undefined> => {
    for (const text of texts) await runtime.say(text, lead);
    return mode(lead);
  };

  expect(await say('1', 'привет', 'заказ', 'часы', 'заказ')).toBe('bot');
  expect(await say('1', 'заказ')).toBe('waiting');
  const failed = emulator.dialogs.get('test:telegram:1');
  expect(failed?.attributes).toEqual({
    Канал: 'telegram',
    Причина: 'Бот не справился: ошибок в скриптах подряд — 2',
  });
  // The history came before the dialog, what the bot said last included.
  expect(failed?.messages.at(-1)?.text).toBe('🤖 Бот\nЧто-то сломалось');
  expect((await runtime.chat('1')).slice(-3)).toEqual([
    'lead: заказ',
    'bot: Что-то сломалось',
    'notice: Диалог переведён на оператора',
  ]);

  expect(await say('2', 'привет', 'ээ', 'мм', 'часы', 'ээ', 'мм')).toBe('bot');
  expect(await say('2', 'ыы')).toBe('waiting');
  expect(emulator.dialogs.get('test:telegram:2')?.attributes['Причина']).toBe(
    'Бот не понял клиента: непонятых сообщений подряд — 3',
  );
  expect((await runtime.chat('2')).slice(-2)).toEqual(['bot: Не понял', 'notice: Диалог переведён на оператора']);
});
