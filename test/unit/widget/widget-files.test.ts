import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { loadWidget } from '../../../runtime-shim/widget/widget-files.ts';

/** What a site pays for its chat, bytes that go over the wire (gzip). */
const LAUNCHER_BYTES = 3 * 1024;
const ALL_BYTES = 25 * 1024;

test('complaint: the chat makes the page slow. A site loads a launcher of 3 KB at most, and 25 KB with the chat', async () => {
  const { launcher, chat } = await loadWidget();
  const [first, rest] = [gzipSync(launcher).length, gzipSync(chat).length];
  expect(first).toBeLessThanOrEqual(LAUNCHER_BYTES);
  expect(first + rest).toBeLessThanOrEqual(ALL_BYTES);
  // Nothing of a third party, no code and no style that a strict policy of the site refuses, no markup made of text.
  const text = `${launcher.toString()}${chat.toString()}`;
  expect(text.match(/https?:\/\/[\w.]+/g)?.filter((address) => !address.includes('www.w3.org'))).toEqual([]);
  expect(text).not.toMatch(/\beval\(|new Function|insertAdjacentHTML|document\.write|@import|url\(/);
  expect(launcher.toString()).not.toContain('__CHAT_VERSION__');
});
