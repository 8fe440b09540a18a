import { setImmediate } from 'node:timers/promises';

/**
 * Work that the server does itself for bots, all of it together, in one go, ms, before all else has its turn. Our choice: three hundred
 * commands that fill in long texts, or a table that is looked through, wait for nothing, and would hold up every other lead for seconds.
 */
const TURN_MS = 8;
/** Whose turn is next: those who gave way go on one in each round of the loop, however many they are. */
let lastTurn: Promise<void> = Promise.resolve();
/** When the last turn began, ms of `performance.now()`. Of all together: many that begin at once would each have their own. */
let turnBegan = 0;

/** To be awaited between two parts of long work: gives way to everybody else when this kind of work had its time in one go. */
export async function giveWay(): Promise<void> {
  if (performance.now() - turnBegan < TURN_MS) return;
  lastTurn = lastTurn.then(() => setImmediate());
  await lastTurn;
  turnBegan = performance.now();
}
