/** Who may open the console and what it lets out: sessions, forged requests, guesses, roles, the audit log, secrets, documents. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../support/command.ts';
import { ADMIN_TOKEN, type Asked, type ConsoleStand, startConsole, VIEWER_TOKEN } from '../../support/console-stand.ts';
import { everyFormOf } from '../../support/secret-search.ts';
import { createSkippingClock } from '../../support/test-clock.ts';

const SCRIPTS = [{ code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] }];
const KEY = 'webhook-key+of/a=binding';
const clock = createSkippingClock();
let stand: ConsoleStand;
beforeAll(async () => {
  const bot = { id: 'support', scripts: SCRIPTS };
  stand = await startConsole({ bot, clock, http: { trustedProxies: ['127.0.0.1'] } });
});
afterAll(async () => await stand.close());

const code = ({ body }: Asked): unknown => (body['error'] as { code?: string } | undefined)?.code;
const from = (address: string) => ({ 'x-forwarded-for': address });
async function logIn(token: string, name: string): Promise<{ cookie: string; csrf: string }> {
  const answer = await stand.ask('POST', '/session', { token, name }, {});
  expect(answer.status).toBe(200);
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  expect(answer.headers.get('set-cookie')).toMatch(/; HttpOnly; SameSite=Strict; /);
  return { cookie, csrf: String(answer.body['csrf']) };
}
const binding = (more: object = {}) => ({
  token: stand.emulator.token,
  baseUrl: stand.emulator.url,
  webhook: { publicUrl: stand.url, key: KEY },
  ...more,
});

test('a session opens it until it is over, and a change needs what only its own page has', async () => {
  expect(code(await stand.ask('GET', '/session', undefined, {}))).toBe('console_login_needed');
  const { cookie, csrf } = await logIn(ADMIN_TOKEN, 'Анна');
  expect((await stand.ask('GET', '/session', undefined, { cookie })).body).toMatchObject({
    name: 'Анна',
    role: 'admin',
  });
  const put = (headers: Record<string, string>) =>
    stand.ask('PUT', '/bindings/doors', { version: 0, binding: { token: '' } }, headers);
  for (const forged of [
    { cookie },
    { cookie, 'x-csrf-token': 'another' },
    { cookie, 'x-csrf-token': csrf, origin: 'https://evil.example' },
    { cookie, 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' },
  ]) {
    expect(code(await put(forged))).toBe('console_forged');
  }
  expect(code(await put({ cookie: `${cookie}x`, 'x-csrf-token': csrf }))).toBe('console_login_needed');
  expect(code(await put({ cookie, 'x-csrf-token': csrf, origin: stand.url }))).toBe('config_invalid');
  const crossLogin = { token: ADMIN_TOKEN, name: 'Ева' };
  expect(code(await stand.ask('POST', '/session', crossLogin, { origin: 'https://evil.example' }))).toBe(
    'console_forged',
  );

  const out = await stand.ask('DELETE', '/session', undefined, { cookie, 'x-csrf-token': csrf });
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  expect(code(await stand.ask('GET', '/session', undefined, { cookie }))).toBe('console_login_needed');
  const later = await logIn(ADMIN_TOKEN, 'Анна');
  clock.skip(12 * 3_600_000);
  expect(code(await stand.ask('GET', '/session', undefined, later))).toBe('console_login_needed');
});

test('a viewer looks and changes nothing; a program names itself; the log says who did what', async () => {
  const viewer = { authorization: `Bearer ${VIEWER_TOKEN}` };
  expect((await stand.ask('GET', '/bindings', undefined, viewer)).status).toBe(200);
  const refused = [
    await stand.ask('PUT', '/bindings/main', { version: 0, binding: binding() }, viewer),
    await stand.ask('DELETE', '/bindings/main', undefined, viewer),
    await stand.ask('GET', '/audit', undefined, viewer),
  ];
  expect(refused.map(code)).toEqual(['console_viewer', 'console_viewer', 'console_viewer']);

  const named = { authorization: `Bearer ${ADMIN_TOKEN}`, 'x-console-name': encodeURIComponent('робот Ёж') };
  expect((await stand.ask('PUT', '/bindings/main', { version: 0, binding: binding() }, named)).status).toBe(200);
  expect((await stand.ask('POST', '/bindings/main/webhook', {}, named)).body).toEqual({
    url: `${stand.url}/webhook/livetex/main`,
  });
  const { body } = await stand.ask('GET', '/audit?limit=2');
  expect(body['entries']).toMatchObject([
    { name: 'робот Ёж', what: 'webhook_set', about: { binding: 'main' } },
    { name: 'робот Ёж', what: 'binding_added', about: { binding: 'main', keys: ['token', 'webhook.key'] } },
  ]);
  const older = await stand.ask('GET', `/audit?limit=2&after=${String(body['next'])}`);
  expect(older.body['entries']).toMatchObject([{ name: 'Анна', what: 'login' }, { what: 'logout' }]);
});

test('a form with every field wrong tells all of it; the second of two admins sees what the first changed', async () => {
  const wrong = await stand.ask('PUT', '/bindings/second', {
    version: 0,
    binding: {
      token: 'a b',
      baseUrl: 'nope',
      maxInFlight: 'x',
      exit: { phrases: [''] },
      webhook: { publicUrl: 'nope' },
    },
  });
  const fields = (wrong.body['error'] as { fields: Array<{ path: string; text: { ru: string } }> }).fields;
  expect(wrong.status).toBe(400);
  expect(fields.map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      'binding.token',
      'binding.baseUrl',
      'binding.maxInFlight',
      'binding.exit.phrases[0]',
      'binding.webhook.publicUrl',
    ]),
  );
  const { body } = await stand.ask('GET', '/bindings');
  const [main] = body['bindings'] as Array<{ version: number; settings: object; tokenEnd: string; source: string }>;
  expect(main).toMatchObject({ source: 'stored', tokenEnd: stand.emulator.token.slice(-4), ready: true });
  const save = (channelName: string) =>
    stand.ask('PUT', '/bindings/main', { version: main?.version, binding: { ...main?.settings, channelName } });
  // Without its token and key: those stay.
  expect((await save('Первый')).status).toBe(200);
  const second = await save('Второй');
  expect(second.status).toBe(409);
  expect(second.body['error']).toMatchObject({
    code: 'binding_changed',
    current: { settings: { channelName: 'Первый' } },
  });
  expect((await stand.ask('POST', '/bindings/main/check', {})).body['checks']).toContainEqual({
    name: 'webhook',
    ok: true,
  });

  // Removed on purpose, it is not set again by the watch.
  expect((await stand.ask('DELETE', '/bindings/main/webhook')).body).toEqual({ comesBack: false });
  expect((await stand.plugin.bindings.list())[0]?.settings.webhook).toMatchObject({ keep: false });
  expect((await stand.plugin.webhookSettings('main')).url).toBe('');
  await stand.ask('POST', '/bindings/main/webhook', {});
  expect((await stand.plugin.bindings.list())[0]?.settings.webhook).toMatchObject({ keep: true });
});

test('a thousand guesses from one address are held back, and nobody else', async () => {
  const tried = new Map<number, number>();
  const guess = async (index: number): Promise<void> => {
    const body = { token: `guess ${index}`, name: 'Ева' };
    const { status } = await stand.ask('POST', '/session', body, from('203.0.113.9'));
    tried.set(status, (tried.get(status) ?? 0) + 1);
  };
  for (let index = 0; index < 1_000; index += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, one) => guess(index + one)));
  }
  expect(Object.fromEntries(tried)).toEqual({ 401: 20, 429: 980 });
  const bearer = await stand.ask('GET', '/bindings', undefined, {
    authorization: 'Bearer wrong',
    ...from('203.0.113.9'),
  });
  expect([bearer.status, Number(bearer.headers.get('retry-after')) > 0]).toEqual([429, true]);
  const other = { token: ADMIN_TOKEN, name: 'Анна' };
  expect((await stand.ask('POST', '/session', other, from('203.0.113.10'))).status).toBe(200);
});

test('without an admin token it answers to this machine, and to no proxy and no other site', async () => {
  const bot = { id: 'open', scripts: SCRIPTS };
  const open = await startConsole({ bot, http: { adminToken: undefined, viewerToken: undefined } });
  try {
    expect((await open.ask('GET', '/session', undefined, {})).body).toMatchObject({ role: 'admin', way: 'machine' });
    for (const headers of [from('203.0.113.9'), { via: '1.1 proxy' }, { origin: 'https://evil.example' }]) {
      expect(code(await open.ask('GET', '/bindings', undefined, headers))).toBe('console_closed');
    }
    const asForm = { 'content-type': 'text/plain' };
    expect(code(await open.ask('PUT', '/bindings/main', { version: 0, binding: {} }, asForm))).toBe('console_forged');
  } finally {
    await open.close();
  }
});

test('docs/http.md and openapi.json name each address, and no answer of any holds a secret', async () => {
  const api = (await (await fetch(`${stand.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, { security?: unknown; parameters?: Array<{ name: string; in: string }> }>>;
  };
  const written = Object.entries(api.paths)
    .filter(([path]) => path.startsWith('/console'))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));
  const doc = await readFile(join(ROOT, 'docs', 'http.md'), 'utf8');
  const named = Array.from(
    doc.matchAll(/^\| `([A-Z]+) (\/console\S*?)(?:\?\S*)?` \|/gm),
    ([, method = '', path = '']) => `${method} ${path.replaceAll('<', '{').replaceAll('>', '}')}`,
  );
  expect(written.toSorted()).toEqual(named.toSorted());

  const secrets = [ADMIN_TOKEN, VIEWER_TOKEN, stand.emulator.token, KEY].flatMap(everyFormOf);
  const shown: string[] = [];
  let answers = 0;
  for (const one of written) {
    const [method = '', path = ''] = one.split(' ');
    if (method === 'DELETE' && path.endsWith('/{id}')) continue;
    const address = path
      .replace('{id}', 'main')
      .replace('{file}', 'page.css')
      .replaceAll(/\{\w+\}/g, '1');
    // Of the wrong body every route says what is wrong, which must not be what was sent.
    const bodies =
      method === 'GET' || method === 'DELETE'
        ? [undefined]
        : [{}, { token: KEY, binding: { token: stand.emulator.token, x: KEY } }];
    for (const body of bodies) {
      for (const authorization of [`Bearer ${ADMIN_TOKEN}`, `Bearer ${VIEWER_TOKEN}`, `Bearer ${KEY}`]) {
        const response = await fetch(`${stand.url}${address}`, {
          method,
          headers: { authorization, 'content-type': 'application/json', ...from('203.0.113.77') },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        });
        const text = `${JSON.stringify([...response.headers])} ${await response.text()}`;
        answers += 1;
        if (secrets.some((form) => text.includes(form))) shown.push(`${one}: ${text.slice(0, 300)}`);
      }
    }
  }
  expect(shown).toEqual([]);
  expect(answers).toBeGreaterThan(30);
});
