import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BindingInput } from '../../plugin/contract/binding-config.ts';
import { createLiveTexClient } from '../../plugin/client/index.ts';
import type { LiveTexPlugin } from '../../plugin/index.ts';
import { createMemoryStorage } from '../../plugin/storage/index.ts';
import { configSchema } from '../../runtime-shim/cli/config/config-schema.ts';
import { createRuntimeOf } from '../../runtime-shim/cli/create-runtime-of.ts';
import { type SimulatedRuntime, simulatedRuntime } from '../../runtime-shim/cli/simulate/simulated-runtime.ts';
import type { LiveTexEmulator } from '../../runtime-shim/emulator/emulator-contract.ts';
import { startLiveTexEmulator } from '../../runtime-shim/emulator/index.ts';
import type { HttpRoute } from '../../runtime-shim/runtime/contract.ts';
import { createSimulator } from '../../runtime-shim/simulator/simulator.ts';
import { sharedSandbox } from './shared-sandbox.ts';
import { createSkippingClock, type SkippingClock } from './test-clock.ts';

const SUPPORT_BOT = join(import.meta.dirname, '../../scripts-examples/08-support-bot');
const HOST = '127.0.0.1';

export interface SimulatorStand {
  readonly url: string;
  readonly emulator: LiveTexEmulator;
  readonly runtime: SimulatedRuntime;
  /** A copy of the support bot, to be edited by the test. */
  readonly botFolder: string;
  readonly webhookKey: string;
  /** The clock of all of it. */
  readonly clock: SkippingClock;
}

export interface StandOptions {
  readonly binding?: Partial<BindingInput>;
  /** Written into the copy of the bot before it is read. */
  readonly files?: Readonly<Record<string, string>>;
  /** With the chat on a site that `simulate` has. */
  readonly site?: boolean;
}

/** All that `simulate` starts, in this process, without its demonstration; ended after the test. */
export async function useSimulator({
  binding: settings,
  files = {},
  site = false,
}: StandOptions = {}): Promise<SimulatorStand> {
  const opened: Array<() => Promise<void> | void> = [];
  onTestFinished(async () => {
    for (const close of opened.toReversed()) await close();
  });
  const botFolder = await mkdtemp(join(tmpdir(), 'simulator-bot-'));
  opened.push(() => rm(botFolder, { recursive: true, force: true }));
  await cp(SUPPORT_BOT, botFolder, { recursive: true });
  const uploadsFolder = await mkdtemp(join(tmpdir(), 'simulator-uploads-'));
  opened.push(() => rm(uploadsFolder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(botFolder, name), text);
  const clock = createSkippingClock();
  const emulator = await startLiveTexEmulator({
    clock,
    operators: [
      { id: 'maria', firstName: 'Мария', lastName: 'Соколова', status: 'online' },
      { id: 'oleg', firstName: 'Олег', lastName: 'Белов', status: 'away' },
    ],
  });
  opened.push(() => emulator.close());
  const storage = createMemoryStorage({ clock });
  opened.push(() => storage.close());
  const webhookKey = randomBytes(16).toString('base64url');
  const config = configSchema.parse({
    bot: botFolder,
    ...(site ? { channels: { site: { kind: 'widget' } } } : {}),
    livetex: [
      {
        token: emulator.token,
        baseUrl: emulator.url,
        webhook: { publicUrl: `http://${HOST}`, key: webhookKey },
        ...settings,
      },
    ],
  });
  const [binding] = config.livetex;
  if (binding === undefined) throw new Error('the stand has one binding');

  let routes: readonly HttpRoute[] = [];
  const route: HttpRoute = async (...call) => {
    for (const one of routes) if (await one(...call)) return true;
    return false;
  };
  let plugin: LiveTexPlugin | undefined;
  const onPlugin = (made: LiveTexPlugin): void => void (plugin = made);
  const runtime = await simulatedRuntime(async (port) => {
    const http = { host: HOST, port: port ?? 0, routes: [route] };
    const parts = { sandbox: sharedSandbox(), localFiles: site };
    const own = site ? { uploadsFolder } : {};
    return await createRuntimeOf(config, { storage, http, clock, watch: true, onPlugin, parts, ...own });
  });
  opened.push(() => runtime.close());
  const simulator = await createSimulator({
    runtime,
    emulator,
    bot: { folder: botFolder },
    binding,
    clock,
    onOperators: () => plugin?.outdateAvailability(),
    ...(site ? { widget: { code: 'site', path: '/widget/site/' }, channels: { site: 'widget' } } : {}),
  });
  opened.push(() => simulator.close());
  routes = simulator.routes;
  await Promise.all([runtime.current().start(), simulator.warm()]);
  const url = runtime.current().url ?? '';
  const client = createLiveTexClient({ clock });
  await client.binding(binding).setWebhook({ url: `${url}/webhook/livetex/${binding.id}`, webhook_key: webhookKey });
  await client.close();
  return { url, emulator, runtime, botFolder, webhookKey, clock };
}
