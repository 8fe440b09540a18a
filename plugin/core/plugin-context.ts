import { z } from 'zod';
import type { BindingClient, RequestReport } from '../client/contract.ts';
import type { BindingConfig } from '../contract/binding-config.ts';
import type { Activity, Clock, LiveTexHost, Logger } from '../contract/host.ts';
import { createHistogram, type Histogram, HUMAN_TIMES_S, SHORT_TIMES_S } from '../contract/histogram.ts';
import type { LeadRef } from '../contract/lead.ts';
import type { Metric } from '../contract/plugin.ts';
import type { Retention, Storage } from '../storage/contract.ts';

/** What the handlers work with. */
export interface PluginContext {
  readonly bindings: Bindings;
  readonly storage: Storage;
  readonly host: LiveTexHost;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: Counters;
  readonly measures: Measures;
  /** A new id, unique for ever. */
  readonly newId: () => string;
  /** `host.observe`, made harmless: somebody's timeline must not fail a job. */
  readonly observe: (activity: Activity) => void;
  /** How long finished things are kept; left out: `DEFAULT_RETENTION`. */
  readonly retention?: PluginRetention;
}

/** How long finished things are kept, ms. */
export interface PluginRetention extends Retention {
  /** Records of transfers. */
  readonly transfersMs?: number;
}

/** A binding at work. */
export interface Binding {
  readonly id: string;
  readonly config: BindingConfig;
  readonly client: BindingClient;
  readonly clock: LiveTexClock;
  /** Unix ms of its removal: it gets no new dialog, and ends what it has. `null`: it stays. */
  readonly leavingSince: number | null;
}

/** The bindings as they are now: they may come, change and go while the plugin runs. */
interface Bindings {
  readonly all: readonly Binding[];
  get(id: string): Binding | undefined;
  /** The first binding that takes the lead's bot and does not exclude the lead's channel; `undefined`: nobody mirrors this lead. */
  of(lead: LeadRef): Binding | undefined;
  /** Does a binding take this bot at all? One that leaves takes none. */
  takesBot(binding: Binding, botId: string): boolean;
}

export interface LiveBindings extends Bindings {
  replace(all: readonly Binding[]): void;
}

export function createBindings(): LiveBindings {
  let all: readonly Binding[] = [];
  let byId: ReadonlyMap<string, Binding> = new Map();
  const takesBot = ({ config, leavingSince }: Binding, botId: string): boolean =>
    leavingSince === null && (config.bots?.includes(botId) ?? true);
  return {
    get all() {
      return all;
    },
    get: (id) => byId.get(id),
    of: (lead) =>
      all.find((binding) => takesBot(binding, lead.botId) && !binding.config.excludedChannels.includes(lead.channel)),
    takesBot,
    replace(next) {
      all = next;
      byId = new Map(next.map((binding) => [binding.id, binding]));
    },
  };
}

/** The plugin's counters. Names and labels are fixed here, so that no lead's id can become one. */
const COUNTERS = {
  livetex_requests_total: 'Requests to LiveTex by method and outcome (ok, or a code of the error catalogue).',
  livetex_webhooks_total: 'Webhooks by outcome.',
  livetex_transfers_total: 'Transfers by what became of them.',
  livetex_transfer_ends_total: 'Transfers that ended, by who or what ended them.',
  livetex_webhooks_moved_total: 'Readings that found another address at LiveTex than ours, or none, by binding.',
  livetex_events_total: 'Events of the platform by type and verdict.',
} as const;

type CounterName = keyof typeof COUNTERS;

export interface Counters {
  add(name: CounterName, labels: Readonly<Record<string, string>>): void;
  /** All of them, also those that count nothing yet. */
  metrics(): Metric[];
}

export function createCounters(): Counters {
  const samples = new Map<CounterName, Map<string, { labels: Readonly<Record<string, string>>; value: number }>>();
  return {
    add(name, labels) {
      const ofName = samples.get(name) ?? new Map();
      samples.set(name, ofName);
      // One name has one set of labels, always in the same order.
      const key = Object.values(labels).join('\n');
      ofName.set(key, { labels, value: (ofName.get(key)?.value ?? 0) + 1 });
    },
    metrics: () =>
      (Object.keys(COUNTERS) as CounterName[]).map((name) => ({
        name,
        help: COUNTERS[name],
        type: 'counter',
        samples: [...(samples.get(name)?.values() ?? [])],
      })),
  };
}

/** How long things take. */
export interface Measures {
  readonly requests: Histogram;
  readonly operatorWait: Histogram;
  readonly firstAnswer: Histogram;
}

export function createMeasures(): Measures {
  const people = 'since LiveTex took the dialog, by binding.';
  return {
    requests: createHistogram('livetex_request_seconds', 'Requests to LiveTex by binding and method.', SHORT_TIMES_S),
    operatorWait: createHistogram(
      'livetex_operator_wait_seconds',
      `How long leads waited until an operator opened the dialog, ${people}`,
      HUMAN_TIMES_S,
    ),
    firstAnswer: createHistogram(
      'livetex_first_answer_seconds',
      `How long leads waited for the operator's first answer, ${people}`,
      HUMAN_TIMES_S,
    ),
  };
}

/** Longest time, ms, over which our clock's progress stands for LiveTex's. Our choice: no clock drifts noticeably in ten minutes. */
const TRUSTED_PROGRESS_MS = 600_000;
/** A clock that is a day off is not a clock, ms. Our choice. */
const MAX_OFFSET_MS = 24 * 3_600_000;
/** Both clocks are read in whole milliseconds, so each reading may be off by one. */
const ROUNDING_MS = 2;

const stampSchema = z.looseObject({ timestamp: z.number() });

/** What LiveTex's clock shows at least. One per binding, in memory: after a restart it is unknown until the first answer. */
export interface LiveTexClock {
  observe(report: RequestReport): void;
  /** A time, Unix ms, that is certainly past at LiveTex; `null` when unknown. `now`: our clock. */
  earliest(now: number): number | null;
}

/** Answers of `sendText` and `sendFile` carry LiveTex's time of the message: it was that late there when we got them. */
export function createLiveTexClock(): LiveTexClock {
  let last: { readonly stamp: number; readonly receivedAt: number } | undefined;
  return {
    observe(report) {
      if (report.error !== undefined || (report.method !== 'sendText' && report.method !== 'sendFile')) return;
      const answer = stampSchema.safeParse(report.response);
      if (!answer.success) return;
      const receivedAt = report.at + report.durationMs;
      const stamp = answer.data.timestamp;
      if (Math.abs(stamp - receivedAt) <= MAX_OFFSET_MS) last = { stamp, receivedAt };
    },
    earliest(now) {
      if (last === undefined) return null;
      const passed = now - last.receivedAt;
      const counted = passed > 0 && passed <= TRUSTED_PROGRESS_MS ? passed : 0;
      return last.stamp + counted - ROUNDING_MS;
    },
  };
}
