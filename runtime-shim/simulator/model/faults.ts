import type { EmulatorFault, LiveTexEmulator } from '../../emulator/emulator-contract.ts';
import { FAULT_NAMES, type FaultName } from '../records.ts';
import type { Journal } from './journal.ts';

/** Long enough to be felt, shorter than the 10 s after which the plugin gives a request up. */
const SLOW_MS = 3_000;
/** Long enough that a person can write something else before the event arrives. */
const LATE_MS = 5_000;
const DUPLICATES = 3;
/** The smallest group that can be out of order, so that a page with little traffic does not wait long for the next event. */
const REORDER_GROUP = 2;
/** An event that no other one follows is not kept longer. */
const REORDER_WAIT_MS = 5_000;

/** What each switch of the page does to the emulator. */
const FAULTS: Readonly<Record<FaultName, EmulatorFault>> = {
  down: { kind: 'reset', when: 'before' },
  slow: { kind: 'latency', ms: SLOW_MS },
  rate_limit: { kind: 'status', status: 429, retryAfter: '2' },
  wrong_token: { kind: 'token' },
  webhook_duplicate: { kind: 'webhook_duplicate', times: DUPLICATES },
  webhook_late: { kind: 'webhook_late', ms: LATE_MS },
  webhook_reorder: { kind: 'webhook_reorder', group: REORDER_GROUP, waitMs: REORDER_WAIT_MS },
};

/** The fault switches of the page. */
export class Faults {
  readonly #journal: Journal;
  readonly #emulator: LiveTexEmulator;
  readonly #on = new Map<FaultName, () => void>();

  constructor(journal: Journal, emulator: LiveTexEmulator) {
    this.#journal = journal;
    this.#emulator = emulator;
    for (const name of FAULT_NAMES) journal.put('fault', name, { name, on: false });
  }

  /** Switches a fault; `false` when it already was so. */
  set(name: FaultName, on: boolean): boolean {
    const end = this.#on.get(name);
    if ((end !== undefined) === on) return false;
    if (end === undefined) {
      this.#on.set(name, this.#emulator.faults.add(FAULTS[name]));
    } else {
      end();
      this.#on.delete(name);
    }
    this.#journal.put('fault', name, { name, on });
    return true;
  }

  /** Ends all faults; `false` when there was none. */
  clear(): boolean {
    const names = [...this.#on.keys()];
    for (const name of names) this.set(name, false);
    return names.length > 0;
  }
}
