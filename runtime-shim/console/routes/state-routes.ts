/** «Бот» and «Проверка системы»: how the bots and the server are. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { z } from 'zod';
import type { Clock } from '../../../plugin/contract/host.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import type { Route } from '../../http/routes.ts';
import { leadQueue } from '../../leads/lead-keys.ts';
import type { Runtime } from '../../runtime/contract.ts';
import type { BotWatch } from '../bot-watch.ts';
import type { Certificates } from '../certificates.ts';
import type { ConsolePlugin } from '../console-ports.ts';
import { consoleRoute, type RoutePorts } from '../console-route.ts';
import type { NodeSigns } from '../node-signs.ts';
import { botViewSchema, type SystemView, systemSchema } from '../records/state-records.ts';

const LOOP_RESOLUTION_MS = 20;
/** The figures of a support report, ms. */
const WEEK_MS = 7 * 24 * 3_600_000;

export interface StateRoutesOptions {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly runtime: () => Runtime;
  readonly plugin: () => ConsolePlugin;
  readonly watch: BotWatch;
  readonly nodes: NodeSigns;
  readonly certificates: Certificates;
  readonly version: string;
  readonly publicUrl: string | undefined;
  /** The bots' folders by their ids. */
  readonly folders: () => ReadonlyMap<string, string>;
  /** What is known of the storage from outside of it. */
  readonly storageFacts: () => Promise<{ readonly size: number | null; readonly schema: number | null }>;
}

export function stateRoutes(ports: RoutePorts, options: StateRoutesOptions): Route[] {
  const { storage, clock, runtime, plugin, watch, nodes, certificates, version, publicUrl, storageFacts } = options;
  const startedAt = clock.now();
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  loop.enable();
  let longest = 0;
  const forgetLoop = (): void => {
    longest = loopDelay();
    loop.reset();
    clock.after(60_000, forgetLoop);
  };
  clock.after(60_000, forgetLoop);
  const loopDelay = (): number => Math.max(0, Math.round(loop.max / 1e6) - LOOP_RESOLUTION_MS);

  async function bots() {
    const stats = new Map((await storage.stats()).map((one) => [one.queue, one]));
    return runtime().bots.map(({ botId: id, reading }) => ({
      id,
      folder: options.folders().get(id) ?? '',
      problems: reading.problems.map(({ en, ru }) => ({ en, ru })),
      readAt: reading.at,
      scheduled: stats.get(leadQueue(id))?.timers ?? 0,
      waiting: stats.get(leadQueue(id))?.jobs ?? 0,
    }));
  }

  async function system(): Promise<SystemView> {
    const { ready, reasons, bindings = {}, channels = {} } = await runtime().ready();
    const { rss, heapUsed } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    const urls = (await plugin().bindings.list()).map(({ settings }) => settings.webhook?.publicUrl ?? '');
    return {
      ready,
      reasons: [...reasons],
      bindings: copied(bindings),
      channels: copied(channels),
      versions: {
        package: version,
        node: process.version,
        v8: process.versions.v8,
        system: `${process.platform} ${process.arch}`,
      },
      storage: {
        driver: storage.driver,
        ...(await storageFacts()),
        // A note that cannot be read tells of no backup.
        lastBackup: await storage.lastBackup().catch(() => null),
        failures: storage.failures().totals,
      },
      process: {
        startedAt,
        memory: rss,
        heap: heapUsed,
        loopDelayMs: Math.max(longest, loopDelay()),
        cpuMs: Math.round((user + system) / 1e3),
      },
      nodes: await nodes.list(),
      certificates: await certificates.of([...urls, publicUrl ?? '']),
    };
  }

  return [
    consoleRoute(ports, {
      method: 'GET',
      path: '/bot',
      role: 'viewer',
      summary: 'The bots: folders, problems, scripts, errors by their place; messages of errors for admins only',
      answer: botViewSchema,
      async act({ person }) {
        const isAdmin = person.role === 'admin';
        const errors = watch.errors.map((row) => (isAdmin ? row : { ...row, message: null, ru: null }));
        return { bots: await bots(), scripts: watch.scripts, errors };
      },
    }),
    consoleRoute(ports, {
      method: 'GET',
      path: '/system',
      role: 'viewer',
      summary: 'Readiness, versions, storage, nodes, certificates, memory',
      answer: systemSchema,
      act: system,
    }),
    consoleRoute(ports, {
      method: 'GET',
      path: '/support',
      role: 'admin',
      summary: 'All of that as one document for whoever helps: without secrets, tokens and texts',
      answer: z.looseObject({}),
      async act({ response }) {
        response.setHeader('content-disposition', 'attachment; filename="support.json"');
        const now = clock.now();
        const pauses = await storage.read((tx) => tx.listPauses());
        return {
          at: new Date(now).toISOString(),
          system: await system(),
          bindings: (await plugin().bindings.list()).map(({ tokenEnd: _end, ...binding }) => binding),
          queues: await storage.stats(),
          pauses,
          bots: await bots(),
          scripts: watch.scripts,
          errors: watch.errors.map(({ message: _message, ru: _ru, ...row }) => row),
          figures: await plugin().report({ from: now - WEEK_MS, to: now }),
        };
      },
    }),
  ];
}

function copied(states: Readonly<Record<string, { readonly ready: boolean; readonly reasons: readonly string[] }>>) {
  return Object.fromEntries(
    Object.entries(states).map(([id, { ready, reasons }]) => [id, { ready, reasons: [...reasons] }]),
  );
}
