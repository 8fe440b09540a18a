import { loadGuestSource } from '../../../plugin/guest/source.ts';
import type { ScriptRun } from '../../../runtime-shim/sandbox/contract.ts';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { SILENT_LOGGER } from '../../../runtime-shim/runtime/silent-logger.ts';
import { assertResult, hasOnlineOperators, SCRIPT, type ScriptRunner } from './script.ts';

/** The whole way of a script in the product: queue, runner process, isolate pool, all globals, the plugin's guest code, the bridge. */
export async function ours(): Promise<ScriptRunner> {
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
  };
  const name = 'ours: runners, pool, all globals';
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
