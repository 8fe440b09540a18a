import { setTimeout as pause } from 'node:timers/promises';
import { between } from '../../support/seeded-random.ts';
import type { MortalServer } from './mortal-server.ts';
import type { Pulse } from './pulse.ts';

/** Share of the lives that end while they still start. */
const STILLBORN = 0.15;
/** Longest such life, ms: about what a start takes. */
const LONGEST_START_MS = 450;
/** A life that listens goes on until the leads have seen so many lines, so that a slow machine gets as far as a fast one… */
const MOST_LINES = 60;
/** … and then so long, ms, which puts its end anywhere in the work on the next ones. */
const LONGEST_REST_MS = 40;
/** Nobody may have anything to say just then: a life ends after this, ms, whatever was seen. */
const LONGEST_WORK_MS = 3_000;

export interface Killing {
  readonly server: MortalServer;
  readonly kills: number;
  readonly random: () => number;
  /** Beats at each line that a lead sees. */
  readonly pulse: Pulse;
  /** Ends the killing early. */
  readonly stop: AbortSignal;
}

/** Starts the server and kills it at a random moment, so many times; in the end it runs. */
export async function killAgainAndAgain({ server, kills, random, pulse, stop }: Killing): Promise<void> {
  for (let count = 0; count < kills && !stop.aborted; count += 1) {
    server.start();
    // The random moment of a kill is the one thing here that is a time and no event.
    if (random() < STILLBORN) {
      await pause(between(random, 0, LONGEST_START_MS));
    } else {
      await server.untilListening();
      const lines = between(random, 0, MOST_LINES);
      await pulse.after(lines, AbortSignal.any([stop, AbortSignal.timeout(LONGEST_WORK_MS)]));
      await pause(random() * LONGEST_REST_MS);
    }
    await server.kill();
  }
  if (stop.aborted) return;
  server.start();
  await server.untilListening();
}
