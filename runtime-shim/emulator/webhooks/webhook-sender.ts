import type { Clock } from '../../../plugin/contract/host.ts';
import type { WebhookDelivery } from '../emulator-contract.ts';
import { emulatorError } from '../emulator-errors.ts';
import type { FaultRegistry } from '../fault-registry.ts';
import { RecentList } from '../request-log.ts';
import type { EmulatedEvent } from '../wire.ts';
import { documentedEvent, rawEvent, type WebhookEvent, type WebhookSettings } from './webhook-event.ts';
import { createWebhookPost, WebhookQueue, type WebhookRetry } from './webhook-queue.ts';

const NO_WEBHOOK: WebhookSettings = { url: '', key: '', version: '1.0' };

interface SenderOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly faults: FaultRegistry;
  readonly retry: WebhookRetry;
  readonly timeoutMs: number;
  readonly inOrder: boolean;
  readonly remember: number;
  readonly changed: () => void;
}

/** A touch point's webhook: settings, events on their way, and what became of them. */
export class WebhookSender {
  settings: WebhookSettings = NO_WEBHOOK;
  readonly #options: SenderOptions;
  readonly #deliveries: RecentList<WebhookDelivery>;
  readonly #queue: WebhookQueue;
  readonly #disorder: WebhookDisorder;
  /** Persons whose request for a destination is kept while no webhook is set: one each is enough. */
  readonly #keptSelections = new Set<string>();
  readonly #idlers = new Set<PromiseWithResolvers<void>>();

  constructor(options: SenderOptions) {
    const { clock, faults, retry } = options;
    this.#options = options;
    this.#deliveries = new RecentList(options.remember);
    this.#queue = new WebhookQueue({
      clock,
      retry,
      poster: createWebhookPost(options.timeoutMs),
      settings: () => this.settings,
      delivered: (delivery) => {
        this.#deliveries.add(delivery);
        options.changed();
      },
      drained: () => this.#settle(),
    });
    this.#disorder = new WebhookDisorder({ clock, faults, pass: (event) => this.#queue.add(event) });
  }

  send(id: string, what: EmulatedEvent, withFrom: boolean): void {
    if (this.settings.url === '' && what.type === 'SelectDestination') {
      if (this.#keptSelections.has(what.userId)) return;
      this.#keptSelections.add(what.userId);
    }
    this.#add(documentedEvent(id, what, withFrom, this.#options.clock.now()));
  }

  sendRaw(body: Readonly<Record<string, unknown>>): void {
    this.#add(rawEvent(body, this.#options.newId, this.#options.clock.now()));
  }

  set(settings: WebhookSettings): void {
    this.settings = settings;
    this.#keptSelections.clear();
    this.#queue.settingsChanged();
    this.#options.changed();
  }

  unset(): void {
    this.settings = NO_WEBHOOK;
    this.#settle();
    this.#options.changed();
  }

  deliveries(): WebhookDelivery[] {
    return this.#deliveries.list();
  }

  pending(): number {
    return this.#queue.pending + this.#disorder.held;
  }

  faultsChanged(): void {
    this.#disorder.faultsChanged();
  }

  idle(): Promise<void> {
    const idler = Promise.withResolvers<void>();
    this.#idlers.add(idler);
    this.#settle();
    return idler.promise;
  }

  clear(): void {
    this.#deliveries.clear();
    this.#keptSelections.clear();
    this.#disorder.clear();
    this.#queue.clear();
    this.#options.changed();
  }

  async close(): Promise<void> {
    for (const idler of this.#idlers) idler.reject(emulatorError('emulator_closed', {}));
    this.#idlers.clear();
    this.#disorder.clear();
    await this.#queue.close();
  }

  #add(event: WebhookEvent): void {
    // Without a receiver events would pile up for ever: beyond the bound the newest is lost.
    if (this.pending() >= this.#options.remember) return;
    this.#disorder.add(this.#options.inOrder ? event : { ...event, lane: event.id });
  }

  #settle(): void {
    if (this.settings.url !== '' && this.pending() > 0) return;
    for (const idler of this.#idlers) idler.resolve();
    this.#idlers.clear();
  }
}

interface DisorderPorts {
  readonly clock: Clock;
  readonly faults: FaultRegistry;
  readonly pass: (event: WebhookEvent) => void;
}

/** The webhook faults: events go through here before they are queued, doubled, late or in the wrong order if asked. */
class WebhookDisorder {
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
