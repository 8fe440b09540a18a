import type { Clock } from '../../../plugin/contract/host.ts';
import type { WebhookDelivery } from '../emulator-contract.ts';
import { emulatorError } from '../emulator-errors.ts';
import type { FaultRegistry } from '../fault-registry.ts';
import { RecentList } from '../request-log.ts';
import type { EmulatedEvent } from '../wire.ts';
import { WebhookDisorder } from './webhook-disorder.ts';
import { type WebhookEvent, type WebhookSettings, documentedEvent, rawEvent } from './webhook-event.ts';
import { createWebhookPost } from './webhook-post.ts';
import { WebhookQueue, type WebhookRetry } from './webhook-queue.ts';

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
