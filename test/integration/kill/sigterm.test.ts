/** SIGTERM to the real `serve`: what is under way ends, what waits stays, and the next start goes on with it. */
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { type BuiltPackage, copyPackage } from '../../support/built-package.ts';
import { type RunningCommand, startCommand, temporaryFolder } from '../../support/command.ts';
import { useEmulator } from '../../support/emulator.ts';
import { processesOf } from '../../support/process-tree.ts';

const KEY = 'webhook-key';
/**
 * A drain waits for scripts, answers and LiveTex, each with a bound of its own; a quiet machine needs a second. What is
 * told apart by this, ms, would take a minute or for ever.
 */
const DRAIN_BOUND_MS = 45_000;
/** A LiveTex that never answers. */
const HANGS = { kind: 'latency', ms: 3_600_000, methods: ['sendText'] } as const;

/** Busy for longer than the signal takes to come. */
const SLOW_SCRIPT = `
const end = Date.now() + 500;
while (Date.now() < end);
bot.sendMessage('готово');
`;
const BOT = { id: 'support', scripts: [{ code: 'start', commands: [{ type: 'run_javascript', file: 'slow.js' }] }] };
const LEADS = ['1', '2', '3'];

let built: BuiltPackage;

beforeAll(async () => {
  built = await copyPackage();
});

afterAll(async () => {
  await built.remove();
});

interface Served {
  readonly emulator: LiveTexEmulator;
  readonly start: () => Promise<{ command: RunningCommand; url: string }>;
}

async function setUp(requestTimeoutMs: number): Promise<Served> {
  const emulator = await useEmulator({ operators: [{ id: 'anna', firstName: 'Анна', status: 'online' }] });
  const config = {
    bot: 'bot',
    http: { port: 0 },
    sandbox: { runners: 1, spares: 0 },
    livetex: [
      {
        token: emulator.token,
        baseUrl: emulator.url,
        leadMessageHeader: '',
        botMessageHeader: '',
        requestTimeoutMs,
        webhook: { publicUrl: 'http://127.0.0.1:1', key: KEY },
      },
    ],
  };
  const folder = await temporaryFolder({ 'livetex.json': JSON.stringify(config) });
  await mkdir(join(folder, 'bot'));
  await writeFile(join(folder, 'bot', 'bot.json'), JSON.stringify(BOT));
  await writeFile(join(folder, 'bot', 'slow.js'), SLOW_SCRIPT);
  return {
    emulator,
    start: async () => {
      const { launcher } = built;
      const command = startCommand(['serve', '--config', 'livetex.json'], { cwd: folder, launcher });
      const [, url = ''] = await command.seen(/Listening on (\S+)/);
      return { command, url };
    },
  };
}

async function say(url: string, lead: string): Promise<void> {
  const response = await fetch(`${url}/api/channels/chat/leads/${lead}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id: 'm1', text: `лид ${lead}` }),
  });
  expect(response.status).toBe(202);
}

/** A webhook whose body is still to come. */
function beginWebhook(url: string): ClientRequest {
  const posting = httpRequest(`${url}/webhook/livetex/main`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
  });
  posting.write('{"type":"TextMessage",');
  return posting;
}

async function endWebhook(posting: ClientRequest, userId: string): Promise<number | undefined> {
  const event = { id: 'event-1', webhook_key: KEY, user_id: userId, timestamp: Date.now(), text: 'Добрый день' };
  const employee = { employee_id: 'anna', first_name: 'Анна' };
  posting.end(JSON.stringify({ ...event, employee }).slice(1));
  const [response] = (await once(posting, 'response')) as [IncomingMessage];
  response.resume();
  return response.statusCode;
}

/** Resolves when LiveTex has got a message that a fault holds up. */
async function underWay(emulator: LiveTexEmulator): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => {
      // The latest fault is the one that holds messages up.
      if (emulator.faults.states().at(-1)?.used === 0) return;
      clearInterval(timer);
      resolve();
    };
    // The use of a fault is no change that the emulator tells.
    const timer = setInterval(look, 10);
  });
}

async function everythingArrives(emulator: LiveTexEmulator): Promise<void> {
  for (const lead of LEADS) {
    const dialog = await emulator.dialogs.when(`support:chat:${lead}`, ({ messages }) => messages.length >= 2, 30_000);
    expect(dialog.messages.map(({ text }) => text)).toEqual([`лид ${lead}`, 'готово']);
  }
}

test('a script, a webhook, a stream and requests under way end; the next start sends the rest, nothing twice', async () => {
  const { emulator, start } = await setUp(10_000);
  const { command, url } = await start();
  const latency = emulator.faults.add({ kind: 'latency', ms: 300, methods: ['sendText'] });
  const stream = await fetch(`${url}/api/channels/chat/leads/1/messages`, { headers: { accept: 'text/event-stream' } });
  const posting = beginWebhook(url);
  for (const lead of LEADS) await say(url, lead);
  await underWay(emulator);
  const signalled = performance.now();
  command.child.kill('SIGTERM');
  await command.seen(/"stopping"/);
  expect(await endWebhook(posting, 'support:chat:1')).toBe(200);
  const shown = await stream.text();
  const end = await command.end;
  expect({ code: end.code, signal: end.signal }).toEqual({ code: 0, signal: null });
  expect(performance.now() - signalled).toBeLessThan(DRAIN_BOUND_MS);
  expect(shown).toContain('лид 1');
  expect(end.stderr).not.toContain('"level":"error"');

  latency();
  const again = await start();
  await everythingArrives(emulator);
  const sent = emulator.requests.list('sendText').map(({ body, status }) => ({ ...(body as object), status }));
  expect(sent).toHaveLength(2 * LEADS.length);
  const lead = await fetch(`${again.url}/api/channels/chat/leads/1/messages`);
  const { messages } = (await lead.json()) as { messages: Array<{ from: string; text: string }> };
  expect(messages.filter(({ from }) => from === 'operator').map(({ text }) => text)).toEqual(['Добрый день']);
  again.command.child.kill('SIGTERM');
  expect(await again.command.end).toMatchObject({ code: 0, signal: null });
});

test('a LiveTex that hangs does not hold up the end for longer than its requests may take', async () => {
  const { emulator, start } = await setUp(1_000);
  emulator.faults.add({ ...HANGS, methods: ['setWebhook'] });
  const { command, url } = await start();
  const hanging = emulator.faults.add(HANGS);
  for (const lead of LEADS) await say(url, lead);
  await underWay(emulator);
  const signalled = performance.now();
  command.child.kill('SIGTERM');
  const end = await command.end;
  expect({ code: end.code, signal: end.signal }).toEqual({ code: 0, signal: null });
  expect(performance.now() - signalled).toBeLessThan(DRAIN_BOUND_MS);

  await expect.poll(() => processesOf(built.folder), { timeout: DRAIN_BOUND_MS }).toEqual([]);

  hanging();
  await start();
  await everythingArrives(emulator);
});

test('a second signal ends at once, and loses nothing either', async () => {
  // Without the second signal the end would take as long as a request may.
  const { emulator, start } = await setUp(60_000);
  const { command, url } = await start();
  const hanging = emulator.faults.add(HANGS);
  for (const lead of LEADS) await say(url, lead);
  await underWay(emulator);
  command.child.kill('SIGTERM');
  await command.seen(/"stopping"/);
  const signalled = performance.now();
  // Signals in quick succession are one and the same (npm, a terminal and the launcher each pass it on): so again until it counts.
  while (command.child.exitCode === null) {
    command.child.kill('SIGTERM');
    await pause(50);
  }
  const end = await command.end;
  expect({ code: end.code, signal: end.signal }).toEqual({ code: 1, signal: null });
  expect(end.stderr).toContain('second signal');
  expect(performance.now() - signalled).toBeLessThan(DRAIN_BOUND_MS);

  hanging();
  await start();
  await everythingArrives(emulator);
});
