import { expect, it } from 'vitest';
import type { RequestReport } from '../../../plugin/client/contract.ts';
import { createLiveTexClock } from '../../../plugin/core/plugin-context.ts';

const report = (timestamp: unknown, fields: Partial<RequestReport> = {}): RequestReport => ({
  binding: 'main',
  method: 'sendText',
  at: 1_000,
  durationMs: 50,
  status: 200,
  request: undefined,
  response: { success: true, timestamp },
  ...fields,
});

it('knows what LiveTex’s clock shows at least, whatever ours shows', () => {
  const clock = createLiveTexClock();
  expect(clock.earliest(1_000)).toBeNull();
  clock.observe(report(90_000));
  // The answer came at 1,050 of ours; 100 ms later at least 100 ms have passed there, less the rounding of both clocks.
  expect(clock.earliest(1_150)).toBe(90_098);
  // Ours was set back, or long ago: then only what LiveTex itself has said.
  expect(clock.earliest(10)).toBe(89_998);
  expect(clock.earliest(100_000_000)).toBe(89_998);
});

it.each([
  ['no time', report(undefined)],
  ['a text', report('90000')],
  ['a clock gone mad', report(9e15)],
  ['another method', report(90_000, { method: 'getDestinations' })],
])('%s tells nothing', (_, observed) => {
  const clock = createLiveTexClock();
  clock.observe(observed);
  expect(clock.earliest(2_000)).toBeNull();
});
