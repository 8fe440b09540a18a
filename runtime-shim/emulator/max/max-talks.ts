import { emulatorError } from '../emulator-errors.ts';
import type { MaxFile, MaxPerson, MaxShownMessage } from './max-contract.ts';
import type { MaxFeed } from './max-feed.ts';
import { Waiters } from '../messenger-server.ts';

export type MaxButton = Readonly<Record<string, unknown>> & { readonly type: string; readonly text: string };

interface Message {
  readonly mid: string;
  readonly seq: number;
  /** Unix ms. */
  readonly at: number;
  readonly byBot: boolean;
  text: string | null;
  files: readonly StoredFile[];
  buttons: ReadonlyArray<readonly MaxButton[]>;
  /** What else a person's message is, as MAX tells it. */
  readonly other: Readonly<Record<string, unknown>>;
  readonly link: unknown;
}

interface StoredFile extends MaxFile {
  readonly token: string;
}

/** The talk of one person with the bot. */
export interface Talk {
  readonly person: number;
  readonly chat: number;
  readonly first: string;
  readonly last: string | undefined;
  isStopped: boolean;
  readonly messages: Message[];
}

/** What a message of the bot is made of. */
export interface NewMessage {
  readonly text: string | null;
  readonly files: readonly MaxFile[];
  readonly buttons: ReadonlyArray<readonly MaxButton[]>;
}

interface Parts {
  readonly feed: MaxFeed;
  readonly now: () => number;
  readonly bot: { readonly id: number; readonly username: string };
  /** Where the emulator is reached. */
  readonly url: () => string;
}

/** All talks of the bot, its messages, presses and files. */
export class MaxTalks {
  readonly #parts: Parts;
  readonly #talks = new Map<number, Talk>();
  readonly #presses = new Map<
    string,
    {
      isAnswered: boolean;
      readonly update: Readonly<Record<string, unknown>>;
      readonly talk: Talk;
      readonly mid: string;
    }
  >();
  readonly #files = new Map<string, MaxFile>();
  /** Which round of addresses holds: an older one is at nothing. */
  #round = 1;
  readonly #waiters = new Waiters();
  #nextId = 1;
  #lastAt = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  byPerson(person: number): Talk | undefined {
    return this.#talks.get(person);
  }

  byChat(chat: number): Talk | undefined {
    return [...this.#talks.values()].find((talk) => talk.chat === chat);
  }

  findMessage(mid: string): { readonly talk: Talk; readonly message: Message } | undefined {
    for (const talk of this.#talks.values()) {
      const message = talk.messages.find((one) => one.mid === mid);
      if (message !== undefined) return { talk, message };
    }
    return undefined;
  }

  person(
    id = 100_000 + this.#talks.size,
    { first = 'Анна', last }: { readonly first?: string; readonly last?: string } = {},
  ): MaxPerson {
    // A talk's number is another one than its person's.
    const known = this.#talks.get(id);
    const talk: Talk = known ?? { person: id, chat: id + 7_000_000, first, last, isStopped: false, messages: [] };
    this.#talks.set(id, talk);
    const post = (content: Partial<Message>): string => {
      const message = this.#add(talk, { byBot: false, ...content });
      this.#tell('message_created', { message: this.wire(talk, message), user_locale: 'ru' }, talk);
      return message.mid;
    };
    const member = (type: 'bot_started' | 'bot_stopped', payload?: string): void => {
      talk.isStopped = type === 'bot_stopped';
      const body = { chat_id: talk.chat, user: userOf(talk), ...(payload === undefined ? {} : { payload }) };
      this.#tell(type, { ...body, user_locale: 'ru' }, talk);
    };
    return {
      id,
      start: (payload) => member('bot_started', payload),
      write: (text) => post({ text }),
      send: ({ caption, ...file }) => post({ text: caption ?? null, files: [this.addFile(file)] }),
      post: (other, link = null) => post({ other, link }),
      edit: (mid, text) => {
        const found = this.findMessage(mid);
        if (found === undefined) return;
        found.message.text = text;
        this.#tell('message_edited', { message: this.wire(talk, found.message) }, talk);
      },
      press: (caption) => this.#press(talk, caption),
      pressAgain: (press) => {
        const before = this.#presses.get(press);
        if (before !== undefined) this.#tell('message_callback', before.update, talk);
      },
      isAnswered: (press) => this.#presses.get(press)?.isAnswered === true,
      block: () => member('bot_stopped'),
      shown: () => shownIn(talk),
      until: (count) => this.#waiters.until(() => shownIn(talk).length >= count).then(() => shownIn(talk)),
    };
  }

  groupMessage(chat: number, text: string): void {
    const sender = { ...userOf({ person: 5, first: 'Борис', last: undefined }) };
    const body = { mid: this.#newMid(), seq: this.#nextId, text, attachments: null };
    const recipient = { chat_id: chat, chat_type: 'chat', user_id: null };
    const message = { sender, recipient, timestamp: this.#time(), body };
    this.#parts.feed.add({ update_type: 'message_created', timestamp: message.timestamp, message }, `chat ${chat}`);
  }

  /** The bot says something. Returns MAX's message. */
  say(talk: Talk, { text, files, buttons }: NewMessage): object {
    const message = this.#add(talk, { byBot: true, text, files: files.map((file) => this.addFile(file)), buttons });
    this.changed();
    return this.wire(talk, message);
  }

  /** The bot changes what it said; what is left out stays. */
  change(message: Message, { text, files, buttons }: Partial<NewMessage>): void {
    if (text !== undefined) message.text = text;
    if (files !== undefined) message.files = files.map((file) => this.addFile(file));
    if (buttons !== undefined) message.buttons = buttons;
    this.changed();
  }

  /** The message whose button was pressed; `undefined`: there is no such press. */
  answerPress(id: string): Message | undefined {
    const press = this.#presses.get(id);
    if (press === undefined) return undefined;
    press.isAnswered = true;
    return this.findMessage(press.mid)?.message;
  }

  addFile(file: MaxFile): StoredFile {
    const token = `f9LH${Buffer.from(`${this.#newNumber()}-${file.name.length}`).toString('base64url')}`;
    this.#files.set(token, file);
    return { ...file, token };
  }

  fileByToken(token: string): MaxFile | undefined {
    return this.#files.get(token);
  }

  /** The file at an address of this round. */
  fileAt(round: string, token: string): MaxFile | undefined {
    return round === String(this.#round) ? this.#files.get(token) : undefined;
  }

  addressOf(token: string): string {
    return `${this.#parts.url()}/_files/${this.#round}/${token}`;
  }

  expireFiles(): void {
    this.#round += 1;
  }

  /** A message as MAX tells it. */
  wire(talk: Talk, { mid, seq, at, byBot, text, files, buttons, other, link }: Message): object {
    const { bot } = this.#parts;
    const attachments = [
      ...files.map((file) => this.#attachment(file)),
      ...(buttons.length === 0 ? [] : [{ type: 'inline_keyboard', payload: { buttons } }]),
    ];
    const body = { mid, seq, text, attachments: attachments.length === 0 ? null : attachments, ...other };
    return {
      sender: byBot ? botUser(bot, at) : userOf(talk),
      recipient: { chat_id: talk.chat, chat_type: 'dialog', user_id: byBot ? talk.person : bot.id },
      timestamp: at,
      body,
      ...(link === null ? {} : { link }),
    };
  }

  changed(): void {
    this.#waiters.look();
  }

  #attachment({ kind, name, bytes, token }: StoredFile): object {
    const payload = { url: this.addressOf(token), token };
    if (kind === 'image') return { type: kind, payload: { photo_id: this.#newNumber(), ...payload } };
    if (kind === 'file') return { type: kind, payload, filename: name, size: bytes.byteLength };
    return { type: kind, payload };
  }

  #press(talk: Talk, caption: string): string {
    for (const message of talk.messages.toReversed()) {
      const button = message.buttons.flat().find(({ text, type }) => text === caption && type === 'callback');
      if (button === undefined) continue;
      const id = `cb${this.#newNumber()}`;
      const callback = {
        timestamp: this.#time(),
        callback_id: id,
        payload: button['payload'],
        user: userOf(talk),
      };
      const update = { callback, message: this.wire(talk, message), user_locale: 'ru' };
      this.#presses.set(id, { isAnswered: false, update, talk, mid: message.mid });
      this.#tell('message_callback', update, talk);
      return id;
    }
    throw emulatorError('emulator_refused', {
      action: 'press',
      userId: String(talk.person),
      why: { en: `no button "${caption}"`, ru: `нет кнопки "${caption}"` },
    });
  }

  #tell(type: string, body: Readonly<Record<string, unknown>>, talk: Talk): void {
    this.#parts.feed.add({ update_type: type, timestamp: this.#time(), ...body }, `talk ${talk.person}`);
  }

  #add(talk: Talk, content: Partial<Message> & Pick<Message, 'byBot'>): Message {
    const message = {
      mid: this.#newMid(),
      seq: this.#newNumber(),
      at: this.#time(),
      text: null,
      files: [],
      buttons: [],
      other: {},
      link: null,
      ...content,
    };
    talk.messages.push(message);
    return message;
  }

  #newMid(): string {
    return `mid.${this.#newNumber().toString(16).padStart(16, '0')}`;
  }

  #newNumber(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  /** No two messages are of the same moment. */
  #time(): number {
    this.#lastAt = Math.max(this.#parts.now(), this.#lastAt + 1);
    return this.#lastAt;
  }
}

function shownIn({ messages }: Talk): MaxShownMessage[] {
  return messages
    .filter(({ byBot }) => byBot)
    .map(({ mid, text, files, buttons }) => ({
      id: mid,
      text: text ?? '',
      files: files.map(({ kind, name, bytes }) => ({ kind, name, bytes })),
      buttons: buttons.map((row) => row.map((button) => button.text)),
    }));
}

function userOf({ person, first, last }: Pick<Talk, 'person' | 'first' | 'last'>): object {
  const name = last === undefined ? first : `${first} ${last}`;
  return {
    user_id: person,
    first_name: first,
    last_name: last ?? '',
    name,
    username: null,
    is_bot: false,
    last_activity_time: 0,
  };
}

export function botUser({ id, username }: Parts['bot'], at: number): object {
  return { user_id: id, first_name: username, name: username, username, is_bot: true, last_activity_time: at };
}
