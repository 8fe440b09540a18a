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
