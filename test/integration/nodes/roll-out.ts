import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import type { BindingInput } from '../../../plugin/contract/binding-config.ts';
import { checkStorage } from '../../../plugin/storage/transfer/check-storage.ts';
import type { EmulatedRequest } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { settableClock, temporaryFolder } from '../../support/command.ts';
import { useEmulator } from '../../support/emulator.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import { BOT_FILES } from '../kill/bot-of-the-stories.ts';
import { metricsOf } from '../kill/check-stand.ts';
import { ASKS } from '../kill/words.ts';
import { type NodesStand, prepareNodesStand } from './nodes-stand.ts';

const LEADS = ['1', '2', '3'];
const DAY_MS = 24 * 3_600_000;
/** Before a message is posted anew, ms. */
const AGAIN_MS = 50;
/** Bounds a hang only. */
const PATIENCE = { timeout: 120_000 };

export interface RolledOut {
  readonly problems: readonly unknown[];
  /** What LiveTex took of each lead, in order. */
  readonly leads: Readonly<Record<string, readonly string[]>>;
  readonly wanted: Readonly<Record<string, readonly string[]>>;
}

/**
 * Two nodes that serve one tenant get two more, one node after the other, lose them and get them again, all while leads go on. One
 * of the two is at a LiveTex that never answers. The first node's clock is a day ahead, as somebody has set it.
 */
export async function rollOut(launcher: string): Promise<RolledOut> {
  const shop = await useEmulator({ operators: [{ id: 'olga', firstName: 'Ольга', status: 'online' }] });
  let hangs = true;
  const ill = await startHttpServer(({ url }) =>
    hangs && url.includes('sendText') ? undefined : json({ success: true, message_id: '1', timestamp: 1 }),
  );
  const clockFolder = await temporaryFolder({ clock: String(DAY_MS) });
  const env = settableClock(join(clockFolder, 'clock'));
  const stand = await prepareNodesStand(launcher, 2, { env });
  try {
    for (const tenant of ['shop', 'ill']) await addBot(stand, tenant);
    const knowing = stand.nodes[0]?.server.url ?? '';
    // Not the front, which leaves a connection at the node that took it: LiveTex's would stay at the one that answers 404.
    const webhook = { publicUrl: knowing, key: 'webhook-key' };
    const settings = { leadMessageHeader: 'L', botMessageHeader: 'B', transferTimeout: 3_600, webhook };
    const added: BindingInput[] = [
      { ...settings, id: 'shop', bots: ['shop'], token: shop.token, baseUrl: shop.url },
      { ...settings, id: 'ill', bots: ['ill'], token: 'token-of-it', baseUrl: ill.url, requestTimeoutMs: 1_000 },
    ];
    await Promise.all([0, 1].map((node) => roll(stand, node, [])));

    await everybody((lead) => say(stand.url, 'support', lead, 'раз'));
    await roll(stand, 0, added);
    await everybody((lead) => say(knowing, 'ill', lead, 'Алло'));
    await expect.poll(() => ill.requests.some(({ url }) => url.includes('sendText')), PATIENCE).toBe(true);
    await everybody(async (lead) => {
      await say(knowing, 'shop', lead, 'Где заказ?');
      await say(knowing, 'shop', lead, ASKS);
    });
    await everybody((lead) => say(stand.url, 'support', lead, 'два'));
    // The other node does not know them yet.
    await everybody(async (lead) => {
      await shop.dialogs.when(user('shop', lead), ({ state }) => state === 'queued', PATIENCE.timeout);
      shop.dialogs.read(user('shop', lead), 'olga');
      shop.dialogs.reply(user('shop', lead), 'olga', 'Уже едет');
      await expect.poll(() => lines(knowing, 'shop', lead), PATIENCE).toContain('Уже едет');
    });

    // Nobody knows them for a while: what waits stays where it is.
    const outage = shop.faults.add({ kind: 'status', status: 503, methods: ['sendText'] });
    await everybody((lead) => say(knowing, 'shop', lead, 'Когда?'));
    // Counted in the background: a node that has just begun may not have counted yet.
    const waiting = async () =>
      (await metricsOf(knowing, stand.dispatcher)).get('livetex_queue_jobs{queue="livetex:shop"}');
    // Else the node may end before it has come to them, and they wait one step earlier.
    await expect.poll(waiting, PATIENCE).toBe(LEADS.length);
    await roll(stand, 0, []);
    await everybody((lead) => say(stand.url, 'support', lead, 'три'));
    // LiveTex is answered with 404, and repeats.
    for (const lead of LEADS) shop.dialogs.close(user('shop', lead), 'olga');
    await expect.poll(waiting, PATIENCE).toBe(LEADS.length);
    expect(deadIn(await metricsOf(knowing, stand.dispatcher))).toEqual([]);

    outage();
    await Promise.all([0, 1].map((node) => roll(stand, node, added)));
    await everybody(async (lead) => {
      await expect.poll(() => modeOf(stand.url, 'shop', lead), PATIENCE).toBe('bot');
    });
    hangs = false;
    await expect.poll(async () => waitingIn(await metricsOf(stand.url, stand.dispatcher)), PATIENCE).toEqual([]);

    const support = await stand.liveTex.emulator.requests.list('sendText');
    const told = (name: string, bot: string, requests: readonly EmulatedRequest[]) =>
      LEADS.map((lead) => [`${name} ${lead}`, textsOf(requests, user(bot, lead))] as const);
    const wanted = (name: string, texts: readonly string[]) => LEADS.map((lead) => [`${name} ${lead}`, texts] as const);
    // Of the one that hangs it may be said.
    const complaints = stand.nodes
      .flatMap(({ server }) => server.complaints)
      .filter((line) => !line.includes('"binding":"ill"'));
    const { findings } = await checkStorage(stand.storage);
    return {
      problems: [...complaints, ...findings, ...deadIn(await metricsOf(stand.url, stand.dispatcher))],
      leads: Object.fromEntries([
        ...told('support', 'support', support),
        ...told('shop', 'shop', shop.requests.list('sendText')),
      ]),
      wanted: Object.fromEntries([
        ...wanted('support', ['L\nраз', 'B\nбот 1', 'L\nдва', 'B\nбот 2', 'L\nтри', 'B\nбот 3']),
        ...wanted('shop', ['L\nГде заказ?', 'B\nбот 1', `L\n${ASKS}`, 'B\nбот 2', 'L\nКогда?', 'B\nбот 3']),
      ]),
    };
  } finally {
    await stand.close();
  }
}

const user = (bot: string, lead: string): string => `${bot}:chat:${lead}`;

async function everybody(act: (lead: string) => Promise<unknown>): Promise<void> {
  await Promise.all(LEADS.map(act));
}

async function addBot({ folder }: NodesStand, id: string): Promise<void> {
  await mkdir(join(folder, id));
  for (const [name, content] of Object.entries(BOT_FILES)) {
    await writeFile(join(folder, id, name), content.replace('"id":"support"', `"id":"${id}"`));
  }
}

/** Drains a node and starts it with these tenants beside the first one. */
async function roll(stand: NodesStand, number: number, added: readonly BindingInput[]): Promise<void> {
  const node = stand.nodes[number];
  if (node === undefined) throw new Error('no such node');
  await node.configure(({ http, livetex: [first], ...rest }) => ({
    ...rest,
    bot: undefined,
    bots: ['bot', ...added.map(({ id }) => id)],
    http: { ...http, drainSeconds: 0 },
    livetex: [{ ...first, bots: ['support'] }, ...added],
  }));
  await node.server.drain();
  node.server.start();
  await node.server.untilListening();
}

const pathOf = (bot: string, lead: string): string => `/api/bots/${bot}/channels/chat/leads/${lead}`;

/** Posted with one id until it is accepted. */
async function say(url: string, bot: string, lead: string, text: string): Promise<void> {
  for (;;) {
    const answer = await fetch(`${url}${pathOf(bot, lead)}/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: text, text }),
    }).catch(() => undefined);
    if (answer?.status === 202) return;
    if (answer !== undefined && answer.status < 500) throw new Error(`${bot} ${lead} "${text}": ${answer.status}`);
    await pause(AGAIN_MS);
  }
}

async function lines(url: string, bot: string, lead: string): Promise<string[]> {
  const answer = await fetch(`${url}${pathOf(bot, lead)}/messages`);
  const { messages } = (await answer.json()) as { messages: Array<{ text: string }> };
  return messages.map(({ text }) => text);
}

async function modeOf(url: string, bot: string, lead: string): Promise<string> {
  const answer = await fetch(`${url}${pathOf(bot, lead)}`);
  return ((await answer.json()) as { dialog: { mode: string } }).dialog.mode;
}

function deadIn(metrics: ReadonlyMap<string, number>): unknown[] {
  return [...metrics].filter(([name, value]) => /_dead(?:\{|$)/.test(name) && value > 0);
}

function waitingIn(metrics: ReadonlyMap<string, number>): unknown[] {
  return [...metrics].filter(([name, value]) => /_jobs(?:\{|$)/.test(name) && value > 0);
}

function textsOf(requests: readonly EmulatedRequest[], userId: string): string[] {
  return requests.flatMap(({ body, status }) => {
    // One that was cut off has none.
    const { user_id: of, text } = (body ?? {}) as { user_id?: string; text?: string };
    return of === userId && status === 200 && text !== undefined ? [text] : [];
  });
}
