import type { Clock } from '../../plugin/contract/host.ts';
import type { Conversation } from './conversation.ts';
import type { EmulatedEvent } from './wire.ts';

interface SinkPorts {
  readonly clock: Clock;
  readonly newId: () => string;
  /** Puts an event into the webhook's queue. */
  readonly send: (id: string, what: EmulatedEvent, withFrom: boolean) => void;
  /** Is the fault "echo" in force? Counted by the asking. */
  readonly takeEcho: () => boolean;
}

/** Where what happened goes: into the person's history, and out as a webhook under the same id. */
export class EventSink {
  readonly #ports: SinkPorts;

  constructor(ports: SinkPorts) {
    this.#ports = ports;
  }

  now(): number {
    return this.#ports.clock.now();
  }

  newId(): string {
    return this.#ports.newId();
  }

  /** History only. */
  record(conversation: Conversation, what: EmulatedEvent): void {
    conversation.addHistory({ id: this.newId(), what });
  }

  /** Webhook only. */
  webhook(what: EmulatedEvent): void {
    this.#ports.send(this.newId(), what, false);
  }

  /** History and webhook. Returns the id of both. */
  report(conversation: Conversation, what: EmulatedEvent): string {
    const id = this.newId();
    const isMessage = what.type === 'TextMessage' || what.type === 'FileMessage';
    conversation.addHistory({ id, what });
    this.#ports.send(id, what, isMessage && this.#ports.takeEcho());
    return id;
  }

  /** A message of ours as LiveTex may send it back; the documentation only hints at it, so only the fault does it. */
  echo(what: EmulatedEvent): void {
    if (this.#ports.takeEcho()) this.#ports.send(this.newId(), what, true);
  }
}
