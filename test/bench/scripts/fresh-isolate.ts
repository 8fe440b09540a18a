import ivm from 'isolated-vm';
import { assertResult, hasOnlineOperators, SCRIPT, type ScriptRunner } from './script.ts';

/** What Directus and others do: an isolate of its own for each run, in the host's process. */
const PRELUDE = `
globalThis.attributes = {};
globalThis.lead = { setAttr: function (key, value) { attributes[key] = value; return lead; } };
globalThis.livetex = { hasOnlineOperators: function () { return __check.applySyncPromise(undefined, []) === 'true'; } };
`;

export function freshIsolate(): ScriptRunner {
  return {
    name: 'fresh isolate per run',
    async run() {
      const isolate = new ivm.Isolate({ memoryLimit: 32 });
      try {
        const context = await isolate.createContext();
        await context.global.set('__check', new ivm.Reference(async () => String(await hasOnlineOperators())));
        await context.eval(PRELUDE, { timeout: 1_000 });
        const answer: unknown = await context.eval(
          `JSON.stringify({ returned: (function () {${SCRIPT}})(), attribute: attributes.last_order })`,
          { timeout: 1_000 },
        );
        const parsed = JSON.parse(String(answer)) as { returned: unknown; attribute: unknown };
        assertResult(this.name, JSON.stringify(parsed.returned), parsed.attribute);
      } finally {
        isolate.dispose();
      }
    },
    close: async () => undefined,
  };
}
