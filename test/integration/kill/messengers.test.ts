/** SIGKILL at random moments while leads write from Telegram, from VK and in a chat on a site: every message in once, every answer out in order. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from 'undici';
import { expect, inject, onTestFinished, test } from 'vitest';
import { startTelegramEmulator, startVkEmulator } from '../../../runtime-shim/emulator/index.ts';
import type { TranscriptMessage } from '../../../runtime-shim/runtime/contract.ts';
import { lastingPort } from '../../support/lasting-port.ts';
import { between, seededRandom, seedFrom } from '../../support/seeded-random.ts';
import { LeadClient } from './lead-client.ts';
import { MortalServer } from './mortal-server.ts';

/** All of it: MESSENGER_KILLS=50 vitest run test/integration/kill/messengers.test.ts */
const KILLS = Number(process.env['MESSENGER_KILLS'] ?? 2);
/**
 * A job that was under way in two deaths rests for a minute (docs/decisions/0013-who-ended-the-process.md). With few kills a life
 * lasts until each lead has been answered twice, so that no job meets two of them; with many it ends whenever it ends.
 */
const ARE_FEW = process.env['MESSENGER_KILLS'] === undefined;
const SEED = seedFrom('KILL_SEED');
const CHANNELS = ['telegram', 'vk', 'site'] as const;
const LEADS = 6;
/** Longest life of a server that listens, or what is added to one, ms: its end is anywhere in the work. */
const LONGEST_LIFE_MS = ARE_FEW ? 100 : 1_500;
/** A machine that answers nothing for half a minute may have one sent again without a kill, so the suite does not count them. */
const MOST_DOUBLED = ARE_FEW ? Infinity : (KILLS * LEADS) / CHANNELS.length;
const FILE_BYTES = 20 * 1024 * 1024;
/** Bounds a hang only, ms. */
const TIMEOUT_MS = 1_800_000;

const BOT = {
  id: 'support',
  scripts: [
    { code: 'start', commands: [{ type: 'run_javascript', file: 'answer.js' }] },
    { code: 'lost', type: 'fallback', commands: [{ type: 'run_javascript', file: 'answer.js' }] },
  ],
};
/** Two messages to each of the lead's, with a number that shows a lost or doubled run. */
const ANSWER = `const n = Number(lead.getAttr('n') || 0) + 1; lead.setAttr('n', n);
bot.sendMessage(n + ' раз'); bot.sendMessage(n + ' два');`;

interface Lead {
  readonly channel: (typeof CHANNELS)[number];
  readonly id: string;
  readonly write: (text: string) => void;
  readonly shown: () => string[];
  readonly until: (count: number) => Promise<unknown>;
}

/** Whoever writes in a messenger. */
function personLead(
  channel: 'telegram' | 'vk',
  person: {
    readonly id: number;
    write(text: string): unknown;
    shown(): ReadonlyArray<{ readonly text: string }>;
    until(count: number): Promise<unknown>;
  },
): Lead {
  return {
    channel,
    id: String(person.id),
    write: (text) => void person.write(text),
    shown: () => person.shown().map(({ text }) => text),
    until: (count) => person.until(count),
  };
}

async function newVisitor({ url }: MortalServer): Promise<{ readonly token: string; readonly lead: string }> {
  const answer = await fetch(`${url}/widget/site/session`, { method: 'POST', body: '{}' });
  return (await answer.json()) as { token: string; lead: string };
}

/** A visitor, as the page of the chat is one: own ids until they are accepted, one message behind the other, a stream that goes on behind its last line. */
async function visitorLead(server: MortalServer, dispatcher: Agent): Promise<Lead & { readonly client: LeadClient }> {
  const { token, lead: id } = await newVisitor(server);
  const common = { channel: 'site', externalId: id, token, knocks: true, onLine: () => undefined };
  // Too much at one time is told as such; each life counts anew.
  const client = new LeadClient({ server, dispatcher, ...common, later: [429, 503] });
  void client.listen();
  const shownIn = (lines: readonly TranscriptMessage[]): string[] =>
    lines.filter(({ from }) => from === 'bot').map(({ text = '' }) => text);
  let count = 0;
  let sending = Promise.resolve();
  const write = (text: string): void => {
    const own = `message-${(count += 1)}`;
    sending = sending.then(() => client.say(own, text));
  };
  const until: Lead['until'] = (wanted) =>
    Promise.all([sending, client.until((lines) => shownIn(lines).length >= wanted)]);
  return { channel: 'site', id, write, shown: () => shownIn(client.lines), until, client };
}

/** Begins to send a file, and resolves when half of it is on its way. */
async function sendHalf(server: MortalServer, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-length': FILE_BYTES };
  const request = http.request(`${server.url}/widget/site/files`, { method: 'POST', headers });
  // It is cut off with the server.
  request.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    request.write(Buffer.alloc(FILE_BYTES / 2, 1), () => resolve());
  });
}

/** Sends the whole file. Returns the status of the answer. */
async function sendFile(server: MortalServer, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'x-file-name': 'plan.pdf' };
  const body = Buffer.alloc(FILE_BYTES, 1);
  const answer = await fetch(`${server.url}/widget/site/files`, { method: 'POST', headers, body });
  await answer.arrayBuffer();
  return answer.status;
}

test(`${KILLS} kills, leads of Telegram, VK and a site (KILL_SEED=${SEED})`, { timeout: TIMEOUT_MS }, async () => {
  const [telegram, vk, folder, port] = await Promise.all([
    startTelegramEmulator(),
    startVkEmulator({ longPoll: true }),
    mkdtemp(join(tmpdir(), 'kill-')),
    lastingPort(),
  ]);
  const url = `http://127.0.0.1:${port}`;
  const config = join(folder, 'livetex.json');
  await mkdir(join(folder, 'bot'));
  await writeFile(join(folder, 'bot', 'bot.json'), JSON.stringify(BOT));
  await writeFile(join(folder, 'bot', 'answer.js'), ANSWER);
  await writeFile(
    config,
    JSON.stringify({
      bot: 'bot',
      http: { port },
      sandbox: { runners: 1, spares: 0 },
      channels: {
        telegram: { kind: 'telegram', token: telegram.token, baseUrl: telegram.url },
        // By posts VK promises no order: what met a dead server comes after what came later.
        vk: { kind: 'vk', token: vk.token, group: vk.group, baseUrl: vk.url, mode: 'poll' },
        site: { kind: 'widget' },
      },
      // Room for one file of a lead: what a killed server has taken half of must not be counted when it is sent anew.
      uploads: { folder: 'uploads', leadMb: 30 },
      logLevel: 'error',
    }),
  );
  const server = new MortalServer({ launcher: inject('launcher'), config, url });
  const dispatcher = new Agent();
  const clients: LeadClient[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.leave();
    await server.kill();
    await Promise.all([telegram.close(), vk.close(), dispatcher.destroy()]);
    await rm(folder, { recursive: true, force: true });
  });
  server.start();
  await server.untilListening();

  const leads: Lead[] = [];
  for (let index = 0; index < LEADS; index += 1) {
    const channel = CHANNELS[index % CHANNELS.length];
    if (channel === 'site') {
      const { client, ...lead } = await visitorLead(server, dispatcher);
      clients.push(client);
      leads.push(lead);
    } else if (channel === 'vk') {
      leads.push(personLead('vk', vk.person()));
    } else {
      leads.push(personLead('telegram', telegram.person()));
    }
  }
  // Whoever polls VK for the first time begins with what comes then.
  await expect.poll(() => vk.requests('groups.getLongPollServer').length, { timeout: TIMEOUT_MS }).toBeGreaterThan(0);
  await Promise.all(
    leads.map(async ({ write, until }) => {
      write('вопрос 1');
      await until(2);
    }),
  );
  const ending = new AbortController();
  /** How often each lead has had all its answers, and who waits for it to be so often. */
  const rounds = leads.map(() => 0);
  let turn = Promise.withResolvers<void>();
  /** Each writes on as soon as it has an answer, some without waiting for it. Returns how many messages it wrote. */
  const living = leads.map(async ({ write, until }, index): Promise<number> => {
    const random = seededRandom(SEED + index + 1);
    let count = 1;
    while (!ending.signal.aborted) {
      for (let more = between(random, 1, 3); more > 0; more -= 1) {
        count += 1;
        write(`вопрос ${count}`);
      }
      await until(2 * count);
      rounds[index] = (rounds[index] ?? 0) + 1;
      turn.resolve();
      turn = Promise.withResolvers();
    }
    return count;
  });
  const random = seededRandom(SEED);
  const { token: sender } = await newVisitor(server);
  for (let kill = 0; kill < KILLS; kill += 1) {
    if (kill === KILLS - 1) await sendHalf(server, sender);
    const before = [...rounds];
    if (ARE_FEW) while (rounds.some((n, at) => n < (before[at] ?? 0) + 2)) await turn.promise;
    // The random moment of a kill is the one thing here that is a time and no event.
    await pause(random() * LONGEST_LIFE_MS);
    await server.kill();
    server.start();
    if (ARE_FEW || random() < 0.85) await server.untilListening();
  }
  await server.untilListening();
  ending.abort();
  const counts = await Promise.all(living);

  const figures = { kills: KILLS, messages: 0, answers: 0, doubled: { telegram: 0, vk: 0, site: 0 } };
  for (const [index, { channel, id, shown, until }] of leads.entries()) {
    const count = counts[index] ?? 0;
    const answers = Array.from({ length: count }, (_, n) => [`${n + 1} раз`, `${n + 1} два`]).flat();
    // What was doubled may hide that the last one is still on its way.
    while (shown().at(-1) !== answers.at(-1)) await until(shown().length + 1);
    const address = `${url}/api/channels/${channel}/leads/${id}/messages`;
    const { messages } = (await (await fetch(address)).json()) as {
      readonly messages: ReadonlyArray<{ readonly from: string; readonly text: string }>;
    };
    const asked = messages.filter(({ from }) => from === 'lead').map(({ text }) => text);
    expect(asked).toEqual(Array.from({ length: count }, (_, n) => `вопрос ${n + 1}`));
    // In order; a doubled one stands right behind itself.
    const seen = shown();
    expect(seen.filter((text, at) => text !== seen[at - 1])).toEqual(answers);
    figures.messages += count;
    figures.answers += answers.length;
    figures.doubled[channel] += seen.length - answers.length;
  }
  process.stdout.write(`kills of messengers, KILL_SEED=${SEED}: ${JSON.stringify(figures)}\n`);
  // VK and a page know a message that they have; Telegram has no way to: at most one of each lead that was on its way.
  expect(figures.doubled).toMatchObject({ vk: 0, site: 0 });
  expect(figures.doubled.telegram).toBeLessThanOrEqual(MOST_DOUBLED);

  // The half is thrown away as soon as the next server has looked.
  await expect.poll(() => sendFile(server, sender), { timeout: TIMEOUT_MS }).toBe(201);
  const files = await readdir(join(folder, 'uploads'), { recursive: true, withFileTypes: true });
  expect(files.filter((file) => file.isFile())).toHaveLength(1);
  // A poll that a busy machine cuts off is told, and made anew.
  expect(server.complaints.filter((text) => !text.includes('a channel could not be polled'))).toEqual([]);
});
