import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Metric, Readiness, WebhookHeaders } from '../../plugin/contract/plugin.ts';
import type { Storage, Transaction } from '../../plugin/storage/contract.ts';
import { createLaneWorker } from '../../plugin/storage/index.ts';
import type { LaneWorker } from '../../plugin/storage/lane-worker-contract.ts';
import { leadKey } from '../leads/lead-keys.ts';
import { again } from '../leads/lead-store.ts';
import { readTranscript, type TranscriptMessage } from '../leads/transcript.ts';
import { channelQueue, noteRegistered, partJob, pruneUnreadable, readChannelState } from './channel-records.ts';
import type { ChannelDriver, InboundItem, Inspection, Received, SendContext, SendOutcome } from './contract.ts';
import type { FileLinks } from './file-links.ts';
import { PersonNames } from './person-names.ts';
import { PollLoop, type PollPorts } from './poll-loop.ts';
import { renderLine } from './render-line.ts';
import { classifySend, sendPart } from './send-part.ts';
import { type TakeContext, takeItems } from './take-items.ts';

/** Messages that are being sent at one time. Our choice: a messenger takes some thirty a second. */
const CONCURRENCY = 16;
/** Leads whose pace is remembered; beyond it all are forgotten, and one message may come a little early. */
const MANY_PACED = 10_000;
/** A try that takes longer has failed: an upload of fifty megabytes on a slow line takes less. */
const DEADLINE_MS = 120_000;
const LEASE_MS = 150_000;
/** Answering a press and looking what the messenger knows take at most so long, ms. */
const SMALL_CALL_MS = 15_000;
const DEFAULT_WATCH_MS = 600_000;
const REFUSED =
  'a post to the webhook was refused, it does not hold "secret" of the channel: after a change of it channel set tells the messenger';
const MESSAGES_HELP = 'What came in by kind, and what became of what went out, by channel.';

/** One channel of a runtime's options. */
export interface ChannelOptions {
  readonly driver: ChannelDriver;
  /** The bot that its leads talk to. Default: the first one. */
  readonly bot?: string;
  /** What is done about a message that may have arrived. Default `repeat`: seldom twice, never not at all. */
  readonly onUnknown?: 'repeat' | 'drop';
  /** How often it is looked what the messenger knows, ms. Default ten minutes. */
  readonly watchMs?: number;
  /** It fetches, sends and takes nothing for now; what is said to its leads waits. */
  readonly rests?: boolean;
}

export interface ChannelPorts extends Pick<TakeContext, 'store' | 'told'> {
  readonly code: string;
  readonly botId: string;
  readonly node: string;
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** The same for all channels; the key comes from storage, outside of any transaction. */
  readonly links: () => Promise<FileLinks>;
  readonly openLink: SendContext['openLink'];
  /** Where the messenger posts to; `undefined`: this server has no public address. */
  readonly webhookUrl: string | undefined;
  /** Work that nobody waits for. */
  readonly background: (what: string, work: () => Promise<unknown>) => void;
}

/** One channel at work: what comes in, what goes out, and what is known of its health. */
export class Channel {
  readonly code: string;
  readonly botId: string;
  readonly driver: ChannelDriver;
  readonly #ports: ChannelPorts;
  readonly #options: ChannelOptions;
  readonly #worker: LaneWorker;
  readonly #poll: PollLoop | undefined;
  readonly #stopping = new AbortController();
  readonly #counts = new Map<string, number>();
  readonly #names: PersonNames;
  /** Why it does not work, by what found it. */
  readonly #problems = new Map<'poll' | 'send' | 'watch', string>();
  /** When each lead that was just written to may be sent the next message, Unix ms. */
  readonly #nextAt = new Map<string, number>();
  #links: FileLinks | undefined;
  #isStarted = false;
  #isRefusedTold = false;
  #cancelWatch: () => void = () => undefined;

  constructor(options: ChannelOptions, ports: ChannelPorts) {
    const { code, botId, storage, clock, logger, random, openLink, told } = ports;
    const { driver, onUnknown = 'repeat' } = options;
    this.code = code;
    this.botId = botId;
    this.driver = driver;
    this.#ports = ports;
    this.#options = options;
    this.#names = new PersonNames(driver);
    const counted = (outcome: SendOutcome): void => this.#sent(outcome);
    const pace = (lead: LeadRef, signal: AbortSignal): Promise<void> => this.#pace(lead, signal);
    const send = { code, driver, storage, clock, openLink, told, onUnknown, pace, counted };
    this.#worker = createLaneWorker({
      storage,
      queue: channelQueue(code),
      concurrency: CONCURRENCY,
      deadlineMs: DEADLINE_MS,
      leaseMs: LEASE_MS,
      clock,
      random,
      handle: (job, attempt) => sendPart(send, job, attempt),
      classify: classifySend,
      onEvent: ({ type, error }) => {
        if (type === 'dead') logger.error('a message of a channel was given up', { channel: code, error });
        if (type === 'paused') logger.warn('a channel is held back', { channel: code, error });
      },
      onError: (error) => logger.error('storage failed under the worker of a channel', { channel: code, error }),
    });
    if (driver.mode === 'poll') {
      const problem = (text: string | undefined): void => this.#found('poll', text);
      const take: PollPorts['take'] = (tx, items) => this.#take(tx, items);
      const prepare = (): Promise<void> => this.prepare();
      const complete: PollPorts['complete'] = (items) => this.#names.added(items, this.#stopping.signal);
      this.#poll = new PollLoop({
        code,
        node: ports.node,
        driver,
        storage,
        clock,
        logger,
        take,
        problem,
        prepare,
        complete,
      });
    }
  }

  /** Makes ready what storing a line needs. @throws what storage throws */
  async prepare(): Promise<void> {
    this.#links ??= await this.#ports.links();
  }

  /** It was told to do nothing for now. */
  get rests(): boolean {
    return this.#options.rests === true;
  }

  start(): void {
    // A page asks by itself.
    if (this.driver.mode === 'page' || this.rests || this.#isStarted) return;
    this.#isStarted = true;
    this.#worker.start();
    this.#poll?.start();
    this.#watchIn(0);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the server is closing'));
    this.#cancelWatch();
    await Promise.all([this.#poll?.stop(), this.#worker.stop()]);
    await this.driver.close();
  }

  async idle(): Promise<void> {
    if (this.driver.mode !== 'page' && !this.rests) await this.#worker.idle();
  }

  /** A webhook's request: everything in it is stored when the answer comes. @throws what storage throws */
  async webhook(bytes: Uint8Array, headers: WebhookHeaders): Promise<Received['answer']> {
    const { answer, items } = this.driver.receive(bytes, headers, this.#ports.clock.now());
    this.#tellRefused(answer.status);
    if (items.length > 0) await this.take(await this.#names.added(items, this.#stopping.signal));
    return answer;
  }

  /** Stores what came, in one transaction. @throws what storage throws; what a page is told: lead_messages_full, message_invalid */
  async take(items: readonly InboundItem[]): Promise<void> {
    await this.prepare();
    const { storage } = this.#ports;
    for (const act of await again(() => storage.transaction((tx) => this.#take(tx, items)))) act();
  }

  /** One line of what a lead sees. */
  async line(lead: LeadRef, seq: number): Promise<TranscriptMessage | undefined> {
    const page = { after: seq - 1, maxLines: 1, maxSize: Infinity };
    const [line] = await this.#ports.storage.read((tx) => readTranscript(tx, lead, page));
    return line?.seq === seq ? line : undefined;
  }

  /** The lead is told something: stores what is to be sent, in the transaction that stores the line. */
  async said(tx: Transaction, lead: LeadRef, line: TranscriptMessage): Promise<void> {
    if (this.driver.mode === 'page') return;
    await tx.enqueue(renderLine(this.#passedOn(line), this.driver.traits).map((part) => partJob(lead, part)));
  }

  /** An operator's files are reached through us, where we are reached at all: not everybody gets through to LiveTex. */
  #passedOn(line: TranscriptMessage): TranscriptMessage {
    const links = this.#links;
    const { from, attachments } = line;
    if (from !== 'operator' || attachments === undefined || links === undefined) return line;
    const now = this.#ports.clock.now();
    return { ...line, attachments: attachments.map((file) => links.through(file, now)) };
  }

  state(): Readiness {
    const reasons = [...this.#problems.values()];
    return { ready: reasons.length === 0, reasons };
  }

  metrics(): Metric[] {
    const { code } = this;
    const samples = [...this.#counts].map(([name, value]) => {
      const [direction = '', what = ''] = name.split(' ');
      return { labels: { channel: code, direction, what }, value };
    });
    return [
      { name: 'metabot_channel_messages_total', help: MESSAGES_HELP, type: 'counter', samples },
      {
        name: 'metabot_channel_ready',
        help: 'Does the channel work (1), as last seen?',
        type: 'gauge',
        samples: [{ labels: { channel: code }, value: this.#problems.size === 0 ? 1 : 0 }],
      },
    ];
  }

  async #take(tx: Transaction, items: readonly InboundItem[]): Promise<Array<() => void>> {
    const { code, botId, clock, logger, store, told } = this.#ports;
    const linkOf: TakeContext['linkOf'] = (lead, file) =>
      this.driver.openFile === undefined && file.upload !== true
        ? undefined
        : this.#links?.linkOf(lead.channel, file, clock.now());
    const after = await takeItems(tx, { code, botId, clock, logger, store, told, linkOf }, items);
    return [...after, () => this.#taken(items)];
  }

  /** It is committed: counted, and presses are answered. */
  #taken(items: readonly InboundItem[]): void {
    for (const item of items) {
      this.#count(`in ${item.kind}`);
      if (item.kind !== 'press') continue;
      this.#ports.background('answering a press', async () => {
        const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(SMALL_CALL_MS)]);
        await this.driver.answerPress?.(item.from.id, item, signal);
      });
    }
  }

  /** A messenger that takes only so many messages of one talk a second is given no more, so that none is refused. */
  async #pace(lead: LeadRef, signal: AbortSignal): Promise<void> {
    const { leadPauseMs = 0 } = this.driver.traits;
    if (leadPauseMs === 0) return;
    const { clock } = this.#ports;
    const key = leadKey(lead);
    const now = clock.now();
    // Never longer than one pause, also when the clock was set back.
    const at = Math.min(Math.max(now, this.#nextAt.get(key) ?? now), now + leadPauseMs);
    if (this.#nextAt.size >= MANY_PACED) this.#nextAt.clear();
    this.#nextAt.set(key, at + leadPauseMs);
    if (at === now) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = clock.after(at - now, resolve);
    const leave = (): void => reject(signal.reason);
    signal.addEventListener('abort', leave, { once: true });
    await promise.finally(() => {
      cancel();
      signal.removeEventListener('abort', leave);
    });
  }

  #watchIn(ms: number): void {
    this.#cancelWatch = this.#ports.clock.after(ms, () =>
      this.#ports.background('watching a channel', () => this.#watch()),
    );
  }

  /** Looks what the messenger knows, now and then: never often. */
  async #watch(): Promise<void> {
    const { code, storage, clock, logger, webhookUrl } = this.#ports;
    const { watchMs = DEFAULT_WATCH_MS } = this.#options;
    this.#isRefusedTold = false;
    try {
      let after: string | undefined;
      do after = await storage.transaction((tx) => pruneUnreadable(tx, code, { now: clock.now(), after }));
      while (after !== undefined && !this.#stopping.signal.aborted);
      const signal = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(SMALL_CALL_MS)]);
      const url = this.driver.mode === 'webhook' ? (webhookUrl ?? null) : null;
      const { checks } = await this.#renewed(url, await this.driver.inspect(url, signal), signal);
      const wrong = checks.filter(({ ok }) => !ok).map(({ name, problem = '' }) => `${name}: ${problem}`);
      const before = this.#problems.get('watch');
      this.#found('watch', wrong.length === 0 ? undefined : wrong.join('; '));
      const now = this.#problems.get('watch');
      if (now !== undefined && now !== before)
        logger.error('a channel does not work as it should', { channel: code, wrong });
    } catch (error) {
      if (this.#stopping.signal.aborted) return;
      const text = messageOf(error);
      if (this.#problems.get('watch') !== text)
        logger.warn('a channel could not be looked at', { channel: code, error: text });
      this.#found('watch', text);
    }
    if (!this.#stopping.signal.aborted) this.#watchIn(watchMs);
  }

  /**
   * Has a forgetful messenger post to us again: before it may forget, and when it has. One that was never told (`channel set`), or
   * that posts to somebody else by now, is left alone.
   */
  async #renewed(url: string | null, found: Inspection, signal: AbortSignal): Promise<Inspection> {
    const { renewMs } = this.driver.traits;
    if (renewMs === undefined || url === null) return found;
    const { code, storage, clock, logger } = this.#ports;
    const known = await storage.read((tx) => readChannelState(tx, code));
    const isOurs = known?.state.registered === url;
    if (found.registered === url) {
      if (!isOurs) await storage.transaction((tx) => noteRegistered(tx, code, { url, account: this.driver.account }));
      const { registeredAt = clock.now(), checks } = found;
      if (clock.now() - registeredAt < renewMs || checks.some(({ ok }) => !ok)) return found;
    } else if (!isOurs || found.registered !== null) {
      return found;
    }
    await this.driver.register(url, signal);
    logger.info('a channel was told again where to post to', { channel: code });
    return this.driver.inspect(url, signal);
  }

  /** Tells of posts without the right proof: once between two looks at the messenger, since anybody may post. */
  #tellRefused(status: number): void {
    if (status !== 401 && status !== 403) return;
    this.#count('in refused');
    if (this.#isRefusedTold) return;
    this.#isRefusedTold = true;
    this.#ports.logger.warn(REFUSED, { channel: this.code, status });
  }

  #sent(outcome: SendOutcome): void {
    this.#count(`out ${outcome.is}`);
    if (outcome.is === 'done') this.#found('send', undefined);
    if (outcome.is === 'not_authorised') this.#found('send', `the token is refused: ${outcome.why}`);
  }

  #count(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  #found(by: 'poll' | 'send' | 'watch', text: string | undefined): void {
    if (text === undefined) this.#problems.delete(by);
    else this.#problems.set(by, text);
  }
}
