import type { Clock } from '../../../plugin/contract/host.ts';
import type {
  EmulatedDialog,
  EmulatedMessage,
  EmulatedOperator,
  LiveTexEmulator,
} from '../../emulator/emulator-contract.ts';
import type { ConversationRecord, DeskMessageRecord, OperatorRecord } from '../records.ts';
import { onOneLine } from '../timeline/entry-draft.ts';
import type { Journal } from './journal.ts';

/** The emulator reports every change; the desk looks at it at most this often. */
const LOOK_AFTER_MS = 40;
/** Messages of all conversations that are kept for the page; the oldest go first. Bounds memory. */
const MAX_MESSAGES = 10_000;

/** An operator's name as the desk and the leads show it. */
export function operatorName(operator: EmulatedOperator): string {
  return operator.nickName ?? [operator.firstName, operator.lastName].filter(Boolean).join(' ');
}

/** Is there anything of the lead's that operators see and none has read? */
export function hasUnread(dialog: EmulatedDialog | undefined): boolean {
  if (dialog?.state !== 'queued' && dialog?.state !== 'assigned') return false;
  return dialog.messages.some((message) => message.from === 'user' && !message.read);
}

/** The id of a group, which is made if there is none of this name. */
export function groupNamed({ groups }: LiveTexEmulator, name: string): string {
  const known = groups.list().find((group) => group.name === name);
  if (known !== undefined) return known.id;
  groups.add({ id: name, name });
  return name;
}

/** The emulator's operators and conversations as records: what changed is put, the rest left alone. */
export class Desk {
  readonly #journal: Journal;
  readonly #emulator: LiveTexEmulator;
  readonly #stop: () => void;
  readonly #known = new Map<string, string>();

  /** `onLook` is called after each look: whatever else watches the emulator need not watch each of its changes. */
  constructor(options: { journal: Journal; emulator: LiveTexEmulator; clock: Clock; onLook?: () => void }) {
    this.#journal = options.journal;
    this.#emulator = options.emulator;
    const look = coalesce(options.clock, LOOK_AFTER_MS, () => {
      this.#look();
      options.onLook?.();
    });
    const stop = this.#emulator.onChange(look);
    this.#stop = () => {
      stop();
      look.cancel();
    };
    this.#look();
  }

  close(): void {
    this.#stop();
  }

  /** Puts what changed since the last look. */
  #look(): void {
    const groups = new Map(this.#emulator.groups.list().map((group) => [group.id, group.name]));
    const names = new Map<string, string>();
    for (const operator of this.#emulator.operators.list()) {
      const name = operatorName(operator);
      names.set(operator.id, name);
      const record: OperatorRecord = {
        id: operator.id,
        name,
        status: operator.status,
        groupId: operator.groupId,
        group: groups.get(operator.groupId) ?? operator.groupId,
      };
      if (this.#isNew(`operator ${operator.id}`, JSON.stringify(record)))
        this.#journal.put('operator', record.id, record);
    }
    for (const dialog of this.#emulator.dialogs.list()) this.#putDialog(dialog, names, groups);
    this.#journal.trim('desk_message', MAX_MESSAGES);
  }

  #putDialog(dialog: EmulatedDialog, names: ReadonlyMap<string, string>, groups: ReadonlyMap<string, string>): void {
    const last = dialog.messages.at(-1);
    const record: ConversationRecord = {
      userId: dialog.userId,
      name: dialog.name,
      state: dialog.state,
      operatorId: dialog.operatorId,
      group: dialog.groupId === null ? null : (groups.get(dialog.groupId) ?? dialog.groupId),
      attributes: dialog.attributes,
      hiddenAttributes: dialog.hiddenAttributes,
      unread: dialog.messages.filter((message) => message.from === 'user' && !message.read).length,
      lastText: onOneLine(last?.text ?? last?.file?.name ?? last?.file?.url),
      lastAt: last?.at ?? 0,
    };
    if (this.#isNew(`conversation ${dialog.userId}`, JSON.stringify(record))) {
      this.#journal.put('conversation', dialog.userId, record);
    }
    for (const [index, message] of dialog.messages.entries()) {
      // A sent message never changes but for being read: comparing that alone keeps thousands of them cheap.
      const key = `${dialog.userId}#${message.id}`;
      if (!this.#isNew(`message ${key}`, String(message.read))) continue;
      this.#journal.put('desk_message', key, messageRecord(dialog.userId, index, message, names));
    }
  }

  #isNew(key: string, state: string): boolean {
    if (this.#known.get(key) === state) return false;
    this.#known.set(key, state);
    return true;
  }
}

function messageRecord(
  userId: string,
  index: number,
  message: EmulatedMessage,
  names: ReadonlyMap<string, string>,
): DeskMessageRecord {
  const operator = message.operatorId === undefined ? undefined : names.get(message.operatorId);
  return {
    userId,
    id: message.id,
    index,
    from: message.from,
    at: message.at,
    read: message.read,
    ...(operator === undefined ? {} : { operator }),
    ...(message.text === undefined ? {} : { text: message.text }),
    ...(message.file === undefined ? {} : { file: message.file }),
  };
}

/** A function that does something a little after it was first called, once for all calls until then. */
interface Coalesced {
  (): void;
  cancel(): void;
}

/** Makes many calls one: `act` runs `ms` after the first of them. */
function coalesce(clock: Clock, ms: number, act: () => void): Coalesced {
  let cancel: (() => void) | undefined;
  const call = (): void => {
    cancel ??= clock.after(ms, () => {
      cancel = undefined;
      act();
    });
  };
  return Object.assign(call, {
    cancel: () => {
      cancel?.();
      cancel = undefined;
    },
  });
}
