import {
  DEMONSTRATION_PREFIX,
  type Change,
  type Collection,
  type ConversationRecord,
  type DeskMessageRecord,
  type EntryRecord,
  type FaultRecord,
  type LeadRecord,
  type MessageRecord,
  type OperatorRecord,
  type StatusRecord,
} from '../../records.ts';

/** Everything the page shows, as plain lists. A list that did not change stays the same object, so that its part of the page is not drawn again. */
export interface PageState {
  /** `undefined` until the first snapshot. */
  readonly status: StatusRecord | undefined;
  readonly leads: readonly LeadRecord[];
  readonly operators: readonly OperatorRecord[];
  readonly conversations: readonly ConversationRecord[];
  readonly faults: readonly FaultRecord[];
  readonly entries: readonly EntryRecord[];
  /** By user id, oldest first. */
  readonly messages: ReadonlyMap<string, readonly MessageRecord[]>;
  readonly deskMessages: ReadonlyMap<string, readonly DeskMessageRecord[]>;
}

export const EMPTY_STATE: PageState = {
  status: undefined,
  leads: [],
  operators: [],
  conversations: [],
  faults: [],
  entries: [],
  messages: new Map(),
  deskMessages: new Map(),
};

/** Collections of records by key, from which the lists are made. */
export class Store {
  #records = new Map<Collection, Map<string, unknown>>();
  #state = EMPTY_STATE;
  readonly #listeners = new Set<() => void>();

  get state(): PageState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Replaces everything. */
  reset(changes: readonly Change[]): void {
    this.#records = new Map();
    this.#state = EMPTY_STATE;
    this.apply(changes);
  }

  /** Applies changes; everybody is told once. */
  apply(changes: readonly Change[]): void {
    const touched = new Set<Collection>();
    const touchedUsers = { message: new Set<string>(), desk_message: new Set<string>() };
    for (const [collection, key, value] of changes) {
      touched.add(collection);
      let records = this.#records.get(collection);
      if (records === undefined) this.#records.set(collection, (records = new Map()));
      if (collection === 'message' || collection === 'desk_message') {
        touchedUsers[collection].add(key.slice(0, key.lastIndexOf('#')));
      }
      if (value === undefined) records.delete(key);
      else records.set(key, value);
    }
    this.#state = this.#next(touched, touchedUsers);
    for (const listener of this.#listeners) listener();
  }

  #next(touched: ReadonlySet<Collection>, users: Readonly<Record<'message' | 'desk_message', Set<string>>>): PageState {
    const old = this.#state;
    const list = <Item>(collection: Collection, before: readonly Item[]): readonly Item[] =>
      touched.has(collection) ? ([...(this.#records.get(collection)?.values() ?? [])] as Item[]) : before;
    return {
      status: list('status', old.status === undefined ? [] : [old.status])[0],
      leads: list('lead', old.leads),
      operators: list('operator', old.operators),
      conversations: list('conversation', old.conversations),
      faults: list('fault', old.faults),
      entries: list('entry', old.entries),
      messages: this.#grouped<MessageRecord>('message', old.messages, users.message, (a, b) => a.seq - b.seq),
      deskMessages: this.#grouped<DeskMessageRecord>(
        'desk_message',
        old.deskMessages,
        users.desk_message,
        (a, b) => a.index - b.index,
      ),
    };
  }

  #grouped<Item extends { readonly userId: string }>(
    collection: Collection,
    before: ReadonlyMap<string, readonly Item[]>,
    users: ReadonlySet<string>,
    order: (a: Item, b: Item) => number,
  ): ReadonlyMap<string, readonly Item[]> {
    if (users.size === 0) return before;
    const groups = new Map<string, Item[]>();
    for (const item of (this.#records.get(collection) ?? new Map<string, unknown>()).values() as Iterable<Item>) {
      if (!users.has(item.userId)) continue;
      const group = groups.get(item.userId);
      if (group === undefined) groups.set(item.userId, [item]);
      else group.push(item);
    }
    const next = new Map(before);
    for (const user of users) next.set(user, (groups.get(user) ?? []).sort(order));
    return next;
  }
}

/**
 * Which of the four first steps were taken: said something, was transferred, was read at the desk, was closed there. The
 * dialog that `simulate` plays by itself counts for none of them.
 */
export function stepsDone(
  state: Pick<PageState, 'leads' | 'messages' | 'conversations' | 'entries'>,
): readonly [boolean, boolean, boolean, boolean] {
  const own = state.leads.filter((lead) => !lead.externalId.startsWith(DEMONSTRATION_PREFIX));
  const said = own.some(({ userId }) => state.messages.get(userId)?.some(({ from }) => from === 'lead'));
  const ids = new Set(own.map(({ userId }) => userId));
  // Operators see a dialog from the transfer on. One that was closed since is kept by LiveTex again, so the change of mode counts, too.
  const transferred =
    state.conversations.some((one) => ids.has(one.userId) && one.state !== 'stored') ||
    state.entries.some(({ facts, userId = '' }) => facts.kind === 'mode' && facts.to === 'waiting' && ids.has(userId));
  const acted = (actions: readonly string[]): boolean =>
    state.entries.some(({ facts }) => facts.kind === 'operator' && actions.includes(facts.action));
  return [said, transferred, acted(['read', 'reply', 'file', 'close']), acted(['close'])];
}
