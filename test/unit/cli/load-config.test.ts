import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig, loadConfigForMaintenance } from '../../../runtime-shim/cli/config/load-config.ts';
import { type Config, secretsOf } from '../../../runtime-shim/cli/config/config-schema.ts';
import { environmentForBots } from '../../../runtime-shim/cli/create-runtime-of.ts';
import { temporaryFolder } from '../../support/command.ts';

const SECRET = 'very-secret-token-705';

/** Loads a configuration written for one test, beside an (empty) bot folder `bot`. */
async function load(
  config: unknown,
  env: NodeJS.ProcessEnv = {},
): Promise<{ folder: string; loading: Promise<unknown> }> {
  const text = typeof config === 'string' ? config : JSON.stringify(config);
  const folder = await temporaryFolder({ 'livetex.json': text });
  await mkdir(join(folder, 'bot'));
  return { folder, loading: loadConfig('livetex.json', folder, env) };
}

async function problemsOf(config: unknown, env: NodeJS.ProcessEnv = {}): Promise<string[]> {
  const { loading } = await load(config, env);
  const error = await loading.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('the configuration was accepted');
  expect(error.message).not.toContain(SECRET);
  return error.message
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

test('a bot and a token are enough, everything else has a default', async () => {
  const { folder, loading } = await load({ bot: 'bot', livetex: [{ token: 'key' }] });
  expect(await loading).toMatchObject({
    bot: join(folder, 'bot'),
    storage: `sqlite:${join(folder, 'data')}`,
    http: { host: '127.0.0.1', port: 8024 },
    logLevel: 'info',
    livetex: [
      { id: 'main', baseUrl: 'https://messaging.livetex.ru', apiVersion: 'auto', channelName: 'LiveTex (Chat Center)' },
    ],
  });
});

test('{ "env": … } stands for any string, and its value is known as a secret', async () => {
  const config = {
    bot: 'bot',
    http: { apiToken: { env: 'API_TOKEN' } },
    livetex: [{ token: { env: 'TOKEN' }, webhook: { publicUrl: { env: 'URL' }, key: { env: 'KEY' } } }],
  };
  const env = { API_TOKEN: 'a'.repeat(20), TOKEN: SECRET, URL: 'https://bot.example.com', KEY: 'hook-key-of-16-signs' };
  const { folder, loading } = await load(config, env);
  expect(await loading).toMatchObject({ livetex: [{ token: SECRET, webhook: { key: 'hook-key-of-16-signs' } }] });
  const loaded = await loadConfig('livetex.json', folder, env);
  expect(secretsOf(loaded).toSorted()).toEqual([SECRET, 'a'.repeat(20), 'hook-key-of-16-signs'].toSorted());
});

test('every field wrong at once: each problem has its path, no value is shown, nothing is said twice', async () => {
  const problems = await problemsOf(
    {
      bto: 'x',
      bot: 'nowhere',
      storage: 'mysql:x',
      http: { host: 5, port: 99_999, apitoken: 'x' },
      sandbox: { cpuMs: 'a', wallMs: 1, memoryMb: 1.5, runners: 0, spares: -1 },
      logLevel: 'loud',
      livetex: [
        {
          id: 'a b',
          tokn: SECRET,
          token: { env: 'NOT_SET' },
          channelName: '',
          apiVersion: '9',
          baseUrl: 'ftp://x',
          excludedChannels: ['a:b'],
          webhook: { publicUrl: 'nonsense', key: 'has spaces' },
          notices: { transferred: 5, extra: 'x' },
          transferTimeout: -1,
        },
        { token: { env: 'EMPTY' } },
        { token: { env: 'NOT_SET', and: 1 } },
      ],
    },
    { EMPTY: '' },
  );
  const paths = problems.map((line) => line.slice(0, line.indexOf(':')));
  expect(paths.toSorted()).toEqual(
    [
      'bto',
      'bot',
      'storage',
      'http.host',
      'http.port',
      'http.apitoken',
      'sandbox.cpuMs',
      'sandbox.wallMs',
      'sandbox.memoryMb',
      'sandbox.runners',
      'sandbox.spares',
      'logLevel',
      'livetex[0].id',
      'livetex[0].tokn',
      'livetex[0].token',
      'livetex[0].channelName',
      'livetex[0].apiVersion',
      'livetex[0].baseUrl',
      'livetex[0].excludedChannels[0]',
      'livetex[0].webhook.publicUrl',
      'livetex[0].webhook.key',
      'livetex[0].notices.transferred',
      'livetex[0].notices.extra',
      'livetex[0].transferTimeout',
      'livetex[1].token',
      'livetex[2].token',
      // Two bindings of the default id.
      'livetex[2].id',
    ].toSorted(),
  );
  expect(problems).toContain('livetex[0].token: the environment variable NOT_SET is not set');
  expect(problems).toContain('livetex[0].tokn: unknown key (did you mean "token"?)');
  expect(problems).toContain('livetex[1].token: the environment variable EMPTY is empty');
});

test('what two fields say together is checked beside other mistakes, and not where one of the two is wrong', async () => {
  const webhook = { publicUrl: 'http://bot.example.com', key: 'has spaces' };
  const problems = await problemsOf({
    bot: 'bot',
    http: { host: '0.0.0.0', port: -1 },
    livetex: [
      { token: '', webhook },
      { token: 'a', nonsense: 1 },
      { token: 'b', id: 'second', baseUrl: 'ftp://x', webhook },
      5,
    ],
  });
  const paths = problems.map((line) => line.slice(0, line.indexOf(':')));
  expect(paths.filter((path) => path === 'http.apiToken')).toHaveLength(1);
  expect(paths.filter((path) => path === 'livetex[0].webhook.publicUrl')).toHaveLength(1);
  expect(paths.filter((path) => path === 'livetex[1].id')).toHaveLength(1);
  expect(paths).not.toContain('livetex[2].webhook.publicUrl');
  expect(paths).not.toContain('livetex[2].id');
  expect(paths).toContain('livetex[3]');
});

test.each([
  [
    'another address than loopback needs a token',
    { bot: 'bot', http: { host: '0.0.0.0' } },
    'http.apiToken: is needed',
  ],
  ['so does IPv6', { bot: 'bot', http: { host: '::' } }, 'http.apiToken: is needed'],
  [
    'a token that can be guessed',
    { bot: 'bot', http: { apiToken: 'short' } },
    'http.apiToken: must have at least 16 characters',
  ],
  ['an empty key, once', { bot: 'bot', livetex: [{ token: '' }] }, 'livetex[0].token: must not be empty'],
  ['a database URL without a host', { bot: 'bot', storage: 'postgres://' }, 'storage: must be'],
  ['one without a database', { bot: 'bot', storage: 'postgres://h' }, 'this one names no database'],
  ['one with a wrong pool', { bot: 'bot', storage: 'postgres://u:p@h/d?pool=0' }, 'this one has a wrong "pool"'],
  [
    'plain http to a real LiveTex',
    { bot: 'bot', livetex: [{ token: 'a', webhook: { publicUrl: 'http://a.b', key: 'k' } }] },
    'livetex[0].webhook.publicUrl: must be https',
  ],
  [
    'two bindings of one id',
    { bot: 'bot', livetex: [{ token: 'a' }, { token: 'b' }] },
    'livetex[1].id: "main" is used',
  ],
  ['a prototype for a key', '{"bot":"bot","__proto__":{"livetex":[]}}', '__proto__: unknown key'],
  ['not JSON', `{"bot": "bot", "token": ${SECRET}}`, 'line 1, column 25: expected a value, found "v"'],
  ['an empty file', '', 'line 1, column 1'],
  ['a list', '[]', '(the whole file): must be an object, got a list'],
  ['a key given twice', '{"bot": "bot", "bot": "bot"}', 'line 1, column 16: "bot" stands twice'],
])('%s', async (_name, config, problem) => {
  expect((await problemsOf(config)).join('\n')).toContain(problem);
});

test('loopback in every spelling needs no token', async () => {
  for (const host of ['127.0.0.1', '127.1.2.3', 'localhost', '::1']) {
    const { loading } = await load({ bot: 'bot', http: { host } });
    await expect(loading).resolves.toMatchObject({ http: { host } });
  }
});

test('a maintainer needs none of the secrets, but the storage must be right', async () => {
  const webhook = { publicUrl: 'https://bot.example.com', key: { env: 'NOT_SET' } };
  const livetex = ['a', 'b'].map((id) => ({ id, bots: [id], token: { env: 'NOT_SET' }, webhook }));
  const config = { bot: 'away', storage: 'sqlite:kept', livetex };
  const folder = await temporaryFolder({
    'livetex.json': JSON.stringify(config),
    'unset.json': JSON.stringify({ ...config, storage: { env: 'NOT_SET' } }),
  });
  expect(await loadConfigForMaintenance('livetex.json', folder, {})).toMatchObject({
    storage: `sqlite:${join(folder, 'kept')}`,
  });
  await expect(loadConfigForMaintenance('unset.json', folder, {})).rejects.toThrow(
    'storage: the environment variable NOT_SET is not set',
  );
});

test('a key that stands in the wrong part is not said to be misspelt', async () => {
  const folder = await temporaryFolder({
    'livetex.json': JSON.stringify({ bot: '.', livetex: [{ token: 't' }], schedule: { hours: {} } }),
    'bot.json': '{}',
  });
  await expect(loadConfig('livetex.json', folder, {})).rejects.toThrow(
    'schedule: unknown key here: this one belongs to another part',
  );
});

test('what every object has is no variable of an environment', async () => {
  const names = ['constructor', '__proto__', 'toString'];
  const livetex = names.map((env) => ({ id: env, token: { env } }));
  const folder = await temporaryFolder({ 'livetex.json': JSON.stringify({ bot: '.', livetex }), 'bot.json': '{}' });
  for (const [index, name] of names.entries()) {
    await expect(loadConfig('livetex.json', folder, {})).rejects.toThrow(
      `livetex[${index}].token: the environment variable ${name} is not set`,
    );
  }
});

test('a bot folder has no variable of the environment that holds a secret of the configuration', async () => {
  const env = { LIVETEX: SECRET, COPY: SECRET, CRM: 'of-the-crm' };
  const { loading } = await load({ bot: 'bot', livetex: [{ token: { env: 'LIVETEX' } }] }, env);
  expect(environmentForBots((await loading) as Config, env)).toEqual({ CRM: 'of-the-crm' });
});

test('a messenger is checked as a whole, its secrets are known, and none of them is told', async () => {
  const token = `705:${SECRET}`;
  const right = {
    bot: 'bot',
    http: { publicUrl: 'https://bot.example.com' },
    channels: {
      telegram: {
        kind: 'telegram',
        token: { env: 'TG' },
        mode: 'webhook',
        secret: 'a-secret-of-16-signs',
        proxy: 'http://u:pa%20ss@p:1',
      },
    },
  };
  const { folder, loading } = await load(right, { TG: token });
  expect(await loading).toMatchObject({ channels: { telegram: { onUnknown: 'repeat', watchSeconds: 600 } } });
  const secrets = secretsOf(await loadConfig('livetex.json', folder, { TG: token }));
  expect(secrets).toEqual(expect.arrayContaining([token, SECRET, 'a-secret-of-16-signs', 'pa%20ss', 'pa ss']));
  // A maintainer's shell has no tokens.
  expect(await loadConfigForMaintenance('livetex.json', folder, {})).toMatchObject({ channels: { telegram: {} } });

  const wrong = {
    a: { kind: 'telegram', token: SECRET },
    b: { kind: 'telegram', token, mode: 'webhook' },
    c: { kind: 'telegram', token, mode: 'webhook', secret: 'short' },
    d: { kind: 'telegram', token, baseUrl: 'telegram' },
    e: { kind: 'telegram', token, pool: true },
    'f g': { kind: 'telegram', token },
    h: { kind: 'viber', token },
    i: { kind: 'max', token: 'with spaces', secret: 'short', ca: 'nowhere.pem' },
    j: { kind: 'max', token: SECRET, mode: 'poll', ca: 'livetex.json' },
    k: { kind: 'vk', token: SECRET, group: '1' },
    l: { kind: 'vk', token: SECRET, group: 1, secret: 'x'.repeat(51), confirmation: 'a b' },
    m: { kind: 'vk', token: SECRET },
  };
  const problems = await problemsOf({ bot: 'bot', channels: wrong });
  const about = (code: string): string[] => problems.filter((line) => line.startsWith(`channels.${code}`));
  expect(about('a')).toEqual(['channels.a.token: must be a token of @BotFather, such as "123456:ABC…"']);
  expect(about('b').map((line) => line.split(':', 1)[0])).toEqual(['channels.b.secret', 'channels.b.mode']);
  expect(about('c').join('\n')).toMatch(/secret: must have 16 to 256[\s\S]*mode: needs "http.publicUrl"/);
  expect(about('d')).toEqual(['channels.d.baseUrl: must be a whole http: or https: address']);
  expect(about('e').join('\n')).toContain('did you mean');
  expect(about('h').join('\n')).toMatch(/channels\.h\.kind: /);
  expect(problems.join('\n')).toContain('f g');
  expect(about('i').map((line) => line.split(':', 1)[0]?.split('.').at(-1))).toEqual(['token', 'secret', 'mode', 'ca']);
  expect(about('j').join('\n')).toMatch(/^channels\.j\.ca: the file .*livetex\.json holds no certificate in PEM form$/);
  const keys = (code: string): unknown[] => about(code).map((line) => line.split(':', 1)[0]?.split('.').at(-1));
  expect([keys('k'), keys('l'), keys('m')]).toEqual([
    ['group', 'mode'],
    ['secret', 'confirmation', 'mode'],
    ['group', 'mode'],
  ]);
  const polled = { vk: { kind: 'vk', token: SECRET, group: 1, mode: 'poll' } };
  expect(await problemsOf({ bot: 'nowhere', channels: polled })).toHaveLength(1);
  const port = {
    bot: 'bot',
    http: { publicUrl: 'https://a.example:8444' },
    channels: {
      m: { kind: 'max', token: SECRET },
      t: { kind: 'telegram', token, mode: 'webhook', secret: 's'.repeat(32) },
    },
  };
  const refused = (await problemsOf(port)).join('\n');
  expect(refused).toContain('channels.m.mode: MAX posts to port 443 only');
  expect(refused).toContain('channels.t.mode: Telegram posts to the ports 443, 80, 88 and 8443 only');
  const other = { ...port, http: { publicUrl: 'https://a.example:8443' } };
  expect((await problemsOf(other)).join('\n')).not.toContain('channels.t');
});
