import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { RuntimePlugin } from '../../plugin/contract/plugin.ts';
import type { ReadTransaction, Transaction } from '../../plugin/storage/contract.ts';
import type { Channels } from '../channels/channels.ts';
import { HttpServer } from '../http/http-server.ts';
import type { Route } from '../http/routes.ts';
import { type BackgroundWork, waitUntilIdle } from './background-work.ts';
import { BotAtWork } from './bot-at-work.ts';
import type { BotHolder } from './bot-holder.ts';
import type {
  BotReading,
  CloseOptions,
  EndpointAnswer,
  LeadData,
  LeadForgotten,
  LeadLogEntry,
  BotRuntime,
  LeadMessageInput,
  LeadView,
  Runtime,
  RuntimeActivity,
  RuntimeOptions,
  TranscriptMessage,
  TranscriptPage,
} from './contract.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { createHistogram, SHORT_TIMES_S } from '../../plugin/contract/histogram.ts';
import { createRuntimeState, JobCounters, type Phase } from './runtime-state.ts';
import { watchFolder } from './watch-folder.ts';

/** A bot of a runtime: its part of the context, and its folder. */
export interface BotInsides {
  readonly context: RuntimeContext;
  readonly holder: BotHolder;
}

/** What a runtime owns and closes. */
export interface RuntimeInsides {
  /** The first one is meant where none is named. */
  readonly bots: readonly [BotInsides, ...BotInsides[]];
  readonly background: BackgroundWork;
  readonly channels: Channels | undefined;
  /** Only listen at the start. */
  readonly hold: boolean;
  /** Further addresses of the HTTP server. */
  readonly routes: readonly Route[];
  /** Closes plugins, sandbox and storage, in this order. */
  readonly release: () => Promise<void>;
}

/** The runtime: wiring of its bots, and their order at start and end. */
export class ShimRuntime implements Runtime {
  private readonly options: RuntimeOptions;
  private readonly insides: RuntimeInsides;
  private readonly context: RuntimeContext;
  private readonly first: BotAtWork;
  private readonly others: readonly BotAtWork[];
  private readonly http: HttpServer | undefined;
  private phase: Phase = 'starting';
  private closed: Promise<void> | undefined;
  readonly ready: Runtime['ready'];
  readonly metrics: Runtime['metrics'];
  private unwatch: () => void = () => undefined;

  constructor(options: RuntimeOptions, insides: RuntimeInsides) {
    this.options = options;
    this.insides = insides;
    const [first, ...others] = insides.bots;
    const { context } = first;
    this.context = context;
    const counters = new JobCounters(context);
    const atWork = (bot: BotInsides): BotAtWork =>
      new BotAtWork({
        ...bot,
        options,
        background: insides.background,
        onJobEvent: counters.note,
        isClosing: () => this.phase === 'closing',
        sharesRunners: insides.bots.filter((one) => one.context.sandbox === bot.context.sandbox).length > 1,
      });
    this.first = atWork(first);
    this.others = others.map(atWork);
    const contexts = [context, ...others.map((bot) => bot.context)] as const;
    const seconds = createHistogram(
      'metabot_http_seconds',
      'Answers over HTTP by method, first part of the path and status; streams are not counted.',
      SHORT_TIMES_S,
    );
    const state = createRuntimeState(contexts, counters, insides.channels);
    this.ready = () => state.ready(this.phase);
    this.metrics = async () => [...(await state.metrics()), seconds.metric()];
    if (options.http === undefined) return;
    this.http = new HttpServer(options.http, {
      runtime: this,
      channels: insides.channels,
      storage: context.storage,
      clock: context.clock,
      logger: context.logger,
      ready: this.ready,
      seconds,
      metrics: this.metrics,
      routes: insides.routes,
    });
  }

  get url(): string | undefined {
    return this.http?.url;
  }

  get reading(): BotReading {
    return this.first.reading;
  }

  get botId(): string {
    return this.first.botId;
  }

  get bots(): readonly BotRuntime[] {
    return this.all;
  }

  private get all(): readonly BotAtWork[] {
    return [this.first, ...this.others];
  }

  get plugins(): ReadonlyArray<RuntimePlugin<Transaction, ReadTransaction>> {
    return this.context.plugins().list;
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
    const { background } = this.insides;
    const { clock, logger } = this.context;
    for (const { context } of this.all) await context.sandbox.ready();
    await this.insides.channels?.prepare();
    for (const plugin of this.plugins) await plugin.start();
    for (const { worker } of this.all) worker.start();
    this.insides.channels?.start();
    if (this.options.watch === true) {
      const unwatch = this.all.map((bot) =>
        watchFolder(bot.holder.current().folder, clock, logger, () =>
          background.run('reading the bot folder again', () => bot.reload()),
        ),
      );
      this.unwatch = () => {
        for (const end of unwatch) end();
      };
    }
    if (this.phase === 'starting') this.phase = 'started';
  }

  close(options: CloseOptions = {}): Promise<void> {
    this.closed ??= this.shutDown(options.drainMs ?? 0);
    return this.closed;
  }

  private async shutDown(drainMs: number): Promise<void> {
    const { clock } = this.context;
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
      await this.insides.channels?.stop();
      await Promise.all(this.all.map(({ worker }) => worker.stop()));
    } finally {
      // Whoever watches is answered to the end of the work.
      await this.insides.release();
      await this.http?.close();
    }
  }

  receive(message: LeadMessageInput): Promise<{ readonly id: string }> {
    return this.first.receive(message);
  }

  messages(channel: string, externalId: string, after: number, page?: TranscriptPage): Promise<TranscriptMessage[]> {
    return this.first.messages(channel, externalId, after, page);
  }

  lead(channel: string, externalId: string): Promise<LeadView | undefined> {
    return this.first.lead(channel, externalId);
  }

  hasten(channel: string, externalId: string, n: number): Promise<boolean> {
    return this.first.hasten(channel, externalId, n);
  }

  leads(page: { readonly after?: string; readonly limit: number }): Promise<LeadRef[]> {
    return this.first.leads(page);
  }

  leadData(channel: string, externalId: string): Promise<LeadData | undefined> {
    return this.first.leadData(channel, externalId);
  }

  leadLog(channel: string, externalId: string, after: number): Promise<LeadLogEntry[]> {
    return this.first.leadLog(channel, externalId, after);
  }

  forgetLead(channel: string, externalId: string): Promise<LeadForgotten | undefined> {
    return this.first.forgetLead(channel, externalId);
  }

  call(alias: string, body: unknown): Promise<EndpointAnswer> {
    return this.first.call(alias, body);
  }

  onActivity(listener: (activity: RuntimeActivity) => void): () => void {
    return this.context.activities.listen(listener);
  }

  async reload(): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const bot of this.all) problems.push(...(await bot.reload()));
    return problems;
  }

  idle(): Promise<void> {
    const { channels, background } = this.insides;
    const workers = [...this.all.map(({ worker }) => worker), ...(channels === undefined ? [] : [channels])];
    return waitUntilIdle(this.context, workers, background);
  }
}
