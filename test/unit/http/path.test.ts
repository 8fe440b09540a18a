import { expect, test } from 'vitest';
import { parsePath } from '../../../runtime-shim/http/routes.ts';

test.each([
  ['/api/channels/telegram/leads/a%2Fb?x=1', ['api', 'channels', 'telegram', 'leads', 'a/b']],
  ['/a/../b', ['a', '..', 'b']],
  ['/%D0%B1%D0%BE%D1%82', ['бот']],
  ['/', ['']],
  ['//x', ['', 'x']],
])('%s', (target, segments) => {
  expect(parsePath(target)).toEqual({ ok: true, segments });
});

test.each(['/%', '/%E0%A4%A', '/%zz', 'http://127.0.0.1/x', '*', ''])('%s is refused', (target) => {
  expect(parsePath(target)).toMatchObject({ ok: false });
});
