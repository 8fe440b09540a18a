import { randomUUID } from 'node:crypto';
import { TableStore } from '../../../runtime-shim/tables/table-store.ts';
import { expect, onTestFinished, test } from 'vitest';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import type { ClaimedJob, Json } from '../../../plugin/storage/contract.ts';
import { loadBot } from '../../../runtime-shim/bot/load/load-bot.ts';
import { authorLogOf } from '../../../runtime-shim/leads/lead-keys.ts';
import { SharedBotAttributes } from '../../../runtime-shim/leads/lead-store.ts';
import { readTranscript } from '../../../runtime-shim/leads/transcript.ts';
import { LeadRoom } from '../../../runtime-shim/runtime/lead-room.ts';
import { ActivityBus } from '../../../runtime-shim/runtime/activity-bus.ts';
import {
  MAX_BOT_CHARS,
  MAX_LEAD_CHARS,
  MAX_LEAD_MESSAGES_CHARS,
  OutputQuota,
} from '../../../runtime-shim/runtime/output-quota.ts';
import { ScriptRequests } from '../../../runtime-shim/api/script-requests.ts';
import { MAX_SCENARIO_TRIES, performLeadJob } from '../../../runtime-shim/runtime/perform-lead-job.ts';
import { receiveIn } from '../../../runtime-shim/runtime/receive-message.ts';
import type { RuntimeContext } from '../../../runtime-shim/runtime/runtime-context.ts';
import { PluginSet } from '../../../runtime-shim/runtime/plugin-set.ts';
import type { Sandbox } from '../../../runtime-shim/sandbox/contract.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { watchedLogger } from '../../support/watched-logger.ts';

const ONE = { botId: 'test', channel: 'telegram', externalId: '1' };
const TWO = { ...ONE, externalId: '2' };

test('what a lead’s scenarios had stored within an hour is counted, and the next hour begins with nothing', () => {
  let now = 1_000;
  const quota = new OutputQuota({ now: () => now });
  quota.count(ONE, MAX_LEAD_CHARS - 1);
  expect(quota.full(ONE)).toBeUndefined();
  quota.count(ONE, 1);
  expect(quota.full(ONE)).toEqual({ code: 'lead_quota_full', limit: MAX_LEAD_CHARS });
  expect(quota.full(TWO)).toBeUndefined();
  now += 3_600_000;
  expect(quota.full(ONE)).toBeUndefined();
});

test('a clock that is set back does not lengthen the hour', () => {
  const day = 24 * 3_600_000;
  let now = 10 * day;
  const quota = new OutputQuota({ now: () => now });
  quota.count(ONE, MAX_LEAD_CHARS);
  now -= day;
  expect(quota.full(ONE)).toBeUndefined();
});

test('what a lead writes within an hour has an end, however short its messages are, and other leads have their own', () => {
  let now = 1_000;
  const quota = new OutputQuota({ now: () => now });
  const most = MAX_LEAD_MESSAGES_CHARS / 500;
  for (let message = 0; message < most; message += 1) quota.receive(ONE, 0);
  expect(() => quota.receive(ONE, 0)).toThrow(expect.objectContaining({ code: 'lead_messages_full' }));
  // What is refused does not count.
  expect(() => quota.receive(TWO, MAX_LEAD_MESSAGES_CHARS)).toThrow(/more than 20000000 characters/);
  quota.receive(TWO, MAX_LEAD_MESSAGES_CHARS - 500);
  expect(quota.full(ONE)).toBeUndefined();
  now += 3_600_000;
  quota.receive(ONE, 0);
});

test('a bot has a quota for all its leads together', () => {
  const quota = new OutputQuota({ now: () => 1_000 });
  quota.count(ONE, MAX_BOT_CHARS);
  expect(quota.full(TWO)).toEqual({ code: 'bot_quota_full', limit: MAX_BOT_CHARS });
});

/** What a runtime has at hand, for a bot that greets. */
async function contextWith(quota: OutputQuota): Promise<RuntimeContext> {
  const bot = await loadBot(
    await botFolder({ id: 'test', scripts: [{ code: 'start', commands: [{ type: 'send_text', text: 'да' }] }] }),
  );
  const storage = await openStorage('memory:', { clock: systemClock, owner: 'test', logger: watchedLogger() });
  onTestFinished(() => storage.close());
  const logger = { ...watchedLogger(), error: () => undefined };
  return {
    storage,
    sandbox: {} as Sandbox,
    clock: systemClock,
    logger,
    activities: new ActivityBus(logger),
    quota,
    tables: new TableStore(storage, 'test', () => 0),
    room: new LeadRoom(),
    botAttributes: new SharedBotAttributes(),
    requests: new ScriptRequests({ api: {}, mode: 'network', stubs: () => [], clock: systemClock }),
    channels: () => undefined,
    uploads: undefined,
    plugins: () => new PluginSet([]),
    bot: () => bot,
    botId: 'test',
    maxTries: MAX_SCENARIO_TRIES,
  };
}

/** What stands in the author's log of a lead. */
async function logOf({ storage }: RuntimeContext): Promise<Array<{ readonly code?: string; readonly text: string }>> {
  const log = await storage.read((tx) => tx.readStream(authorLogOf(ONE), { after: 0, limit: 100 }));
  return log.map(({ value }) => value as { code?: string; text: string });
}

/** Performs a lead's message as the try number `attempts + 1`; the codes in the author's log. */
async function performed(attempts: number, quota: OutputQuota): Promise<string[]> {
  const context = await contextWith(quota);
  const payload = { kind: 'message', lead: ONE, id: 'm1', content: { text: 'привет' }, at: 1 } as unknown as Json;
  const job = { id: 1, attempts, payload } as unknown as ClaimedJob;
  const outcome = await performLeadJob(context, job, { signal: new AbortController().signal, onAway: () => undefined });
  await context.storage.transaction((tx) => outcome.commit?.(tx) ?? Promise.resolve());
  return (await logOf(context)).flatMap(({ code }) => code ?? []);
}

test('a message that ran out of time or ended the process each time is passed on without the bot', async () => {
  const quota = new OutputQuota(systemClock);
  expect(await performed(MAX_SCENARIO_TRIES - 1, quota)).toEqual([]);
  expect(await performed(MAX_SCENARIO_TRIES, quota)).toEqual(['script_given_up']);
});

test('a lead whose quota is used up gets no answer, and the author reads why', async () => {
  const quota = new OutputQuota(systemClock);
  quota.count(ONE, MAX_LEAD_CHARS);
  expect(await performed(0, quota)).toEqual(['lead_quota_full']);
});

test('a messenger is told nothing of a message above the quota: it is left out, and the author reads so once', async () => {
  const quota = new OutputQuota(systemClock);
  const context = await contextWith(quota);
  const write = async (text: string, externalId = ONE.externalId): Promise<void> => {
    const input = { channel: ONE.channel, externalId, text };
    (await context.storage.transaction((tx) => receiveIn(tx, context, input, randomUUID)))();
  };
  await write('первое');
  quota.receive(ONE, MAX_LEAD_MESSAGES_CHARS - 2_000);
  const lost = context.storage.transaction(async (tx) => {
    await receiveIn(
      tx,
      context,
      { channel: ONE.channel, externalId: ONE.externalId, text: 'нет '.repeat(600) },
      randomUUID,
    );
    throw new Error('not committed');
  });
  await expect(lost).rejects.toThrow('not committed');
  expect(await logOf(context)).toEqual([]);
  const [text, channel] = ['лишнее '.repeat(300), ONE.channel];
  const after = await context.storage.transaction(async (tx) => [
    await receiveIn(tx, context, { channel, externalId: ONE.externalId, text }, randomUUID),
    await receiveIn(tx, context, { channel, externalId: ONE.externalId, text }, randomUUID),
  ]);
  for (const act of after) act();
  await write('и это '.repeat(400));
  await write('другой лид', TWO.externalId);
  await write('короткое ещё помещается');
  const stored = await context.storage.read(async (tx) => [
    ...(await readTranscript(tx, ONE, { after: 0, maxLines: 10, maxSize: Infinity })),
    ...(await readTranscript(tx, TWO, { after: 0, maxLines: 10, maxSize: Infinity })),
  ]);
  expect(stored.map(({ text }) => text)).toEqual(['первое', 'короткое ещё помещается', 'другой лид']);
  expect((await logOf(context)).map(({ text }) => text)).toEqual([expect.stringContaining('лид пишет слишком много')]);
});
