import { setTimeout as pause } from 'node:timers/promises';
import { metricsOf } from './check-stand.ts';
import type { Stand } from './stand.ts';

/** Between two looks at the queues, ms. */
const FIRST_LOOK_MS = 20;
const LATER_LOOKS_MS = 500;

/** Resolves when no event is on its way and no queue holds a job, twice in a row. */
export async function untilQuiet({ server, dispatcher, liveTex }: Stand): Promise<void> {
  for (let wait = FIRST_LOOK_MS, quiet = 0; quiet < 2; wait = Math.min(2 * wait, LATER_LOOKS_MS)) {
    await liveTex.emulator.webhooks.idle();
    const metrics = [...(await metricsOf(server.url, dispatcher))];
    const isIdle = metrics.every(([name, jobs]) => jobs === 0 || !/_jobs(?:\{|$)/.test(name));
    quiet = isIdle && (await liveTex.emulator.webhooks.pending()) === 0 ? quiet + 1 : 0;
    await pause(wait);
  }
}
