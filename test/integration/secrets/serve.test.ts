/** The real command at its most talkative, through everything that goes wrong: nothing that leaves it holds a secret. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startCommand, temporaryFolder } from '../../support/command.ts';
import { useEmulator } from '../../support/emulator.ts';
import { everyFormOf } from '../../support/secret-search.ts';

/** Characters that are written in other ways in URLs and JSON, so that no form goes unseen. */
const SECRETS = {
  token: 'touch+point/token=9&x"f7',
  key: 'webhook%key\\with"quotes<1>',
  previousKey: 'the+key/before=77&more',
  apiToken: 'api/token+0123456789=="z',
};
const BOT = {
  id: 'support',
  scripts: [
    {
      code: 'start',
      commands: [
        { type: 'run_javascript', file: 'curious.js' },
        { type: 'send_text', text: 'Здравствуйте!' },
      ],
    },
    { code: 'operator', commands: [{ type: 'forward_to_operator' }] },
  ],
  routes: [
    { regex: '^оператор$', script: 'operator' },
    { regex: '^ещё$', script: 'start' },
  ],
};
/** A script that says everything it can find, and then fails. */
const CURIOUS = `
var names = Object.getOwnPropertyNames(globalThis);
for (var i = 0; i < names.length; i++) console.log(names[i] + ' ' + String(globalThis[names[i]]));
try { livetex.hasOnlineOperators(1, 2, 3); livetex.setLiveTexAttr(); } catch (error) { console.error(error.message + error.stack); }
console.log(JSON.stringify(livetex) + JSON.stringify(lead) + (new Error('here')).stack);
throw new Error('enough');
`;

test('no log line, answer or metric of a server holds a token or a key, whatever goes wrong', async () => {
  const emulator = await useEmulator({ token: SECRETS.token, operators: [{ firstName: 'Анна', status: 'online' }] });
  const folder = await temporaryFolder({
    'config.json': JSON.stringify({
      bot: 'bot',
      http: { port: 0, apiToken: { env: 'API_TOKEN' } },
      logLevel: 'debug',
      livetex: [
        {
          token: { env: 'TOKEN' },
          baseUrl: emulator.url,
          requestTimeoutMs: 500,
          transferTimeout: 2,
          webhook: { publicUrl: 'http://127.0.0.1:9', key: { env: 'KEY' }, previousKey: { env: 'PREVIOUS' } },
        },
      ],
    }),
  });
  await mkdir(join(folder, 'bot'));
  await writeFile(join(folder, 'bot', 'bot.json'), JSON.stringify(BOT));
  await writeFile(join(folder, 'bot', 'curious.js'), CURIOUS);
  const { token: TOKEN, key: KEY, previousKey: PREVIOUS, apiToken: API_TOKEN } = SECRETS;
  const command = startCommand(['serve', '--config', 'config.json'], {
    cwd: folder,
    env: { TOKEN, KEY, PREVIOUS, API_TOKEN },
  });
  const [, url = ''] = await command.seen(/Listening on (\S+)/);

  /** Everything that came back, with status and headers. */
  const answers: string[] = [];
  const call = async (path: string, init: RequestInit = {}): Promise<number> => {
    const response = await fetch(`${url}${path}`, init);
    answers.push(`${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`);
    return response.status;
  };
  const authorised = { authorization: `Bearer ${SECRETS.apiToken}` };
  const say = (text: string, lead: string): Promise<number> =>
    call(`/api/channels/telegram/leads/${lead}/messages`, {
      method: 'POST',
      headers: authorised,
      body: JSON.stringify({ text }),
    });
  const event = (changes: object): string =>
    JSON.stringify({
      id: 'e1',
      type: 'TextMessage',
      webhook_key: KEY,
      user_id: 'support:telegram:1',
      timestamp: 1,
      text: 'да',
      ...changes,
    });
  const post = (body: string, headers: Record<string, string> = {}): Promise<number> =>
    call('/webhook/livetex/main', { method: 'POST', body, headers });

  // LiveTex in all its moods, with texts, a script that looks around, and transfers that fail.
  const moods = [
    { kind: 'token' },
    { kind: 'html', times: 2 },
    { kind: 'reset', when: 'after', times: 2 },
    { kind: 'reset', when: 'before', times: 2 },
    {
      kind: 'status',
      status: 400,
      times: 2,
      body: JSON.stringify({ success: false, error_message: `bad key=${encodeURIComponent(TOKEN)} ${TOKEN}` }),
    },
    {
      kind: 'status',
      status: 500,
      times: 2,
      body: `<a href="/1.0/sendText?key=${encodeURIComponent(TOKEN)}">${TOKEN}</a>`,
      contentType: 'text/html',
    },
    { kind: 'latency', ms: 700 },
  ] as const;
  for (const [number, mood] of moods.entries()) {
    const end = emulator.faults.add(mood);
    const requests = emulator.requests.count();
    expect(await say('привет', String(number))).toBe(202);
    expect(await say('оператор', String(number))).toBe(202);
    await expect.poll(() => emulator.requests.count()).toBeGreaterThan(requests);
    // What came first may have been on its way before.
    if (mood.kind === 'token') await command.seen(/livetex_token_refused/);
    end();
  }
  // Webhooks right, wrong, broken and damaged, with the secrets where they do not belong.
  expect(await post(event({}))).toBe(200);
  expect(await post(event({ webhook_key: PREVIOUS, id: 'e2', text: 'ещё' }))).toBe(200);
  expect(await post(event({ webhook_key: 'wrong' }))).toBe(401);
  expect(await post(event({ webhook_key: undefined }))).toBe(401);
  expect(await post(event({ type: 'TextMessage', text: { no: 'text' } }))).toBe(400);
  expect(await post(event({ type: 'NewThing', [KEY]: KEY }))).toBe(200);
  expect(await post(`${event({})}}`)).toBe(400);
  expect(await post(event({}), { authorization: `Bearer ${KEY}`, cookie: TOKEN })).toBe(200);
  expect(await call('/api/channels/telegram/leads/1', { headers: { authorization: `Bearer ${TOKEN}` } })).toBe(401);
  expect(await call('/api/channels/telegram/leads/1', { headers: authorised })).toBe(200);
  expect(await call('/api/channels/telegram/leads/1/messages', { headers: authorised })).toBe(200);
  for (const path of ['/healthz', '/readyz', '/metrics', '/', '/webhook/livetex/other']) await call(path);

  await command.seen(/script failed/);
  command.child.kill('SIGTERM');
  const { stdout, stderr } = await command.end;
  const said = [stdout, stderr, ...answers].join('\n');
  // It was talkative indeed: requests, webhooks and the script's failure are in the log.
  expect(said).toContain('livetex_token_refused');
  expect(said).toContain('"webhook refused"');
  expect(said).toContain('script failed');
  const found = Object.entries(SECRETS).flatMap(([name, secret]) =>
    everyFormOf(secret)
      .filter((form) => said.includes(form))
      .map(
        (form) =>
          `${name} as ${form}: ${said
            .split('\n')
            .find((line) => line.includes(form))
            ?.slice(0, 300)}`,
      ),
  );
  expect(found).toEqual([]);
});
