import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Metric, Readiness, WebhookHeaders } from '../../plugin/contract/plugin.ts';
import type { ReadTransaction, Storage, Transaction } from '../../plugin/storage/contract.ts';
import type { TranscriptMessage } from '../leads/transcript.ts';
import { Channel, type ChannelOptions, type ChannelPorts } from './channel.ts';
import { codeOfQueue, readChannelState, readLeadState } from './channel-records.ts';
import type { Attachment } from '../../plugin/contract/message.ts';
import type { Uploads } from '../uploads/uploads.ts';
import type { OpenedFile, Received } from './contract.ts';
import { fileKey, FileLinks, type LinkedFile, type LinkReading } from './file-links.ts';
import { boundedFile } from './open-link.ts';
import { newNode } from './poll-loop.ts';
import { WidgetDriver } from './widget/widget-driver.ts';
import { Widget } from './widget/widget.ts';

/** `/webhook/channel/<code>` under this. */
const CHANNEL_WEBHOOK_PATH = '/webhook/channel/';

export interface ChannelsPorts extends Pick<ChannelPorts, 'told' | 'openLink' | 'background' | 'random'> {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The bot that is meant where a channel names none. */
  readonly firstBot: string;
  /** Stores a lead's message for one bot: see `TakeContext.store`. `isAnswered`: the lead itself is told when it cannot be. */
  readonly storeFor: (botId: string, isAnswered: boolean) => ChannelPorts['store'];
  /** Where this server is reached from outside, as far as it is known now. */
  readonly publicUrl: () => string | undefined;
  /** What leads send to this server itself; `undefined`: there is no place for it. */
  readonly uploads: Uploads | undefined;
  /** Channels that are put while the server runs; `undefined`: there are none. */
  readonly stored: StoredChannels | undefined;
}

/** Puts a channel to work in place of the one of its code; `undefined`: there is none any more. @throws channel_bot_unknown */
export type PutToWork = (code: string, options: ChannelOptions | undefined) => void;

/** Where channels come from that are put while the server runs. */
export interface StoredChannels {
  /** Puts to work what is stored, and from then on what changes. @throws what storage throws */
  load(put: PutToWork): Promise<void>;
  /** Follows what other nodes change. */
  start(): void;
  stop(): Promise<void>;
  /** Those that cannot be put to work, by code. */
  problems(): Readonly<Record<string, string>>;
}

/** Largest file of an operator that is passed on, bytes. Our choice: more than any messenger takes by a link. */
const MAX_PASSED_BYTES = 250 * 1024 * 1024;

/** Where a messenger posts the events of a channel to; `undefined` without a public address. */
export function channelWebhookUrl(publicUrl: string | undefined, code: string): string | undefined {
  return publicUrl === undefined
    ? undefined
    : `${publicUrl.replace(/\/+$/, '')}${CHANNEL_WEBHOOK_PATH}${encodeURIComponent(code)}`;
}

/** All channels of a runtime. */
export class Channels {
  readonly #channels = new Map<string, Channel>();
  readonly #widgets = new Map<string, Widget>();
  readonly #node = newNode();
  /** One channel of a code ends before the next one begins: by code. */
  readonly #turns = new Map<string, Promise<void>>();
  #phase: 'made' | 'started' | 'stopping' = 'made';
  #links: Promise<FileLinks> | undefined;
  readonly #ports: ChannelsPorts;

  constructor(options: Readonly<Record<string, ChannelOptions>>, ports: ChannelsPorts) {
    this.#ports = ports;
    for (const [code, channel] of Object.entries(options)) this.#add(code, channel);
  }

  /** Puts to work what is stored. @throws what storage throws */
  async load(): Promise<void> {
    await this.#ports.stored?.load((code, options) => this.#put(code, options));
  }

  /** What leads send to this server itself; `undefined`: there is no place for it. */
  get uploads(): Uploads | undefined {
    return this.#ports.uploads;
  }

  get list(): readonly Channel[] {
    return [...this.#channels.values()];
  }

  /** Makes ready what storing a line needs. @throws what storage throws */
  async prepare(): Promise<void> {
    await Promise.all(this.list.map((channel) => channel.prepare()));
  }

  start(): void {
    this.#phase = 'started';
    for (const channel of this.list) channel.start();
    this.#ports.stored?.start();
    this.uploads?.start();
    this.#ports.background('looking for channels that are left', () => this.#tellOfLeft());
  }

  async stop(): Promise<void> {
    this.#phase = 'stopping';
    await this.#ports.stored?.stop();
    await Promise.all(this.#turns.values());
    await Promise.all(this.list.map((channel) => channel.stop()));
    await this.uploads?.stop();
  }

  async idle(): Promise<void> {
    await Promise.all(this.list.map((channel) => channel.idle()));
  }

  /** The lead is told something: what a channel has to send is stored with it. */
  async said(tx: Transaction, lead: LeadRef, line: TranscriptMessage): Promise<void> {
    const channel = this.#channels.get(lead.channel);
    if (channel?.botId === lead.botId) await channel.said(tx, lead, line);
  }

  /** Has the lead blocked the bot at its messenger? */
  async isMuted(tx: ReadTransaction, lead: LeadRef): Promise<boolean> {
    return this.#channels.has(lead.channel) && (await readLeadState(tx, lead)).muted !== null;
  }

  /** A webhook's request; `undefined`: no channel of this code takes any. @throws what storage throws, and when the channel rests */
  async webhook(code: string, bytes: Uint8Array, headers: WebhookHeaders): Promise<Received['answer'] | undefined> {
    const channel = this.#channels.get(code);
    if (channel?.driver.mode !== 'webhook') return undefined;
    // The messenger keeps it, and sends it again.
    if (channel.rests) throw new Error('the channel rests');
    return channel.webhook(bytes, headers);
  }

  /** The chat on a site of this code. */
  widget(code: string): Widget | undefined {
    return this.#channels.get(code)?.rests === true ? undefined : this.#widgets.get(code);
  }

  /** What an address of ours leads to. */
  async readLink(signed: string): Promise<LinkReading> {
    const links = await this.#fileLinks();
    return links.read(signed, this.#ports.clock.now());
  }

  /** Opens a file where it is now; `undefined`: its channel is gone. @throws what the driver throws */
  async openFile({ at }: Pick<LinkedFile, 'at'>, signal: AbortSignal): Promise<OpenedFile | undefined> {
    if (at.is === 'upload') return this.uploads?.open(at.id, signal);
    if (at.is === 'elsewhere') return this.#ports.openLink(at.url, MAX_PASSED_BYTES, signal);
    return this.#channels.get(at.channel)?.driver.openFile?.(at.file, signal);
  }

  /** A file of a line for whoever is on a page of this server: `path` leads to it, wherever it lies. */
  async shown(attachment: Attachment): Promise<Attachment & { readonly path: string }> {
    const links = await this.#fileLinks();
    return { ...attachment, path: links.pathTo(attachment, this.#ports.clock.now()) };
  }

  /** By the channel's code. */
  states(): Readonly<Record<string, Readiness>> {
    const problems = Object.entries(this.#ports.stored?.problems() ?? {});
    return Object.fromEntries([
      ...this.list.map((channel) => [channel.code, channel.state()] as const),
      ...problems.map(([code, text]) => [code, { ready: false, reasons: [text] }] as const),
    ]);
  }

  metrics(): Metric[] {
    const all = this.list.flatMap((channel) => channel.metrics());
    return [...Map.groupBy(all, ({ name }) => name).values()].flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ ...first, samples: [first, ...others].flatMap(({ samples }) => samples) }],
    );
  }

  #add(code: string, channel: ChannelOptions): Channel {
    const ports = this.#ports;
    const botId = channel.bot ?? ports.firstBot;
    const { driver } = channel;
    const store = ports.storeFor(botId, driver.mode === 'page');
    const webhookUrl = channelWebhookUrl(ports.publicUrl(), code);
    const links = (): Promise<FileLinks> => this.#fileLinks();
    const own = { code, botId, node: this.#node, links, store, webhookUrl };
    const openLink: ChannelPorts['openLink'] = (url, maxBytes, signal) => this.#openLink(url, maxBytes, signal);
    const made = new Channel(channel, { ...ports, ...own, openLink });
    this.#channels.set(code, made);
    this.#widgets.delete(code);
    if (driver instanceof WidgetDriver) {
      const { storage, clock } = ports;
      this.#widgets.set(code, new Widget(made, driver, { storage, clock, key: () => fileKey(storage) }));
    }
    return made;
  }

  /** What is said and what is posted goes to the new one at once; it sends and fetches once the former one has ended. */
  #put(code: string, options: ChannelOptions | undefined): void {
    const before = this.#channels.get(code);
    if (options === undefined) {
      this.#channels.delete(code);
      this.#widgets.delete(code);
    }
    const made = options === undefined ? undefined : this.#add(code, options);
    const told = (error: unknown): void =>
      this.#ports.logger.error('a channel was not changed as it should', { channel: code, error: messageOf(error) });
    const turn = (this.#turns.get(code) ?? Promise.resolve()).then(async () => {
      await before?.stop().catch(told);
      if (made === undefined || this.#phase !== 'started' || this.#channels.get(code) !== made) return;
      // Tried again with whatever comes in.
      await made.prepare().catch(told);
      made.start();
    });
    this.#turns.set(code, turn);
  }

  /** An address of ours is opened where it leads to: this server may not reach itself by it. */
  async #openLink(url: string, maxBytes: number, signal: AbortSignal): Promise<OpenedFile> {
    const links = await this.#fileLinks();
    const known = links.readAddress(url, this.#ports.clock.now());
    if (known === undefined) return this.#ports.openLink(url, maxBytes, signal);
    const opened = known.is === 'right' ? await this.openFile(known.file, signal) : undefined;
    if (opened === undefined) throw new Error('its address holds no longer');
    return boundedFile(opened, maxBytes);
  }

  /** Read when it is first needed: a command that looks at the data of a stopped server writes nothing. */
  #fileLinks(): Promise<FileLinks> {
    const { storage, publicUrl } = this.#ports;
    this.#links ??= fileKey(storage).then(
      (key) => new FileLinks(key, publicUrl),
      (error: unknown) => {
        this.#links = undefined;
        throw error;
      },
    );
    return this.#links;
  }

  /** A channel that was taken out of the configuration, or has another code now, may still have leads and messages. */
  async #tellOfLeft(): Promise<void> {
    const { storage, logger } = this.#ports;
    try {
      for (const { queue, jobs } of await storage.stats()) {
        const code = codeOfQueue(queue);
        if (code === undefined || this.#channels.has(code) || jobs === 0) continue;
        const account = await storage.read(async (tx) => (await readChannelState(tx, code))?.state.account);
        const same = this.list.find(({ driver }) => driver.account === account)?.code;
        const facts = { channel: code, messages: jobs, ...(same === undefined ? {} : { sameAccount: same }) };
        logger.error('messages wait for a channel that is not configured: a code once given must stay', facts);
      }
    } catch (error) {
      logger.warn('channels that are left were not looked for', { error: messageOf(error) });
    }
  }
}
