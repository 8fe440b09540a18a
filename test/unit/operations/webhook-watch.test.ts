import { expect, onTestFinished, test } from 'vitest';
import type { BindingClient } from '../../../plugin/client/contract.ts';
import { bindingsSchema } from '../../../plugin/contract/binding-config.ts';
import {
  type Binding,
  createBindings,
  createCounters,
  createLiveTexClock,
} from '../../../plugin/core/plugin-context.ts';
import { createWebhookWatch } from '../../../plugin/operations/webhook-watch.ts';
import { createMemoryStorage, type Storage } from '../../../plugin/storage/index.ts';
import { createTestClock, type TestClock } from '../../support/test-clock.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const WATCH_MS = 600_000;
const STEP_MS = 15_000;
const PUBLIC_URL = 'https://bot.example.com';
const OURS = `${PUBLIC_URL}/webhook/livetex/main`;
const THEIRS = 'https://other.example.com/webhook/livetex/main?key=their-secret';

/** One touch point, as LiveTex has it. */
function touchPoint() {
  const point = { url: OURS, reads: 0, sets: 0, refuses: false };
  const client = {
    getWebhookSettings: async () => {
      point.reads += 1;
      return { url: point.url };
    },
    setWebhook: async ({ url }) => {
      point.sets += 1;
      if (point.refuses) throw new Error('refused');
      point.url = url;
    },
  } as Partial<BindingClient> as BindingClient;
  return { point, client };
}

/** A node that looks after the webhook of one binding. */
function node(
  given: { readonly storage: Storage; readonly clock: TestClock; readonly client: BindingClient },
  { seed = 1, ...webhook }: { readonly seed?: number; readonly keep?: boolean; readonly publicUrl?: string } = {},
) {
  const { storage, clock, client } = given;
  const [config] = bindingsSchema.parse([
    { token: 'a-token', webhook: { publicUrl: PUBLIC_URL, key: 'a-key-of-sixteen-or-more', ...webhook } },
  ]);
  if (config === undefined) throw new Error('no binding');
  const lines: string[] = [];
  const note = (message: string): void => void lines.push(message);
  const logger = { debug() {}, info: note, warn: note, error: note };
  const binding: Binding = { id: config.id, config, client, clock: createLiveTexClock(), leavingSince: null };
  const bindings = {
    ...createBindings(),
    all: [binding],
    get: (id: string) => (id === binding.id ? binding : undefined),
  };
  const watch = createWebhookWatch(
    {
      bindings,
      storage,
      clock,
      logger,
      counters: createCounters(),
    },
    seededRandom(seed),
  );
  watch.start();
  onTestFinished(() => watch.stop());
  const gauge = (): number | undefined => watch.metrics()[0]?.samples[0]?.value;
  return { watch, lines, gauge };
}

/** In steps, so that what is read and stored is done before time goes on. */
async function pass(clock: TestClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += STEP_MS) {
    await clock.advance(STEP_MS);
    await clock.advance(0);
  }
}

function scene() {
  const clock = createTestClock();
  const storage = createMemoryStorage({ clock });
  onTestFinished(() => storage.close());
  return { clock, storage, ...touchPoint() };
}

test('several nodes read it back once in the time, and all know what one has found', async () => {
  const { point, ...given } = scene();
  const nodes = [1, 2, 3].map((seed) => node(given, { seed, keep: false }));
  await pass(given.clock, 20 * WATCH_MS);
  expect(point.reads).toBeGreaterThanOrEqual(16);
  expect(point.reads).toBeLessThanOrEqual(34);
  point.url = THEIRS;
  await pass(given.clock, 3 * WATCH_MS);
  for (const { watch, gauge } of nodes) {
    expect(watch.problemOf('main')).toContain(
      'answers of operators go to https://other.example.com/webhook/livetex/main,',
    );
    expect(watch.problemOf('main')).not.toContain('their-secret');
    expect(gauge()).toBe(0);
  }
  point.url = OURS;
  await pass(given.clock, 3 * WATCH_MS);
  expect(nodes.map(({ watch }) => watch.problemOf('main'))).toEqual([undefined, undefined, undefined]);
  expect(point.sets).toBe(0);
});

test.each([
  ['another address', THEIRS, /go to https:\/\/other\.example\.com/],
  ['none', '', /has no webhook at LiveTex any more/],
])('%s is told and set again', async (_name, url, told) => {
  const { point, ...given } = scene();
  const { watch, lines, gauge } = node(given);
  point.url = url;
  await pass(given.clock, 2 * WATCH_MS);
  expect(point.url).toBe(OURS);
  expect(lines.join('\n')).toMatch(told);
  expect(lines).toContain('webhook set again');
  expect(watch.problemOf('main')).toBeUndefined();
  expect(gauge()).toBe(1);
});

test('what cannot be set again stays a problem, with its reason', async () => {
  const { point, ...given } = scene();
  const { watch } = node(given);
  point.url = '';
  point.refuses = true;
  await pass(given.clock, 2 * WATCH_MS);
  expect(watch.problemOf('main')).toContain('it could not be set again: refused');
});

test('two installations that take it from each other are recognised; one move by hand is not', async () => {
  const { point, ...given } = scene();
  const { watch, lines } = node(given);
  point.url = THEIRS;
  await pass(given.clock, 2 * WATCH_MS);
  expect(watch.problemOf('main')).toBeUndefined();
  point.url = THEIRS;
  await pass(given.clock, 2 * WATCH_MS);
  expect(point.url).toBe(OURS);
  expect(watch.problemOf('main')).toContain('another installation');
  expect(lines.join('\n')).toContain('two of them have the same access key');
  // An hour of peace ends it.
  await pass(given.clock, 8 * WATCH_MS);
  expect(watch.problemOf('main')).toBeUndefined();
});

test('while nodes are restarted with another address, the older ones leave it to the newer ones', async () => {
  const { point, ...given } = scene();
  node(given, { seed: 1 });
  await pass(given.clock, 2 * WATCH_MS);
  const moved = 'https://new.example.com';
  node(given, { seed: 2, publicUrl: moved });
  await pass(given.clock, 2 * WATCH_MS);
  expect(point.url).toBe(`${moved}/webhook/livetex/main`);
  const { sets } = point;
  await pass(given.clock, 10 * WATCH_MS);
  expect(point.url).toBe(`${moved}/webhook/livetex/main`);
  expect(point.sets).toBe(sets);
});
