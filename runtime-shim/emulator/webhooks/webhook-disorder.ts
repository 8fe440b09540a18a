import type { Clock } from '../../../plugin/contract/host.ts';
import type { FaultRegistry } from '../fault-registry.ts';
import type { WebhookEvent } from './webhook-event.ts';

interface DisorderPorts {
  readonly clock: Clock;
  readonly faults: FaultRegistry;
  readonly pass: (event: WebhookEvent) => void;
}

/** The webhook faults: events go through here before they are queued, doubled, late or in the wrong order if asked. */
export class WebhookDisorder {
  readonly #ports: DisorderPorts;
  readonly #late = new Set<() => void>();
  #group: WebhookEvent[] = [];
  #cancelGroup: () => void = () => undefined;

  constructor(ports: DisorderPorts) {
    this.#ports = ports;
  }

  /** How many events are held back. */
  get held(): number {
    return this.#late.size + this.#group.length;
  }

  add(event: WebhookEvent): void {
    const { faults, clock } = this.#ports;
    event.copies = faults.take('webhook_duplicate')?.times ?? 1;
    const late = faults.take('webhook_late');
    if (!late) {
      this.#order(event);
      return;
    }
    const cancel = clock.after(late.ms, () => {
      this.#late.delete(cancel);
      this.#order(event);
    });
    this.#late.add(cancel);
  }

  /** A group that waits for more is let go when its fault has ended. */
  faultsChanged(): void {
    if (this.#ports.faults.states().every(({ fault }) => fault.kind !== 'webhook_reorder')) this.#release();
  }

  clear(): void {
    for (const cancel of this.#late) cancel();
    this.#late.clear();
    this.#group = [];
    this.#cancelGroup();
  }

  #order(event: WebhookEvent): void {
    const reorder = this.#ports.faults.take('webhook_reorder');
    if (!reorder) {
      this.#ports.pass(event);
      return;
    }
    this.#group.push(event);
    if (this.#group.length >= reorder.group) this.#release();
    else if (this.#group.length === 1 && reorder.waitMs !== undefined)
      this.#cancelGroup = this.#ports.clock.after(reorder.waitMs, () => this.#release());
  }

  #release(): void {
    const group = this.#group;
    this.#group = [];
    this.#cancelGroup();
    for (const event of group.reverse()) this.#ports.pass(event);
  }
}
