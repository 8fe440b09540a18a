import { createLiveTexPlugin, type LiveTexHost, type LiveTexPlugin } from '../../../plugin/index.ts';
import type { ScriptRun } from '../../../runtime-shim/sandbox/contract.ts';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { SILENT_LOGGER } from '../../../runtime-shim/runtime/runtime-context.ts';
import { type Child, startChild } from '../child.ts';
import { measure } from '../measure.ts';
import type { Received } from '../mirror/livetex-process.ts';
import { TOKEN } from '../mirror/texts.ts';
import type { Section } from '../section.ts';
import { leadNumber } from '../webhooks/event.ts';

const AT_ONCE = 10_000;
const QUICK_AT_ONCE = 200;
/** Length of one measurement, ms. */
const FOR_MS = 2_000;
const QUICK_FOR_MS = 200;
const US_PER_MS = 1_000;

const IDLE_HOST: LiveTexHost = {
  attributes: { get: async () => ({ attributes: {} }) },
  hasScript: async () => false,
  runScript: async () => undefined,
  deliver: async () => undefined,
  setForwarded: async () => undefined,
};

/** What `livetex.hasOnlineOperators()` costs a script, and what many of them at once cost LiveTex. */
export const availabilitySection: Section = {
  name: 'availability',
  async run({ progress, quick }) {
    const livetex = startChild(new URL('../mirror/livetex-process.ts', import.meta.url));
    const baseUrl = await livetex.ask<string>('url');
    const plugin = await createLiveTexPlugin({
      bindings: [{ token: TOKEN, baseUrl }],
      storage: 'memory:',
      host: IDLE_HOST,
    });
    const sandbox = createSandbox(
      { cpuMs: 1_000, wallMs: 30_000, memoryMb: 32, runners: 2 },
      { logger: SILENT_LOGGER },
    );
    try {
      await sandbox.ready();
      const run = async (code: string, asks = false): Promise<void> => {
        const result = await sandbox.run(scriptOf(code, plugin, asks));
        if (!result.ok || result.returned !== true) throw new Error(`wrong result: ${JSON.stringify(result)}`);
      };
      const count = quick ? QUICK_AT_ONCE : AT_ONCE;
      progress(`   ${count} checks at once`);
      const direct = await atOnce(livetex, count, () =>
        callOf(plugin)('livetex', 'hasOnlineOperators', 'null', NEVER, FOR_MS),
      );
      const forMs = quick ? QUICK_FOR_MS : FOR_MS;
      const p50 = async (code: string, asks = false): Promise<number> => {
        progress(`   ${code}${asks ? ', asking' : ''}`);
        return (await measure(() => run(code, asks), { concurrency: 1, forMs })).p50Ms * US_PER_MS;
      };
      const empty = await p50('return true');
      const rows: Array<[string, number, number]> = [['a script that returns true', empty, 0]];
      for (const asks of [false, true]) {
        for (const [name, code] of CHECKS) {
          const us = await p50(code, asks);
          rows.push([asks ? `${name}, asking the server` : name, us, us - empty]);
        }
      }

      progress(`   ${count} scripts at once`);
      const scripts = await atOnce(livetex, count, () => run('return livetex.hasOnlineOperators()'));
      return [
        {
          title: 'Availability from a script (answer in the cache, 1 at a time)',
          columns: ['', 'p50 µs', 'over the empty script, µs'],
          rows,
          notes: [
            'A cached answer goes with the script. One that asks crosses two walls: isolate to runner, runner to server, and back.',
          ],
        },
        {
          title: `Availability, ${count.toLocaleString('en-US')} at once`,
          columns: ['', 'requests to LiveTex', 'all answered after, ms'],
          rows: [
            ['checks on the host, nothing cached', direct.requests, direct.ms],
            ['whole scripts, each with one check', scripts.requests, scripts.ms],
          ],
          notes: [
            'One request answers all who ask within 5 s; scripts that take longer than that in all need another.',
          ],
        },
      ];
    } finally {
      await sandbox.close();
      await plugin.close();
      await livetex.end();
    }
  },
};

const CHECKS = [
  ['one hasOnlineOperators()', 'return livetex.hasOnlineOperators()'],
  [
    'ten hasOnlineOperators()',
    'var seen; for (var i = 0; i < 10; i++) seen = livetex.hasOnlineOperators(); return seen',
  ],
] as const;
const NEVER = new AbortController().signal;

function callOf(plugin: LiveTexPlugin): ScriptRun['call'] {
  return async (_plugin, name, args, signal) => {
    const act = plugin.guest.functions.get(name);
    if (act === undefined) throw new Error(`no function ${name}`);
    return JSON.stringify(await act({ lead: leadNumber(1), signal }, JSON.parse(args) as unknown));
  };
}

/** The same objects for every run of a bot's version, as the runtime gives them. */
const LIBRARIES: ScriptRun['libraries'] = {};
const bundles = new WeakMap<LiveTexPlugin, ScriptRun['plugins']>();

function scriptOf(code: string, plugin: LiveTexPlugin, asks: boolean): ScriptRun {
  const plugins = bundles.get(plugin) ?? [{ name: plugin.name, source: plugin.guest.source }];
  bundles.set(plugin, plugins);
  return {
    botId: 'bench',
    file: 'bench.js',
    code,
    args: { botId: 'bench', leadId: '1' },
    lead: { data: { id: '1' }, channel: 'telegram', attributes: {}, systemAttributes: {}, tags: [] },
    bot: { attributes: {} },
    memory: {},
    libraries: LIBRARIES,
    plugins,
    call: callOf(plugin),
    known: () =>
      asks ? [] : (plugin.guest.known?.(leadNumber(1)) ?? []).map((answer) => ({ plugin: plugin.name, ...answer })),
  };
}

async function atOnce(
  livetex: Child,
  count: number,
  act: () => Promise<unknown>,
): Promise<{ requests: number; ms: number }> {
  await livetex.ask('reset');
  const from = performance.now();
  await Promise.all(Array.from({ length: count }, act));
  const ms = performance.now() - from;
  return { requests: (await livetex.ask<Received>('seen')).availability, ms };
}
