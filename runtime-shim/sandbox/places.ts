import type { ScriptResult } from './contract.ts';
import { FairQueue } from './fair-queue.ts';
import type { PendingRun } from './pending-run.ts';
import { type FullLimits, MAX_PARKED, networkPlaces, placesPerBot } from './run-limits.ts';
import type { RunnerProcess } from './runner-process.ts';

/** An answer of the network for a run that waits in its runner. */
interface Answer {
  readonly runner: RunnerProcess;
  readonly run: PendingRun;
  readonly call: number;
  readonly json: string;
}

/** CPU time that makes a script slow, ms. Our choice: a hundred times what one takes, and a quarter of what one may take. */
const SLOW_MS = 250;
/** How long a slow script counts, ms. Our choice: as long as the end of a runner does. */
const SLOW_COUNTS_MS = 60_000;

/**
 * Whose place is whose: the places of each bot in the runners, and the runs that wait for the network.
 *
 * One that waits gives its place to one that runs, and so many wait in runners only: each has an isolate. A run that asks
 * for the network beyond that is *parked*: it is ended where it asks, nothing of it is kept, and it begins anew when it may
 * wait. So a slow server holds no runner, however many scripts ask it.
 */
export class Places {
  readonly parked = new FairQueue<PendingRun>(MAX_PARKED);
  readonly #isolates: number;
  readonly #perBot: number;
  readonly #waits: ReturnType<typeof networkPlaces>;
  /** Runs in runners that do not wait for the network, by bot. */
  readonly #running = new Map<string, number>();
  /** Runs that may wait for the network in their runners, by bot. */
  readonly #network = new Map<string, number>();
  /** By bot, until when it counts as slow, ms of `performance.now()`. */
  readonly #slowUntil = new Map<string, number>();
  #answers: Answer[] = [];

  constructor(limits: FullLimits) {
    this.#isolates = limits.isolates;
    this.#perBot = placesPerBot(limits);
    this.#waits = networkPlaces(limits);
  }

  /** Bots whose scripts took much CPU time lately share the places of one: there is always one for the others. */
  has(bot: string): boolean {
    const own = this.#running.get(bot) ?? 0;
    if (own >= this.#perBot || !this.#isSlow(bot)) return own < this.#perBot;
    let ofSlow = 0;
    for (const [other, count] of this.#running) if (this.#isSlow(other)) ofSlow += count;
    return ofSlow < this.#perBot;
  }

  #isSlow(bot: string): boolean {
    return (this.#slowUntil.get(bot) ?? 0) > performance.now();
  }

  /** It has its result. */
  ended(run: PendingRun, { usage }: ScriptResult): void {
    comeBack(run);
    if (usage.cpuMs < SLOW_MS) return;
    const now = performance.now();
    for (const [bot, until] of this.#slowUntil) if (until <= now) this.#slowUntil.delete(bot);
    this.#slowUntil.set(run.script.botId, now + SLOW_COUNTS_MS);
  }

  /** It begins in a runner, or goes on there. */
  enter(run: PendingRun): void {
    comeBack(run);
    change(this.#running, run.script.botId, 1);
  }

  /** It left its runner, or was lost with it. */
  leave(run: PendingRun): void {
    const { botId } = run.script;
    if (!run.waiting) change(this.#running, botId, -1);
    comeBack(run);
    this.release(run);
  }

  /** It waits for the network in its runner. */
  wait(run: PendingRun): void {
    change(this.#running, run.script.botId, -1);
    goAway(run);
  }

  /** It waits, in no runner, until it may ask for the network. False: too many of its bot do. */
  park(run: PendingRun): boolean {
    if (!this.parked.push(run.script.botId, run)) return false;
    goAway(run);
    return true;
  }

  /** May this run wait in its runner? Whoever waits for that already goes first; a run that is alone disturbs nobody. */
  admits(run: PendingRun, runner: RunnerProcess): boolean {
    if (run.network === 'held') return true;
    const { botId } = run.script;
    const mayWait = this.hasRoom(runner) && this.#mayHold(botId) && this.parked.waitingOf(botId) === 0;
    if (mayWait || run.alone) {
      this.#hold(run);
      return true;
    }
    run.network = 'parked';
    return false;
  }

  hasRoom(runner: RunnerProcess): boolean {
    return runner.network < this.#waits.perRunner;
  }

  /** A parked run that may begin now, in a runner that has room. */
  nextParked(): PendingRun | undefined {
    const run = this.parked.shift((bot) => this.has(bot) && this.#mayHold(bot));
    if (run !== undefined) this.#hold(run);
    return run;
  }

  #mayHold(bot: string): boolean {
    return (this.#network.get(bot) ?? 0) < this.#waits.perBot;
  }

  /** Up to the end of the run, so that its second request finds a place. */
  #hold(run: PendingRun): void {
    run.network = 'held';
    change(this.#network, run.script.botId, 1);
  }

  /** It does not begin after all. */
  release(run: PendingRun): void {
    if (run.network === 'held') change(this.#network, run.script.botId, -1);
    run.network = 'none';
  }

  answered(answer: Answer): void {
    this.#answers.push(answer);
  }

  /** Takes out an answer whose run may go on now. Runs that ended meanwhile are forgotten. */
  nextAnswer(): Answer | undefined {
    this.#answers = this.#answers.filter(({ runner, run }) => run.waiting && runner.runs.get(run.id) === run);
    const index = this.#answers.findIndex(
      ({ runner, run }) => run.alone || (runner.load < this.#isolates && this.has(run.script.botId)),
    );
    return index < 0 ? undefined : this.#answers.splice(index, 1)[0];
  }
}

function goAway(run: PendingRun): void {
  run.waiting = true;
  run.script.onAway?.(true);
}

/** It does not wait for the network any more. */
function comeBack(run: PendingRun): void {
  if (run.waiting) run.script.onAway?.(false);
  run.waiting = false;
}

function change(counts: Map<string, number>, bot: string, by: number): void {
  const count = (counts.get(bot) ?? 0) + by;
  if (count > 0) counts.set(bot, count);
  else counts.delete(bot);
}
