import { afterAll, expect, test } from 'vitest';
import { begun, botScene, said } from '../../support/bot-scene.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

const text = (value: string): unknown => ({ type: 'send_text', text: value });
const BUTTONS = [
  [
    { text: 'Картой', callback_data: 'card' },
    { text: 'Наличными', callback_data: 'cash' },
  ],
];

/** A bot that asks, and says what it was answered. */
async function asking(question: object, options: { files?: Record<string, string>; channel?: string } = {}) {
  const scene = await botScene(
    [
      {
        code: 'start',
        commands: [{ type: 'value_input', text: 'Как?', attribute: 'как', ...question }, text('Ага: {{ $как }}')],
      },
      { code: 'failed', commands: [text('Не вышло')] },
      { code: 'cancelled', commands: [text('Отменил')] },
      { code: 'late', commands: [text('Долго')] },
      { code: 'other', type: 'fallback', commands: [text('Не понял')] },
    ],
    { sandbox: scripts.sandbox, ...options },
  );
  await scene.say('привет');
  return scene;
}

test('a question with buttons keeps what the button sends, by its text or its data, and takes other words too', async () => {
  const scene = await asking({ buttons: BUTTONS });
  expect(scene.lead.position.waiting).not.toBe(null);
  expect(said(await scene.say('картой '))).toEqual(['Ага: card']);
  expect(said(await (await asking({ buttons: BUTTONS })).say('cash'))).toEqual(['Ага: cash']);
  expect(said(await (await asking({ buttons: BUTTONS })).say('бартер'))).toEqual(['Ага: бартер']);
  const asked = await botScene([
    { code: 'start', commands: [{ type: 'value_input', text: 'Как, {{ $name }}?', attribute: 'a', buttons: BUTTONS }] },
  ]);
  expect((await asked.say('привет')).says[0]?.content).toMatchObject({ text: 'Как, Анна?', buttons: BUTTONS });
});

test('an answer must fit the pattern: said again, so many times, then another script', async () => {
  const scene = await asking({
    pattern: '^\\d+$',
    error: 'Цифрами, {{ $name }}',
    tries: 3,
    onFailed: 'failed',
    buttons: BUTTONS,
  });
  expect(said(await scene.say('пять'))).toEqual(['Цифрами, Анна [Картой|Наличными]']);
  expect(said(await scene.say('шесть'))).toEqual(['Цифрами, Анна [Картой|Наличными]']);
  expect(begun(await scene.say('семь'))).toEqual(['failed: на вопрос скрипта "start" нет верного ответа']);
  expect(scene.lead.position.waiting).toBe(null);
  expect(said(await (await asking({ pattern: '^\\d+$' })).say('пять'))).toEqual(['Как?']);
  const right = await asking({ pattern: '^(\\d+)+$', tries: 2 });
  expect(said(await right.say('x'))).toEqual(['Как?']);
  expect(said(await right.say('57'))).toEqual(['Ага: 57']);
  // Without a script for it the question ends, and the next message is like any other.
  const ended = await asking({ pattern: '^\\d+$', tries: 1 });
  expect(said(await ended.say('пять'))).toEqual([]);
  expect(said(await ended.say('пять'))).toEqual(['Не понял']);
});

test('a word ends the question; a time that is over runs its script, and an answer in time takes the timer away', async () => {
  const scene = await asking({ cancel: { words: ['Отмена'], script: 'cancelled' }, timeoutSec: 60, onTimeout: 'late' });
  expect(scene.lead.scheduled).toEqual([{ n: 1, script: 'late', at: 60_000, question: true }]);
  expect(said(await scene.say(' отмена'))).toEqual(['Отменил']);
  expect([scene.lead.scheduled, scene.lead.position.waiting]).toEqual([[], null]);
  const answered = await asking({ timeoutSec: 60 });
  expect(said(await answered.say('так'))).toEqual(['Ага: так']);
  expect(answered.lead.scheduled).toEqual([]);
});

const GUESS = `
  if (isFirstImmediateCall) { memory.setAttr('n', '0'); bot.sendMessage('Загадал'); return false; }
  memory.setAttr('n', Number(memory.getAttr('n')) + 1);
  if (lead.getLastRequest() === 'ой') throw new Error('ой');
  if (lead.getLastRequest() === 'хватит') { bot.run({ script_code: 'other' }); return false; }
  if (lead.getLastRequest() !== '7') return false;
  return memory.getAttr('n');`;

test('run_js_callback gives each message to its code until that returns something', async () => {
  const play = async (callback: object) => {
    const scene = await botScene(
      [
        {
          code: 'start',
          commands: [{ type: 'run_js_callback', text: 'Какое?', file: 'a.js', ...callback }, text('Верно')],
        },
        { code: 'other', commands: [text('Другое')] },
        { code: 'sorry', type: 'error', commands: [text('Простите')] },
      ],
      { files: { 'a.js': GUESS }, sandbox: scripts.sandbox },
    );
    return { scene, first: said(await scene.say('привет')) };
  };
  const { scene, first } = await play({ isImmediateCall: true, errorMessage: 'Не то' });
  expect(first).toEqual(['Какое?', 'Загадал']);
  expect(said(await scene.say('5'))).toEqual(['Не то']);
  expect(said(await scene.say('ой'))).toEqual(['Не то']);
  expect(said(await scene.say('7'))).toEqual(['Верно']);
  expect(scene.lead.position.waiting).toBe(null);
  const silent = await play({});
  expect(silent.first).toEqual(['Какое?']);
  expect(said(await silent.scene.say('5'))).toEqual([]);
  expect(said(await silent.scene.say('хватит'))).toEqual(['Другое']);
  const failing = await play({});
  expect(said(await failing.scene.say('ой'))).toEqual(['Простите']);
  expect(failing.scene.lead.position.waiting).toBe(null);
});

test('an answer to a command that is gone from the folder, and that took answers itself, is kept nowhere', async () => {
  const scene = await botScene([{ code: 'start', commands: [text('Верно')] }], { sandbox: scripts.sandbox });
  await scene.say('привет');
  scene.lead = {
    ...scene.lead,
    position: {
      ...scene.lead.position,
      waiting: {
        attribute: '',
        frames: [{ script: 'start', cause: { code: 'new_lead' }, begun: true, next: 1, pending: [] }],
        memory: {},
      },
    },
  };
  await scene.say('ответ');
  expect(scene.lead.attributes).toEqual({});
});
