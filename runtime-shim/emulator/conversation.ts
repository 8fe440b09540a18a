import type { ApiVersion, GetHistoryRequest } from '../../plugin/contract/livetex-api.ts';
import type { EmulatedDialog, EmulatedMessage } from './emulator-contract.ts';
import { type EmulatedEvent, eventOnWire } from './wire.ts';

/** The operator sees this when no name was given (LiveTex documentation, selectDestination). */
const NAMELESS = 'Гость';
/** The oldest tenth goes at once, so that a full conversation does not move all its messages at every new one. */
const TRIM_SHARE = 10;

/** A line of a person's history; `id` is the message's, or the event's. */
export interface HistoryLine {
  readonly id: string;
  readonly what: EmulatedEvent;
}

/** A person's conversations at LiveTex, one after the other, as the emulator holds them. */
export class Conversation {
  readonly userId: string;
  state: EmulatedDialog['state'] = 'stored';
  name = NAMELESS;
  attributes: Readonly<Record<string, string>> = {};
  hiddenAttributes: Readonly<Record<string, string>> = {};
  groupId: string | null = null;
  operatorId: string | null = null;
  selections = 0;
  readonly history: HistoryLine[] = [];
  readonly #messages: EmulatedMessage[] = [];
  readonly #remember: number;
  /** No message before this one waits to be read. */
  #unreadFrom = 0;
  #view: EmulatedDialog | undefined;

  constructor(userId: string, remember: number) {
    this.userId = userId;
    this.#remember = remember;
  }

  addMessage(message: EmulatedMessage): void {
    this.#messages.push(message);
    const dropped = trim(this.#messages, this.#remember);
    this.#unreadFrom = Math.max(0, this.#unreadFrom - dropped);
  }

  addHistory(line: HistoryLine): void {
    this.history.push(line);
    // A message may bring a "delivered" line of its own.
    trim(this.history, this.#remember * 2);
  }

  /** Marks what the person wrote as read and returns what was not read before, oldest first. */
  readAll(): EmulatedMessage[] {
    const unread = [];
    for (let index = this.#unreadFrom; index < this.#messages.length; index += 1) {
      const message = this.#messages[index];
      if (!message || message.read) continue;
      this.#messages[index] = { ...message, read: true };
      unread.push(message);
    }
    this.#unreadFrom = this.#messages.length;
    return unread;
  }

  select(groupId: string, name: string | undefined): void {
    this.selections += 1;
    this.name = name || NAMELESS;
    // "A selection holds until an employee closes the conversation": another one only refreshes the header.
    if (this.groupId !== null) return;
    this.groupId = groupId;
    this.state = 'queued';
  }

  close(): void {
    this.state = 'closed';
    this.groupId = null;
    this.operatorId = null;
  }

  /** To be called after every change: the next `view` is a new one. */
  touch(): void {
    this.#view = undefined;
  }

  /** What others see: a copy, the same one until something changes. */
  view(): EmulatedDialog {
    this.#view ??= {
      userId: this.userId,
      state: this.state,
      name: this.name,
      attributes: this.attributes,
      hiddenAttributes: this.hiddenAttributes,
      groupId: this.groupId,
      operatorId: this.operatorId,
      messages: [...this.#messages],
      selections: this.selections,
    };
    return this.#view;
  }
}

/** Takes the oldest away once there are too many; returns how many went. */
function trim(list: unknown[], capacity: number): number {
  if (list.length <= capacity) return 0;
  const surplus = Math.max(1, Math.ceil(capacity / TRIM_SHARE));
  list.splice(0, surplus);
  return surplus;
}

/** LiveTex documentation, getHistory. */
const DEFAULT_LIMIT = 20;

/**
 * A piece of a history, oldest first (LiveTex does not document the order). `undefined`: there is no such `message_id`.
 * The line named by `message_id` is not part of it; without one, the piece ends at the newest line.
 */
export function historyPage(
  version: ApiVersion,
  history: readonly HistoryLine[],
  request: GetHistoryRequest,
): Array<Record<string, unknown>> | undefined {
  const named = history.findIndex((line) => line.id === request.message_id);
  if (request.message_id !== undefined && named === -1) return undefined;
  const limit = request.limit ?? DEFAULT_LIMIT;
  const edge = named === -1 ? history.length : named;
  const lines =
    request.chunk === 'After'
      ? history.slice(edge + 1, edge + 1 + limit)
      : history.slice(Math.max(0, edge - limit), edge);
  return lines.map(({ id, what }) => {
    const { type, ...fields } = eventOnWire(version, what, what.type === 'TextMessage' || what.type === 'FileMessage');
    return { type, id, ...fields };
  });
}
