import { expect, test } from 'vitest';
import { webhookUrlProblem } from '../../../runtime-shim/emulator/api/api-methods.ts';

test.each([
  'https://bot.example.com/webhook',
  'http://127.0.0.1:80/',
  'http://127.8.9.1/',
  'http://localhost:1/x',
  'http://[::1]/',
])('takes %s', (url) => expect(webhookUrlProblem(url)).toBeUndefined());

test.each([
  ['', 'not a URL'],
  ['/webhook', 'not a URL'],
  ['ftp://127.0.0.1/', 'must be HTTPS'],
  ['http://10.0.0.1/', 'plain HTTP is taken for loopback addresses only'],
  ['http://127.0.0.1.example.com/', 'plain HTTP is taken for loopback addresses only'],
  ['https://user:secret@example.com/', 'must not carry a user name or password'],
])('refuses %s', (url, problem) => expect(webhookUrlProblem(url)).toContain(problem));
