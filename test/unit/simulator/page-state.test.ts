import { describe, expect, it } from 'vitest';
import type { Change, MessageRecord } from '../../../runtime-shim/simulator/records.ts';
import { depthsOf } from '../../../runtime-shim/simulator/page/between/entry-text.ts';
import { editorLink, httpLink, splitHeader, textParts } from '../../../runtime-shim/page/parts/text-parts.ts';
import { captionsOf } from '../../../runtime-shim/simulator/page/lead/chat-facts.ts';
import { Store } from '../../../runtime-shim/simulator/page/state/store.ts';

function message(userId: string, seq: number, more: object = {}): MessageRecord {
  return { userId, seq, from: 'lead', text: String(seq), at: seq, ...more };
}
const put = (record: MessageRecord): Change => ['message', `${record.userId}#${record.seq}`, record];

describe('the page’s store', () => {
  it('keeps chats apart and in order, whatever order changes come in', () => {
    const store = new Store();
    store.reset([put(message('a', 2)), put(message('b', 1)), put(message('a', 1))]);
    expect(store.state.messages.get('a')?.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(store.state.messages.get('b')).toHaveLength(1);
  });

  it('leaves what did not change the same object, and tells once', () => {
    const store = new Store();
    store.reset([put(message('a', 1)), put(message('b', 1))]);
    const before = store.state;
    let told = 0;
    store.subscribe(() => (told += 1));
    store.apply([put(message('a', 2)), ['message', 'a#1']]);
    expect(told).toBe(1);
    expect(store.state.messages.get('b')).toBe(before.messages.get('b'));
    expect(store.state.entries).toBe(before.entries);
    expect(store.state.messages.get('a')?.map(({ seq }) => seq)).toEqual([2]);
  });
});

describe('what people typed', () => {
  it('is split into text and http(s) links, and put together is what it was', () => {
    const text = 'см. https://example.com/a?b=1). И javascript:alert(1), <b>https://x.test</b> ftp://y';
    const parts = textParts(text);
    expect(parts.map((part) => part.text).join('')).toBe(text);
    expect(parts.filter((part) => part.href !== undefined)).toEqual([
      { text: 'https://example.com/a?b=1', href: 'https://example.com/a?b=1' },
      { text: 'https://x.test', href: 'https://x.test/' },
    ]);
  });

  it('is a link only as http or https', () => {
    expect(httpLink('https://пример.рф/файл.pdf')).toMatch(/^https:/);
    for (const bad of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', '//x', 'x', '']) {
      expect({ bad, link: httpLink(bad) }).toEqual({ bad, link: undefined });
    }
  });

  it('loses its header at the desk, and only the binding’s own', () => {
    const headers = { bot: '🤖 Бот', lead: '', note: '📌 Оператору' };
    expect(splitHeader('🤖 Бот\nпривет\nещё', headers)).toEqual({
      header: '🤖 Бот',
      author: 'bot',
      text: 'привет\nещё',
    });
    expect(splitHeader('🤖 Бот', headers)).toEqual({ header: '🤖 Бот', author: 'bot', text: '' });
    expect(splitHeader('📌 Оператору\nдолг', headers)).toMatchObject({ author: 'note', text: 'долг' });
    expect(splitHeader('🤖 Ботинки', headers)).toEqual({ author: 'user', text: '🤖 Ботинки' });
  });

  it('shows the caption of a chosen menu item', () => {
    const menu = [[{ text: 'Позвать оператора', callback_data: '2' }]];
    const captions = captionsOf([
      message('a', 1, { text: '2' }),
      message('a', 2, { from: 'bot', buttons: menu }),
      message('a', 3, { text: '2' }),
      message('a', 4, { text: '7' }),
    ]);
    expect([...captions]).toEqual([[3, 'Позвать оператора']]);
  });
});

it('draws causes by their depth', () => {
  const entry = (id: number, parent?: number) => ({
    id,
    at: 0,
    chain: 1,
    level: 'info' as const,
    facts: { kind: 'suppressed' as const, text: '' },
    ...(parent === undefined ? {} : { parent }),
  });
  const depths = depthsOf([entry(1), entry(2, 1), entry(3, 2), entry(4, 99)]);
  expect([...depths.values()]).toEqual([0, 1, 2, 0]);
});

it('opens the editor whatever the path has in it', () => {
  expect(editorLink('/home/я/мой бот #1/a?%.js', 3)).toBe(
    `vscode://file/home/${encodeURIComponent('я')}/${encodeURIComponent('мой бот #1')}/a%3F%25.js:3`,
  );
  expect(editorLink('C:\\боты\\a.js', null)).toBe(`vscode://file/C:/${encodeURIComponent('боты')}/a.js:1`);
});

it.each([
  ['points', '.'.repeat(90_000)],
  ['brackets', ')]}'.repeat(30_000)],
])('a long address of %s takes as long as its length and no longer', (_, tail) => {
  const address = `https://example.com/${tail}x`;
  const before = process.threadCpuUsage();
  expect(textParts(`${address}${tail}`)[0]?.text).toBe(address);
  const { user, system } = process.threadCpuUsage(before);
  // It took more than four seconds when each point was tried as the beginning of the end.
  expect((user + system) / 1_000).toBeLessThan(1_000);
});
