import { expect, test } from 'vitest';
import { begun, botScene, said } from '../../support/bot-scene.ts';

const text = (value: string): unknown => ({ type: 'send_text', text: value });
const MENU = [
  { code: '1', caption: 'Часы', script: 'hours', row: 2 },
  { code: 'Адрес', caption: 'Адрес для {{ $name }}', script: 'address', row: 1 },
  { code: '0', caption: 'Оператор', script: 'Перевод на оператора' },
  { code: '3', caption: 'Телефон', script: 'hours', row: 2 },
];
const SCRIPTS = [
  { code: 'start', commands: [text('Чем помочь?')], menu: MENU },
  { code: 'hours', commands: [text('9–18'), { type: 'repeat_sentence' }] },
  { code: 'address', commands: [text('Тверская, 1')] },
  { code: 'help', type: 'fallback', commands: [text('Не понял')] },
];

test('buttons stand under the text said before, in rows by number', async () => {
  const scene = await botScene(SCRIPTS);
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['Чем помочь? [Адрес для Анна] [Часы|Телефон] [Оператор]']);
  expect(result.says[0]?.content.buttons?.[0]).toEqual([{ text: 'Адрес для Анна', callback_data: 'Адрес' }]);
});

test.each(['umnico', 'sms'])('a channel without buttons (%s) gets lines of code and caption', async (channel) => {
  const scene = await botScene(SCRIPTS, { channel, channels: { sms: { buttons: false } } });
  const result = await scene.say('привет');
  expect(result.says.map(({ content }) => content)).toEqual([
    { text: 'Чем помочь?\nАдрес Адрес для Анна\n1 Часы\n3 Телефон\n0 Оператор' },
  ]);
});

test('an item is chosen by its code, without regard to case and outer spaces; the menu stays open', async () => {
  const scene = await botScene(SCRIPTS);
  await scene.say('привет');
  const chosen = await scene.say(' адрес ');
  expect(said(chosen)).toEqual(['Тверская, 1']);
  expect(begun(chosen)).toEqual(['address: пункт меню "Адрес Адрес для {{ $name }}"']);
  expect(said(await scene.say('1'))).toEqual(['9–18 [Адрес для Анна] [Часы|Телефон] [Оператор]']);
  expect(said(await scene.say('2'))).toEqual(['Не понял']);
});

test('a menu without a text before it comes alone', async () => {
  const scene = await botScene([{ code: 'start', menu: [{ code: '1', caption: 'Ещё', script: 'start' }] }]);
  expect(said(await scene.say('привет'))).toEqual(['[Ещё]']);
});

test('an item may name a type: «Перевод на оператора» goes by availability', async () => {
  const plain = await botScene(SCRIPTS);
  await plain.say('привет');
  expect((await plain.say('0')).requests).toEqual([{ type: 'TransferRequested', scriptType: 'standard' }]);
  const online = await botScene([...SCRIPTS, { code: 'on', type: 'transfer_online', commands: [text('Соединяю')] }], {
    chooseTransfer: { do: 'run', script: { type: 'transfer_online' } },
  });
  await online.say('привет');
  const result = await online.say('0');
  expect(said(result)).toEqual(['Соединяю']);
  expect(begun(result)).toEqual(['on: пункт меню "0 Оператор"']);
});

test('the menu shown last counts, and repeat_sentence before any menu says so', async () => {
  const scene = await botScene([
    { code: 'start', commands: [{ type: 'repeat_sentence' }], menu: [{ code: '1', caption: 'в b', script: 'b' }] },
    { code: 'b', menu: [{ code: '1', caption: 'в c', script: 'c' }] },
    { code: 'c', commands: [text('c')] },
  ]);
  const first = await scene.say('привет');
  expect(first.reports).toContainEqual({
    kind: 'remark',
    level: 'info',
    text: 'repeat_sentence: меню ещё не показывали',
  });
  expect(said(await scene.say('1'))).toEqual(['[в c]']);
  expect(said(await scene.say('1'))).toEqual(['c']);
});
