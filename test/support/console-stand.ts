/** A server with its console in this process, on memory or what is named, with an emulated LiveTex; ended by the caller. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../plugin/contract/host.ts';
import type { LiveTexPlugin } from '../../plugin/index.ts';
import { createMemoryStorage, openStorage, type Storage, systemClock } from '../../plugin/storage/index.ts';
import { configSchema } from '../../runtime-shim/cli/config/config-schema.ts';
import { channelRegistryOf } from '../../runtime-shim/cli/channel-registry-of.ts';
import { consoleOf } from '../../runtime-shim/cli/console-of.ts';
import { createRuntimeOf } from '../../runtime-shim/cli/create-runtime-of.ts';
import type { LiveTexEmulator } from '../../runtime-shim/emulator/emulator-contract.ts';
import { startLiveTexEmulator } from '../../runtime-shim/emulator/index.ts';
import type { Runtime } from '../../runtime-shim/runtime/contract.ts';
import { writeBotFiles } from './bot-folder.ts';
import { sharedSandbox } from './shared-sandbox.ts';

export const ADMIN_TOKEN = 'admin-token+of/the=console';
export const VIEWER_TOKEN = 'viewer-token+of/the=console';

export interface ConsoleStand {
  readonly url: string;
  readonly runtime: Runtime;
  readonly plugin: LiveTexPlugin;
  readonly storage: Storage;
  /** The bot folder. */
  readonly folder: string;
  readonly emulator: LiveTexEmulator;
  /** Asks `/console/api…` with the admin's token. */
  readonly ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Asked>;
  readonly close: () => Promise<void>;
}

export interface Asked {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface ConsoleStandOptions {
  /** What `bot.json` holds, and further files of the folder. */
  readonly bot: unknown;
  readonly files?: Readonly<Record<string, string>>;
  readonly http?: Record<string, unknown>;
  readonly livetex?: readonly unknown[];
  readonly channels?: Record<string, unknown>;
  readonly secretKey?: string;
  readonly clock?: Clock;
  /** A storage specification; left out: memory. */
  readonly storage?: string;
}

export async function startConsole(options: ConsoleStandOptions): Promise<ConsoleStand> {
  const clock = options.clock ?? systemClock;
  const folder = await mkdtemp(join(tmpdir(), 'console-bot-'));
  await writeBotFiles(folder, options.bot, options.files);
  const emulator = await startLiveTexEmulator({
    operators: [{ id: 'maria', firstName: 'Мария', lastName: 'Соколова', status: 'online' }],
  });
  const { storage: spec } = options;
  const storage = spec === undefined ? createMemoryStorage({ clock }) : await openStorage(spec, { clock });
  const config = configSchema.parse({
    bot: folder,
    ...(spec === undefined ? {} : { storage: spec }),
    http: { port: 0, adminToken: ADMIN_TOKEN, viewerToken: VIEWER_TOKEN, ...options.http },
    livetex: options.livetex ?? [],
    channels: options.channels ?? {},
    ...(options.secretKey === undefined ? {} : { secretKey: options.secretKey }),
  });
  const made: LiveTexPlugin[] = [];
  const plugin = (): LiveTexPlugin => {
    const [found] = made;
    if (found === undefined) throw new Error('the stand has one plugin');
    return found;
  };
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  const bots = [{ id: 'support', folder }];
  const onSecret = (): void => undefined;
  const storedChannels = channelRegistryOf(config, { storage, clock, logger, bots, plugin, onSecret });
  const common = { storage, bots, clock, logger, plugin, onSecret };
  const console = consoleOf(config, { ...common, storedChannels, runtime: () => runtime });
  const { host, port } = config.http;
  const runtime: Runtime = await createRuntimeOf(config, {
    storage,
    clock,
    http: { host, port },
    onPlugin: (one) => void made.push(one),
    parts: { routes: console.routes, storedChannels, sandbox: sharedSandbox() },
  });
  runtime.onActivity(console.note);
  await runtime.start();
  const url = runtime.url ?? '';
  return {
    url,
    runtime,
    plugin: plugin(),
    storage,
    folder,
    emulator,
    ask: async (method, path, body, headers = { authorization: `Bearer ${ADMIN_TOKEN}` }) =>
      await asked(`${url}/console/api${path}`, method, body, headers),
    close: async () => {
      await runtime.close();
      await storage.close();
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function asked(url: string, method: string, body: unknown, headers: Record<string, string>): Promise<Asked> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  return {
    status: response.status,
    headers: response.headers,
    body: isJson ? (JSON.parse(text) as Record<string, unknown>) : { text },
  };
}
