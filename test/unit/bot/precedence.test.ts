import { expect, test } from 'vitest';
import { begun, botScene, said } from '../../support/bot-scene.ts';

const text = (value: string): unknown => ({ type: 'send_text', text: value });
const SCRIPTS = [
  { code: 'start', commands: [text('start')], menu: [{ code: '1', caption: 'Имя', script: 'ask' }] },
  { code: 'ask', commands: [{ type: 'value_input', text: 'Имя?', attribute: 'client' }, text('Рад, {{ $client }}')] },
  { code: 'bot', commands: [text('вернулся'), { type: 'return_to_bot' }] },
  { code: 'one', commands: [text('маршрут 1')] },
  { code: 'any', commands: [text('маршрут')] },
  { code: 'lost', type: 'Fallback', commands: [text('Не понял')] },
];
const ROUTES = [
  { name: 'выключен', regex: 'привет', script: 'any', enabled: false },
  { name: 'к боту', regex: '^бот$', script: 'bot', actsDuringTransfer: true },
  { name: 'один', regex: '^1$', script: 'one' },
  { name: 'любой', regex: 'слово', script: 'any' },
];

test('a new lead is greeted whatever it writes, even what fits a route', async () => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  expect(begun(await scene.say('бот'))).toEqual(['start: новый лид']);
});

test('menu before routes, routes in order, then the Fallback script', async () => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  await scene.say('привет');
  expect(begun(await scene.say('1'))).toEqual(['ask: пункт меню "1 Имя"']);
  expect(said(await scene.say('1'))).toEqual(['Рад, 1']);
  expect(begun(await scene.say('Слово'))).toEqual(['any: маршрут "любой"']);
  expect(begun(await scene.say('привет'))).toEqual(['lost: ни один маршрут не подошёл']);
});

test('without a Fallback script the bot is silent and says so to its author', async () => {
  const scene = await botScene([{ code: 'start' }]);
  await scene.say('привет');
  const result = await scene.say('ещё');
  expect(result.says).toEqual([]);
  expect(result.reports).toEqual([
    { kind: 'remark', level: 'info', text: 'ни один маршрут не подошёл, а скрипта типа Fallback нет: бот промолчал' },
  ]);
});

test('while an operator has the dialog only routes that act during a transfer act, and their messages are marked', async () => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  await scene.say('привет');
  for (const silent of ['1', 'слово', 'что угодно']) {
    const result = await scene.say(silent, { withOperator: true });
    expect(result.says).toEqual([]);
    expect(result.reports).toEqual([]);
  }
  const result = await scene.say('бот', { withOperator: true });
  expect(result.says).toEqual([{ content: { text: 'вернулся' }, duringTransfer: true }]);
  // Of such a return the plugin knows that the lead wanted it.
  expect(result.requests).toEqual([{ type: 'ReturnRequested', scriptType: 'standard', by: 'lead' }]);
  expect((await scene.say('бот')).says).toEqual([{ content: { text: 'вернулся' }, duringTransfer: false }]);
});

test('what the lead writes to the operator answers no question of the bot', async () => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  await scene.say('привет');
  await scene.say('1');
  await scene.say('Я к оператору', { withOperator: true });
  expect(begun(await scene.say('Пётр'))).toEqual(['lost: ни один маршрут не подошёл']);
  expect(scene.lead.attributes).toEqual({});
});

test('a script that the plugin starts ends an open question and carries the mark it was given', async () => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  await scene.say('привет');
  await scene.say('1');
  const result = await scene.play({
    kind: 'script',
    script: { type: 'fallback' },
    cause: { code: 'returned' },
    duringTransfer: true,
  });
  expect(begun(result)).toEqual(['lost: диалог вернулся боту']);
  expect(result.says).toEqual([{ content: { text: 'Не понял' }, duringTransfer: true }]);
  expect(scene.lead.position.waiting).toBeNull();
});

test('a script that waited for an answer and is gone after the folder was saved ends quietly', async () => {
  const scene = await botScene(SCRIPTS, { routes: ROUTES });
  await scene.say('привет');
  await scene.say('1');
  const frames = [{ script: 'gone', cause: { code: 'new_lead' as const }, begun: true, next: 1, pending: [] }];
  const waiting = { attribute: 'client', frames, memory: {} };
  scene.lead = { ...scene.lead, position: { ...scene.lead.position, waiting } };
  const result = await scene.say('Пётр');
  expect(result.says).toEqual([]);
  expect(result.lead.attributes).toEqual({ client: { kind: 'text', value: 'Пётр' } });
});
