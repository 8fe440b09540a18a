import type { Clock } from '../../plugin/contract/host.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import { leadKey } from '../leads/lead-keys.ts';

/** What is counted together, ms. */
const WINDOW_MS = 3_600_000;
/** Characters that a lead's scenarios may have stored within the window. Our choice: five messages at the limit of each. */
export const MAX_LEAD_CHARS = 20_000_000;
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

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock;
  }

  count(lead: LeadRef, chars: number): void {
    this.turnWindow();
    const key = leadKey(lead);
    this.bot += chars;
    this.leads.set(key, (this.leads.get(key) ?? 0) + chars);
  }

  /** Which quota is used up, if one is. */
  full(lead: LeadRef): { readonly code: 'lead_quota_full' | 'bot_quota_full'; readonly limit: number } | undefined {
    this.turnWindow();
    if (this.bot >= MAX_BOT_CHARS) return { code: 'bot_quota_full', limit: MAX_BOT_CHARS };
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
