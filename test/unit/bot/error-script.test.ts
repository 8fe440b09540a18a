import { expect, test } from 'vitest';
import { begun, botScene, mistakes, said } from '../../support/bot-scene.ts';
import { useSandbox } from '../../support/sandbox-under-test.ts';

const text = (value: string): unknown => ({ type: 'send_text', text: value });
const run = (file: string): unknown => ({ type: 'run_javascript', file });
const FILES = {
  'bad.js': `bot.sendMessage('не уйдёт'); lead.setAttr('a', 1); throw new Error('ой');`,
  'circle.js': `bot.run({ script_code: 'circle' });`,
};
const SORRY = { code: 'sorry', type: 'Ошибка', commands: [text('Что-то пошло не так.')] };

test('a script that fails is followed by the script of the type «Ошибка», and the one that ran it goes on', async () => {
  const scene = await botScene(
    [
      {
        code: 'start',
        commands: [text('до'), { type: 'run_sentence', script: 'bad' }, text('после')],
      },
      { code: 'bad', commands: [run('bad.js'), text('не будет')] },
      SORRY,
    ],
    { files: FILES, sandbox: useSandbox() },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['до', 'Что-то пошло не так.', 'после']);
  expect(begun(result).at(-1)).toBe('sorry: скрипт "bad" завершился с ошибкой');
  expect(mistakes(result)).toHaveLength(1);
  expect(result.lead.attributes).toEqual({});
});

test('it runs once for a message, and again for the next', async () => {
  const scene = await botScene(
    [
      {
        code: 'start',
        commands: [
          { type: 'run_sentence', script: 'bad' },
          { type: 'run_sentence', script: 'bad' },
        ],
      },
      { code: 'bad', commands: [run('bad.js')] },
      { code: 'other', type: 'fallback', commands: [run('bad.js')] },
      SORRY,
    ],
    { files: FILES, sandbox: useSandbox() },
  );
  expect(said(await scene.say('привет'))).toEqual(['Что-то пошло не так.']);
  expect(said(await scene.say('ещё'))).toEqual(['Что-то пошло не так.']);
});

test('one that fails itself is not run for that', async () => {
  const scene = await botScene(
    [
      { code: 'start', commands: [run('bad.js')] },
      { code: 'sorry', type: 'error', commands: [text('Простите.'), run('bad.js'), text('не будет')] },
    ],
    { files: FILES, sandbox: useSandbox() },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['Простите.']);
  expect(mistakes(result)).toHaveLength(2);
});

test('after a circle of scripts the client is told, too', async () => {
  const scene = await botScene(
    [
      { code: 'start', commands: [{ type: 'run_sentence', script: 'circle' }] },
      { code: 'circle', commands: [run('circle.js')] },
      SORRY,
    ],
    { files: FILES, sandbox: useSandbox() },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['Что-то пошло не так.']);
  expect(mistakes(result)[0]).toMatch(/^script_loop /);
  expect(result.lead.position.waiting).toBe(null);
});

test('without such a script, and without a failure, nothing is different', async () => {
  const sandbox = useSandbox();
  const without = await botScene([{ code: 'start', commands: [run('bad.js')] }], { files: FILES, sandbox });
  expect(said(await without.say('привет'))).toEqual([]);
  const well = await botScene([{ code: 'start', commands: [text('да')] }, SORRY], { files: FILES, sandbox });
  expect(said(await well.say('привет'))).toEqual(['да']);
});
