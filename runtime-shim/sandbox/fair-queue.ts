/**
 * A queue that gives every bot its turn: one item of each bot with work, round and round, so that a bot with a
 * thousand waiting scripts delays another's first one by one script only.
 */
export class FairQueue<Item> {
  readonly #limit: number;
  /** Bots with work, the next one first: a Map keeps the order of insertion. */
  readonly #waiting = new Map<string, { items: Item[]; head: number }>();
  #size = 0;

  /** @param limit most items of one bot */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /** How many items of this bot wait. */
  waitingOf(bot: string): number {
    const lane = this.#waiting.get(bot);
    return lane === undefined ? 0 : lane.items.length - lane.head;
  }

  /** Adds an item at the end of its bot's line; `false` when the line is full. */
  push(bot: string, item: Item): boolean {
    const lane = this.#waiting.get(bot);
    if (lane === undefined) {
      this.#waiting.set(bot, { items: [item], head: 0 });
    } else {
      if (lane.items.length - lane.head >= this.#limit) return false;
      lane.items.push(item);
    }
    this.#size += 1;
    return true;
  }

  /** Takes the next item, of a bot that may have one now; the bot goes to the end of the round. */
  shift(isAllowed: (bot: string) => boolean = () => true): Item | undefined {
    for (const [bot, lane] of this.#waiting) {
      if (!isAllowed(bot)) continue;
      const item = lane.items[lane.head];
      lane.head += 1;
      this.#size -= 1;
      this.#waiting.delete(bot);
      if (lane.head < lane.items.length) this.#waiting.set(bot, compact(lane));
      return item;
    }
    return undefined;
  }

  /** Takes all items of one bot. */
  takeAll(bot: string): Item[] {
    const lane = this.#waiting.get(bot);
    if (lane === undefined) return [];
    this.#waiting.delete(bot);
    const items = lane.items.slice(lane.head);
    this.#size -= items.length;
    return items;
  }

  /** Takes all that is left. */
  drain(): Item[] {
    const rest = [...this.#waiting.values()].flatMap((lane) => lane.items.slice(lane.head));
    this.#waiting.clear();
    this.#size = 0;
    return rest;
  }
}

/** Taken items at the front are cut off now and then: `Array.shift` of a long line would copy it each time. */
const COMPACT_AT = 1_024;

function compact<Item>(lane: { items: Item[]; head: number }): { items: Item[]; head: number } {
  return lane.head < COMPACT_AT ? lane : { items: lane.items.slice(lane.head), head: 0 };
}

/** Runners that one bot's scripts may end within the time below before it is held to one place. */
const KILLS = 3;
/** How long the end of a runner counts, ms. */
const KILL_COUNTS_MS = 60_000;
/** How long one end of a runner has its bot's scripts go one at a time, ms: an honest bot's accident is soon forgotten. */
const FIRST_HOLD_MS = 10_000;

/** Remembers whose scripts ended runners: who does so again and again takes places from everybody else. */
export class RunnerKillers {
  /** By bot, when its scripts ended a runner, the last ones only, ms. */
  readonly #kills = new Map<string, number[]>();

  /** Counts a runner that a script of this bot has ended. */
  count(bot: string, now: number): void {
    for (const [other, times] of this.#kills) if (!isRecent(times.at(-1), now)) this.#kills.delete(other);
    this.#kills.set(bot, [...(this.#kills.get(bot) ?? []), now].slice(-KILLS));
  }

  /** Its scripts run one at a time, where they disturb nobody: at once after each end of a runner, and as long as it is held. */
  goesAlone(bot: string, now: number): boolean {
    const last = this.#kills.get(bot)?.at(-1);
    return (last !== undefined && now - last < FIRST_HOLD_MS) || this.isHeld(bot, now);
  }

  /** It ended so many that its author is told. */
  isHeld(bot: string, now: number): boolean {
    const times = this.#kills.get(bot);
    return times !== undefined && times.length === KILLS && isRecent(times[0], now);
  }
}

function isRecent(time: number | undefined, now: number): boolean {
  return time !== undefined && now - time < KILL_COUNTS_MS;
}

/** What the author reads in the log of such a run. */
export const HELD_NOTICE = `scripts of this bot ended ${KILLS} runner processes within a minute: until a minute without is over, they run one at a time`;
