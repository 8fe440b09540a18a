import { createHmac } from 'node:crypto';
import type { Clock } from '../../../plugin/contract/host.ts';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import { networkOf } from '../../../plugin/contract/network.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { again } from '../../leads/lead-store.ts';
import type { TranscriptMessage } from '../../leads/transcript.ts';
import { changeLeadState, readLeadState } from '../channel-records.ts';
import type { Channel } from '../channel.ts';
import type { InboundItem } from '../contract.ts';
import { isStatic } from '../render-line.ts';
import { OpenLimit, RateLimit } from './rate-limit.ts';
import { type Visitor, VisitorTokens } from './visitor-tokens.ts';
import type { WidgetDriver } from './widget-driver.ts';

const MINUTE_MS = 60_000;
/**
 * New visitors of one address within an hour: an office or a school behind one address has fewer who begin to write. Where
 * addresses cannot be told apart (a proxy that is not in `http.trustedProxies`), all of them together are counted.
 */
const VISITORS_AN_HOUR = 120;
const UNKNOWN_VISITORS_AN_HOUR = 6_000;
/** Messages of one lead, and of one address, a minute. Our choice: nobody types so fast. */
const MESSAGES_A_MINUTE = 40;
const ADDRESS_MESSAGES_A_MINUTE = 400;
/** Streams of one lead (its tabs), and of one address, at one time. */
const STREAMS = 12;
const ADDRESS_STREAMS = 300;
const UNKNOWN = 'unknown';
/** Signs of an address's mark: 96 bits. */
const MARK_LENGTH = 16;

export interface WidgetPorts {
  readonly storage: Storage;
  readonly clock: Clock;
  /** The key that all nodes of the storage sign with. */
  readonly key: () => Promise<Buffer>;
}

/** What somebody does on a page. `id`: the page's own number of it, the same when it is sent again. */
export type VisitorAct =
  | { readonly id: string; readonly text: string; readonly files?: Extract<InboundItem, { kind: 'message' }>['files'] }
  /** A button: the line it stands under, and its place there. */
  | { readonly id: string; readonly press: { readonly seq: number; readonly index: number } };

/** A chat on a site at work: who may write, how much, and what is kept of it. */
export class Widget {
  readonly code: string;
  readonly botId: string;
  readonly driver: WidgetDriver;
  readonly #channel: Channel;
  readonly #ports: WidgetPorts;
  readonly #visitors = new RateLimit(VISITORS_AN_HOUR, 60 * MINUTE_MS);
  readonly #unknownVisitors = new RateLimit(UNKNOWN_VISITORS_AN_HOUR, 60 * MINUTE_MS);
  readonly #messages = new RateLimit(MESSAGES_A_MINUTE, MINUTE_MS);
  readonly #addressMessages = new RateLimit(ADDRESS_MESSAGES_A_MINUTE, MINUTE_MS);
  readonly #streams = new OpenLimit(STREAMS);
  readonly #addressStreams = new OpenLimit(ADDRESS_STREAMS);
  #tokens: Promise<VisitorTokens> | undefined;

  constructor(channel: Channel, driver: WidgetDriver, ports: WidgetPorts) {
    this.code = channel.code;
    this.botId = channel.botId;
    this.driver = driver;
    this.#channel = channel;
    this.#ports = ports;
  }

  async tokens(): Promise<VisitorTokens> {
    this.#tokens ??= this.#ports.key().then(
      (key) =>
        new VisitorTokens(createHmac('sha256', key).update('widget').digest(), this.code, this.driver.identitySecret),
      (error: unknown) => {
        this.#tokens = undefined;
        throw error;
      },
    );
    return this.#tokens;
  }

  now(): number {
    return this.#ports.clock.now();
  }

  leadOf({ lead }: Visitor): LeadRef {
    return { botId: this.botId, channel: this.code, externalId: lead };
  }

  /** May this address have one more visitor? 0: yes, else how long to wait, ms. `undefined`: the address cannot be known. */
  newVisitorWait(address: string | undefined): number {
    return address === undefined
      ? this.#unknownVisitors.take(UNKNOWN, this.now())
      : this.#visitors.take(networkOf(address), this.now());
  }

  messageWait({ lead }: Visitor, address: string | undefined): number {
    const now = this.now();
    const wait = this.#messages.take(lead, now);
    return wait > 0 || address === undefined ? wait : this.#addressMessages.take(networkOf(address), now);
  }

  /** Stands for an address in what is stored, where none is to be read; `undefined`: it cannot be known. */
  async markOf(address: string | undefined): Promise<string | undefined> {
    if (address === undefined) return undefined;
    const mac = createHmac('sha256', await this.#ports.key()).update(`address\n${networkOf(address)}`);
    return mac.digest('base64url').slice(0, MARK_LENGTH);
  }

  /** A place for one more stream; returns what gives it back, `undefined`: there are too many. */
  openStream({ lead }: Visitor, address: string | undefined): (() => void) | undefined {
    const closeLead = this.#streams.open(lead);
    if (closeLead === undefined || address === undefined) return closeLead;
    const closeAddress = this.#addressStreams.open(networkOf(address));
    if (closeAddress === undefined) closeLead();
    else
      return () => {
        closeLead();
        closeAddress();
      };
    return undefined;
  }

  /** Stores what somebody did; durable when it resolves. @throws lead_messages_full, message_invalid */
  async take(visitor: Visitor, act: VisitorAct): Promise<void> {
    const { lead: id, name } = visitor;
    const common = { id: act.id, at: this.now(), from: { id, ...(name === undefined ? {} : { name }) } };
    if (!('press' in act)) {
      const { text, files } = act;
      await this.#channel.take([{ ...common, kind: 'message', message: act.id, text, ...(files ? { files } : {}) }]);
      return;
    }
    const { seq, index } = act.press;
    const line = await this.#line(visitor, seq);
    const rows = line?.buttons?.flat() ?? [];
    // As messengers do it: all buttons of the line stay when one of them is to stay.
    const keeps = rows.some(({ callback_data: data }) => isStatic(data)) ? { keepsButtons: true as const } : {};
    const press = { kind: 'press', message: String(seq), data: `~${seq}:${index}`, press: '', ...keeps } as const;
    await this.#channel.take([{ ...common, ...press }]);
  }

  /** How far the lead has read: the number of a line. */
  async readMark(visitor: Visitor): Promise<number> {
    return (await this.#ports.storage.read((tx) => readLeadState(tx, this.leadOf(visitor)))).read;
  }

  /** The lead has read up to here. It never goes back, and not beyond what there is. */
  async markRead(visitor: Visitor, seq: number): Promise<void> {
    const lead = this.leadOf(visitor);
    const { storage } = this.#ports;
    if ((await this.readMark(visitor)) >= seq || (await this.#line(visitor, seq)) === undefined) return;
    await again(() =>
      storage.transaction(async (tx) => {
        if ((await readLeadState(tx, lead)).read < seq) await changeLeadState(tx, lead, { read: seq });
      }),
    );
  }

  async #line(visitor: Visitor, seq: number): Promise<TranscriptMessage | undefined> {
    return this.#channel.line(this.leadOf(visitor), seq);
  }
}
