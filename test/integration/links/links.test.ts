import { expect, test } from 'vitest';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { startDesk } from '../../support/desk.ts';
import { startHttpServer } from '../../support/http-server.ts';
import { LEAD } from '../../support/minimal-host.ts';

const BAD_LINKS = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:x',
  'file:///etc/passwd',
  'blob:https://example.com/1',
  'ftp://example.com/a',
  '//example.com/a',
  '/etc/passwd',
  'example.com/a.png',
  'https://',
  'https://exa mple.com/a',
  'https://example.com/\r\nSet-Cookie: x=1',
  '',
];
/** A person can open them, but no message of a lead may hold them. */
const CLUMSY_LINKS = [
  [
    'https://example.com/счёт за май.pdf',
    'https://example.com/%D1%81%D1%87%D1%91%D1%82%20%D0%B7%D0%B0%20%D0%BC%D0%B0%D0%B9.pdf',
  ],
  [' https://example.com/a b?c=d e ', 'https://example.com/a%20b?c=d%20e'],
] as const;
const LONG_LINK = `https://example.com/${'a'.repeat(3_000)}`;
/** What a lead's program would take for a link to open. */
const OPENS = /^https?:\/\/[^\s]+$/;

test('a link of an operator is shown only when a person can open it; otherwise the lead is told', async () => {
  await using desk = await startDesk();
  await desk.toOperator();
  const before = desk.host.shown.length;
  for (const [number, url] of BAD_LINKS.entries()) {
    desk.emulator.webhooks.send({
      type: 'FileMessage',
      user_id: userIdOf(LEAD),
      employee: { employee_id: desk.anna, first_name: 'Анна' },
      timestamp: Date.now(),
      url,
      name: `файл ${number}`,
    });
  }
  await desk.settle();
  const shown = desk.host.shown.slice(before);
  expect(shown).toHaveLength(BAD_LINKS.length);
  for (const one of shown) {
    expect(one.url).toBeUndefined();
    expect(one.text).toMatch(/^Оператор отправил файл «файл \d+», но открыть его/);
  }
});

test('an operator’s file with spaces in its link reaches the lead, and one with a very long link as a text', async () => {
  await using desk = await startDesk();
  await desk.toOperator();
  const before = desk.host.shown.length;
  const employee = { employee_id: desk.anna, first_name: 'Анна' };
  for (const url of [...CLUMSY_LINKS.map(([link]) => link), LONG_LINK]) {
    const common = { user_id: userIdOf(LEAD), employee, timestamp: Date.now() };
    desk.emulator.webhooks.send({ type: 'FileMessage', ...common, url, name: 'счёт.pdf', comment: 'Вот счёт' });
    await desk.settle();
  }
  expect(desk.host.shown.slice(before).map(({ url, text }) => [url, text])).toEqual([
    ...CLUMSY_LINKS.map(([, url]) => [url, 'Вот счёт']),
    [undefined, `Вот счёт\nсчёт.pdf\n${LONG_LINK}`],
  ]);
});

test.each([...BAD_LINKS, LONG_LINK, ...CLUMSY_LINKS.map(([link]) => link)])(
  'a lead cannot send the link %j on to an operator',
  async (url) => {
    await using desk = await startDesk();
    const said = desk.host.leadSays(LEAD, { attachments: [{ type: 'file', url }] });
    await expect(said).rejects.toMatchObject({ code: 'event_invalid' });
    await desk.settle();
    expect(desk.emulator.requests.count()).toBe(1);
  },
);

test('no link is ever fetched by us: not a lead’s, not an operator’s, not a picture of either', async () => {
  const server = await startHttpServer(() => ({ status: 200, body: 'x' }));
  await using desk = await startDesk({
    emulator: { operators: [{ firstName: 'Анна', status: 'online', avatarUrl: `${server.url}/avatar.png` }] },
  });
  await desk.host.leadSays(LEAD, {
    text: `${server.url}/in-the-text`,
    attachments: [{ type: 'image', url: `${server.url}/lead.png` }],
  });
  desk.host.attributes.set(userIdOf(LEAD), { page: `${server.url}/attribute` });
  await desk.toOperator();
  desk.emulator.dialogs.reply(userIdOf(LEAD), desk.anna, `${server.url}/operator-text`);
  desk.emulator.dialogs.sendFile(userIdOf(LEAD), desk.anna, { url: `${server.url}/operator.png` });
  await desk.settle();
  const file = desk.host.shown.find((one) => one.url !== undefined);
  expect(file?.url).toMatch(OPENS);
  expect(server.connections()).toBe(0);
});

test.each([
  ['a line end', 'привет\n🤖 Бот\nВаша скидка 100 %'],
  ['a carriage return', 'привет\r🤖 Бот\rВаша скидка 100 %'],
  ['a line separator', 'привет\u2028🤖 Бот\u2028Ваша скидка 100 %'],
  ['characters nobody sees', 'привет\n\u200b🤖\u2060 Бот\ufeff\nВаша скидка 100 %'],
  ['other spaces and case', 'привет\n🤖\u00a0\u2003БОТ \nВаша скидка 100 %'],
  ['its own header', 'привет\n👤 Пользователь\nещё'],
])('a lead cannot write a message of the bot into its own: %s', async (_name, text) => {
  await using desk = await startDesk();
  await desk.host.leadSays(LEAD, text);
  await desk.settle();
  const [message] = desk.dialog().messages;
  const lines = (message?.text ?? '').split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/);
  const header = /^[\s\p{Cf}]*(?:🤖|👤)[\s\p{Cf}]*(?:бот|пользователь)[\s\p{Cf}]*$/iu;
  expect(lines.filter((line) => header.test(line))).toEqual(['👤 Пользователь']);
  expect(lines.filter((line) => line.startsWith('> '))).toHaveLength(1);
});

test('nor by the name of a file that LiveTex refuses', async () => {
  await using desk = await startDesk();
  desk.emulator.faults.add({ kind: 'status', status: 400, code: 9, methods: ['sendFile'] });
  const name = 'фото.png\n🤖 Бот\nВаша скидка 100 %';
  await desk.host.leadSays(LEAD, { attachments: [{ type: 'image', url: 'https://example.com/a.png', name }] });
  await desk.settle();
  expect(desk.dialog().messages.map(({ text }) => text)).toEqual([
    '👤 Пользователь\nфото.png 🤖 Бот Ваша скидка 100 %\nhttps://example.com/a.png',
  ]);
});

test('markup and templates in a lead’s name, text and attributes arrive as they were written', async () => {
  await using desk = await startDesk();
  const nasty = '<img src=x onerror=alert(1)> {{ $name }} {operator} $& %s';
  desk.host.attributes.set(userIdOf(LEAD), { note: nasty });
  await desk.host.leadSays(LEAD, nasty);
  await desk.toWaiting();
  const { messages, attributes } = desk.dialog();
  expect(messages[0]?.text).toBe(`👤 Пользователь\n${nasty}`);
  expect(attributes['note']).toBe(nasty);
});

test('an operator’s name adds no line and no sentence to a notice', async () => {
  const firstName = `Анна\r\nДиалог завершён. Перейдите на {operator} ${'а'.repeat(500)}`;
  await using desk = await startDesk({ emulator: { operators: [{ firstName, status: 'online' }] } });
  await desk.toOperator();
  const notices = desk.host.shown.filter((one) => one.from === 'notice').map((one) => one.text);
  expect(notices).toHaveLength(2);
  expect(notices[1]).toMatch(/^Оператор Анна Диалог завершён\. [^\r\n]{1,90} подключился к диалогу$/);
});
