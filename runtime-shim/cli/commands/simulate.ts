import { CLI_TEXTS } from '../cli-texts.ts';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { textOf } from '../../../plugin/contract/coded-error.ts';
import type { LiveTexPlugin } from '../../../plugin/index.ts';
import { createMemoryStorage, openStorage, systemClock } from '../../../plugin/storage/index.ts';
import type { LiveTexEmulator } from '../../emulator/emulator-contract.ts';
import { startLiveTexEmulator } from '../../emulator/index.ts';
import { loadBot } from '../../bot/load/load-bot.ts';
import { createSimulator, type Simulator } from '../../simulator/simulator.ts';
import { ACTIVITY_TEXTS, activityLines, formatLine } from '../activity-line.ts';
import { type CommandContext, type CommandWork, EXIT_DONE, SIMULATE_PORT } from '../command.ts';
import { botFoldersOf, type Config, sqliteIn } from '../config/config-schema.ts';
import { apiModeOf, loadConfigForSimulation, simulatedConfig, simulatedGroups } from '../config/load-config.ts';
import { createRuntimeOf } from '../create-runtime-of.ts';
import { jsonLogger } from '../json-logger.ts';
import { consoleOf } from '../console-of.ts';
import { aborted, listenOn } from '../listening.ts';
import { builtPage, MAIN_EXAMPLE, packageRoot } from '../package-files.ts';
import { setWebhookAt } from '../register-webhooks.ts';
import { playDemonstration } from '../simulate/demonstration.ts';
import { type SimulatedRuntime, simulatedRuntime } from '../simulate/simulated-runtime.ts';
import { coloured, printableField, printableJson } from '../terminal.ts';

const HOST = '127.0.0.1';
const OPERATOR = { id: 'maria', firstName: 'Мария', lastName: 'Соколова', status: 'online' } as const;
const COLLEAGUE = { id: 'oleg', firstName: 'Олег', lastName: 'Белов', status: 'online' } as const;

/** `simulate`: a bot, a local LiveTex and the page between them, in one process. */
export const simulate: CommandWork = async (context) => {
  const {
    terminal,
    arguments: { positionals, values, switches },
    language,
    json,
    cwd,
    stop,
  } = context;
  const file = values['config'];
  const own = file === undefined ? undefined : await loadConfigForSimulation(file, cwd, context.env);
  const [ownBot] = own === undefined ? [] : botFoldersOf(own);
  const isMainExample = positionals[0] === undefined && own === undefined;
  const bot =
    positionals[0] === undefined ? (ownBot ?? join(packageRoot(), MAIN_EXAMPLE)) : resolve(cwd, positionals[0]);
  const port = Number(values['port'] ?? SIMULATE_PORT);
  /** What was opened, to be closed in the reverse order. */
  const opened: Array<() => Promise<void>> = [];
  try {
    const clock = systemClock;
    const data = values['data'];
    const storage =
      data === undefined ? createMemoryStorage({ clock }) : await openStorage(sqliteIn(resolve(cwd, data)), { clock });
    opened.push(() => storage.close());
    const uploadsFolder =
      data === undefined ? await mkdtemp(join(tmpdir(), 'metabot-uploads-')) : join(resolve(cwd, data), 'uploads');
    if (data === undefined) opened.push(() => rm(uploadsFolder, { recursive: true, force: true }));
    const emulator = await startLiveTexEmulator({ ...simulatedGroups(own), operators: [OPERATOR, COLLEAGUE] });
    opened.push(() => emulator.close());
    // Nobody else has this LiveTex: its webhook is set once the port is known, and stays.
    const watch = { keep: false, watchSeconds: 86_400 };
    const webhook = { publicUrl: `http://${HOST}:${port}`, key: randomBytes(16).toString('base64url'), ...watch };
    const config = simulatedConfig(own, {
      bot,
      port,
      binding: { token: emulator.token, baseUrl: emulator.url, webhook },
    });
    const logger = jsonLogger({
      write: (line) => terminal.err(line),
      now: () => clock.now(),
      filter: { level: 'error', secrets: [] },
    });
    let plugin: LiveTexPlugin | undefined;
    const console = consoleOf(config, {
      storage,
      clock,
      logger,
      bots: [{ id: (await loadBot(bot)).id, folder: bot }],
      runtime: () => runtime.current(),
      plugin: () => theOnly(plugin),
      onSecret: () => {},
    });
    const apiMode = apiModeOf(switches.has('live'), own);
    const [site = ''] = Object.keys(config.channels);
    const widget = { code: site, path: `/widget/${encodeURIComponent(site)}/` };
    let page: Simulator | undefined;
    const runtime = await simulatedRuntime(async (samePort) => {
      const routes = [
        async (...call: Parameters<Simulator['routes'][number]>) => await firstOf(page?.routes ?? [], call),
      ];
      const http = { host: HOST, port: samePort ?? port, routes };
      const onPlugin = (made: LiveTexPlugin): void => void (plugin = made);
      return await createRuntimeOf(config, {
        storage,
        http,
        logger,
        clock,
        watch: true,
        onPlugin,
        parts: { apiMode, routes: console.routes, localFiles: true },
        uploadsFolder,
      });
    });
    opened.push(() => runtime.close());
    runtime.onActivity(console.note);
    page = await createSimulator({
      runtime,
      emulator,
      bot: { folder: bot },
      withSettings: own !== undefined,
      binding: bindingOf(config),
      clock,
      logger,
      onOperators: () => plugin?.outdateAvailability(),
      page: builtPage('page'),
      widget,
      channels: {
        ...Object.fromEntries(Object.entries(own?.channels ?? {}).map(([code, { kind }]) => [code, kind])),
        [site]: 'widget',
      },
    });
    opened.push(async () => page?.close());
    if (!json) printActivities(runtime, context);
    await listenOn({ host: HOST, port }, '--port', async () => {
      await runtime.current().start();
    });
    await setWebhookAt(bindingOf(config), runtime.current().url ?? '');
    const url = `${runtime.current().url ?? ''}/`;
    terminal.out(
      json
        ? printableJson({
            url,
            widget: new URL(widget.path, url).href,
            emulator: { url: emulator.url, token: emulator.token },
          })
        : `${CLI_TEXTS.simulator(url)[language]}\n${CLI_TEXTS.widget(new URL(widget.path, url).href)[language]}`,
    );
    if (isMainExample) await demonstrate(runtime, emulator, context);
    if (!json) terminal.out(`\n${CLI_TEXTS.openAndWrite(coloured(terminal, 'bold', url))[language]}`);
    if (terminal.colour && !switches.has('no-open')) openBrowser(url);
    await aborted(stop);
  } finally {
    for (const close of opened.toReversed()) await close();
  }
  return EXIT_DONE;
};

/** It stands before anything listens. */
function theOnly(plugin: LiveTexPlugin | undefined): LiveTexPlugin {
  if (plugin === undefined) throw new Error('simulate has one plugin');
  return plugin;
}

function bindingOf(config: Config): Config['livetex'][number] {
  const [binding] = config.livetex;
  if (binding === undefined) throw new Error('the configuration of simulate has one binding');
  return binding;
}

/** With several leads, whose the lines below are is said where that changes. */
function printActivities(runtime: SimulatedRuntime, { terminal, language }: CommandContext): void {
  let lead: string | undefined;
  runtime.onActivity((activity) => {
    for (const line of activityLines(activity, language)) {
      if (lead !== undefined && line.lead !== undefined && line.lead !== lead) {
        terminal.out(coloured(terminal, 'dim', `\n${printableField(line.lead)}`));
      }
      lead = line.lead ?? lead;
      terminal.out(formatLine(line, terminal));
    }
  });
}

async function demonstrate(
  runtime: SimulatedRuntime,
  emulator: LiveTexEmulator,
  context: CommandContext,
): Promise<void> {
  const { terminal, language, json, stop } = context;
  if (!json) terminal.out(`${CLI_TEXTS.demonstration('Анна', OPERATOR.firstName)[language]}\n`);
  try {
    await playDemonstration({
      runtime: runtime.current(),
      emulator,
      operatorId: OPERATOR.id,
      externalId: `demo-${systemClock.now()}`,
      stop,
      onDesk: ({ name, attributes, messages }) => {
        if (json) return;
        const text = CLI_TEXTS.onDesk(name, messages.length, printableJson(attributes))[language];
        const who = ACTIVITY_TEXTS.desk[language];
        terminal.out(formatLine({ at: systemClock.now(), who, text, colour: 'magenta' }, terminal));
      },
    });
  } catch (error) {
    if (!stop.aborted) terminal.err(`metabot-livetex: ${CLI_TEXTS.demonstrationEnded(textOf(error))[language]}`);
  }
}

async function firstOf(routes: Simulator['routes'], call: Parameters<Simulator['routes'][number]>): Promise<boolean> {
  for (const route of routes) if (await route(...call)) return true;
  return false;
}

/** How each system opens an address with what the user prefers. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  linux: ['xdg-open'],
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens a page if the system knows how. A convenience: where it fails, the address is on the screen. */
function openBrowser(url: string): void {
  const [program, ...rest] = OPENERS[process.platform] ?? [];
  if (program === undefined) return;
  const child = spawn(program, [...rest, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
