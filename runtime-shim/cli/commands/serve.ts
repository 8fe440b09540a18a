import { resolve } from 'node:path';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import type { Logger } from '../../../plugin/contract/host.ts';
import type { LiveTexPlugin } from '../../../plugin/index.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import { loadBot } from '../../bot/load/load-bot.ts';
import type { Runtime } from '../../runtime/contract.ts';
import { type CommandWork, EXIT_DONE } from '../command.ts';
import { secretsOf, sqliteFolderOf } from '../config/config-schema.ts';
import { loadConfig, refuseUnknownBots } from '../config/load-config.ts';
import { createRuntimeOf } from '../create-runtime-of.ts';
import { jsonLogger } from '../json-logger.ts';
import { aborted, listenOn } from '../listening.ts';
import {
  maintenanceRoute,
  newControlToken,
  removeControlFile,
  writeControlFile,
} from '../maintenance/maintenance-route.ts';
import { maintenanceOf } from '../maintenance/maintenance.ts';
import { registerWebhooks } from '../register-webhooks.ts';
import { printableJson } from '../terminal.ts';

/** `serve`: the runtime against LiveTex until a signal, then a drained end. */
export const serve: CommandWork = async ({ terminal, arguments: { values, switches }, json, cwd, env, stop }) => {
  const hold = switches.has('hold');
  const released = Promise.withResolvers<void>();
  if (!hold) released.resolve();
  const config = await loadConfig(values['config'] ?? '', cwd, env);
  const clock = systemClock;
  const logger = jsonLogger({
    write: (line) => terminal.err(line),
    level: config.logLevel,
    now: () => clock.now(),
    secrets: secretsOf(config),
  });
  /** What was opened, to be closed in the reverse order. */
  const opened: Array<() => Promise<void>> = [];
  try {
    const { id: owner } = await loadBot(config.bot);
    refuseUnknownBots(config, resolve(cwd, values['config'] ?? ''), [owner]);
    const storage = await openStorage(config.storage, { clock, logger, owner });
    opened.push(() => storage.close());
    const { host, port, apiToken, trustedProxies = [] } = config.http;
    const http = { host, port, trustedProxies, ...(apiToken === undefined ? {} : { apiToken }) };
    const plugins: LiveTexPlugin[] = [];
    const onPlugin = (plugin: LiveTexPlugin): void => void plugins.push(plugin);
    const token = newControlToken();
    const folder = sqliteFolderOf(config.storage);
    const maintenance = maintenanceRoute(token, () => ({
      ...maintenanceOf(storage, config, runtime),
      release: async () => {
        const isReleased = await runtime.release();
        if (isReleased) logger.info('released');
        released.resolve();
        return isReleased;
      },
    }));
    // Nodes on one database are asked through the database: only a data folder belongs to one process.
    const parts = { hold, routes: folder === undefined ? [] : [maintenance] };
    const runtime: Runtime = await createRuntimeOf(config, { storage, http, logger, clock, onPlugin, parts });
    // A person's Ctrl+C waits for nobody; a service manager's SIGTERM lets a load balancer see it first.
    const drainMs = (): number => (stop.reason === 'SIGTERM' ? config.http.drainSeconds * 1_000 : 0);
    opened.push(() => runtime.close({ drainMs: drainMs() }));
    logScriptErrors(runtime, logger);
    await listenOn({ host, port }, '"http.port" of the configuration', async () => {
      await runtime.start();
    });
    const url = runtime.url ?? '';
    if (folder !== undefined) {
      await writeControlFile(folder, { url, token });
      opened.push(() => removeControlFile(folder));
    }
    terminal.out(json ? printableJson({ url }) : `Listening on ${url}`);
    logger.info('started', { url, bot: runtime.botId, pid: process.pid });
    if (hold)
      logger.warn('held back: what comes in is stored, nothing is sent before "metabot-livetex outbox release"');
    await Promise.race([released.promise, aborted(stop)]);
    const bindings = config.livetex.filter(({ webhook }) => webhook !== undefined).map(({ id }) => id);
    const registering = plugins.map(async (plugin) => {
      const register = async (binding: string): Promise<{ url: string }> => await plugin.setWebhook(binding);
      await registerWebhooks({ bindings, register, clock, logger, stop });
    });
    opened.push(async () => void (await Promise.all(registering)));
    await aborted(stop);
    logger.info('stopping', { signal: String(stop.reason) });
  } finally {
    for (const close of opened.toReversed()) await close();
  }
  logger.info('stopped');
  return EXIT_DONE;
};

/** An author's mistake in a live bot: what a maintainer hands to the author. The script's own log may hold a lead's words and stays out. */
function logScriptErrors(runtime: Runtime, logger: Logger): void {
  runtime.onActivity((activity) => {
    if (activity.kind !== 'script' || activity.error === undefined) return;
    const { code, message, file, line, column } = activity.error;
    const facts = { userId: userIdOf(activity.lead), script: activity.script, code, file, line, column };
    logger.warn('script failed', facts);
    logger.debug('script failed', { ...facts, message });
  });
}
