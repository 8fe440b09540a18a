import type { Clock, Logger } from '../../../plugin/contract/host.ts';
import { messageOf } from '../../../plugin/contract/coded-error.ts';
import { type LeadRef, userIdOf } from '../../../plugin/contract/lead.ts';
import { looksOf } from '../../channels/looks.ts';
import type { Runtime, RuntimeActivity, TranscriptMessage } from '../../runtime/contract.ts';
import type { LeadRecord } from '../records.ts';
import type { Journal } from './journal.ts';

/** A lead is read again this long after something happened to it, so that a burst costs one reading. */
const REFRESH_AFTER_MS = 40;
/** Leads taken over from a storage that already has some; more would not help anybody to find one. */
const MAX_LEADS = 200;
/** A visitor of a site has no name. In Russian, as the first leads' names are: it is a name, not a text of the page. */
const VISITOR = 'Посетитель';
/** Messages kept per simulator; the oldest go first. Bounds memory. */
const MAX_MESSAGES = 10_000;
/** Longest text that travels to the page, UTF-16 units: a message may hold 100,000. Bounds memory. */
const MAX_TEXT = 20_000;

/** The leads of the page and their chats, kept in step with the runtime. */
export class Leads {
  readonly #journal: Journal;
  readonly #runtime: () => Runtime;
  readonly #clock: Clock;
  readonly #logger: Logger | undefined;
  readonly #site: string | undefined;
  #visitors = 0;
  readonly #refreshes = new Map<string, () => void>();
  /** Leads that began anew as another one: what still happens to them is not shown on the lead's side. */
  readonly #replaced = new Set<string>();
  #closed = false;

  /** @param options `site`: the channel of the chat on a site */
  constructor(options: {
    journal: Journal;
    runtime: () => Runtime;
    clock: Clock;
    logger: Logger | undefined;
    site?: string | undefined;
  }) {
    this.#journal = options.journal;
    this.#runtime = options.runtime;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#site = options.site;
  }

  /** Puts a lead on the page before it has said anything. */
  add(lead: { readonly channel: string; readonly externalId: string; readonly name: string }): LeadRecord {
    const userId = this.#userIdOf(lead.channel, lead.externalId);
    const known = this.#journal.get('lead', userId);
    if (known !== undefined) return known;
    const record: LeadRecord = {
      userId,
      channel: lead.channel,
      externalId: lead.externalId,
      name: lead.name,
      attributes: {},
      systemAttributes: {},
      tags: [],
      scheduled: [],
      dialog: null,
    };
    this.#journal.put('lead', userId, record);
    return record;
  }

  /** The lead begins anew: another one with the same name and channel takes its place on the page. */
  replace(lead: LeadRecord, externalId: string): LeadRecord {
    this.#replaced.add(lead.userId);
    this.#remove(lead);
    return this.add({ channel: lead.channel, externalId, name: lead.name });
  }

  /** The lead goes from the page. Returns the one to show next: where it was the only one, a new one with its name. */
  forget(lead: LeadRecord, externalId: string): LeadRecord {
    this.#remove(lead);
    const [next] = this.#journal.list('lead');
    return next ?? this.add({ channel: lead.channel, externalId, name: lead.name });
  }

  #addUnnamed(channel: string, externalId: string): LeadRecord {
    const known = this.#journal.get('lead', this.#userIdOf(channel, externalId));
    if (known !== undefined) return known;
    if (channel !== this.#site) return this.add({ channel, externalId, name: externalId });
    this.#visitors += 1;
    return this.add({ channel, externalId, name: `${VISITOR} ${this.#visitors}` });
  }

  #remove(lead: LeadRecord): void {
    this.#refreshes.get(lead.userId)?.();
    this.#refreshes.delete(lead.userId);
    this.#journal.remove('lead', lead.userId);
    for (const message of this.#journal.list('message'))
      if (message.userId === lead.userId) this.#journal.remove('message', `${lead.userId}#${message.seq}`);
  }

  /** Reads all leads and chats of the runtime's storage: at the start and after a restart. */
  async load(): Promise<void> {
    const stored = await this.#runtime().leads({ limit: MAX_LEADS });
    for (const { channel, externalId } of stored)
      if (!this.#replaced.has(this.#userIdOf(channel, externalId))) this.#addUnnamed(channel, externalId);
    for (const lead of this.#journal.list('lead')) await this.#read(lead);
  }

  observe(activity: RuntimeActivity): void {
    if (activity.kind === 'plugin') {
      const { activity: what } = activity;
      // A message that is left changes no mode: that LiveTex is told of it is all that is seen.
      const isSelection = what.kind === 'livetex_request' && what.method === 'selectDestination';
      if ((what.kind === 'mode' || isSelection) && what.userId !== undefined) this.#refresh(what.userId);
      return;
    }
    if (activity.kind === 'bot_reloaded' || activity.kind === 'endpoint' || activity.lead === undefined) return;
    const { channel, externalId } = activity.lead;
    if (this.#replaced.has(this.#userIdOf(channel, externalId))) return;
    const { userId } = this.#addUnnamed(channel, externalId);
    if (activity.kind === 'message') this.#putMessage(activity.lead, activity.message);
    this.#refresh(userId);
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#refreshes.values()) cancel();
    this.#refreshes.clear();
  }

  #userIdOf(channel: string, externalId: string): string {
    return userIdOf({ botId: this.#runtime().botId, channel, externalId });
  }

  #putMessage(lead: LeadRef, message: TranscriptMessage): void {
    const userId = userIdOf(lead);
    const { text } = message;
    const shown = text !== undefined && text.length > MAX_TEXT ? { text: `${text.slice(0, MAX_TEXT)}…` } : {};
    const line = { ...message, ...shown };
    const looks = line.from === 'bot' || line.from === 'operator' ? looksOf(line) : undefined;
    const record = { userId, ...line, ...(looks === undefined ? {} : { looks }) };
    this.#journal.put('message', `${userId}#${message.seq}`, record);
    this.#journal.trim('message', MAX_MESSAGES);
  }

  #refresh(userId: string): void {
    if (this.#refreshes.has(userId)) return;
    const cancel = this.#clock.after(REFRESH_AFTER_MS, () => {
      this.#refreshes.delete(userId);
      const lead = this.#journal.get('lead', userId);
      if (lead === undefined) return;
      this.#readView(lead).catch((error: unknown) => {
        // The runtime may be closing for a restart; it is read again after it.
        this.#logger?.debug('a lead could not be read for the page', { error: messageOf(error) });
      });
    });
    this.#refreshes.set(userId, cancel);
  }

  async #read(lead: LeadRecord): Promise<void> {
    // Page by page: one has at most 10,000 lines and 4 Mi characters.
    for (let after = this.#lastSeq(lead.userId); !this.#closed;) {
      const messages = await this.#runtime().messages(lead.channel, lead.externalId, after);
      for (const message of messages) this.#putMessage({ botId: this.#runtime().botId, ...lead }, message);
      const last = messages.at(-1);
      if (last === undefined) break;
      after = last.seq;
    }
    await this.#readView(lead);
  }

  async #readView(lead: LeadRecord): Promise<void> {
    const view = await this.#runtime().lead(lead.channel, lead.externalId);
    if (view === undefined || this.#closed || this.#replaced.has(lead.userId)) return;
    const present = this.#journal.get('lead', lead.userId) ?? lead;
    this.#journal.put('lead', lead.userId, {
      ...present,
      name: view.lead.name ?? present.name,
      attributes: view.attributes,
      systemAttributes: view.systemAttributes,
      tags: view.lead.tags,
      scheduled: view.scheduled,
      dialog: view.dialog,
    });
  }

  #lastSeq(userId: string): number {
    const own = this.#journal.list('message').filter((message) => message.userId === userId);
    return own.reduce((highest, message) => Math.max(highest, message.seq), 0);
  }
}
