import { randomUUID } from 'node:crypto';
import { ChangeSignal } from './change-signal.ts';
import { ConversationBook } from './conversation-book.ts';
import { FaultBook } from './fault-book.ts';
import { HappeningSink } from './happening-sink.ts';
import { OperatorSide } from './operator-side.ts';
import { PersonSide } from './person-side.ts';
import { RequestLog } from './request-log.ts';
import { Staff } from './staff.ts';
import type { TouchPointOptions } from './touch-point-options.ts';
import { WebhookSender } from './webhooks/webhook-sender.ts';

/** Everything that belongs to one token: LiveTex's "точка контакта". */
export class TouchPoint {
  readonly options: TouchPointOptions;
  readonly changes = new ChangeSignal();
  readonly staff = new Staff();
  readonly requests: RequestLog;
  readonly faults: FaultBook;
  readonly webhooks: WebhookSender;
  readonly book: ConversationBook;
  readonly person: PersonSide;
  readonly operator: OperatorSide;

  constructor(options: TouchPointOptions) {
    const { clock, remember, touchPointId } = options;
    const newId = (): string => randomUUID();
    const changed = (): void => this.changes.notify();
    this.options = options;
    this.requests = new RequestLog(remember);
    this.faults = new FaultBook(() => {
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
    const sink = new HappeningSink({
      clock,
      newId,
      send: (id, what, withFrom) => this.webhooks.send(id, what, withFrom),
      takeEcho: () => this.faults.take('echo') !== undefined,
    });
    this.book = new ConversationBook(remember, changed);
    this.person = new PersonSide(this.book, this.staff, sink);
    this.operator = new OperatorSide(this.book, this.staff, sink, touchPointId);
    for (const group of options.groups) this.staff.addGroup(group);
    for (const operator of options.operators) this.staff.addOperator(operator);
  }
}
