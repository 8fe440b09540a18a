import { onTestFinished } from 'vitest';
import { loadGuestSource } from '../../plugin/guest/source.ts';
import type { Sandbox, SandboxLimits, ScriptResult, ScriptRun } from '../../runtime-shim/sandbox/contract.ts';
import { createSandbox } from '../../runtime-shim/sandbox/index.ts';

/** The plugin's guest part, as a run gets it. */
export const LIVETEX = [{ name: 'livetex', source: await loadGuestSource() }];

/** On a busy machine a script's CPU time takes long on the clock: here only the limit that a test is about may end it, ms. */
const WALL_MS = 30_000;

/** Always the same object, as the sandbox wants it: a runner learns each set of libraries, and is replaced when it has learnt 200. */
const NO_LIBRARIES: ScriptRun['libraries'] = {};

/** A run of a script text with nothing around it; `changes` gives it a lead, libraries, plugins. */
export function scriptRun(code: string, changes: Partial<ScriptRun> = {}): ScriptRun {
  return {
    botId: 'test',
    file: 'скрипт.js',
    code,
    args: { botId: 'test', leadId: '7' },
    lead: { data: { id: '7', name: 'Анна' }, channel: 'telegram', attributes: {}, systemAttributes: {}, tags: [] },
    bot: { attributes: {} },
    memory: {},
    libraries: NO_LIBRARIES,
    plugins: [],
    call: async () => 'null',
    ...changes,
  };
}

/** A sandbox for one test, closed when the test ends. */
export function useSandbox(limits: Partial<SandboxLimits> = {}): Sandbox {
  const sandbox = createSandbox({ runners: 1, spares: 0, wallMs: WALL_MS, ...limits });
  onTestFinished(async () => {
    await sandbox.close();
  });
  return sandbox;
}

/** Runs scripts with the LiveTex plugin, for the tests of a file: `close` it in `afterAll`. */
export function createScriptRunner(limits: Partial<SandboxLimits> = {}): {
  readonly sandbox: Sandbox;
  run(code: string, changes?: Partial<ScriptRun>): Promise<ScriptResult>;
  /** What the script returned. Throws what it failed with. */
  returned(code: string, changes?: Partial<ScriptRun>): Promise<unknown>;
  /** `code: message` of its failure, with `@line:column` where there is one. Throws when it did not fail. */
  failure(code: string, changes?: Partial<ScriptRun>): Promise<string>;
  close(): Promise<void>;
} {
  const sandbox = createSandbox({ runners: 1, spares: 0, wallMs: WALL_MS, ...limits });
  const run = (code: string, changes: Partial<ScriptRun> = {}): Promise<ScriptResult> =>
    sandbox.run(scriptRun(code, { plugins: LIVETEX, ...changes }));
  return {
    sandbox,
    run,
    async returned(code, changes) {
      const result = await run(code, changes);
      if (!result.ok) throw new Error(JSON.stringify(result.error));
      return result.returned;
    },
    async failure(code, changes) {
      const result = await run(code, changes);
      if (result.ok) throw new Error(`it did not fail: ${JSON.stringify(result)}`);
      const { error } = result;
      return `${error.code}: ${error.message}${error.line === null ? '' : ` @${error.line}:${error.column}`}`;
    },
    close: () => sandbox.close(),
  };
}
