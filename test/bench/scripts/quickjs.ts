import { newQuickJSAsyncWASMModule } from 'quickjs-emscripten';
import { assertResult, hasOnlineOperators, SCRIPT, type ScriptRunner } from './script.ts';

/** quickjs-emscripten with asyncify, so that the script can wait for the host; one WebAssembly module runs one script at a time. */
const PRELUDE = `
var attributes = {};
var lead = { setAttr: function (key, value) { attributes[key] = value; return lead; } };
var livetex = { hasOnlineOperators: function () { return __check() === 'true'; } };
`;

export async function quickJs(): Promise<ScriptRunner> {
  const module = await newQuickJSAsyncWASMModule();
  let last: Promise<void> = Promise.resolve();
  const name = 'quickjs-emscripten';

  async function once(): Promise<void> {
    const context = module.newContext();
    try {
      const check = context.newAsyncifiedFunction('__check', async () =>
        context.newString(String(await hasOnlineOperators())),
      );
      check.consume((handle) => context.setProp(context.global, '__check', handle));
      const code = `${PRELUDE}; JSON.stringify({ returned: (function () {${SCRIPT}})(), attribute: attributes.last_order })`;
      const result = context.unwrapResult(await context.evalCodeAsync(code));
      const parsed = JSON.parse(result.consume((handle) => context.getString(handle))) as {
        returned: unknown;
        attribute: unknown;
      };
      assertResult(name, JSON.stringify(parsed.returned), parsed.attribute);
    } finally {
      context.dispose();
    }
  }
  return {
    name,
    run() {
      // Two suspended calls in one module are not possible (asyncify has one stack), so runs wait for each other.
      last = last.catch(() => undefined).then(once);
      return last;
    },
    close: async () => undefined,
  };
}
