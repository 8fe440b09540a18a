import { afterAll, expect, test } from 'vitest';
import { MAX_CODE_CHARS, MAX_KNOWN_CHARS } from '../../../runtime-shim/sandbox/run-limits.ts';
import { createScriptRunner, LIVETEX } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner({ runners: 1, spares: 0, isolates: 1 });
afterAll(() => scripts.close());

test('a script that a runner has forgotten runs again', async () => {
  const padding = ' '.repeat(MAX_CODE_CHARS - 100);
  const count = Math.ceil(MAX_KNOWN_CHARS / padding.length) + 1;
  const codes = Array.from({ length: count }, (_, index) => `return ${index};${padding}`);
  for (const [index, code] of [...codes, ...codes].entries()) {
    expect(await scripts.returned(code)).toBe(index % count);
  }
});

test('a script that is too long is refused each time', async () => {
  const code = ' '.repeat(MAX_KNOWN_CHARS + 1);
  for (let run = 0; run < 2; run += 1) {
    expect(await scripts.run(code)).toMatchObject({ ok: false, error: { code: 'script_argument' } });
  }
  expect(await scripts.returned('return 1;')).toBe(1);
});

test('each run has the plugins that it names and a context that nobody used, whichever were made ahead', async () => {
  const code = `globalThis.runs = (globalThis.runs ?? 0) + 1; return [typeof livetex, runs];`;
  const rows = [true, true, true, true, false, false, false, true, false, true, true, true, true, true, true, false];
  for (const has of rows) {
    const plugins = has ? LIVETEX : [];
    expect(await scripts.returned(code, { plugins })).toEqual([has ? 'object' : 'undefined', 1]);
  }
});
