import { expect, test } from 'vitest';
import type { Logger } from '../../../plugin/contract/host.ts';
import { createRefusalLog } from '../../../plugin/inbound/refusal-log.ts';
import { createTestClock } from '../../support/test-clock.ts';

const MINUTE_MS = 60_000;

function subject() {
  const clock = createTestClock();
  const lines: Array<Readonly<Record<string, unknown>> | undefined> = [];
  const warn: Logger['warn'] = (_message, facts) => void lines.push(facts);
  const log = createRefusalLog({ clock, logger: { debug: warn, info: warn, warn, error: warn } });
  const refuse = (address: string) => log.note(address, 'warn', 'refused', { address, reason: 'wrong key' });
  return { clock, lines, refuse };
}

test('one line at once, then one a minute with how often, and none when it is over', async () => {
  const { clock, lines, refuse } = subject();
  for (let n = 0; n < 10_000; n += 1) refuse('192.0.2.1');
  expect(lines).toEqual([{ address: '192.0.2.1', reason: 'wrong key', count: 1 }]);
  refuse('192.0.2.2');
  await clock.advance(MINUTE_MS);
  expect(lines.slice(1)).toEqual([
    { address: '192.0.2.2', reason: 'wrong key', count: 1 },
    { address: '192.0.2.1', reason: 'wrong key', count: 9_999 },
  ]);
  for (let minute = 0; minute < 5; minute += 1) await clock.advance(MINUTE_MS);
  expect(lines).toHaveLength(3);
  refuse('192.0.2.1');
  expect(lines.at(-1)).toMatchObject({ count: 1 });
});

test('a flood from everywhere is no flood of lines, and none of it is uncounted', async () => {
  const { clock, lines, refuse } = subject();
  for (let n = 0; n < 50_000; n += 1) refuse(`2001:db8::${n.toString(16)}`);
  await clock.advance(MINUTE_MS);
  expect(lines.length).toBeLessThanOrEqual(102);
  expect(lines.reduce((sum, facts) => sum + Number(facts?.['count']), 0)).toBe(50_000);
});
