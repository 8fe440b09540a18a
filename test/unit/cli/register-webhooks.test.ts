import { expect, test } from 'vitest';
import { pluginError } from '../../../plugin/errors.ts';
import { FIRST_WAIT_MS, REFUSED_WAIT_MS, registerWebhooks } from '../../../runtime-shim/cli/register-webhooks.ts';
import { createTestClock } from '../../support/test-clock.ts';

const FACTS = { method: 'setWebhook', binding: 'main' } as const;
const away = pluginError('livetex_timeout', { ...FACTS, timeoutMs: 10 });
const refused = pluginError('livetex_token_refused', { ...FACTS, status: 401, detail: '' });

/** Registers one binding whose tries end as given; afterwards they succeed. */
function registration(ends: Error[]) {
  const clock = createTestClock();
  const log: string[] = [];
  const note = (level: string) => (message: string) => void log.push(`${level} ${message}`);
  const logger = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const stopping = new AbortController();
  const done = registerWebhooks({
    bindings: ['main'],
    register: async () => {
      const end = ends.shift();
      if (end !== undefined) throw end;
      return { url: 'https://bot.example.com/webhook/livetex/main' };
    },
    clock,
    logger,
    stop: stopping.signal,
  });
  return { clock, log, stopping, done };
}

test('while LiveTex is away it is tried again, with growing waits', async () => {
  const { clock, log, done } = registration([away, away]);
  await clock.advance(FIRST_WAIT_MS);
  expect(log).toHaveLength(2);
  await clock.advance(FIRST_WAIT_MS);
  expect(log).toHaveLength(2);
  await clock.advance(FIRST_WAIT_MS);
  await done;
  expect(log.at(-1)).toBe('info webhook registered');
  expect(clock.pending()).toBe(0);
});

test('a refused token is said once, and the webhook is registered when it is mended', async () => {
  const { clock, log, done } = registration([refused, refused, refused]);
  await clock.advance(2 * REFUSED_WAIT_MS);
  expect(log).toEqual(['error webhook not registered']);
  await clock.advance(REFUSED_WAIT_MS);
  await done;
  expect(log).toEqual(['error webhook not registered', 'info webhook registered']);
  expect(clock.pending()).toBe(0);
});

test('a mistake of the configuration ends the trying', async () => {
  const { clock, log, done } = registration([pluginError('webhook_not_configured', { binding: 'main' })]);
  await done;
  expect(log).toEqual(['error webhook not registered']);
  expect(clock.pending()).toBe(0);
});

test('a stop ends the waiting at once and leaves no timer', async () => {
  const { clock, stopping, done } = registration([away]);
  await clock.advance(0);
  stopping.abort();
  await done;
  expect(clock.pending()).toBe(0);
});
