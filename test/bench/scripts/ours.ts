import { loadGuestSource } from '../../../plugin/guest/source.ts';
import type { ScriptRun } from '../../../runtime-shim/sandbox/contract.ts';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { SILENT_LOGGER } from '../../../runtime-shim/runtime/runtime-context.ts';
import { assertResult, hasOnlineOperators, SCRIPT, type ScriptRunner } from './script.ts';

/**
 * The whole way of a script in the product: queue, runner process, isolate pool, all globals, the plugin's guest code. What is
 * known of the operators goes with the script, as the plugin's answer does for 5 s (`PluginGuest.known`).
 */
export function ours(): Promise<ScriptRunner> {
  const known = { plugin: 'livetex', name: 'hasOnlineOperators', args: null, value: true, forMs: 5_000 };
  return start('ours: runners, pool, all globals', () => [known]);
}

/** The same while nothing is known: the script's check goes through the bridge to the server. */
export function oursAsking(): Promise<ScriptRunner> {
  return start('ours, when the check asks the server', () => []);
}

async function start(name: string, known: NonNullable<ScriptRun['known']>): Promise<ScriptRunner> {
  const limits = { cpuMs: 1_000, wallMs: 5_000, memoryMb: 32, runners: 2 };
  const sandbox = createSandbox(limits, { logger: SILENT_LOGGER });
  await sandbox.ready();
  const run: ScriptRun = {
    botId: 'bench',
    file: 'bench.js',
    code: SCRIPT,
    args: { botId: 'bench', leadId: '1' },
    lead: { data: { id: '1' }, channel: 'bench', attributes: {}, systemAttributes: {}, tags: [] },
    bot: { attributes: {} },
    memory: {},
    libraries: {},
    plugins: [{ name: 'livetex', source: await loadGuestSource() }],
    call: async () => JSON.stringify(await hasOnlineOperators()),
    known,
  };
  return {
    name,
    async run() {
      const result = await sandbox.run(run);
      if (!result.ok) throw new Error(`${name}: ${result.error.code} ${result.error.message}`);
      assertResult(name, JSON.stringify(result.returned), result.writes.attributes['last_order']?.value);
    },
    close: () => sandbox.close(),
  };
}
