import { TableStore } from '../tables/table-store.ts';
import { randomUUID } from 'node:crypto';
import { codeOf } from '../../plugin/contract/coded-error.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { openStorage, systemClock } from '../../plugin/storage/index.ts';
import type { ApiMode } from '../api/contract.ts';
import { ScriptRequests } from '../api/script-requests.ts';
import type { Bot } from '../bot/bot.ts';
import { loadBot } from '../bot/load/load-bot.ts';
import type { Environment } from '../environment.ts';
import { shimError } from '../errors.ts';
import type { Route } from '../http/routes.ts';
import type { Sandbox } from '../sandbox/contract.ts';
import { createSandbox, DEFAULT_LIMITS } from '../sandbox/index.ts';
import { Channels, type StoredChannels } from '../channels/channels.ts';
import { LinkOpener } from '../channels/open-link.ts';
import { Uploads } from '../uploads/uploads.ts';
import { ActivityBus } from './activity-bus.ts';
import { BackgroundWork } from './background-work.ts';
import { BotHolder } from './bot-holder.ts';
import type { Runtime, RuntimeOptions } from './contract.ts';
import { hostPorts } from './host-ports.ts';
import { SharedBotAttributes } from '../leads/lead-store.ts';
import { LeadRoom } from './lead-room.ts';
import { OutputQuota } from './output-quota.ts';
import { MAX_SCENARIO_TRIES } from './perform-lead-job.ts';
import { PluginSet } from './plugin-set.ts';
import { receiveIn } from './receive-message.ts';
import { SILENT_LOGGER, type RuntimeContext } from './runtime-context.ts';
import { type BotInsides, ShimRuntime } from './shim-runtime.ts';

export { DEFAULT_LIMITS };

/** What the commands of this package put in place of what `createRuntime` makes by itself. */
export interface RuntimeParts {
  /** Bots that are read already, instead of those in the folders. */
  readonly bots?: readonly [Bot, ...Bot[]];
  /** Runs the scripts. Whoever gives it closes it. */
  readonly sandbox?: Sandbox;
  /** Who answers requests of scripts. Default: the network. */
  readonly apiMode?: ApiMode;
  /** What dates of a script that begins now are, Unix ms. Default: the machine's. */
  readonly dates?: () => number;
  /** Tries of one job before its scenario is given up. 1: a run that did not come about is told at once. */
  readonly maxTries?: number;
  /** `start()` only listens: nothing is worked on and nothing is sent before `release()`. */
  readonly hold?: boolean;
  /** Further addresses of the HTTP server. */
  readonly routes?: readonly Route[];
  /** Nobody outside of this machine reaches the server: without a `publicUrl` its files are at the address where it listens. */
  readonly localFiles?: boolean;
  /** Channels that are put while the server runs. */
  readonly storedChannels?: StoredChannels;
}

/**
 * Makes a runtime: a bot or several, their leads, their plugins. Nothing runs and nothing listens before `start()`.
 * @throws bot_invalid, bot_twice, http_unprotected, and what storage or a plugin throws; everything opened until then is closed again
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  return createRuntimeFrom(options, {});
}

/** The same, with some of its parts given. @throws as `createRuntime` */
export async function createRuntimeFrom(options: RuntimeOptions, given: RuntimeParts): Promise<Runtime> {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? SILENT_LOGGER;
  const folders = typeof options.bot === 'string' ? [options.bot] : options.bot;
  const [bot, ...otherBots] = given.bots ?? (await loadBots(folders, options.env));
  const opened: Array<() => Promise<void>> = [];
  const release = async (): Promise<void> => {
    for (const close of opened.splice(0).toReversed()) await close();
  };
  try {
    const place = options.storage ?? 'memory:';
    const storage = typeof place === 'string' ? await openStorage(place, { clock, logger, owner: bot.id }) : place;
    if (typeof place === 'string') opened.push(() => storage.close());
    /** Processes have one time zone, so bots of another one have processes of their own. */
    const sandboxes = new Map<string | undefined, Sandbox>();
    const sandboxFor = ({ timeZone }: Bot): Sandbox => {
      const known = given.sandbox ?? sandboxes.get(timeZone);
      if (known !== undefined) return known;
      const sandbox = createSandbox({ ...DEFAULT_LIMITS, ...options.sandbox }, { logger, timeZone });
      opened.push(() => sandbox.close());
      sandboxes.set(timeZone, sandbox);
      return sandbox;
    };
    const holder = new BotHolder(bot, options.env);
    const requests = new ScriptRequests({
      api: options.api ?? {},
      mode: given.apiMode ?? 'network',
      // A bot that is played with stubs is alone.
      stubs: () => holder.current().stubs,
      clock,
    });
    opened.push(() => requests.close());
    const activities = new ActivityBus(logger);
    const forgetAppends = storage.onAppend((stream) => activities.committed(stream));
    const background = new BackgroundWork(logger);
    opened.push(async () => {
      await background.ended();
      forgetAppends();
    });
    const uploads =
      options.uploads === undefined
        ? undefined
        : new Uploads(options.uploads, {
            storage,
            clock,
            logger,
            background: (what, work) => background.run(what, work),
          });
    let plugins = new PluginSet([]);
    let channels: Channels | undefined;
    let runtime: ShimRuntime | undefined;
    const common = {
      storage,
      clock,
      logger,
      activities,
      quota: new OutputQuota(clock),
      requests,
      plugins: () => plugins,
      channels: () => channels,
      uploads,
      dates: given.dates,
      maxTries: given.maxTries ?? MAX_SCENARIO_TRIES,
    };
    const insidesOf = (one: BotHolder): BotInsides => {
      const { current } = one;
      const botId = current().id;
      const tables = new TableStore(storage, botId, () => clock.now());
      const own = { tables, room: new LeadRoom(), botAttributes: new SharedBotAttributes(), bot: current, botId };
      return { context: { ...common, ...own, sandbox: sandboxFor(current()) }, holder: one };
    };
    const bots = [insidesOf(holder), ...otherBots.map((one) => insidesOf(new BotHolder(one, options.env)))] as const;
    const current = (): Bot[] => bots.map(({ holder: one }) => one.current());
    const host = hostPorts(common, current, background);
    for (const make of options.plugins ?? []) {
      const plugin = await make(host, storage);
      opened.push(() => plugin.close());
      plugins = new PluginSet([...plugins.list, plugin]);
    }
    const { storedChannels: stored } = given;
    if (stored !== undefined || Object.keys(options.channels ?? {}).length > 0) {
      const opener = new LinkOpener(options.api?.allow ?? []);
      opened.push(() => opener.close());
      // Known once it listens, which is before anybody has sent a file.
      const publicUrl = (): string | undefined =>
        options.http?.publicUrl ?? (given.localFiles === true ? runtime?.url : undefined);
      channels = openChannels(options, { common, bots, background, opener, publicUrl, stored });
      await channels.load();
    }
    runtime = new ShimRuntime(options, {
      bots,
      background,
      channels,
      release,
      routes: given.routes ?? [],
      hold: given.hold ?? false,
    });
    return runtime;
  } catch (error) {
    await release();
    throw error;
  }
}

/** The channels of a runtime, whose messages become those of its bots. @throws bot_unknown */
function openChannels(
  { channels = {}, random = Math.random, newId = randomUUID }: RuntimeOptions,
  parts: {
    readonly common: Pick<RuntimeContext, 'storage' | 'clock' | 'logger' | 'activities' | 'uploads'>;
    readonly bots: readonly [BotInsides, ...BotInsides[]];
    readonly background: BackgroundWork;
    readonly opener: LinkOpener;
    readonly publicUrl: () => string | undefined;
    readonly stored: StoredChannels | undefined;
  },
): Channels {
  const { common, bots, background, opener, publicUrl, stored } = parts;
  const { storage, clock, logger, activities, uploads } = common;
  const contextOf = (channel: string, botId: string): RuntimeContext => {
    const found = bots.find(({ context }) => context.botId === botId);
    if (found !== undefined) return found.context;
    throw shimError('channel_bot_unknown', { channel, bot: botId, known: bots.map(({ context }) => context.botId) });
  };
  const [{ context: first }] = bots;
  for (const [code, { bot = first.botId }] of Object.entries(channels)) contextOf(code, bot);
  return new Channels(channels, {
    storage,
    clock,
    logger,
    random,
    firstBot: first.botId,
    publicUrl,
    uploads,
    stored,
    openLink: (url, maxBytes, signal) => opener.open(url, maxBytes, signal),
    background: (what, work) => background.run(what, work),
    told: (lead, level, text) => activities.emit({ kind: 'author_log', at: clock.now(), lead, level, text }),
    storeFor: (botId, isAnswered) => {
      const context = contextOf('', botId);
      return (tx, message) => receiveIn(tx, context, message, newId, isAnswered);
    },
  });
}

/** Reads the folders of a runtime's bots. @throws bot_invalid with the problems of all of them, bot_twice */
export async function loadBots(folders: readonly string[], env?: Environment): Promise<[Bot, ...Bot[]]> {
  const bots: Bot[] = [];
  const broken: BrokenFolder[] = [];
  for (const folder of folders) {
    const bot = await loadBot(folder, env).catch((error: unknown) => {
      if (codeOf(error) !== 'bot_invalid') throw error;
      broken.push((error as { readonly facts: BrokenFolder }).facts);
    });
    if (bot === undefined) continue;
    const same = bots.find(({ id }) => id === bot.id);
    if (same !== undefined) throw shimError('bot_twice', { id: bot.id, folders: [same.folder, folder] });
    bots.push(bot);
  }
  // One that is broken ends the start of all: docs/decisions/0022-a-broken-folder-ends-the-start.md.
  if (broken.length > 0) throw shimError('bot_invalid', together(broken));
  const [first, ...others] = bots;
  if (first === undefined) throw new TypeError('a runtime needs a bot folder');
  return [first, ...others];
}

interface BrokenFolder {
  readonly folder: string;
  readonly problems: readonly Text[];
}

/** Of several each problem says whose it is. */
function together(broken: readonly BrokenFolder[]): BrokenFolder {
  const [only, ...more] = broken;
  if (only !== undefined && more.length === 0) return only;
  return {
    folder: broken.map(({ folder }) => folder).join('", "'),
    problems: broken.flatMap(({ folder, problems }) =>
      problems.map(({ en, ru }) => ({ en: `${folder}: ${en}`, ru: `${folder}: ${ru}` })),
    ),
  };
}
