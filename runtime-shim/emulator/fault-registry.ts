import type { EmulatorFault, FaultState } from './emulator-contract.ts';
import { parseFault } from './option-schemas.ts';

type Kind = EmulatorFault['kind'];
type FaultOf<K extends Kind> = Extract<EmulatorFault, { readonly kind: K }>;

interface Entry {
  readonly fault: EmulatorFault;
  used: number;
  left: number | null;
}

/** The faults in force. Each use is counted; one with `times` ends by itself. */
export class FaultRegistry {
  readonly #entries = new Map<string, Entry>();
  readonly #changed: () => void;
  #nextId = 1;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  add(value: EmulatorFault): string {
    const fault = parseFault(value);
    const id = String(this.#nextId++);
    // `times` of webhook_duplicate says how often one event goes out, not how long the fault lasts.
    const left = 'times' in fault && fault.kind !== 'webhook_duplicate' ? (fault.times ?? null) : null;
    this.#entries.set(id, { fault, used: 0, left });
    this.#changed();
    return id;
  }

  remove(id: string): void {
    if (this.#entries.delete(id)) this.#changed();
  }

  clear(): void {
    if (this.#entries.size === 0) return;
    this.#entries.clear();
    this.#changed();
  }

  states(): FaultState[] {
    return [...this.#entries].map(([id, { fault, used, left }]) => ({ id, fault, used, left }));
  }

  /** Uses the first fault of a kind that is meant for this method and passes the filter. */
  take<K extends Kind>(kind: K, method?: string, filter?: (fault: FaultOf<K>) => boolean): FaultOf<K> | undefined {
    for (const [id, entry] of this.#entries) {
      const { fault } = entry;
      if (fault.kind !== kind || !meantFor(fault, method)) continue;
      if (filter && !filter(fault as FaultOf<K>)) continue;
      entry.used += 1;
      if (entry.left !== null) entry.left -= 1;
      if (entry.left === 0) this.#entries.delete(id);
      return fault as FaultOf<K>;
    }
    return undefined;
  }

  /** How long a request waits: several latencies add up. */
  takeLatencyMs(method: string): number {
    let ms = 0;
    for (const entry of this.#entries.values()) {
      if (entry.fault.kind !== 'latency' || !meantFor(entry.fault, method)) continue;
      entry.used += 1;
      ms += entry.fault.ms;
    }
    return ms;
  }
}

function meantFor(fault: EmulatorFault, method: string | undefined): boolean {
  if (!('methods' in fault) || fault.methods === undefined) return true;
  return method !== undefined && fault.methods.includes(method);
}
