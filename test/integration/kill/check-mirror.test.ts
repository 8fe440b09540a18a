/** The kill test's own check, on what a kill test may see: it must find a double that no death explains. */
import { expect, test } from 'vitest';
import type { EmulatedRequest } from '../../../runtime-shim/emulator/emulator-contract.ts';
import { checkMirror } from './check-mirror.ts';
import type { Life } from './mortal-server.ts';

const VERSIONS = ['1.0', '1.1', '1.2'] as const;

/** Lives of one second each, the next one born a tenth of a second after the death before; the last one goes on. */
const LIVES: readonly Life[] = [0, 1, 2, 3].map((index) => ({
  number: index + 1,
  server: 'http://127.0.0.1:1',
  apiVersion: VERSIONS[index % 3] ?? '1.0',
  bornAt: index * 1_100,
  listensAt: index * 1_100 + 500,
  killedAt: index === 3 ? undefined : index * 1_100 + 999,
  goneAt: index === 3 ? undefined : index * 1_100 + 1_000,
}));

function sent(text: string, life: number, at: number): EmulatedRequest {
  const version = VERSIONS[(life - 1) % 3] ?? '1.0';
  return { seq: at, at, version, method: 'sendText', body: { text }, status: 200, answer: {} };
}

const check = (...requests: EmulatedRequest[]) => checkMirror('1', ['a', 'b'], requests, LIVES);

test('each text once and in order', () => {
  expect(check(sent('a', 1, 600), sent('b', 1, 700))).toEqual({ problems: [], duplicates: [] });
});

test('a double is charged to the death that explains it, also when its first sending waited in the socket', () => {
  expect(check(sent('a', 1, 990), sent('a', 2, 1_700), sent('b', 2, 1_800)).duplicates).toEqual([1]);
  // Read by LiveTex after the next life was born, and after the one behind it.
  expect(check(sent('a', 1, 1_650), sent('a', 2, 1_700), sent('b', 2, 1_800)).duplicates).toEqual([1]);
  expect(check(sent('a', 1, 2_500), sent('a', 3, 2_800), sent('b', 3, 2_900)).duplicates).toEqual([1]);
});

test.each([
  [
    'twice by the life that goes on',
    [sent('a', 4, 4_000), sent('a', 4, 4_100), sent('b', 4, 4_200)],
    'LiveTex has "a" twice',
  ],
  [
    'twice by a life that dies later',
    [sent('a', 2, 1_700), sent('a', 2, 1_800), sent('b', 2, 1_900)],
    'LiveTex has "a" twice',
  ],
  ['out of order', [sent('b', 1, 600), sent('a', 1, 700)], 'instead of "a"'],
  ['lost', [sent('a', 1, 600)], 'lacks 1 from "b" on'],
])('%s is a problem', (_, requests, problem) => {
  expect(check(...requests).problems).toEqual([expect.stringContaining(problem)]);
});
