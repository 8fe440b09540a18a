import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { codeOf, messageOf, textOf } from '../../plugin/contract/coded-error.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { createLaneWorker } from '../../plugin/storage/index.ts';
import type { JobFailure, LaneWorker, LaneWorkerEvent } from '../../plugin/storage/lane-worker-contract.ts';
import { shimError } from '../errors.ts';
import { leadQueue } from '../leads/lead-keys.ts';
import type { BackgroundWork } from './background-work.ts';
import type { BotHolder } from './bot-holder.ts';
import { callEndpoint } from './call-endpoint.ts';
import type {
  BotReading,
  BotRuntime,
  EndpointAnswer,
  LeadData,
  LeadForgotten,
  LeadLogEntry,
  LeadMessageInput,
  LeadView,
  RuntimeOptions,
  TranscriptMessage,
  TranscriptPage,
} from './contract.ts';
import { forgetLead, leadData, leadLog } from './lead-data.ts';
import { leadMessages, leadPage, leadView, refOf } from './lead-queries.ts';
import { hastenRun } from './scheduled-runs.ts';
import { performLeadJob } from './perform-lead-job.ts';
import { receiveMessage } from './receive-message.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** What a bot of a runtime is made of. */
export interface BotParts {
  readonly context: RuntimeContext;
  readonly holder: BotHolder;
  readonly options: Pick<RuntimeOptions, 'newId' | 'random'>;
  readonly background: BackgroundWork;
  readonly onJobEvent: (event: LaneWorkerEvent) => void;
  readonly isClosing: () => boolean;
  /** Other bots run their scripts in the same processes, which have one time zone. */
  readonly sharesRunners: boolean;
}

/** One bot of a runtime: its leads and the worker on their lanes. */
export class BotAtWork implements BotRuntime {
  readonly worker: LaneWorker;
  readonly holder: BotHolder;
  readonly context: RuntimeContext;
  private readonly parts: BotParts;
  reading: BotReading;

  constructor(parts: BotParts) {
    this.parts = parts;
    this.context = parts.context;
    this.holder = parts.holder;
    // A folder with problems makes no bot.
    this.reading = { at: parts.context.clock.now(), problems: [] };
    this.worker = createLeadWorker(parts.context, parts.options.random ?? Math.random, parts.onJobEvent);
  }

  get botId(): string {
    return this.context.botId;
  }

  async receive(message: LeadMessageInput): Promise<{ readonly id: string }> {
    if (this.parts.isClosing()) throw shimError('runtime_closed', undefined);
    return receiveMessage(this.context, message, this.parts.options.newId ?? randomUUID);
  }

  messages(
    channel: string,
    externalId: string,
    after: number,
    page: TranscriptPage = {},
  ): Promise<TranscriptMessage[]> {
    return leadMessages(this.context, { channel, externalId, after, ...page });
  }

  lead(channel: string, externalId: string): Promise<LeadView | undefined> {
    return leadView(this.context, channel, externalId);
  }

  async hasten(channel: string, externalId: string, n: number): Promise<boolean> {
    return hastenRun(this.context, refOf(this.context, channel, externalId), n);
  }

  leads(page: { readonly after?: string; readonly limit: number }): Promise<LeadRef[]> {
    return leadPage(this.context, page);
  }

  leadData(channel: string, externalId: string): Promise<LeadData | undefined> {
    return leadData(this.context, channel, externalId);
  }

  leadLog(channel: string, externalId: string, after: number): Promise<LeadLogEntry[]> {
    return leadLog(this.context, channel, externalId, after);
  }

  forgetLead(channel: string, externalId: string): Promise<LeadForgotten | undefined> {
    return forgetLead(this.context, this.parts.background, channel, externalId);
  }

  async call(alias: string, body: unknown): Promise<EndpointAnswer> {
    if (this.parts.isClosing()) throw shimError('runtime_closed', undefined);
    return callEndpoint(this.context, alias, body, this.parts.options.newId ?? randomUUID);
  }

  /** Reads the bot folder again. Returns the problems. */
  async reload(): Promise<readonly string[]> {
    const { context, holder } = this;
    const before = holder.current().timeZone;
    const texts = [...(await this.#read())];
    const { timeZone } = holder.current();
    if (!this.parts.sharesRunners) context.sandbox.useTimeZone(timeZone);
    else if (timeZone !== before) {
      texts.push({
        en: 'bot.json: timeZone: with several bots a change of it needs a restart',
        ru: 'bot.json: timeZone: когда ботов несколько, после его смены нужен перезапуск',
      });
    }
    this.reading = { at: context.clock.now(), problems: texts };
    const problems = texts.map(({ en }) => en);
    context.activities.emit({ kind: 'bot_reloaded', at: context.clock.now(), problems, ru: texts.map(({ ru }) => ru) });
    if (problems.length > 0) {
      const facts = { bot: context.botId, problems };
      context.logger.warn('the bot folder has problems; the last good bot goes on', facts);
    }
    return problems;
  }

  /** A folder that cannot be read at all is told as well. */
  async #read(): Promise<readonly Text[]> {
    try {
      return await this.holder.reload();
    } catch (error) {
      this.reading = { at: this.context.clock.now(), problems: [textOf(error)] };
      throw error;
    }
  }
}

/** Leads served at one time in this process. Our choice: far more than runners, since most wait for storage or the operator has the dialog. */
const CONCURRENCY = 64;
/** A scenario ends itself after 30 s, with a script's wall clock on top. */
const DEADLINE_MS = 45_000;
/** Longer than the deadline: two nodes never work on one lead. */
const LEASE_MS = 60_000;

/** The worker on the leads' lanes of this bot. */
function createLeadWorker(
  context: RuntimeContext,
  random: () => number,
  onEvent: (event: LaneWorkerEvent) => void,
): LaneWorker {
  return createLaneWorker({
    storage: context.storage,
    queue: leadQueue(context.botId),
    concurrency: CONCURRENCY,
    deadlineMs: DEADLINE_MS,
    leaseMs: LEASE_MS,
    clock: context.clock,
    random,
    handle: (job, attempt) => performLeadJob(context, job, attempt),
    classify,
    onEvent,
    onError: (error) => context.logger.error('storage failed under the worker on leads', { error }),
  });
}

/** What can never succeed is put aside, so that the lead's later messages go on. */
function classify(error: unknown): JobFailure {
  const text = `${codeOf(error) ?? 'internal'}: ${messageOf(error)}`;
  const hopeless = error instanceof z.ZodError || codeOf(error) === 'event_invalid';
  return hopeless ? { do: 'dead-letter', error: text } : { do: 'retry', error: text };
}
