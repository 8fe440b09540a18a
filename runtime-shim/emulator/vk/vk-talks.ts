import { emulatorError } from '../emulator-errors.ts';
import type { VkFile, VkName, VkPerson, VkShownMessage } from './vk-contract.ts';
import type { VkFeed } from './vk-feed.ts';
import { Waiters } from '../messenger-server.ts';

export interface VkButton {
  readonly type: string;
  readonly label: string;
  readonly payload: string | undefined;
}

interface Message {
  readonly number: number;
  readonly id: number;
  readonly at: number;
  readonly byGroup: boolean;
  readonly randomId: string;
  text: string;
  readonly files: readonly StoredFile[];
  readonly buttons: ReadonlyArray<readonly VkButton[]>;
  readonly other: Readonly<Record<string, unknown>>;
}

interface StoredFile extends VkFile {
  readonly id: number;
}

/** The talk of one person with the community. */
export interface Talk {
  readonly person: number;
  readonly name: VkName;
  isBlocked: boolean;
  readonly messages: Message[];
}

/** A message is taken once by its `random_id`: for an hour, among the last hundred. */
const SAME_MS = 3_600_000;
const SAME_MESSAGES = 100;

interface Parts {
  readonly feed: VkFeed;
  readonly now: () => number;
  readonly group: number;
  /** Where the emulator is reached. */
  readonly url: () => string;
}

/** All talks of the community, its messages, presses and files. */
export class VkTalks {
  readonly #parts: Parts;
  readonly #talks = new Map<number, Talk>();
  readonly #presses = new Map<string, { isAnswered: boolean }>();
  readonly #files = new Map<number, StoredFile>();
  /** Which round of addresses holds: an older one is at nothing. */
  #round = 1;
  readonly #waiters = new Waiters();
  #nextId = 1;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  find(person: number): Talk | undefined {
    return this.#talks.get(person);
  }

  person(id = 100_000 + this.#talks.size, name: VkName = { first: 'Анна', last: '' }): VkPerson {
    const talk: Talk = this.#talks.get(id) ?? { person: id, name, isBlocked: false, messages: [] };
    this.#talks.set(id, talk);
    const post = (content: Partial<Message>): number => {
      const message = this.#add(talk, { byGroup: false, ...content });
      const actions = ['text', 'callback', 'open_link'];
      const info = { button_actions: actions, keyboard: true, inline_keyboard: true, carousel: true, lang_id: 0 };
      this.#tell('message_new', { message: this.wire(talk, message), client_info: info }, talk);
      return message.number;
    };
    const allow = (type: 'message_allow' | 'message_deny'): void => {
      talk.isBlocked = type === 'message_deny';
      this.#tell(type, { user_id: id, ...(type === 'message_allow' ? { key: '' } : {}) }, talk);
    };
    return {
      id,
      write: (text) => post({ text }),
      send: ({ caption = '', ...file }) => post({ text: caption, files: [this.addFile(file)] }),
      post: (other) => post({ other }),
      edit: (number, text) => {
        const message = talk.messages.find((one) => one.number === number);
        if (message === undefined) return;
        message.text = text;
        this.#tell('message_edit', { ...this.wire(talk, message), update_time: this.#seconds() }, talk);
      },
      press: (caption) => this.#press(talk, caption),
      isAnswered: (press) => this.#presses.get(press)?.isAnswered === true,
      block: () => allow('message_deny'),
      unblock: () => allow('message_allow'),
      shown: () => shownIn(talk),
      until: (count) => this.#waiters.until(() => shownIn(talk).length >= count).then(() => shownIn(talk)),
    };
  }

  groupMessage(chat: number, text: string): void {
    const date = this.#seconds();
    const message = { id: 0, date, peer_id: 2_000_000_000 + chat, from_id: 5, conversation_message_id: 1, text };
    this.#parts.feed.add({ type: 'message_new', object: { message, client_info: {} } }, `chat ${chat}`);
  }

  /** The community says something; the same `random_id` again says nothing. Returns the message. */
  say(talk: Talk, content: Pick<Message, 'text' | 'files' | 'buttons' | 'randomId'>): Message {
    const recent = talk.messages.filter(({ at }) => this.#parts.now() - at < SAME_MS).slice(-SAME_MESSAGES);
    const same = recent.find(({ byGroup, randomId }) => byGroup && randomId !== '0' && randomId === content.randomId);
    if (same !== undefined) return same;
    const message = this.#add(talk, { byGroup: true, ...content });
    this.changed();
    return message;
  }

  answerPress(id: string): boolean {
    const press = this.#presses.get(id);
    if (press === undefined) return false;
    press.isAnswered = true;
    return true;
  }

  addFile(file: VkFile): StoredFile {
    const stored = { ...file, id: this.#newNumber() };
    this.#files.set(stored.id, stored);
    return stored;
  }

  /** `photo-1_23_key` and its like. */
  fileByName(name: string): StoredFile | undefined {
    const [, id] = /^(?:photo|doc)-?\d+_(\d+)(?:_\w+)?$/.exec(name) ?? [];
    return id === undefined ? undefined : this.#files.get(Number(id));
  }

  fileAt(round: string, id: string): VkFile | undefined {
    return round === String(this.#round) ? this.#files.get(Number(id)) : undefined;
  }

  expireFiles(): void {
    this.#round += 1;
  }

  /** A message as VK tells it. */
  wire({ person }: Talk, message: Message): object {
    const { number, id, at, byGroup, text, files, randomId, other } = message;
    return {
      id,
      date: Math.floor(at / 1_000),
      peer_id: person,
      from_id: byGroup ? -this.#parts.group : person,
      out: byGroup ? 1 : 0,
      conversation_message_id: number,
      random_id: Number(randomId),
      text,
      attachments: files.map((file) => this.attachmentOf(person, file)),
      fwd_messages: [],
      important: false,
      is_hidden: false,
      ...other,
    };
  }

  attachmentOf(owner: number, { kind, name, bytes, id }: StoredFile): object {
    const url = `${this.#parts.url()}/_files/${this.#round}/${id}`;
    const common = { id, owner_id: owner, access_key: `k${id}`, date: this.#seconds() };
    if (kind === 'audio_message') {
      return { type: kind, audio_message: { ...common, duration: 3, waveform: [], link_mp3: url, link_ogg: url } };
    }
    if (kind === 'doc') {
      const ext = name.split('.').at(-1) ?? '';
      return { type: kind, doc: { ...common, title: name, size: bytes.byteLength, ext, type: 1, url } };
    }
    // One picture stands for all its sizes.
    const sizes = [75, 604, 807, 1_080].map((width, at) => ({ type: 'sxyz'[at], url, width, height: width }));
    return { type: kind, photo: { ...common, album_id: -3, text: '', sizes } };
  }

  changed(): void {
    this.#waiters.look();
  }

  #press(talk: Talk, caption: string): string {
    for (const message of talk.messages.toReversed()) {
      const button = message.buttons.flat().find(({ label, type }) => label === caption && type !== 'open_link');
      if (button === undefined) continue;
      if (button.type === 'text') {
        const number = this.#add(talk, { byGroup: false, text: caption, other: { payload: button.payload } });
        this.#tell('message_new', { message: this.wire(talk, number), client_info: {} }, talk);
        return '';
      }
      const id = `ev${this.#newNumber()}`;
      this.#presses.set(id, { isAnswered: false });
      const body = { user_id: talk.person, peer_id: talk.person, event_id: id };
      const payload = button.payload === undefined ? null : (JSON.parse(button.payload) as unknown);
      this.#tell('message_event', { ...body, payload, conversation_message_id: message.number }, talk);
      return id;
    }
    throw emulatorError('emulator_refused', {
      action: 'press',
      userId: String(talk.person),
      why: { en: `no button "${caption}"`, ru: `нет кнопки "${caption}"` },
    });
  }

  #tell(type: string, object: object, talk: Talk): void {
    this.#parts.feed.add({ type, object }, `talk ${talk.person}`);
  }

  #add(talk: Talk, content: Partial<Message> & Pick<Message, 'byGroup'>): Message {
    const message = {
      number: (talk.messages.at(-1)?.number ?? 0) + 1,
      id: this.#newNumber(),
      at: this.#parts.now(),
      randomId: '0',
      text: '',
      files: [],
      buttons: [],
      other: {},
      ...content,
    };
    talk.messages.push(message);
    return message;
  }

  #newNumber(): number {
    this.#nextId += 1;
    return this.#nextId;
  }

  #seconds(): number {
    return Math.floor(this.#parts.now() / 1_000);
  }
}

function shownIn({ messages }: Talk): VkShownMessage[] {
  return messages
    .filter(({ byGroup }) => byGroup)
    .map(({ number, text, files, buttons }) => ({
      id: number,
      text,
      files: files.map(({ kind, name, bytes }) => ({ kind, name, bytes })),
      buttons: buttons.map((row) => row.map(({ label }) => label)),
    }));
}
