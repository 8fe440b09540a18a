/** The sandbox: scripts of bot authors in runner processes (docs/decisions/0002-guarded-runners.md). Its types: `contract.ts`. */
export { checkSyntax } from './check-syntax.ts';
export { DEFAULT_LIMITS } from './run-limits.ts';
export { createSandbox } from './sandbox.ts';
