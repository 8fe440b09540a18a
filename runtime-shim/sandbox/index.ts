/** The sandbox: scripts of bot authors in runner processes (design, 5.2). */
export { checkSyntax } from './check-syntax.ts';
export type {
  LeadSnapshot,
  Sandbox,
  SandboxLimits,
  SandboxStats,
  ScriptAction,
  ScriptError,
  ScriptLogLine,
  ScriptPlace,
  ScriptResult,
  ScriptRun,
  ScriptUsage,
  ScriptWrites,
} from './contract.ts';
export { DEFAULT_LIMITS } from './run-limits.ts';
export { createSandbox, type SandboxOptions } from './sandbox.ts';
