import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { codeOf, messageOf } from '../../plugin/contract/coded-error.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { RuntimePlugin } from '../../plugin/contract/plugin.ts';
import type { ReadTransaction, Transaction } from '../../plugin/storage/contract.ts';
import { createLaneWorker } from '../../plugin/storage/index.ts';
import type { JobFailure, LaneWorker, LaneWorkerEvent } from '../../plugin/storage/lane-worker-contract.ts';
import { shimError } from '../errors.ts';
import { HttpServer } from '../http/http-server.ts';
import type { Route } from '../http/routes.ts';
import { leadQueue } from '../leads/lead-keys.ts';
import { type BackgroundWork, waitUntilIdle } from './background-work.ts';
import type { BotHolder } from './bot-holder.ts';
import type {
  CloseOptions,
  LeadData,
  LeadForgotten,
  LeadLogEntry,
  LeadMessageInput,
  LeadView,
  Runtime,
  RuntimeActivity,
  RuntimeOptions,
  TranscriptMessage,
  TranscriptPage,
} from './contract.ts';
import { forgetLead, leadData, leadLog } from './lead-data.ts';
import { leadMessages, leadPage, leadView } from './lead-queries.ts';
import { performLeadJob } from './perform-lead-job.ts';
import { receiveMessage } from './receive-message.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { JobCounters, runtimeMetrics, runtimeReadiness } from './runtime-state.ts';
import { watchFolder } from './watch-folder.ts';

/** What a runtime owns and closes. */
export interface RuntimeInsides {
  readonly context: RuntimeContext;
  readonly holder: BotHolder;
  readonly background: BackgroundWork;
  /** Only listen at the start. */
  readonly hold: boolean;
  /** Further addresses of the HTTP server. */
  readonly routes: readonly Route[];
  /** Closes plugins, sandbox and storage, in this order. */
  readonly release: () => Promise<void>;
}

/** The runtime: wiring of the context, and their order at start and end. */
export class ShimRuntime implements Runtime {
  private readonly options: RuntimeOptions;
  private readonly insides: RuntimeInsides;
  private readonly worker: LaneWorker;
  private readonly http: HttpServer | undefined;
  private phase: 'starting' | 'held' | 'started' | 'draining' | 'closing' = 'starting';
  private closed: Promise<void> | undefined;
  private unwatch: () => void = () => undefined;

  constructor(options: RuntimeOptions, insides: RuntimeInsides) {
    this.options = options;
    this.insides = insides;
    const { context } = insides;
    const counters = new JobCounters(context);
    this.worker = createLeadWorker(context, options.random ?? Math.random, counters.note);
    if (options.http === undefined) return;
    this.http = new HttpServer(options.http, {
      runtime: this,
      storage: context.storage,
      clock: context.clock,
      logger: context.logger,
      ready: () => runtimeReadiness(context, this.phase),
      metrics: () => runtimeMetrics(context, counters),
      routes: insides.routes,
    });
  }

  get url(): string | undefined {
    return this.http?.url;
  }

  get botId(): string {
    return this.insides.context.botId;
  }

  get plugins(): ReadonlyArray<RuntimePlugin<Transaction, ReadTransaction>> {
    return this.insides.context.plugins().list;
  }

  /** Listens first: what LiveTex and channels send is stored from then on, and worked on when everything stands. */
  async start(): Promise<void> {
    await this.http?.listen();
    if (!this.insides.hold) return this.work();
    if (this.phase === 'starting') this.phase = 'held';
  }

  async release(): Promise<boolean> {
    if (this.phase !== 'held') return false;
    this.phase = 'starting';
    await this.work();
    return true;
  }

  private async work(): Promise<void> {
    const { context, background } = this.insides;
    await context.sandbox.ready();
    for (const plugin of this.plugins) await plugin.start();
    this.worker.start();
    if (this.options.watch === true) {
      this.unwatch = watchFolder(this.options.bot, context.clock, context.logger, () =>
        background.run('reading the bot folder again', () => this.reload()),
      );
    }
    if (this.phase === 'starting') this.phase = 'started';
  }

  close(options: CloseOptions = {}): Promise<void> {
    this.closed ??= this.shutDown(options.drainMs ?? 0);
    return this.closed;
  }

  private async shutDown(drainMs: number): Promise<void> {
    const { clock } = this.insides.context;
    this.unwatch();
    if (drainMs > 0 && this.http !== undefined) {
      this.phase = 'draining';
      await new Promise<void>((resolve) => {
        clock.after(drainMs, resolve);
      });
    }
    this.phase = 'closing';
    try {
      await this.http?.refuse();
      await this.worker.stop();
    } finally {
      // Whoever watches is answered to the end of the work.
      await this.insides.release();
      await this.http?.close();
    }
  }

  async receive(message: LeadMessageInput): Promise<{ readonly id: string }> {
    if (this.phase === 'closing') throw shimError('runtime_closed', undefined);
    return receiveMessage(this.insides.context, message, this.options.newId ?? randomUUID);
  }

  messages(
    channel: string,
    externalId: string,
    after: number,
    page: TranscriptPage = {},
  ): Promise<TranscriptMessage[]> {
    return leadMessages(this.insides.context, { channel, externalId, after, ...page });
  }

  lead(channel: string, externalId: string): Promise<LeadView | undefined> {
    return leadView(this.insides.context, channel, externalId);
  }

  leads(page: { readonly after?: string; readonly limit: number }): Promise<LeadRef[]> {
    return leadPage(this.insides.context, page);
  }

  leadData(channel: string, externalId: string): Promise<LeadData | undefined> {
    return leadData(this.insides.context, channel, externalId);
  }

  leadLog(channel: string, externalId: string, after: number): Promise<LeadLogEntry[]> {
    return leadLog(this.insides.context, channel, externalId, after);
  }

  forgetLead(channel: string, externalId: string): Promise<LeadForgotten | undefined> {
    return forgetLead(this.insides.context, this.insides.background, channel, externalId);
  }

  onActivity(listener: (activity: RuntimeActivity) => void): () => void {
    return this.insides.context.activities.listen(listener);
  }

  async reload(): Promise<readonly string[]> {
    const { holder, context } = this.insides;
    const problems = await holder.reload();
    context.sandbox.useTimeZone(holder.current().timeZone);
    context.activities.emit({ kind: 'bot_reloaded', at: context.clock.now(), problems });
    if (problems.length > 0)
      context.logger.warn('the bot folder has problems; the last good bot goes on', { problems });
    return problems;
  }

  idle(): Promise<void> {
    const { context, background } = this.insides;
    return waitUntilIdle(context, this.worker, background);
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
