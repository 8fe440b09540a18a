/** What the console's pages show and do, asked over HTTP: dialogs and their search, queues, the support report; and what of it a viewer gets. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startTelegramEmulator } from '../../../runtime-shim/emulator/telegram/telegram-emulator.ts';
import type { TelegramEmulator } from '../../../runtime-shim/emulator/telegram/telegram-contract.ts';
import { type ConsoleStand, startConsole, VIEWER_TOKEN } from '../../support/console-stand.ts';

const VIEWER = { authorization: `Bearer ${VIEWER_TOKEN}` };
const PATIENCE = { timeout: 120_000 };
const WORD = 'ананас';
const TG_SECRET = 'secret-of-the-webhook-of-telegram';
let stand: ConsoleStand;
let telegram: TelegramEmulator;
beforeAll(async () => {
  telegram = await startTelegramEmulator();
  const scripts = [
    { code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] },
    { code: 'operator', commands: [{ type: 'forward_to_operator' }] },
    { code: 'broken', commands: [{ type: 'run_javascript', file: 'broken.js' }] },
    { code: 'later', commands: [{ type: 'run_javascript', file: 'later.js' }] },
  ];
  const routes = [
    { regex: '^оператор$', script: 'operator' },
    { regex: '^сломайся$', script: 'broken' },
    { regex: '^позже$', script: 'later' },
  ];
  stand = await startConsole({
    bot: { id: 'support', scripts, routes },
    channels: {
      tg: { kind: 'telegram', token: telegram.token, baseUrl: telegram.url, mode: 'webhook', secret: TG_SECRET },
      site: { kind: 'widget', origins: ['https://shop.example.com'], identitySecret: TG_SECRET },
    },
    http: { publicUrl: 'https://bot.example.com' },
    files: {
      'broken.js': `\nthrow new Error(${JSON.stringify(WORD)});`,
      'later.js': `bot.scheduleScript(bot.getScriptIdByCode('start'), leadId, null, { run_after_sec: 7200, script_request_params: { said: ${JSON.stringify(WORD)} } });`,
    },
  });
  const { runtime, plugin, emulator, url } = stand;
  const webhook = { publicUrl: url, key: 'a-key-of-some-length' };
  await plugin.bindings.put({ token: emulator.token, baseUrl: emulator.url, webhook });
  for (let lead = 0; lead < 5; lead += 1) {
    await runtime.receive({
      channel: 'telegram',
      externalId: `${lead}/x`,
      name: `Лид ${lead}`,
      text: `сообщение ${lead}`,
    });
  }
  await runtime.receive({ channel: 'telegram', externalId: '3/x', text: WORD });
  await runtime.receive({ channel: 'telegram', externalId: '4/x', text: 'сломайся' });
  await runtime.receive({ channel: 'telegram', externalId: '2/x', text: 'позже' });
  await runtime.receive({ channel: 'telegram', externalId: '2/x', text: 'оператор' });
  await vi.waitUntil(async () => (await plugin.openDialogs({ limit: 9 }))[0]?.mode === 'waiting', PATIENCE);
  await runtime.idle();
});
afterAll(async () => {
  await stand.close();
  await telegram.close();
});

interface Row {
  readonly externalId: string;
  readonly name: string;
  readonly mode: string;
  readonly lastText: string | null;
}
const list = async (query: string, headers?: Record<string, string>) => {
  const { body } = await stand.ask('GET', `/dialogs?${query}`, undefined, headers);
  return { rows: body['dialogs'] as Row[], next: body['next'] as string | null };
};

test('dialogs come in pages, are found by name, id and text, and have no text for a viewer', async () => {
  expect((await list('')).rows).toMatchObject([{ externalId: '2/x', mode: 'waiting', name: 'Лид 2' }]);
  const seen: string[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page: Awaited<ReturnType<typeof list>> = await list(`view=all&limit=2&after=${encodeURIComponent(next)}`);
    seen.push(...page.rows.map(({ name }) => name));
    ({ next } = page);
  }
  expect(seen).toEqual(['Лид 0', 'Лид 1', 'Лид 2', 'Лид 3', 'Лид 4']);
  const found = async (q: string, headers?: Record<string, string>) =>
    (await list(`view=all&q=${encodeURIComponent(q)}`, headers)).rows.map(({ externalId }) => externalId);
  expect(await found('лид 1')).toEqual(['1/x']);
  expect(await found('telegram:4/')).toEqual(['4/x']);
  expect(await found(WORD.toUpperCase())).toEqual(['3/x']);
  expect(await found(WORD, VIEWER)).toEqual([]);
  // Whoever has just this id comes first, at once; a dialog that waits says since when in both lists.
  const byId = await list('view=all&limit=2&q=2%2Fx');
  expect(byId).toMatchObject({ rows: [{ externalId: '2/x', mode: 'waiting', since: expect.any(Number) }], next: '!' });
  expect(await list(`view=all&q=2%2Fx&after=${byId.next}`)).toEqual({ rows: [], next: null });
  expect((await list('q=support:telegram:2%2Fx')).rows).toMatchObject([{ externalId: '2/x' }]);
  expect((await list('q=3%2Fx')).rows).toEqual([]);

  const path = `/dialogs/support/telegram/${encodeURIComponent('2/x')}`;
  const { body } = await stand.ask('GET', path);
  expect(body['messages']).toContainEqual(expect.objectContaining({ from: 'lead', text: 'оператор' }));
  expect(body['transfers']).toMatchObject([{ number: 1, endedAt: null }]);
  expect(body['scheduled']).toEqual([{ n: 1, script: 'start', at: expect.any(Number) }]);
  const shown = JSON.stringify([
    (await stand.ask('GET', path, undefined, VIEWER)).body,
    (await list('view=all', VIEWER)).rows,
    (await stand.ask('GET', '/bot', undefined, VIEWER)).body,
  ]);
  for (const text of ['сообщение', 'Здравствуйте', WORD]) expect(shown).not.toContain(text);
  expect((await stand.ask('GET', '/dialogs/support/telegram/nobody')).status).toBe(404);

  expect((await stand.ask('POST', `${path}/return`, {})).body).toEqual({ verdict: 'accepted' });
  await expect.poll(async () => (await list('')).rows, PATIENCE).toEqual([]);
  await stand.ask('POST', `${path}/transfer`, { reason: 'Срочно' });
  await expect.poll(async () => (await list('')).rows.map(({ mode }) => mode), PATIENCE).toEqual(['waiting']);
});

test('what was given up is sent again or dropped, one by one or all of a reason', async () => {
  const { storage } = stand;
  const jobs = Array.from({ length: 4 }, (_, lane) => ({
    queue: 'q',
    lane: String(lane),
    kind: 'k',
    payload: { text: WORD },
  }));
  await storage.transaction((tx) => tx.enqueue(jobs));
  const errors = ['livetex_refused: one', 'livetex_refused: two', 'job_unreadable', 'livetex_refused: three'];
  for (const [place, job] of (await storage.claim({ queue: 'q', limit: 4, leaseMs: 60_000 })).entries()) {
    await storage.transaction((tx) => tx.deadLetter(job, errors[place] ?? ''));
  }
  const { body } = await stand.ask('GET', '/queue');
  const entries = body['entries'] as Array<{ id: number; reason: string; state: string; text: string }>;
  expect(
    entries.map(({ reason, text }) => [reason, text]).toSorted((a, b) => String(a[0]).localeCompare(String(b[0]))),
  ).toEqual([['job_unreadable', WORD], ...Array.from({ length: 3 }, () => ['livetex_refused', WORD])]);
  expect(JSON.stringify((await stand.ask('GET', '/queue', undefined, VIEWER)).body)).not.toContain(WORD);
  const [one] = entries.filter(({ reason }) => reason === 'livetex_refused');
  expect((await stand.ask('POST', `/queue/jobs/${one?.id}`, { do: 'drop' })).body).toEqual({ done: 1 });
  expect((await stand.ask('POST', `/queue/jobs/${one?.id}`, { do: 'drop' })).status).toBe(404);
  expect((await stand.ask('POST', '/queue/dead', { do: 'resend', reason: 'livetex_refused' })).body).toEqual({
    done: 2,
  });
  expect((await stand.ask('POST', '/queue/dead', { do: 'drop', reason: 'job_unreadable' })).body).toEqual({ done: 1 });
  const q = (await storage.stats()).find(({ queue }) => queue === 'q');
  expect(q).toMatchObject({ jobs: 2, dead: 0 });
});

test('the bot page counts errors by their place; the support report has all states and no text of a lead', async () => {
  const { body } = await stand.ask('GET', '/bot');
  expect(body['errors']).toMatchObject([{ place: 'broken.js:2', code: 'script_error', count: 1 }]);
  // What is wrong with a folder is told until it is mended, whichever reading found it.
  const folder = (body['bots'] as Array<{ folder: string }>)[0]?.folder ?? '';
  const problems = async () => {
    await stand.runtime.reload();
    return ((await stand.ask('GET', '/bot')).body['bots'] as Array<{ problems: unknown[] }>)[0]?.problems;
  };
  const file = join(folder, 'bot.json');
  const good = await readFile(file, 'utf8');
  await writeFile(file, good.replace('broken.js', 'nowhere.js'));
  const found = [{ en: expect.stringContaining('nowhere.js'), ru: expect.stringContaining('nowhere.js') }];
  expect([await problems(), await problems()]).toEqual([found, found]);
  await writeFile(file, good);
  expect(await problems()).toEqual([]);
  expect((await stand.ask('GET', '/system')).body['storage']).toMatchObject({ driver: 'memory', lastBackup: null });

  const support = await stand.ask('GET', '/support');
  expect(support.body).toMatchObject({ system: { ready: true }, bindings: [{ id: 'main' }] });
  const text = JSON.stringify(support.body);
  for (const secret of ['сообщение', WORD, stand.emulator.token, 'a-key-of-some-length'])
    expect(text).not.toContain(secret);
  const csv = await stand.ask('GET', '/report.csv');
  expect(String(csv.body['text']).split('\r\n')).toHaveLength(4);
  expect((await stand.ask('GET', '/report?timeZone=Nowhere')).status).toBe(400);
  expect((await stand.ask('GET', '/report?timeZone=Europe/Moscow')).body).toMatchObject({
    transfers: 2,
    timeZone: 'Europe/Moscow',
  });
});

test('messengers of the file are shown without their secrets, asked, and told where to post', async () => {
  const url = 'https://bot.example.com/webhook/channel/tg';
  const { body } = await stand.ask('GET', '/channels', undefined, VIEWER);
  const settings = { baseUrl: telegram.url, onUnknown: 'repeat', watchSeconds: 600 };
  const tg = { code: 'tg', kind: 'telegram', mode: 'webhook', tokenEnd: telegram.token.slice(-4), webhookUrl: url };
  expect(body['channels']).toMatchObject([
    { ...tg, settings, waiting: 0, paused: null },
    { code: 'site', kind: 'widget', mode: 'page', settings: { origins: ['https://shop.example.com'] }, ready: true },
  ]);
  const set = await stand.ask('POST', '/channels/tg/webhook', {});
  expect(set.body).toMatchObject({ account: `@${telegram.username}`, registered: url });
  const checked = await stand.ask('POST', '/channels/tg/check', {});
  expect(checked.body['checks']).toContainEqual(expect.objectContaining({ name: 'webhook', ok: true }));
  expect((await stand.ask('GET', '/audit?limit=1')).body['entries']).toMatchObject([
    { what: 'channel_set', about: { channel: 'tg' } },
  ]);
  const refused = [
    await stand.ask('POST', '/channels/tg/webhook', {}, VIEWER),
    await stand.ask('POST', '/channels/site/webhook', {}),
    await stand.ask('POST', '/channels/nothing/check', {}),
  ];
  expect(refused.map(({ status }) => status)).toEqual([403, 404, 404]);
  const shown = JSON.stringify([body, set.body, checked.body, (await stand.ask('GET', '/support')).body]);
  for (const secret of [telegram.token, TG_SECRET]) expect(shown).not.toContain(secret);
});
