import { afterAll, describe, expect, test } from 'vitest';
import { same } from '../../../plugin/contract/text.ts';
import { SHIM_ERRORS } from '../../../runtime-shim/errors.ts';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { fullLimits, MAX_ACTIONS, MAX_HOST_CALLS, MAX_RESULT_CHARS } from '../../../runtime-shim/sandbox/run-limits.ts';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

/** The wall clock far behind: on a loaded machine 200 ms of CPU time may take seconds. */
const LIMITS = { cpuMs: 200, wallMs: 10_000, memoryMb: 16 };
const scripts = createScriptRunner(LIMITS);
/** For the limits that a script meets only after some work, which takes a loaded machine longer than that CPU time. */
const patient = createScriptRunner({ ...LIMITS, cpuMs: 10_000 });
afterAll(async () => {
  await Promise.all([scripts.close(), patient.close()]);
});

describe('a script beyond a limit is stopped, and the next one of the same bot runs right', () => {
  test.each([
    ['while (true) {}', SHIM_ERRORS.script_timeout.message({ cpuMs: 200 })],
    ['const a = []; for (;;) a.push(new Array(1e4).fill(0.5))', SHIM_ERRORS.script_memory.message({ memoryMb: 16 })],
    ['const a = []; for (;;) a.push(new Array(1e6).fill(0.5))', SHIM_ERRORS.script_memory.message({ memoryMb: 16 })],
    [
      'for (;;) livetex.hasOnlineOperators()',
      SHIM_ERRORS.script_host_calls.message({ limit: MAX_HOST_CALLS, what: same('calls to the platform') }),
    ],
    [
      "for (;;) bot.sendMessage('x')",
      SHIM_ERRORS.script_host_calls.message({ limit: MAX_ACTIONS, what: same('messages and other actions') }),
    ],
    ["return 'x'.repeat(2e6)", SHIM_ERRORS.script_result_too_large.message({ limit: MAX_RESULT_CHARS })],
  ])('%s', async (code, { en: message }) => {
    const runner = message.includes('CPU') ? scripts : patient;
    expect(await runner.failure(code)).toContain(message);
    expect(await runner.returned('return 6 * 7')).toBe(42);
  });
});

test('a host call that is never answered ends at the deadline, and the host is told', async () => {
  const aborted = Promise.withResolvers<void>();
  const call = async (_plugin: string, _name: string, _args: string, signal: AbortSignal): Promise<string> => {
    signal.addEventListener('abort', () => aborted.resolve());
    return await new Promise(() => undefined);
  };
  const short = createScriptRunner({ wallMs: 400 });
  const result = await short.run('livetex.hasOnlineOperators()', { call });
  expect(result).toMatchObject({
    error: { code: 'script_deadline', message: SHIM_ERRORS.script_deadline.message({ wallMs: 400 }).en },
    usage: { hostCalls: 1 },
  });
  await aborted.promise;
  expect(await short.returned('return 1')).toBe(1);
  await short.close();
});

test('waiting for the host costs no CPU time', async () => {
  const call = async (): Promise<string> => {
    // As long as another script needs to use up its own CPU time.
    await scripts.run('for (;;);', { botId: 'other' });
    return 'true';
  };
  const result = await scripts.run('return livetex.hasOnlineOperators()', { call });
  expect(result).toMatchObject({ ok: true, returned: true });
  expect(result.usage.cpuMs).toBeLessThan(100);
  expect(result.usage.wallMs).toBeGreaterThan(150);
});

test('what a stopped script used is told', async () => {
  const { usage } = await scripts.run('for (;;);');
  expect(usage.cpuMs).toBeGreaterThan(150);
});

test('limits that cannot work are refused at once', () => {
  expect(() => createSandbox({ memoryMb: 4 })).toThrow('sandbox.memoryMb must be a whole number of at least 8, got 4');
  expect(() => createSandbox({ cpuMs: 0 })).toThrow('sandbox.cpuMs must be');
  expect(() => fullLimits({ cpu: 1 } as never)).toThrow('sandbox.cpu is not a limit');
});
