import { openStorage, systemClock } from '../../plugin/storage/index.ts';
import { loadBot } from '../bot/load/load-bot.ts';
import { createSandbox, DEFAULT_LIMITS } from '../sandbox/index.ts';
import { ActivityBus } from './activity-bus.ts';
import { BackgroundWork } from './background-work.ts';
import { BotHolder } from './bot-holder.ts';
import type { Runtime, RuntimeOptions } from './contract.ts';
import { hostPorts } from './host-ports.ts';
import { OutputQuota } from './output-quota.ts';
import { PluginSet } from './plugin-set.ts';
import { type RuntimeContext, SILENT_LOGGER } from './runtime-context.ts';
import { ShimRuntime } from './shim-runtime.ts';

export { DEFAULT_LIMITS };

/**
 * Makes a runtime: one bot, its leads, its plugins. Nothing runs and nothing listens before `start()`.
 * @throws bot_invalid, http_unprotected, and what storage or a plugin throws; everything opened until then is closed again
 */
export async function createRuntime(options: RuntimeOptions): Promise<Runtime> {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? SILENT_LOGGER;
  const holder = new BotHolder(await loadBot(options.bot));
  const opened: Array<() => Promise<void>> = [];
  const release = async (): Promise<void> => {
    for (const close of opened.splice(0).toReversed()) await close();
  };
  try {
    const given = options.storage ?? 'memory:';
    const storage =
      typeof given === 'string' ? await openStorage(given, { clock, logger, owner: holder.current().id }) : given;
    if (typeof given === 'string') opened.push(() => storage.close());
    const sandbox = createSandbox(
      { ...DEFAULT_LIMITS, ...options.sandbox },
      {
        logger,
        timeZone: holder.current().timeZone,
      },
    );
    opened.push(() => sandbox.close());
    const activities = new ActivityBus(logger);
    const forgetAppends = storage.onAppend((stream) => activities.committed(stream));
    const background = new BackgroundWork(logger);
    opened.push(async () => {
      await background.ended();
      forgetAppends();
    });
    let plugins = new PluginSet([]);
    const context: RuntimeContext = {
      storage,
      sandbox,
      clock,
      logger,
      activities,
      quota: new OutputQuota(clock),
      plugins: () => plugins,
      bot: holder.current,
      botId: holder.current().id,
    };
    const host = hostPorts(context, background);
    for (const make of options.plugins ?? []) {
      const plugin = await make(host, storage);
      opened.push(() => plugin.close());
      plugins = new PluginSet([...plugins.list, plugin]);
    }
    return new ShimRuntime(options, { context, holder, background, release });
  } catch (error) {
    await release();
    throw error;
  }
}
