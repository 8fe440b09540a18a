import { CLI_TEXTS } from '../cli-texts.ts';
import { resolve } from 'node:path';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import type { Logger } from '../../../plugin/contract/host.ts';
import type { LiveTexPlugin } from '../../../plugin/index.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { openStorage, systemClock } from '../../../plugin/storage/index.ts';
import type { Bot } from '../../bot/bot.ts';
import { loadBots } from '../../runtime/create-runtime.ts';
import { LEADS } from '../../leads/lead-keys.ts';
import type { Runtime } from '../../runtime/contract.ts';
import { type CommandContext, type CommandWork, EXIT_DONE, type ExitCode } from '../command.ts';
import { botFoldersOf, type Config, secretsOf, sqliteFolderOf } from '../config/config-schema.ts';
import { loadConfig, refuseMisfits } from '../config/load-config.ts';
import { channelRegistryOf } from '../channel-registry-of.ts';
import { consoleOf } from '../console-of.ts';
import { createRuntimeOf, environmentForBots, uploadsFolderOf } from '../create-runtime-of.ts';
import { jsonLogger } from '../json-logger.ts';
import { aborted, listenOn, onHangUp } from '../listening.ts';
import {
  maintenanceRoute,
  newControlToken,
  removeControlFile,
  writeControlFile,
} from '../maintenance/maintenance-route.ts';
import { maintenanceOf } from '../maintenance/maintenance.ts';
import { registerWebhooks } from '../register-webhooks.ts';
import { createReload } from '../reload-config.ts';
import { printableJson } from '../terminal.ts';

/** `serve`: the runtime against LiveTex until a signal, then a drained end. */
export const serve: CommandWork = async ({
  terminal,
  arguments: { values, switches },
  language,
  json,
  cwd,
  env,
  stop,
}) => {
  const file = values['config'] ?? '';
  const config = await loadConfig(file, cwd, env);
  if (switches.has('check')) return await checkOnly(config, resolve(cwd, file), { terminal, json, language });
  const hold = switches.has('hold');
  const released = Promise.withResolvers<void>();
  if (!hold) released.resolve();
  const clock = systemClock;
  const filter = { level: config.logLevel, secrets: secretsOf(config) };
  const logger = jsonLogger({
    write: (line) => terminal.err(line),
    now: () => clock.now(),
    filter,
  });
  /** What was opened, to be closed in the reverse order. */
  const opened: Array<() => Promise<void>> = [];
  try {
    const bots = await botsOf(config, resolve(cwd, file));
    const storage = await openStorage(config.storage, { clock, logger, owner: bots[0].id, checkFile: true });
    opened.push(() => storage.close());
    const { host, port, apiToken, publicUrl, trustedProxies = [] } = config.http;
    const http = {
      host,
      port,
      trustedProxies,
      ...(apiToken === undefined ? {} : { apiToken }),
      ...(publicUrl === undefined ? {} : { publicUrl }),
    };
    const plugins: LiveTexPlugin[] = [];
    const onPlugin = (plugin: LiveTexPlugin): void => void plugins.push(plugin);
    const token = newControlToken();
    const folder = sqliteFolderOf(config.storage);
    const maintenance = maintenanceRoute(token, (bot) => ({
      ...maintenanceOf(storage, config, { running: runtime, bot }),
      release: async () => {
        const isReleased = await runtime.release();
        if (isReleased) logger.info('released');
        released.resolve();
        return isReleased;
      },
    }));
    // Nodes on one database are asked through the database: only a data folder belongs to one process.
    const plugin = (): LiveTexPlugin => pluginIn(plugins);
    const onSecret = (secret: string): void => void (filter.secrets = [...new Set([...filter.secrets, secret])]);
    const storedChannels = channelRegistryOf(config, { storage, clock, logger, bots, plugin, onSecret });
    const console = consoleOf(config, {
      storage,
      clock,
      logger,
      bots,
      runtime: () => runtime,
      plugin,
      storedChannels,
      onSecret,
    });
    const parts = {
      bots,
      hold,
      storedChannels,
      routes: folder === undefined ? console.routes : [...console.routes, maintenance],
    };
    const runtime: Runtime = await createRuntimeOf(config, {
      storage,
      http,
      logger,
      clock,
      onPlugin,
      parts,
      uploadsFolder: uploadsFolderOf(config),
    });
    // A person's Ctrl+C waits for nobody; a service manager's SIGTERM lets a load balancer see it first.
    const drainMs = (): number => (stop.reason === 'SIGTERM' ? config.http.drainSeconds * 1_000 : 0);
    opened.push(() => runtime.close({ drainMs: drainMs() }));
    runtime.onActivity(console.note);
    logScriptErrors(runtime, logger);
    await listenOn({ host, port }, '"http.port" of the configuration', async () => {
      await runtime.start();
    });
    const url = runtime.url ?? '';
    if (folder !== undefined) {
      await writeControlFile(folder, { url, token });
      opened.push(() => removeControlFile(folder));
    }
    terminal.out(json ? printableJson({ url }) : CLI_TEXTS.listeningOn(url)[language]);
    logger.info('started', {
      url,
      bot: runtime.botId,
      ...(bots.length > 1 ? { bots: bots.map(({ id }) => id) } : {}),
      pid: process.pid,
      ...(await contentsOf(storage)),
    });
    // A mistyped path, or a volume that is not mounted, looks just like this.
    if (storage.created) logger.warn('the storage was empty: a new one was made', { storage: storage.driver, folder });
    if (hold)
      logger.warn('held back: what comes in is stored, nothing is sent before "metabot-livetex outbox release"');
    const mayBegin = Promise.race([released.promise, aborted(stop)]);
    const registering: Array<Promise<unknown>> = [];
    const onBindings = (changed: Config['livetex']): void => {
      const bindings = changed.filter(({ webhook }) => webhook !== undefined).map(({ id }) => id);
      for (const plugin of plugins) {
        const register = async (binding: string): Promise<{ url: string }> => await plugin.setWebhook(binding);
        registering.push(mayBegin.then(() => registerWebhooks({ bindings, register, clock, logger, stop })));
      }
    };
    onBindings(config.livetex);
    opened.push(async () => void (await Promise.all(registering)));
    opened.push(onHangUp(createReload({ file, cwd, env, config, runtime, plugins, filter, logger, onBindings })));
    await aborted(stop);
    logger.info('stopping', { signal: String(stop.reason) });
  } finally {
    for (const close of opened.toReversed()) await close();
  }
  logger.info('stopped');
  return EXIT_DONE;
};

/** It is made before anything listens. */
function pluginIn([plugin]: readonly LiveTexPlugin[]): LiveTexPlugin {
  if (plugin === undefined) throw new Error('serve has one plugin');
  return plugin;
}

/** The configuration's bots. @throws bot_invalid, bot_twice, cli_json_invalid when a binding names another one */
async function botsOf(config: Config, path: string): Promise<readonly [Bot, ...Bot[]]> {
  const bots = await loadBots(botFoldersOf(config), environmentForBots(config));
  refuseMisfits(config, path, bots);
  return bots;
}

/** `serve --check`: all that a start would refuse before it opens anything. */
async function checkOnly(
  config: Config,
  path: string,
  { terminal, json, language }: Pick<CommandContext, 'terminal' | 'json' | 'language'>,
): Promise<ExitCode> {
  const bots = (await botsOf(config, path)).map(({ id }) => id);
  const bindings = config.livetex.map((binding) => binding.id);
  const said = CLI_TEXTS.configurationRight(bots.join(', '), bindings.length, bindings.join(', '))[language];
  terminal.out(json ? printableJson({ ok: true, bots, bindings }) : said.trimEnd());
  return EXIT_DONE;
}

/** Leads counted at the start. Our choice: enough to see that the data are the right ones. */
const COUNTED_LEADS = 1_000;
/** Their records that are read at one time: a lead's attributes may be large. */
const READ_LEADS = 100;

/** What is in the storage, for the log: whoever started on the wrong data sees it at once. */
async function contentsOf(storage: Storage) {
  const { created } = storage;
  try {
    const counted = await countLeads(storage);
    const waiting = (await storage.stats()).reduce((sum, { jobs }) => sum + jobs, 0);
    const leads = counted > COUNTED_LEADS ? `${COUNTED_LEADS}+` : counted;
    return { created, leads, waiting };
  } catch {
    // Away at this very moment: the server starts all the same, and `/readyz` says so.
    return { created };
  }
}

/** More than `COUNTED_LEADS`: there may be any number. */
async function countLeads(storage: Storage): Promise<number> {
  let count = 0;
  for (let after: string | undefined; count <= COUNTED_LEADS;) {
    const page = { limit: READ_LEADS, ...(after === undefined ? {} : { after }) };
    const found = await storage.read((tx) => tx.listRecords(LEADS, page));
    count += found.length;
    after = found.at(-1)?.key;
    if (found.length < READ_LEADS) break;
  }
  return count;
}

/** An author's mistake in a live bot: what a maintainer hands to the author. The script's own log may hold a lead's words and stays out. */
function logScriptErrors(runtime: Runtime, logger: Logger): void {
  runtime.onActivity((activity) => {
    if ((activity.kind !== 'script' && activity.kind !== 'endpoint') || activity.error === undefined) return;
    const { code, message, file, line, column } = activity.error;
    const what =
      activity.kind === 'script'
        ? { userId: userIdOf(activity.lead), script: activity.script }
        : { endpoint: activity.alias };
    const facts = { ...what, code, file, line, column };
    logger.warn('script failed', facts);
    logger.debug('script failed', { ...facts, message });
  });
}
