import { z } from 'zod';
import { webhookUrlOf } from '../contract/binding-config.ts';
import { messageOf } from '../contract/coded-error.ts';
import type { Metric } from '../contract/plugin.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { steadyTime } from '../storage/index.ts';
import { sideBySide } from './readiness.ts';

/** What the nodes know of each binding's webhook, by the binding's id. */
const COLLECTION = 'livetex-webhooks';
/** A node that comes within this part of the time leaves the reading to the one that read last. */
const READ_LATELY = 0.6;
/** Two nodes that begin together do not ask together: each waits between these parts of the time. */
const SHORTEST_WAIT = 0.8;
const JITTER = 0.4;
/** Bindings looked at side by side. Our choice: 300 at once would be a burst. */
const AT_ONCE = 16;
/** Bindings that are due are looked for this often, ms, at least. */
const LONGEST_PASS_MS = 30_000;
const SHORTEST_PASS_MS = 1_000;
/**
 * An address that is another one again, after ours was set, is somebody else's doing. Twice within this, ms (or within five
 * readings, if they are rarer), is a fight. Our choice: whoever moves a webhook by hand does it once.
 */
const FIGHT_WITHIN_MS = 3_600_000;
const FIGHT_READINGS = 5;
const FIGHT_TIMES = 2;

const seenSchema = z.object({
  /** The address that is to be there, and when the node began that says so: the youngest knows the newest configuration. */
  expected: z.string(),
  since: z.number(),
  /** Unix ms of the last reading. */
  readAt: z.number(),
  /** What LiveTex had then; `null`: not read yet. */
  found: z.string().nullable(),
  /** Why it could not be set again. */
  failure: z.string().nullable(),
  /** Unix ms of the readings that found a foreign address after ours had been set. */
  taken: z.array(z.number()),
});
type Seen = z.infer<typeof seenSchema>;

/** Looks after the addresses to which LiveTex posts, so that operators' answers do not stay away unnoticed. */
interface WebhookWatch {
  start(): void;
  /** Resolves when a look under way has ended. */
  stop(): Promise<void>;
  /** Why operators' answers of the binding may not arrive; `undefined`: nothing is known against it. */
  problemOf(bindingId: string): string | undefined;
  metrics(): Metric[];
}

/**
 * Reads each binding's webhook back every `webhook.watchSeconds`, on one node at a time: whoever writes the record first has
 * the round, the others take from it what was found. Another address or none is told, and set again unless `webhook.keep`
 * is false.
 */
export function createWebhookWatch(
  context: Pick<PluginContext, 'storage' | 'bindings' | 'clock' | 'logger' | 'counters'>,
  random: () => number,
): WebhookWatch {
  const { storage, bindings, clock, logger, counters } = context;
  const steady = steadyTime(clock);
  const startedAt = clock.now();
  const stopping = new AbortController();
  /** When each binding is looked at next, by steady time. */
  const dueAt = new Map<string, number>();
  const known = new Map<string, Seen>();
  let cancel: (() => void) | undefined;
  let underWay: Promise<void> = Promise.resolve();
  let running = false;
  // A function, since it changes while a pass waits.
  const isRunning = (): boolean => running;

  return {
    start() {
      if (running) return;
      running = true;
      plan(0);
    },
    stop() {
      running = false;
      cancel?.();
      stopping.abort();
      return underWay;
    },
    problemOf: (bindingId) => {
      const binding = bindings.get(bindingId);
      return binding === undefined ? undefined : problemOf(binding);
    },
    metrics: () => [
      {
        name: 'livetex_webhook_ours',
        help: 'Does LiveTex post to our address (1), to another one or nowhere (0), by binding: as last read.',
        type: 'gauge',
        samples: bindings.all.flatMap((binding) => {
          const found = seenOf(binding)?.found ?? null;
          return found === null
            ? []
            : [{ labels: { binding: binding.id }, value: problemOf(binding) === undefined ? 1 : 0 }];
        }),
      },
    ],
  };

  function plan(ms: number): void {
    cancel = clock.after(ms, () => {
      underWay = pass();
    });
  }

  async function pass(): Promise<void> {
    const now = steady();
    const due = bindings.all.filter((binding) => {
      const watchMs = watchMsOf(binding);
      if (watchMs === undefined) return false;
      // Nodes and bindings begin together: the first time, anywhere in the second half of it.
      if (!dueAt.has(binding.id)) dueAt.set(binding.id, now + watchMs * (0.5 + random() / 2));
      return (dueAt.get(binding.id) ?? 0) <= now;
    });
    await sideBySide(due, AT_ONCE, async (binding) => {
      if (isRunning()) await look(binding);
    });
    for (const id of dueAt.keys()) if (bindings.get(id) === undefined) dueAt.delete(id);
    const next = Math.min(...dueAt.values(), Infinity) - steady();
    if (running) plan(Math.max(SHORTEST_PASS_MS, Math.min(next, LONGEST_PASS_MS)));
  }

  async function look(binding: Binding): Promise<void> {
    const { id } = binding;
    const watchMs = watchMsOf(binding) ?? 0;
    dueAt.set(id, steady() + watchMs * (SHORTEST_WAIT + random() * JITTER));
    try {
      const round = await takeRound(binding, watchMs);
      if (round === undefined) return;
      const { url: found } = await binding.client.getWebhookSettings(stopping.signal);
      await store(id, await judge(binding, round, found));
    } catch (error) {
      // The next look comes by itself; what is wrong with the token or with storage is told where it is found.
      if (isRunning()) logger.warn('the webhook could not be read back', { binding: id, error: messageOf(error) });
    }
  }

  /** The record with this round begun; `undefined`: another node has read lately, or knows a newer configuration. */
  async function takeRound(binding: Binding, watchMs: number): Promise<Seen | undefined> {
    const expected = webhookUrlOf(binding.config) ?? '';
    return await storage.transaction(async (tx) => {
      const record = await tx.getRecord(COLLECTION, binding.id);
      const parsed = seenSchema.safeParse(record?.value);
      const before = parsed.success ? parsed.data : undefined;
      const now = clock.now();
      const isSame = before?.expected === expected;
      if (before !== undefined) {
        if (!isSame && before.since > startedAt) return undefined;
        // A reading in the future is none: the clock was set back.
        const age = now - before.readAt;
        if (isSame && age >= 0 && age < watchMs * READ_LATELY) {
          known.set(binding.id, before);
          return undefined;
        }
      }
      const taken = isSame ? (before?.taken ?? []) : [];
      const found = isSame ? (before?.found ?? null) : null;
      const since = isSame ? (before?.since ?? startedAt) : startedAt;
      const round: Seen = { expected, since, readAt: now, found, failure: null, taken };
      await tx.putRecord(COLLECTION, binding.id, round, record?.version ?? 0);
      return round;
    });
  }

  /** What follows from the address that LiveTex has. */
  async function judge(binding: Binding, round: Seen, found: string): Promise<Seen> {
    const { id } = binding;
    const { expected } = round;
    const now = clock.now();
    const taken = recent(round.taken, binding, now);
    if (found === expected) {
      if (round.found !== null && round.found !== expected) logger.info('webhook is ours again', { binding: id });
      return { ...round, found, taken };
    }
    const isLost = found === '';
    counters.add('livetex_webhooks_moved_total', { binding: id, to: isLost ? 'nowhere' : 'elsewhere' });
    // Where it was left elsewhere, nobody has taken it again.
    const wasOurs = round.found === null || round.found === expected;
    if (!isLost && wasOurs) taken.push(now);
    const seen: Seen = { ...round, found, taken };
    logger.error(`LiveTex binding ${foundText(seen)}`, { binding: id });
    if (!keeps(binding)) return seen;
    try {
      const key = binding.config.webhook?.key ?? '';
      await binding.client.setWebhook({ url: expected, webhook_key: key }, stopping.signal);
    } catch (error) {
      return { ...seen, failure: messageOf(error) };
    }
    logger.warn('webhook set again', { binding: id, url: expected });
    const kept: Seen = { ...seen, found: expected };
    if (isFight(taken)) logger.error(`LiveTex binding ${fightText(found)}`, { binding: id });
    return kept;
  }

  async function store(bindingId: string, seen: Seen): Promise<void> {
    known.set(bindingId, seen);
    await storage.transaction((tx) => tx.putRecord(COLLECTION, bindingId, seen));
  }

  /** What is known of a binding as it is configured now. */
  function seenOf(binding: Binding): Seen | undefined {
    const seen = known.get(binding.id);
    return seen !== undefined && seen.expected === webhookUrlOf(binding.config) ? seen : undefined;
  }

  function problemOf(binding: Binding): string | undefined {
    const seen = seenOf(binding);
    if (seen === undefined || seen.found === null) return undefined;
    if (seen.found === seen.expected) {
      return isFight(recent(seen.taken, binding, clock.now())) ? fightText() : undefined;
    }
    const failure = seen.failure === null ? '' : `; it could not be set again: ${seen.failure}`;
    return `${foundText(seen)}${failure}`;
  }
}

function watchMsOf({ config, leavingSince }: Binding): number | undefined {
  return config.webhook === undefined || leavingSince !== null ? undefined : config.webhook.watchSeconds * 1_000;
}

function keeps({ config }: Binding): boolean {
  return config.webhook?.keep === true;
}

function fightWithin(binding: Binding): number {
  return Math.max(FIGHT_WITHIN_MS, FIGHT_READINGS * (watchMsOf(binding) ?? 0));
}

/** Of the times at which the address was found to be another one, those that count still. */
function recent(taken: readonly number[], binding: Binding, now: number): number[] {
  return taken.filter((at) => at <= now && now - at < fightWithin(binding));
}

function isFight(taken: readonly number[]): boolean {
  return taken.length >= FIGHT_TIMES;
}

function foundText({ found, expected }: Seen): string {
  if (found === '') return `has no webhook at LiveTex any more, so answers of operators cannot arrive at ${expected}`;
  return `is not ours at LiveTex: answers of operators go to ${shownUrl(found ?? '')}, not to ${expected}`;
}

function fightText(found?: string): string {
  const other = found === undefined ? '' : ` (${shownUrl(found)})`;
  return `is taken by another installation${other} again and again: two of them have the same access key; stop one, or give it a touch point of its own`;
}

/** Somebody else's address: what stands behind a question mark may be a secret of theirs. */
function shownUrl(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? 'an address that is no URL' : `${parsed.origin}${parsed.pathname}`;
}
