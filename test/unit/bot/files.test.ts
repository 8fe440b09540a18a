import { expect, test } from 'vitest';
import type { ScenarioResult } from '../../../runtime-shim/bot/run/scenario-contract.ts';
import { begun, botScene, said, type BotScene } from '../../support/bot-scene.ts';

const text = (value: string): unknown => ({ type: 'send_text', text: value });
const photo = (url: string): { type: 'image'; url: string } => ({ type: 'image', url });
const SCRIPTS = [
  {
    code: 'start',
    commands: [text('Здравствуйте')],
    menu: [{ code: 'https://example.com/1', caption: 'x', script: 'op' }],
  },
  { code: 'op', commands: [text('Зову оператора')] },
  { code: 'back', commands: [text('Возвращаю'), { type: 'return_to_bot' }] },
  {
    code: 'ask',
    commands: [
      { type: 'value_input', text: 'Фото паспорта?', attribute: 'passport' },
      text('Принято: {{ $passport }}'),
      { type: 'value_input', text: 'Фото второй страницы?', attribute: 'second' },
      text('Спасибо: {{ $second }}'),
    ],
  },
  { code: 'lost', type: 'Fallback', commands: [text('Не понял')] },
];
const ROUTES = [
  { regex: 'оператор', script: 'op' },
  { regex: 'бот|bot|меню', script: 'back', actsDuringTransfer: true },
  { regex: 'jpg$|png$', script: 'op' },
  { regex: 'вопрос', script: 'ask' },
];

/** A file at a time, in ms. */
function send(scene: BotScene, at: number, url: string, words?: string): Promise<ScenarioResult> {
  const content = { attachments: [photo(url)], ...(words === undefined ? {} : { text: words }) };
  return scene.play({ kind: 'message', content, at, withOperator: false });
}

test.each([
  'https://files.example.com/bot7/photo.jpg',
  'https://files.example.com/фото-оператора.jpg',
  'https://меню.example.com/a.png',
  'https://example.com/1',
])('a photo %s starts no route and no item of the menu: only what the lead wrote does', async (url) => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  await scene.say('привет');
  expect((await scene.say({ attachments: [photo(url)] }, { withOperator: true })).reports).toEqual([]);
  expect(begun(await scene.say({ attachments: [photo(url)] }))).toEqual(['lost: ни один маршрут не подошёл']);
});

test('the text of a photo is what the lead wrote', async () => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  await scene.say('привет');
  expect(said(await scene.say({ text: 'вот, оператор', attachments: [photo('https://example.com/a')] }))).toEqual([
    'Зову оператора',
  ]);
});

test('of an album the first file answers a question; the others answer no other question and call no Fallback', async () => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  await scene.say('привет');
  await scene.say('вопрос');
  expect(said(await send(scene, 10_000, 'https://example.com/a'))).toEqual([
    'Принято: https://example.com/a',
    'Фото второй страницы?',
  ]);
  for (const at of [10_000, 10_300, 11_200]) expect(said(await send(scene, at, 'https://example.com/b'))).toEqual([]);
  expect(said(await send(scene, 15_000, 'https://example.com/c'))).toEqual(['Спасибо: https://example.com/c']);
  expect(said(await send(scene, 15_001, 'https://example.com/d'))).toEqual([]);
  expect(said(await send(scene, 20_000, 'https://example.com/e'))).toEqual(['Не понял']);
});

test('a file with words of its own is a message of its own, and an album greets a new lead once', async () => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  expect(said(await send(scene, 5, 'https://example.com/a', 'смотрите'))).toEqual(['Здравствуйте [x]']);
  expect(said(await send(scene, 6, 'https://example.com/b'))).toEqual([]);
  expect(said(await send(scene, 7, 'https://example.com/c', 'оператор'))).toEqual(['Зову оператора']);
});
