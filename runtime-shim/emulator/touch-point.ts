import { randomUUID } from 'node:crypto';
import { ConversationRegistry, DialogWaiters } from './conversation-registry.ts';
import type { EmulatedTouchPoint } from './emulator-contract.ts';
import { EventSink } from './event-sink.ts';
import { FaultRegistry } from './fault-registry.ts';
import { OperatorSide } from './operator-side.ts';
import { PersonSide } from './person-side.ts';
import { RequestLog } from './request-log.ts';
import { Staff } from './staff.ts';
import type { TouchPointOptions } from './option-schemas.ts';
import { WebhookSender } from './webhooks/webhook-sender.ts';

/** Everything that belongs to one token: LiveTex's "точка контакта". */
export class TouchPoint {
  readonly options: TouchPointOptions;
  readonly changes = new ChangeSignal();
  readonly staff = new Staff();
  readonly requests: RequestLog;
  readonly faults: FaultRegistry;
  readonly webhooks: WebhookSender;
  readonly conversations: ConversationRegistry;
  readonly person: PersonSide;
  readonly operator: OperatorSide;

  constructor(options: TouchPointOptions) {
    const { clock, remember, touchPointId } = options;
    const newId = (): string => randomUUID();
    const changed = (): void => this.changes.notify();
    this.options = options;
    this.requests = new RequestLog(remember);
    this.faults = new FaultRegistry(() => {
      this.webhooks.faultsChanged();
      changed();
    });
    this.webhooks = new WebhookSender({
      clock,
      newId,
      faults: this.faults,
      retry: options.webhookRetry,
      timeoutMs: options.webhookTimeoutMs,
      inOrder: options.webhookInOrder,
      remember,
      changed,
    });
    const sink = new EventSink({
      clock,
      newId,
      send: (id, what, withFrom) => this.webhooks.send(id, what, withFrom),
      takeEcho: () => this.faults.take('echo') !== undefined,
    });
    this.conversations = new ConversationRegistry(remember, changed);
    this.person = new PersonSide(this.conversations, this.staff, sink);
    this.operator = new OperatorSide(this.conversations, this.staff, sink, touchPointId);
    for (const group of options.groups) this.staff.addGroup(group);
    for (const operator of options.operators) this.staff.addOperator(operator);
  }
}

/** A touch point as tests and the simulator drive it. */
export function touchPointDesk(point: TouchPoint, url: string, end: () => Promise<void>): EmulatedTouchPoint {
  const { staff, operator, conversations, requests, webhooks, faults, changes, options } = point;
  const waiters = new DialogWaiters(conversations);
  let closing: Promise<void> | undefined;
  return {
    url,
    token: options.token,
    touchPointId: options.touchPointId,
    operators: {
      list: () => staff.operators(),
      add(value) {
        const added = staff.addOperator(value);
        changes.notify();
        return added;
      },
      setStatus(id, status) {
        operator.setStatus(id, status);
        changes.notify();
      },
    },
    groups: {
      list: () => staff.groups(),
      add(group) {
        staff.addGroup(group);
        changes.notify();
      },
      remove(groupId) {
        staff.removeGroup(groupId);
        changes.notify();
      },
    },
    dialogs: {
      list: () => conversations.views(),
      get: (userId) => conversations.find(userId)?.view(),
      read: (userId, operatorId) => operator.read(userId, operatorId),
      start: (userId, operatorId, text) => operator.start(userId, operatorId, text),
      reply: (userId, operatorId, text) => operator.reply(userId, operatorId, text),
      sendFile: (userId, operatorId, file) => operator.sendFile(userId, operatorId, file),
      hold: (userId, text) => operator.hold(userId, text),
      transfer: (userId, toOperatorId) => operator.transfer(userId, toOperatorId),
      close: (userId, operatorId) => operator.close(userId, operatorId),
      when: (userId, condition, timeoutMs) => waiters.when(userId, condition, timeoutMs),
    },
    requests: {
      list: (method) => requests.list(method),
      count: (method) => requests.count(method),
      clear() {
        requests.clear();
        changes.notify();
      },
    },
    webhooks: {
      get settings() {
        const { url: address, key, eventTypes } = webhooks.settings;
        return { url: address, key, ...(eventTypes && { eventTypes }) };
      },
      deliveries: () => webhooks.deliveries(),
      send: (body) => webhooks.sendRaw(body),
      idle: () => webhooks.idle(),
      pending: () => webhooks.pending(),
      unset: () => webhooks.unset(),
      clear: () => webhooks.clear(),
    },
    faults: {
      add(fault) {
        const id = faults.add(fault);
        return () => faults.remove(id);
      },
      list: () => faults.states().map(({ fault }) => fault),
      states: () => faults.states(),
      remove: (id) => faults.remove(id),
      clear: () => faults.clear(),
    },
    onChange: (listener) => changes.on(listener),
    close() {
      closing ??= (async () => {
        waiters.close();
        await Promise.all([webhooks.close(), end()]);
      })();
      return closing;
    },
  };
}

/** Tells listeners that something changed, and counts, so that a listener far away can ask "since when". */
export class ChangeSignal {
  #revision = 0;
  readonly #listeners = new Set<() => void>();

  /** Grows with every change. */
  get revision(): number {
    return this.#revision;
  }

  /** Returns a function that ends the listening. */
  on(listener: () => void): () => void {
    // Wrapped, so that one function may listen twice.
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  notify(): void {
    this.#revision += 1;
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        // The request that caused the change is right; the listener's mistake must be seen all the same.
        process.nextTick(() => {
          throw error;
        });
      }
    }
  }
}
