import { afterAll, expect, test } from 'vitest';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

/** What the host is asked, and an answer. */
function host(body: string | null = 'null', code = 200, error: string | null = null) {
  const asked: unknown[] = [];
  const call = async (plugin: string, name: string, args: string): Promise<string> => {
    asked.push([plugin, name, JSON.parse(args)]);
    return JSON.stringify({ code, body, error });
  };
  return { asked, call };
}

test('a request crosses as its parts, and its answer is the value of the call', async () => {
  const { asked, call } = host('{"state":"в пути","items":[1]}', 201);
  const code = `
    api.setHeaders('{"Authorization":"Bearer x","X-Number":7}');
    const order = api.postJson('https://crm.example.com/orders', { id: 7, nested: { a: [1, null] } });
    return [order, api.getLastResponseCode(), api.getLastError()];`;
  expect(await scripts.returned(code, { call })).toEqual([{ state: 'в пути', items: [1] }, 201, null]);
  const headers = { authorization: 'Bearer x', 'x-number': '7' };
  const body = '{"id":7,"nested":{"a":[1,null]}}';
  expect(asked).toEqual([
    ['metabot24', 'http', { method: 'POST', url: 'https://crm.example.com/orders', headers, body }],
  ]);
});

test('every method has its own verb, and a body only when it is given', async () => {
  const { asked, call } = host();
  const code = `
    api.getJson('https://a.example/');
    api.postJson('https://a.example/');
    api.putJson('https://a.example/', '{"a":1}');
    api.patchJson('https://a.example/', 'слово');
    api.deleteJson('https://a.example/');
    api.deleteJson('https://a.example/', null);
    return null`;
  await scripts.returned(code, { call });
  expect(
    (asked as Array<[string, string, { method: string; body: string | null }]>).map(([, , { method, body }]) => [
      method,
      body,
    ]),
  ).toEqual([
    ['GET', null],
    ['POST', null],
    ['PUT', '{"a":1}'],
    ['PATCH', '"слово"'],
    ['DELETE', null],
    ['DELETE', 'null'],
  ]);
});

test('what is not JSON comes as text, and a failure as null with a sentence', async () => {
  const text = host('<html>', 502);
  expect(
    await scripts.returned("return [api.getJson('https://a.example/'), api.getLastResponseCode()]", {
      call: text.call,
    }),
  ).toEqual(['<html>', 502]);
  const none = host(null, 0, 'there was no answer within 50 ms');
  const code = "return [api.getJson('https://a.example/'), api.getLastResponseCode(), api.getLastError()]";
  expect(await scripts.returned(code, { call: none.call })).toEqual([null, 0, 'there was no answer within 50 ms']);
});

test('headers hold for the calls that follow, and are replaced as a whole', async () => {
  const { asked, call } = host();
  const code = `
    api.setHeaders({ A: '1', Host: 'evil.example', 'Transfer-Encoding': 'chunked', 'content-length': 5 });
    api.getJson('https://a.example/'); api.getJson('https://a.example/');
    api.setHeaders({ B: true }); api.getJson('https://a.example/');
    api.setHeaders(null); api.getJson('https://a.example/');`;
  const result = await scripts.run(code, { call });
  expect((asked as Array<[string, string, { headers: object }]>).map(([, , { headers }]) => headers)).toEqual([
    { a: '1' },
    { a: '1' },
    { b: 'true' },
    {},
  ]);
  expect(result.log.map(({ text }) => text)).toEqual([
    'api.setHeaders: "Host" is the platform\'s own and is not sent',
    'api.setHeaders: "Transfer-Encoding" is the platform\'s own and is not sent',
    'api.setHeaders: "content-length" is the platform\'s own and is not sent',
  ]);
});

test.each([
  ['api.getJson()', 'api.getJson takes an address such as "https://crm.example.com/orders", got undefined'],
  ['api.getJson(7)', 'api.getJson takes an address such as "https://crm.example.com/orders", got a number'],
  [
    'const a = {}; a.a = a; api.postJson("https://a.example/", a)',
    'api.postJson: the body cannot be written as JSON: it holds itself, or what JSON has not, such as a BigInt',
  ],
  [
    'api.postJson("https://a.example/", { n: 1n })',
    'api.postJson: the body cannot be written as JSON: it holds itself, or what JSON has not, such as a BigInt',
  ],
  ['api.postJson("https://a.example/", () => 1)', 'api.postJson: the body cannot be written as JSON, got a function'],
  [
    'api.setHeaders({ A: "1\\r\\nHost: evil.example" })',
    'api.setHeaders: the value of "A" holds a line break or a character beyond Latin-1, which no header may have; encode it first',
  ],
  ['api.setHeaders({ "A\\r\\nB": "1" })', 'api.setHeaders: "A\r\nB" cannot be the name of a header'],
  ['api.setHeaders({ "": "1" })', 'api.setHeaders: "" cannot be the name of a header'],
  [
    'api.setHeaders({ A: {} })',
    'api.setHeaders: the value of "A" must be a string, a number, true or false, got an object',
  ],
  ['api.setHeaders([])', 'api.setHeaders takes an object { "Name": "value" } or its JSON text, got an array'],
  ['api.setHeaders("A: 1")', 'api.setHeaders takes an object { "Name": "value" } or its JSON text, got a string'],
])('%s is refused in words', async (code, message) => {
  const { asked, call } = host();
  expect(await scripts.failure(code, { call })).toMatch(/^script_argument: /);
  expect((await scripts.failure(code, { call })).replace(/ @\d+:\d+$/, '')).toBe(`script_argument: ${message}`);
  expect(asked).toEqual([]);
});

test('one run makes twenty requests at most', async () => {
  const { asked, call } = host();
  const code = 'for (let n = 0; n < 30; n += 1) api.getJson("https://a.example/")';
  expect(await scripts.failure(code, { call })).toContain('script_host_calls: the script made more than 20 requests');
  expect(asked).toHaveLength(20);
});

test('a script that tampers with the language sends what it said, and reads what came', async () => {
  const { asked, call } = host('{"a":1}');
  const code = `
    JSON.stringify = () => '{"method":"POST","url":"https://evil.example/"}';
    Object.prototype.method = 'POST'; Object.prototype.toJSON = () => 'x'; String.prototype.toLowerCase = () => 'host';
    RegExp.prototype.exec = () => ['x'];
    api.setHeaders({ A: '1' });
    return api.getJson('https://a.example/').a`;
  expect(await scripts.returned(code, { call })).toBe(1);
  expect(asked).toEqual([
    ['metabot24', 'http', { method: 'GET', url: 'https://a.example/', headers: { a: '1' }, body: null }],
  ]);
});
