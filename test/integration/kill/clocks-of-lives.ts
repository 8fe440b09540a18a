import { settableClock, temporaryFolder } from '../../support/command.ts';
import { join } from 'node:path';

const HOUR_MS = 3_600_000;
/** Every so many lives one has another clock than the machine. */
const EVERY = 4;
/** A day ahead; and back by more than the longest pause, which is an hour (docs/operating.md#when-a-clock-is-set). */
const AHEAD_MS = [24 * HOUR_MS, -2 * HOUR_MS] as const;

/** The environment of each life: some begin with a clock that somebody has set, and the next one with the right one again. */
export async function clocksOfLives(): Promise<(life: number) => Readonly<Record<string, string>>> {
  const folder = await temporaryFolder(Object.fromEntries(AHEAD_MS.map((ms, index) => [String(index), String(ms)])));
  return (life) => (life % EVERY === 0 ? settableClock(join(folder, String((life / EVERY) % AHEAD_MS.length))) : {});
}
