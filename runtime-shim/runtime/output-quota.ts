import type { Clock } from '../../plugin/contract/host.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import { shimError } from '../errors.ts';
import { leadKey } from '../leads/lead-keys.ts';

/** What is counted together, ms. */
const WINDOW_MS = 3_600_000;
/** Characters that a lead's scenarios may have stored within the window. Our choice: five messages at the limit of each. */
export const MAX_LEAD_CHARS = 20_000_000;
/** Characters of a lead's own messages within the window. Our choice: a person writes a thousandth of it. */
export const MAX_LEAD_MESSAGES_CHARS = 20_000_000;
/** What a message counts beside its content: its line, its job and its id are stored, however short it is. */
const MESSAGE_CHARS = 500;
/** The same for a bot, with all its leads. Our choice: a hundred ordinary messages a second stay below it. */
export const MAX_BOT_CHARS = 1_000_000_000;

/**
 * Bounds what one lead and one bot may have stored by their scenarios, so that a lead who makes a greedy script run again
 * and again cannot fill the disk. Counted in this process: a record in storage would be the place where all leads of a bot
 * wait for each other, and a restart once an hour gives nobody much.
 */
export class OutputQuota {
  private readonly clock: Pick<Clock, 'now'>;
  private until = 0;
  private bot = 0;
  private readonly leads = new Map<string, number>();
  private readonly received = new Map<string, number>();
  /** Leads of whom it is said that their messages are left out; with the transaction that says so, until it is committed. */
  private readonly told = new Map<string, object | null>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock;
  }

  /** `undefined`: a script that runs for no lead. */
  count(lead: LeadRef | undefined, chars: number): void {
    this.turnWindow();
    this.bot += chars;
    if (lead === undefined) return;
    const key = leadKey(lead);
    this.leads.set(key, (this.leads.get(key) ?? 0) + chars);
  }

  /** Counts a message of a lead that is about to be stored. @throws lead_messages_full when it and those before are too much for one hour */
  receive(lead: LeadRef, chars: number): void {
    this.turnWindow();
    const key = leadKey(lead);
    const received = (this.received.get(key) ?? 0) + chars + MESSAGE_CHARS;
    if (received > MAX_LEAD_MESSAGES_CHARS) throw shimError('lead_messages_full', { limit: MAX_LEAD_MESSAGES_CHARS });
    this.received.set(key, received);
  }

  /**
   * Whether a lead's message is refused for the first time within the hour: what has nobody to be told is said once, in a log.
   * `tx`: the transaction that is to say so; another one does, should it not be committed (`noteTold`).
   */
  isNews(lead: LeadRef, tx: object): boolean {
    const key = leadKey(lead);
    const told = this.told.get(key);
    if (told === null || told === tx) return false;
    this.told.set(key, tx);
    return true;
  }

  noteTold(lead: LeadRef): void {
    this.told.set(leadKey(lead), null);
  }

  /** Which quota is used up, if one is. */
  full(
    lead: LeadRef | undefined,
  ): { readonly code: 'lead_quota_full' | 'bot_quota_full'; readonly limit: number } | undefined {
    this.turnWindow();
    if (this.bot >= MAX_BOT_CHARS) return { code: 'bot_quota_full', limit: MAX_BOT_CHARS };
    if (lead === undefined) return undefined;
    const used = this.leads.get(leadKey(lead)) ?? 0;
    return used >= MAX_LEAD_CHARS ? { code: 'lead_quota_full', limit: MAX_LEAD_CHARS } : undefined;
  }

  private turnWindow(): void {
    const now = this.clock.now();
    // A clock that was set back must not lengthen the window.
    if (now < this.until && now >= this.until - WINDOW_MS) return;
    this.until = now + WINDOW_MS;
    this.bot = 0;
    this.leads.clear();
    this.received.clear();
    this.told.clear();
  }
}

/**
 * Scripts for other leads that one message may set off (`bot.runScriptByCodeForLead`), however they start each other.
 * Our choice: two leads whose scripts start each other twice would fill the storage within minutes otherwise.
 */
export const MAX_RUNS_FOR_OTHERS = 1_000;

/**
 * Characters that one message may have stored in all, by its own scenario and by all runs for other leads that come of it.
 * Our choice: each of a thousand leads can still be told a page of text.
 */
export const MAX_MESSAGE_CHARS = 20_000_000;

/** How many of the runs asked for may be started, and how many each of them may start in turn: never more in all than `mayStart`. */
export function shareRuns(mayStart: number, asked: number): { readonly started: number; readonly each: number } {
  const started = Math.min(asked, mayStart);
  return { started, each: started === 0 ? 0 : Math.floor((mayStart - started) / started) };
}
