/** What visitors complain about in chats of sites, again and again, where it needs no browser: each has its test. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventReader } from '../../../runtime-shim/widget/page/server-events.ts';
import { inkOn } from '../../../runtime-shim/widget/page/ink.ts';
import { TEXTS } from '../../../runtime-shim/widget/page/texts.ts';
import { titleWithCount } from '../../../runtime-shim/widget/page/title.ts';
import { settled, WidgetBrowser, WidgetServer } from './widget-server.ts';

test('complaint: after sleep or a lost network nothing arrives until the page is loaded again', async () => {
  const server = new WidgetServer();
  const browser = new WidgetBrowser();
  const talk = browser.page(server);
  talk.start();
  await settled();
  server.say({ from: 'bot', text: 'раз' });
  await settled();
  expect([talk.lastSeq, talk.connection]).toEqual([1, 'yes']);

  // The machine slept: the system still calls the connection open, and nothing comes through it. What was said and who has the
  // dialog meanwhile is read when somebody looks.
  browser.sleep(3_600_000);
  server.lines.push({ seq: 2, from: 'operator', at: 1, text: 'два' });
  server.state = { ...server.state, mode: 'operator', operator: 'Мария' };
  talk.wake();
  await settled();
  expect([talk.lines.map(({ text }) => text), talk.state.operator, talk.unread]).toEqual([['раз', 'два'], 'Мария', 2]);
  expect([server.streams, server.requests.at(-1)?.headers['last-event-id']]).toEqual([1, '1']);
  // Looked at again at once: the connection is good, and stays.
  const { length } = server.requests;
  talk.wake();
  await settled();
  expect(server.requests).toHaveLength(length);

  // Nobody looks, and the connection is dead: the server's signs of life are missed.
  server.lines.push({ seq: 3, from: 'bot', at: 1, text: 'три' });
  await browser.pass(45_000);
  expect(talk.lastSeq).toBe(3);

  // The network is away for a minute: told, tried more and more seldom, and made good at once when it is back.
  let tries = 0;
  server.trouble = () => {
    tries += 1;
    return 'lost';
  };
  talk.lost();
  await browser.pass(60_000);
  expect([talk.connection, tries < 15]).toEqual(['no', true]);
  server.lines.push({ seq: 4, from: 'bot', at: 1, text: 'четыре' });
  server.trouble = () => undefined;
  talk.wake();
  await settled();
  expect([talk.connection, talk.lastSeq]).toEqual(['yes', 4]);
  talk.close();
});

test('complaint: a message comes twice on a weak network, or is lost, or overtakes another', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom<'lost' | 'cut' | number | undefined>('lost', 'cut', 503, 429, undefined), {
        maxLength: 12,
      }),
      async (troubles) => {
        const server = new WidgetServer();
        const browser = new WidgetBrowser();
        const talk = browser.page(server);
        const left = [...troubles];
        server.trouble = () => left.shift();
        const said = ['раз', 'два', 'три'];
        for (const text of said) talk.say(text);
        await browser.pass(120_000);
        expect(server.lines.map(({ text }) => text)).toEqual(said);
        expect(talk.lines.map(({ text }) => text)).toEqual(said);
        expect(talk.waiting).toEqual([]);
        talk.close();
      },
    ),
    { numRuns: 30 },
  );
});

test('complaint: the talk is lost on a reload, on the next page, in a second tab', async () => {
  const server = new WidgetServer();
  const browser = new WidgetBrowser();
  const first = browser.page(server);
  first.start();
  await settled();
  server.say({ from: 'bot', text: 'Здравствуйте', buttons: [[{ text: 'Цены', data: '1' }]] });
  await settled();
  first.markRead();
  // Typed while the server is away, and the page is left: it is sent by the next page, once.
  server.trouble = (path) => (path === 'messages' ? 'lost' : undefined);
  first.say('не ушло');
  first.press(1, 0);
  first.press(1, 0);
  await settled();
  first.close();
  server.trouble = () => undefined;
  const [second, tab] = [browser.page(server), browser.page(server)];
  expect(second.isKnown).toBe(true);
  second.start();
  tab.start();
  await browser.pass(1_000);
  expect(server.lines.map(({ text }) => text)).toEqual(['Здравствуйте', 'не ушло', '0']);
  expect([second.lines, second.waiting, tab.lines]).toEqual([server.lines, [], server.lines]);
  expect(new Set(server.requests.filter(({ path }) => path === 'session')).size).toBe(1);
  expect([second.unread, tab.unread]).toEqual([0, 0]);
  // Unread in one tab is unread in the other, until one of them has shown it.
  server.say({ from: 'operator', operator: 'Мария', text: 'Я тут' });
  await settled();
  expect([second.unread, tab.unread]).toEqual([1, 1]);
  tab.markRead();
  second.readElsewhere(tab.lastSeq);
  expect([second.unread, tab.unread]).toEqual([0, 0]);
  second.close();
  tab.close();
});

test('complaint: tokens in addresses, tokens that last for ever, a user whom the page made up', async () => {
  const server = new WidgetServer();
  const browser = new WidgetBrowser();
  const talk = browser.page(server);
  talk.say('первое');
  await browser.pass(100);
  const [token] = server.requests.flatMap(({ headers }) => headers['authorization'] ?? []);
  for (const { url } of server.requests) expect(url).not.toContain(token?.slice('Bearer v1.'.length) ?? 'none');
  // Renewed while it is used.
  await browser.pass(3_600_001);
  talk.say('второе');
  await browser.pass(100);
  const renewed = server.requests.filter(({ path }) => path === 'session');
  expect(renewed.map(({ headers }) => headers['authorization'])).toEqual([undefined, token]);
  // Refused: a new session, and what is said is not lost.
  server.forgetTokens();
  talk.say('третье');
  await browser.pass(2_000);
  expect(server.lines.map(({ text }) => text)).toEqual(['первое', 'второе', 'третье']);
  // Another user of the site: another talk; one whom the server does not believe changes nothing.
  expect(await talk.identify({ user: 'u42', signature: 'aa' })).toBe(true);
  server.lines.length = 0;
  await browser.pass(1_000);
  expect(talk.lines).toEqual([]);
  server.trouble = (path) => (path === 'session' ? 403 : undefined);
  expect(await talk.identify({ user: 'u43', signature: 'no' })).toBe(false);
  talk.close();
  // A page that may not have the chat is told so once, and asks no more.
  const stranger = new WidgetBrowser().page(server);
  const { length } = server.requests;
  stranger.start();
  await browser.pass(60_000);
  expect([stranger.connection, server.requests.length - length < 4]).toEqual(['refused', true]);
});

test('complaint: what is wrong is told in English, or not at all', async () => {
  const isText = (value: unknown): value is string => typeof value === 'string';
  const texts = (of: (typeof TEXTS)['ru']): string[] =>
    Object.values(of).flatMap((value) =>
      typeof value === 'function' ? [value('X')] : isText(value) ? [value] : Object.values(value),
    );
  for (const text of texts(TEXTS.ru)) expect(text).toMatch(/[а-яё]/i);
  for (const text of texts(TEXTS.en)) expect(text).not.toMatch(/[а-яё]/i);
  const server = new WidgetServer();
  const browser = new WidgetBrowser();
  const talk = browser.page(server);
  server.trouble = (path) => (path === 'messages' ? 400 : undefined);
  talk.say('слишком длинно');
  await browser.pass(100);
  expect([talk.refusal, talk.waiting]).toEqual(['refused', []]);
  server.trouble = (path) => (path === 'messages' ? 429 : undefined);
  talk.say('слишком часто');
  await browser.pass(100);
  expect([talk.refusal, talk.waiting.length]).toEqual(['too_many', 1]);
  server.trouble = () => undefined;
  await browser.pass(30_000);
  expect(server.lines.map(({ text }) => text)).toEqual(['слишком часто']);
  talk.close();
});

test('complaint: a file is lost on the way, comes twice, or nothing says why it is not taken', async () => {
  const server = new WidgetServer();
  const browser = new WidgetBrowser();
  const talk = browser.page(server);
  talk.start();
  await settled();
  // Cut in the middle, then refused for a moment: sent anew, and its message counts once, in its place.
  const troubles: Array<'cut' | 'lost' | number | undefined> = ['lost', 503, undefined, 'cut'];
  server.trouble = (path) => (path === 'files' || path === 'messages' ? troubles.shift() : undefined);
  talk.attach(new File(['x'.repeat(1_000)], 'договор.pdf'));
  talk.say('Вот договор');
  await browser.pass(60_000);
  expect(server.lines.map(({ text }) => text)).toEqual(['file-1', 'Вот договор']);
  expect([server.files, talk.waiting]).toEqual([['договор.pdf'], []]);
  // Too large, or nothing in it: told before anything is sent. Refused by the server: told, and the rest goes on.
  const { length } = server.requests;
  talk.attach(new File([new Uint8Array(25_000_001)], 'film.mp4'));
  expect([talk.refusal, talk.waiting]).toEqual(['file_too_large', []]);
  talk.attach(new File([], 'empty'));
  expect([talk.refusal, server.requests.length]).toEqual(['file_refused', length]);
  for (const [status, refusal] of [
    [413, 'file_too_large'],
    [415, 'file_refused'],
    [507, 'file_refused'],
  ] as const) {
    server.trouble = (path) => (path === 'files' ? status : undefined);
    talk.attach(new File(['x'], 'a.exe'));
    await browser.pass(100);
    expect([talk.refusal, talk.waiting]).toEqual([refusal, []]);
  }
  // The page was left before the file was there: the browser gives it to no other page, and what is left holds up nothing.
  server.trouble = (path) => (path === 'files' ? 'lost' : undefined);
  talk.attach(new File(['x'], 'lost.txt'));
  await browser.pass(100);
  talk.close();
  const next = browser.page(server);
  next.say('дальше');
  await browser.pass(1_000);
  expect(server.lines.at(-1)?.text).toBe('дальше');
  next.close();
});

test('events come whole wherever their stream is cut; titles and colours are what they should be', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.integer({ min: 1, max: 9 }), (values, size) => {
      const text = values.map((value, at) => `: still here\n\nid: ${at}\ndata: ${JSON.stringify(value)}\n\n`).join('');
      const reader = new EventReader();
      const pieces = text.match(new RegExp(`[^]{1,${size}}`, 'gu')) ?? [];
      const events = pieces.flatMap((piece) => reader.take(piece));
      expect(events.map(({ data }) => data)).toEqual(values.map((value) => JSON.stringify(value)));
    }),
  );
  const page = { title: 'Магазин' };
  const set = titleWithCount(page);
  const seen = [2, 3, 0].map((count) => {
    set(count);
    return page.title;
  });
  expect(seen).toEqual(['(2) Магазин', '(3) Магазин', 'Магазин']);
  set(1);
  page.title = 'Корзина';
  set(1);
  set(0);
  expect(page.title).toBe('Корзина');
  expect(['#ffffff', '#000000', '#3450d8', '#ffd400'].map(inkOn)).toEqual(['#000000', '#ffffff', '#ffffff', '#000000']);
});
