import { randomUUID } from 'node:crypto';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { RuntimePlugin } from '../../plugin/contract/plugin.ts';
import type { ReadTransaction, Transaction } from '../../plugin/storage/contract.ts';
import type { LaneWorker } from '../../plugin/storage/lane-worker-contract.ts';
import { shimError } from '../errors.ts';
import { HttpServer } from '../http/http-server.ts';
import type { Route } from '../http/routes.ts';
import { type BackgroundWork, waitUntilIdle } from './background-work.ts';
import type { BotHolder } from './bot-holder.ts';
import type {
  LeadMessageInput,
  LeadView,
  Runtime,
  RuntimeActivity,
  RuntimeOptions,
  TranscriptMessage,
  TranscriptPage,
} from './contract.ts';
import { JobCounters, runtimeMetrics } from './runtime-metrics.ts';
import { leadMessages, leadPage, leadView } from './lead-queries.ts';
import { createLeadWorker } from './lead-worker.ts';
import { receiveMessage } from './receive-message.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { runtimeReadiness } from './runtime-readiness.ts';
import { watchFolder } from './watch-folder.ts';

/** What a runtime owns and closes. */
export interface RuntimeInsides {
  readonly context: RuntimeContext;
  readonly holder: BotHolder;
  readonly background: BackgroundWork;
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
  private phase: 'starting' | 'started' | 'closing' = 'starting';
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
    const { context, background } = this.insides;
    await this.http?.listen();
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

  close(): Promise<void> {
    this.closed ??= this.shutDown();
    return this.closed;
  }

  private async shutDown(): Promise<void> {
    this.phase = 'closing';
    this.unwatch();
    try {
      await this.http?.close();
      await this.worker.stop();
    } finally {
      await this.insides.release();
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
