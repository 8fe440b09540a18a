/** Runners that one bot's scripts may end within the time below before it is held to one place. */
const KILLS = 3;
/** How long the end of a runner counts, ms. */
const KILL_COUNTS_MS = 60_000;

/** Remembers whose scripts ended runners: who does so again and again takes places from everybody else. */
export class RunnerKillers {
  /** By bot, when its scripts ended a runner, the last ones only, ms. */
  readonly #kills = new Map<string, number[]>();

  /** Counts a runner that a script of this bot has ended. */
  count(bot: string, now: number): void {
    for (const [other, times] of this.#kills) if (!isRecent(times.at(-1), now)) this.#kills.delete(other);
    this.#kills.set(bot, [...(this.#kills.get(bot) ?? []), now].slice(-KILLS));
  }

  /** Its scripts run one at a time, where they disturb nobody. */
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
