import { homedir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, test } from 'vitest';
import { loadGuestSource } from '../../plugin/guest/source.ts';
import type { Sandbox, ScriptResult } from '../../runtime-shim/sandbox/contract.ts';
import { createSandbox } from '../../runtime-shim/sandbox/index.ts';
import { DEFAULT_LIMITS, fullLimits, PARENT_GRACE_MS, retireAtMb } from '../../runtime-shim/sandbox/run-limits.ts';
import { MAX_BLOCK_MS, shortestBlock } from './loop-watch.ts';
import { childrenOf, residentMb } from '../support/process-tree.ts';
import { scriptRun } from '../support/sandbox-under-test.ts';
import { type AbuseCase, readAbuseCases } from './abuse-case.ts';

const LIMITS = { cpuMs: 200, wallMs: 2_000, memoryMb: 16, runners: 1, spares: 0, isolates: 2 } as const;
const LIMITS_BY_SIZE = { ...LIMITS, cpuMs: 20_000, wallMs: 20_000 } as const;
/** The time that an author's script has by default. */
const LIMITS_OF_AUTHORS = { ...LIMITS, cpuMs: DEFAULT_LIMITS.cpuMs, wallMs: DEFAULT_LIMITS.wallMs } as const;
type Limits = typeof LIMITS | typeof LIMITS_BY_SIZE | typeof LIMITS_OF_AUTHORS;
/** What a kill and the start of another runner may take on two loaded cores, ms. */
const KILL_ALLOWANCE_MS = 3_000;
/** Cases at the same time: one a core. */
const SIDE_BY_SIDE = 2;

/** How long the other case of the two may hold memory, and a runner may take to be replaced. */
const MEMORY_RETURNS = { timeout: 120_000, interval: 100 };

/** What the server's own heap and buffers may have grown by after all of them, MiB: one giant answer that was kept would show. */
const SERVER_GROWTH_MB = 50;

const SECRET = 'a-secret-of-the-host-7f3a';
process.env['METABOT_ABUSE_SECRET'] = SECRET;
const HOST_WORDS = [
  SECRET,
  process.cwd(),
  process.execPath,
  homedir(),
  'node_modules',
  'node:internal',
  'file://',
  'isolated-vm',
  'runtime-shim',
];

const cases = await readAbuseCases();
const plugins = [{ name: 'livetex', source: await loadGuestSource() }];

/** What the script after a hostile one must find: a clean language, its own lead, nothing left over. */
const NEXT = `
  const names = Object.keys(globalThis);
  const clean = [Object.prototype, Array.prototype].every((p) => Object.keys(p).length === 0) && {}.toJSON === undefined;
  left = 1;
  lead.setAttr('answer', 6 * 7);
  return [names, clean, typeof JSON.stringify, lead.getAttr('answer'), lead.getAllAttr()];
`;

async function runOnce(sandbox: Sandbox, abuse: AbuseCase): Promise<{ result: ScriptResult; ms: number }> {
  const started = performance.now();
  const result = await sandbox.run(scriptRun(abuse.code, { plugins, ...abuse.run }));
  return { result, ms: performance.now() - started };
}

/** What this process holds after a collection of garbage, MiB. */
function heldMb(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1_048_576;
}
const heldBefore = heldMb();

function largestChildMb(): number {
  return Math.max(0, ...childrenOf(process.pid).map((pid) => residentMb(pid) ?? 0));
}

/** On a loaded machine the wall clock may come before the CPU time: the same for a loop without end. */
const sameForLoops = (code: string): string => code.replace('script_deadline', 'script_timeout');

/** Ends that a script comes to by what it holds or returns. */
const BY_SIZE: ReadonlySet<string> = new Set(['script_memory', 'script_result_too_large']);

/**
 * A script that must end by what it holds or returns is stopped by nothing else before: on a busy machine filling the memory
 * takes more than the time that ends a loop. One that must come to its end, or fail, has the time that authors have; those that time ends, little.
 */
function limitsFor({ ends }: AbuseCase): Limits {
  if (ends.map(sameForLoops).includes('script_timeout')) return LIMITS;
  return ends.some((end) => BY_SIZE.has(end)) ? LIMITS_BY_SIZE : LIMITS_OF_AUTHORS;
}

/** What is not as the case wants it. */
function problemsOf(abuse: AbuseCase, result: ScriptResult): string[] {
  const problems: string[] = [];
  const outcome = sameForLoops(result.ok ? 'ok' : result.error.code);
  if (!abuse.ends.map(sameForLoops).includes(outcome)) problems.push(`ended with ${outcome}`);
  if (result.ok && 'returns' in abuse && !isDeepStrictEqual(result.returned, abuse.returns)) problems.push('returned');
  if (!result.ok && abuse.says?.test(result.error.message) === false) problems.push('says');
  const seen = JSON.stringify(result);
  for (const word of HOST_WORDS) if (seen.includes(word)) problems.push(`shows "${word}" of the host`);
  return problems.map((problem) => `${problem}: ${seen.slice(0, 1_000)}`);
}

let slots = SIDE_BY_SIDE;
const waiting: Array<() => void> = [];

async function inTurn(act: () => Promise<void>): Promise<void> {
  if (slots === 0) await new Promise<void>((resolve) => waiting.push(resolve));
  else slots -= 1;
  try {
    await act();
  } finally {
    const next = waiting.shift();
    if (next === undefined) slots += 1;
    else next();
  }
}

describe.concurrent('a hostile script', () => {
  /** A case has one of these for itself; what it does to it is to be seen in the next case, too. */
  const sandboxes = new Map<Limits, Sandbox[]>([
    [LIMITS, []],
    [LIMITS_BY_SIZE, []],
    [LIMITS_OF_AUTHORS, []],
  ]);
  const made: Sandbox[] = [];
  afterAll(async () => {
    await Promise.all(made.map((sandbox) => sandbox.close()));
  });

  async function sandboxOf(limits: Limits): Promise<Sandbox> {
    const free = sandboxes.get(limits)?.pop();
    if (free !== undefined) return free;
    const sandbox = createSandbox(limits);
    made.push(sandbox);
    await sandbox.ready();
    return sandbox;
  }

  test.for(cases)('%s', async ([, abuse], { expect }) => {
    await inTurn(async () => {
      const limits = limitsFor(abuse);
      const sandbox = await sandboxOf(limits);
      const runs: Array<Awaited<ReturnType<typeof runOnce>>> = [];
      expect(await shortestBlock(async () => runs.push(await runOnce(sandbox, abuse)))).toBeLessThan(MAX_BLOCK_MS);
      for (const { result, ms } of runs) {
        expect(problemsOf(abuse, result)).toEqual([]);
        abuse.check?.(result);
        expect(ms).toBeLessThan(limits.wallMs + PARENT_GRACE_MS + KILL_ALLOWANCE_MS);
      }

      const next = await sandbox.run(scriptRun(NEXT, { plugins }));
      expect(next).toMatchObject({ ok: true, returned: [[], true, 'function', '42', { answer: '42' }] });
      // What the script filled is given back: a runner that has grown is replaced when it has nothing to do.
      await expect.poll(() => largestChildMb(), MEMORY_RETURNS).toBeLessThan(retireAtMb(fullLimits(LIMITS)));
      sandboxes.get(limits)?.push(sandbox);
    });
  });
});

test('the server itself keeps nothing of all of them', () => {
  expect(heldMb() - heldBefore).toBeLessThan(SERVER_GROWTH_MB);
});

test('there are at least 80 hostile behaviours, none of which stands in two tables', () => {
  expect(cases.length).toBeGreaterThanOrEqual(80);
  expect(new Set(cases.map(([name]) => name)).size).toBe(cases.length);
});
