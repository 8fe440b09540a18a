import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { loadGuestSource } from '../../plugin/guest/source.ts';
import type { Sandbox, ScriptResult } from '../../runtime-shim/sandbox/contract.ts';
import { createSandbox } from '../../runtime-shim/sandbox/index.ts';
import { fullLimits, PARENT_GRACE_MS, runnerCapMb } from '../../runtime-shim/sandbox/run-limits.ts';
import { childrenOf, residentMb } from '../support/process-tree.ts';
import { scriptRun } from '../support/script-run.ts';
import type { AbuseCase } from './abuse-case.ts';

const LIMITS = { cpuMs: 150, wallMs: 1_500, memoryMb: 16, runners: 1, spares: 0, isolates: 2 } as const;
/** What a kill and the start of another runner may take on two loaded cores, ms. */
const KILL_ALLOWANCE_MS = 3_000;
/**
 * Issue 6: the server's loop is not blocked for longer, ms. Other processes on a shared machine delay it too, so the
 * middle of the samples counts and not the worst, where there are enough of them to tell.
 */
const MAX_LOOP_DELAY_MS = 50;
const ENOUGH_SAMPLES = 20;
const RESOLUTION_MS = 10;
/** Cases at the same time: one a core. */
const SIDE_BY_SIDE = 2;

const SECRET = 'a-secret-of-the-host-7f3a';
process.env['METABOT_ABUSE_SECRET'] = SECRET;
const HOST_WORDS = [
  SECRET,
  process.cwd(),
  homedir(),
  'node_modules',
  'node:internal',
  'file://',
  'isolated-vm',
  'runtime-shim',
];

const CASES = new URL('./cases/', import.meta.url);
const names = readdirSync(CASES).map((file) => file.replace(/\.ts$/, ''));
const plugins = [{ name: 'livetex', source: await loadGuestSource() }];

/** What the script after a hostile one must find: a clean language, its own lead, nothing left over. */
const NEXT = `
  const names = Object.keys(globalThis);
  const clean = [Object.prototype, Array.prototype].every((p) => Object.keys(p).length === 0) && {}.toJSON === undefined;
  left = 1;
  lead.setAttr('answer', 6 * 7);
  return [names, clean, typeof JSON.stringify, lead.getAttr('answer'), lead.getAllAttr()];
`;

async function runOnce(
  sandbox: Sandbox,
  abuse: AbuseCase,
): Promise<{ result: ScriptResult; ms: number; delayMs: number }> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const started = performance.now();
  const result = await sandbox.run(scriptRun(abuse.code, { plugins, ...abuse.run }));
  const ms = performance.now() - started;
  delay.disable();
  const delayMs = delay.count < ENOUGH_SAMPLES ? 0 : delay.percentile(50) / 1e6 - RESOLUTION_MS;
  return { result, ms, delayMs };
}

/** On a loaded machine the wall clock may come before the CPU time: the same for a loop without end. */
const sameForLoops = (code: string): string => code.replace('script_deadline', 'script_timeout');

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
  const left = new Set<Sandbox>();
  afterAll(async () => {
    await Promise.all([...left].map((sandbox) => sandbox.close()));
  });

  test.each(names)('%s', async (name) => {
    const { abuse } = (await import(new URL(`${name}.ts`, CASES).href)) as { abuse: AbuseCase };
    await inTurn(async () => {
      const sandbox = createSandbox(LIMITS);
      left.add(sandbox);
      await sandbox.ready();
      const { result, ms, delayMs } = await runOnce(sandbox, abuse);
      expect(problemsOf(abuse, result)).toEqual([]);
      abuse.check?.(result);
      expect(ms).toBeLessThan(LIMITS.wallMs + PARENT_GRACE_MS + KILL_ALLOWANCE_MS);
      expect(delayMs).toBeLessThan(MAX_LOOP_DELAY_MS);

      const next = await sandbox.run(scriptRun(NEXT, { plugins }));
      expect(next).toMatchObject({ ok: true, returned: [[], true, 'function', '42', { answer: '42' }] });
      for (const pid of childrenOf(process.pid)) {
        expect(residentMb(pid) ?? 0).toBeLessThan(runnerCapMb(fullLimits(LIMITS)) * SIDE_BY_SIDE);
      }
      left.delete(sandbox);
      await sandbox.close();
    });
  });
});

test('there are at least 80 hostile behaviours, each in a file of its own', () => {
  expect(names.length).toBeGreaterThanOrEqual(80);
  for (const name of names) {
    expect(readFileSync(new URL(`${name}.ts`, CASES), 'utf8')).toContain('export const abuse');
  }
});
