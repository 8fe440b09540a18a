/** docs/http.md names the addresses and limits that the server has. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAX_ATTACHMENTS, MAX_TEXT_LENGTH, MAX_URL_LENGTH } from '../../../plugin/contract/message.ts';
import { parseLeadMessage } from '../../../runtime-shim/runtime/lead-message.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { ROOT } from '../../support/command.ts';
import { startRuntime } from '../../support/start-runtime.ts';
import { widgetDriver } from '../../../runtime-shim/channels/widget/widget-driver.ts';
import { tinyPlugin } from './tiny-plugin.ts';

const SCRIPTS = [{ code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] }];
/** Without the console, which `test/integration/console/` compares: a runtime alone has none. */
const doc = (await readFile(join(ROOT, 'docs', 'http.md'), 'utf8')).replace(/^## The console$[\s\S]*?(?=^## )/m, '');

test('each request of docs/http.md is one that the server takes', async () => {
  const tiny = tinyPlugin();
  const endpoints = [{ alias: 'order', file: 'order.js' }];
  const folder = await botFolder({ id: 'test', scripts: SCRIPTS, endpoints }, { 'order.js': 'return request.json' });
  const channels = { site: { driver: widgetDriver() } };
  const runtime = await startRuntime(folder, { plugins: [tiny.factory], http: { port: 0 }, channels });
  const requests = [...doc.matchAll(/^\| `(GET|POST) (\/\S+)` \|/gm)];
  expect(requests).toHaveLength(22);
  for (const [, method = '', path = ''] of requests) {
    const address = path
      .replace('<botId>', runtime.botId)
      .replace('<channel>', 'telegram')
      .replace('<externalId>', '12345')
      .replace('<seq>', '0')
      .replace('<bindingId>', 'main')
      .replace('<alias>', 'order')
      .replace('<code>', 'site')
      .replace('<file>', 'site.js');
    const body = method === 'POST' ? { body: '{ "text": "Здравствуйте" }' } : {};
    const { status } = await fetch(`${runtime.url}${address}`, { method, ...body });
    const none = address.startsWith('/webhook/channel/') || address.startsWith('/files/');
    // A visitor has a token; what is no session's body is told so.
    const visitors = /^\/widget\/site\/(?:(session)|messages|read|files)/.exec(address);
    const expected = none
      ? 404
      : visitors !== null
        ? visitors[1] === undefined
          ? 401
          : 400
        : method === 'POST' && address.endsWith('/messages')
          ? 202
          : 200;
    expect([address, status]).toEqual([address, expected]);
  }
});

test('the limits of a message are the documented ones', () => {
  for (const limit of [MAX_TEXT_LENGTH, MAX_ATTACHMENTS, MAX_URL_LENGTH]) expect(doc).toContain(`up to ${limit} `);
  const message = (id: number, name: number) => () =>
    parseLeadMessage('b', { channel: 'a', externalId: '1', id: 'x'.repeat(id), name: 'x'.repeat(name), text: 'x' });
  expect(message(128, 200)).not.toThrow();
  expect(message(129, 200)).toThrow('id: ');
  expect(message(128, 201)).toThrow('name: ');
  expect(doc).toContain('up to 128 characters');
  expect(doc).toContain('up to 200 characters');
});

test('each code that the server itself gives is documented', async () => {
  const folder = join(ROOT, 'runtime-shim', 'http');
  const sources = await Promise.all((await readdir(folder)).map((name) => readFile(join(folder, name), 'utf8')));
  const codes = new Set(sources.flatMap((source) => [...source.matchAll(/\bcode: '(\w+)'/g)].map(([, code]) => code)));
  expect(codes.size).toBeGreaterThan(8);
  for (const code of codes) expect(doc).toContain(`\`${code}\``);
});

test('GET /openapi.json names each address of docs/http.md, from the schemas that check', async () => {
  const tiny = tinyPlugin();
  const runtime = await startRuntime({ scripts: SCRIPTS }, { plugins: [tiny.factory], http: { port: 0 } });
  const answer = await fetch(`${runtime.url}/openapi.json`);
  expect(answer.status).toBe(200);
  const api = (await answer.json()) as { openapi: string; paths: Record<string, Record<string, unknown>> };
  expect(api.openapi).toBe('3.1.0');
  const named = [...doc.matchAll(/^\| `(GET|POST) (\/\S+?)(?:\?\S*)?` \|/gm)].map(([, method = '', path = '']) => [
    path
      .replaceAll('<', '{')
      .replaceAll('>', '}')
      .replace('/livetex/', `/${runtime.plugins[0]?.name ?? ''}/`),
    method.toLowerCase(),
  ]);
  const written = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((one) => [path, one]),
  );
  expect(written.map(String).toSorted()).toEqual(named.map(String).toSorted());
  const message = JSON.stringify(api.paths['/api/channels/{channel}/leads/{externalId}/messages']?.['post']);
  expect(message).toContain(`"maxLength":${MAX_TEXT_LENGTH}`);
});
