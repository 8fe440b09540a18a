import { emulatorError } from '../emulator-errors.ts';
import type { ShownMessage, TelegramFileKind, TelegramPerson } from './telegram-contract.ts';
import type { UpdateQueue } from './update-queue.ts';
import { Waiters } from '../messenger-server.ts';

export interface InlineButton {
  readonly text: string;
  readonly callback_data?: string | undefined;
}

interface SentMessage {
  readonly id: number;
  readonly text: string;
  readonly file?: ShownMessage['file'];
  buttons: ReadonlyArray<readonly InlineButton[]>;
}

/** One private chat with the bot. */
export interface Chat {
  readonly id: number;
  readonly first: string;
  readonly last: string | undefined;
  isBlocked: boolean;
  readonly sent: SentMessage[];
}

/** All chats of the bot, its messages, presses and files. */
export class TelegramChats {
  readonly #queue: UpdateQueue;
  readonly #now: () => number;
  readonly #bot: { readonly id: number; readonly username: string };
  readonly #chats = new Map<number, Chat>();
  readonly #presses = new Map<string, { isAnswered: boolean; readonly body: object; readonly lane: string }>();
  readonly #files = new Map<string, { readonly name: string; readonly bytes: Uint8Array }>();
  /** Paths that hold for an hour, by the number that `getFile` gave. */
  readonly #paths = new Map<string, string>();
  readonly #waiters = new Waiters();
  #nextMessage = 1;
  #nextId = 1;

  constructor(queue: UpdateQueue, now: () => number, bot: { readonly id: number; readonly username: string }) {
    this.#queue = queue;
    this.#now = now;
    this.#bot = bot;
  }

  find(id: number): Chat | undefined {
    return this.#chats.get(id);
  }

  person(
    id = 100_000 + this.#chats.size,
    { first = 'Анна', last }: { readonly first?: string; readonly last?: string } = {},
  ): TelegramPerson {
    const known = this.#chats.get(id);
    const chat: Chat = known ?? { id, first, last, isBlocked: false, sent: [] };
    this.#chats.set(id, chat);
    const lane = `chat ${id}`;
    const post = (content: Readonly<Record<string, unknown>>): number => {
      const message = this.#message(chat, content);
      this.#queue.add({ message }, lane);
      return message.message_id;
    };
    const member = (status: string): void => {
      chat.isBlocked = status === 'kicked';
      const user = { id: this.#bot.id, is_bot: true, first_name: this.#bot.username, username: this.#bot.username };
      const kicked = { status: 'kicked', user, until_date: 0 };
      const present = { status: 'member', user };
      const [old, changed] = status === 'kicked' ? [present, kicked] : [kicked, present];
      const body = {
        chat: chatOf(chat),
        from: userOf(chat),
        date: this.#seconds(),
        old_chat_member: old,
        new_chat_member: changed,
      };
      this.#queue.add({ my_chat_member: body }, lane);
    };
    return {
      id,
      post,
      write: (text) => post({ text }),
      send: ({ kind, name, bytes, caption }) => {
        const { file_name: fileName, ...added } = this.addFile(name, bytes);
        // Telegram tells no names of what a person takes or records.
        const file = kind === 'photo' || kind === 'voice' ? added : { ...added, file_name: fileName };
        const small = { ...added, width: 90, height: 90 };
        const content = kind === 'photo' ? [small, { ...file, ...MEASURES.photo }] : { ...file, ...MEASURES[kind] };
        return post({ [kind]: content, ...(caption === undefined ? {} : { caption }) });
      },
      edit: (message, text) => {
        const body = { ...this.#message(chat, { text, edit_date: this.#seconds() }), message_id: message };
        this.#queue.add({ edited_message: body }, lane);
      },
      press: (caption) => {
        for (const message of chat.sent.toReversed()) {
          const button = message.buttons.flat().find(({ text }) => text === caption);
          if (button?.callback_data !== undefined) return this.#press(chat, message, button.callback_data);
        }
        throw emulatorError('emulator_refused', {
          action: 'press',
          userId: String(id),
          why: { en: `no button "${caption}"`, ru: `нет кнопки "${caption}"` },
        });
      },
      pressAgain: (press) => {
        const known = this.#presses.get(press);
        if (known !== undefined) this.#queue.add({ callback_query: { ...known.body, id: this.#newId() } }, known.lane);
      },
      isAnswered: (press) => this.#presses.get(press)?.isAnswered === true,
      block: () => member('kicked'),
      unblock: () => member('member'),
      shown: () => shownIn(chat),
      until: (count) => this.#waiters.until(() => chat.sent.length >= count).then(() => shownIn(chat)),
    };
  }

  groupMessage(group: number, text: string): void {
    const chat = { id: group, type: group < -1_000_000_000_000 ? 'supergroup' : 'group', title: 'Группа' };
    const from = { id: 5, is_bot: false, first_name: 'Борис' };
    this.#queue.add(
      { message: { message_id: this.#number(), date: this.#seconds(), chat, from, text } },
      `chat ${group}`,
    );
  }

  /** The bot says something. Returns Telegram's message. */
  say(chat: Chat, text: string, buttons: ReadonlyArray<readonly InlineButton[]>, file?: ShownMessage['file']): object {
    const id = this.#number();
    chat.sent.push({ id, text, buttons, ...(file === undefined ? {} : { file }) });
    this.#waiters.look();
    const from = { id: this.#bot.id, is_bot: true, first_name: this.#bot.username, username: this.#bot.username };
    const common = { message_id: id, date: this.#seconds(), chat: chatOf(chat), from };
    if (file === undefined) return { ...common, text };
    return { ...common, [file.kind]: contentOf(file.kind, this.addFile(file.name, file.bytes)), caption: text };
  }

  answerPress(id: string): boolean {
    const press = this.#presses.get(id);
    if (press === undefined) return false;
    press.isAnswered = true;
    return true;
  }

  addFile(
    name: string,
    bytes: Uint8Array,
  ): {
    readonly file_id: string;
    readonly file_unique_id: string;
    readonly file_name: string;
    readonly file_size: number;
  } {
    const id = `AgAD${Buffer.from(`${this.#newId()}-${name.length}`).toString('base64url')}`;
    this.#files.set(id, { name, bytes });
    return { file_id: id, file_unique_id: id.slice(4), file_name: name, file_size: bytes.byteLength };
  }

  /** The path of a file, new each time; `undefined`: there is no such file. */
  filePath(id: string): { readonly path: string; readonly size: number } | undefined {
    const file = this.#files.get(id);
    if (file === undefined) return undefined;
    const path = `documents/file_${this.#newId()}`;
    this.#paths.set(path, id);
    return { path, size: file.bytes.byteLength };
  }

  fileAt(path: string): Uint8Array | undefined {
    return this.#files.get(this.#paths.get(path) ?? '')?.bytes;
  }

  expireFiles(): void {
    this.#paths.clear();
  }

  changed(): void {
    this.#waiters.look();
  }

  #press(chat: Chat, message: SentMessage, data: string): string {
    const id = this.#newId();
    const markup = { inline_keyboard: message.buttons };
    const common = { message_id: message.id, date: this.#seconds(), chat: chatOf(chat), text: message.text };
    const shown = message.buttons.length === 0 ? common : { ...common, reply_markup: markup };
    const body = { id, from: userOf(chat), message: shown, chat_instance: String(chat.id), data };
    const lane = `press ${chat.id}`;
    this.#presses.set(id, { isAnswered: false, body, lane });
    this.#queue.add({ callback_query: body }, lane);
    return id;
  }

  #message(chat: Chat, content: Readonly<Record<string, unknown>>): object & { readonly message_id: number } {
    const message = { message_id: this.#number(), date: this.#seconds(), chat: chatOf(chat), from: userOf(chat) };
    return Object.assign(message, content);
  }

  #number(): number {
    this.#nextMessage += 1;
    return this.#nextMessage;
  }

  #newId(): string {
    this.#nextId += 1;
    return `${this.#bot.id}${String(this.#nextId).padStart(8, '0')}`;
  }

  #seconds(): number {
    return Math.floor(this.#now() / 1_000);
  }
}

/** What Telegram always tells of a file beside its name. */
const MEASURES: Readonly<Record<TelegramFileKind, object>> = {
  photo: { width: 800, height: 800 },
  video: { width: 640, height: 360, duration: 3 },
  audio: { duration: 3 },
  voice: { duration: 3 },
  document: {},
};

function contentOf(kind: TelegramFileKind, file: object): unknown {
  return kind === 'photo' ? [file] : file;
}

function shownIn(chat: Chat): ShownMessage[] {
  return chat.sent.map(({ id, text, file, buttons }) => ({
    id,
    text,
    ...(file === undefined ? {} : { file }),
    buttons: buttons.map((row) => row.map((button) => button.text)),
  }));
}

function chatOf({ id, first, last }: Chat): object {
  return { id, type: 'private', first_name: first, ...(last === undefined ? {} : { last_name: last }) };
}

function userOf({ id, first, last }: Chat): object {
  return {
    id,
    is_bot: false,
    first_name: first,
    ...(last === undefined ? {} : { last_name: last }),
    language_code: 'ru',
  };
}
