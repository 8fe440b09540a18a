import type { SelectDestinationRequest } from '../../plugin/contract/livetex-api.ts';
import type { ConversationRegistry } from './conversation-registry.ts';
import type { EmulatedMessage } from './emulator-contract.ts';
import type { EventSink } from './event-sink.ts';
import type { Staff } from './staff.ts';

type Content = Pick<EmulatedMessage, 'text' | 'file'>;

/** What the API does on a person's behalf: messages and selections. */
export class PersonSide {
  readonly #conversations: ConversationRegistry;
  readonly #staff: Staff;
  readonly #sink: EventSink;

  constructor(conversations: ConversationRegistry, staff: Staff, sink: EventSink) {
    this.#conversations = conversations;
    this.#staff = staff;
    this.#sink = sink;
  }

  /** Not idempotent, like LiveTex: the same text twice is two messages. */
  message(userId: string, content: Content): { readonly id: string; readonly at: number } {
    const conversation = this.#conversations.getOrOpen(userId);
    const id = this.#sink.newId();
    const at = this.#sink.now();
    conversation.addMessage({ id, from: 'user', ...content, at, read: false });
    const what =
      content.file === undefined
        ? ({ type: 'TextMessage', userId, at, text: content.text ?? '' } as const)
        : ({ type: 'FileMessage', userId, at, file: content.file } as const);
    conversation.addHistory({ id, what });
    this.#sink.echo(what);
    if (conversation.groupId === null) {
      conversation.state = 'stored';
      this.#sink.webhook({ type: 'SelectDestination', userId, at, groups: this.#staff.groups() });
    }
    this.#conversations.touch(conversation);
    return { id, at };
  }

  /** The group must exist. While a conversation is open the selection holds; only the header is refreshed. */
  select(request: SelectDestinationRequest): void {
    const conversation = this.#conversations.getOrOpen(request.user_id);
    conversation.select(request.destination_id, request.name);
    conversation.attributes = request.attributes ?? {};
    conversation.hiddenAttributes = request.hidden_attributes ?? {};
    const groupId = conversation.groupId ?? request.destination_id;
    this.#sink.record(conversation, {
      type: 'DestinationSelected',
      userId: request.user_id,
      at: this.#sink.now(),
      groupId,
    });
    this.#conversations.touch(conversation);
  }
}
