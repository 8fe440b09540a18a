import { setTimeout as pause } from 'node:timers/promises';
import { between } from '../../support/seeded-random.ts';
import type { MortalServer } from './mortal-server.ts';

/** Share of the lives that end while they still start. */
const STILLBORN = 0.15;
/** Longest such life, ms: about what a start takes. */
const LONGEST_START_MS = 450;
/** A life that listens goes on for so long, ms: from the first request to leads, operators and queues all at work. */
const SHORTEST_WORK_MS = 5;
const LONGEST_WORK_MS = 350;

/** Starts the server and kills it at a random moment, so many times; in the end it runs. Ends early when `stop` is aborted. */
export async function killAgainAndAgain(
  server: MortalServer,
  kills: number,
  random: () => number,
  stop: AbortSignal,
): Promise<void> {
  for (let count = 0; count < kills && !stop.aborted; count += 1) {
    server.start();
    // The random moment of a kill is the one thing here that is a time and no event.
    if (random() < STILLBORN) {
      await pause(between(random, 0, LONGEST_START_MS));
    } else {
      await server.untilListening();
      await pause(between(random, SHORTEST_WORK_MS, LONGEST_WORK_MS));
    }
    await server.kill();
  }
  if (stop.aborted) return;
  server.start();
  await server.untilListening();
}
