import vm from 'node:vm';
import { assertResult, hasOnlineOperators, SCRIPT, type ScriptRunner } from './script.ts';

/**
 * The unsafe floor: a new context of `node:vm` per run, the script compiled once. It cannot wait for the host, so the
 * availability check happens before the script; it stops nothing and nobody.
 */
export function nodeVm(): ScriptRunner {
  const script = new vm.Script(`(function () {${SCRIPT}})()`);
  return {
    name: 'bare node:vm (unsafe)',
    async run() {
      const online = await hasOnlineOperators();
      const attributes: Record<string, string> = {};
      const context = vm.createContext({
        lead: { setAttr: (key: string, value: string) => void (attributes[key] = value) },
        livetex: { hasOnlineOperators: () => online },
      });
      const returned: unknown = script.runInContext(context, { timeout: 1_000 });
      assertResult(this.name, JSON.stringify(returned), attributes['last_order']);
    },
    close: async () => undefined,
  };
}
