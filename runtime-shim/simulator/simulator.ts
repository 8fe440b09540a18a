import { randomUUID } from 'node:crypto';
import { messageOf } from '../../plugin/contract/coded-error.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { LiveTexEmulator } from '../emulator/contract.ts';
import type { Runtime, RuntimeActivity } from '../runtime/contract.ts';
import { type CommandContext, perform } from './commands/perform.ts';
import type { StatusRecord } from './contract.ts';
import type { RuntimeHandle } from './runtime-handle.ts';
import { type Route, simulatorRoute } from './http/routes.ts';
import { sourceFile } from './http/source-file.ts';
import { botName } from './model/bot-name.ts';
import { Streams } from './http/stream.ts';
import { Desk, operatorName } from './model/desk.ts';
import { FailedWebhooks } from './model/failed-webhooks.ts';
import { Faults } from './model/faults.ts';
import { Health } from './model/health.ts';
import { Journal } from './model/journal.ts';
import { Leads } from './model/leads.ts';
import { type PageFile, loadPage } from './page-files.ts';
import { Recorder } from './scenario/recorder.ts';
import { Timeline } from './timeline/timeline.ts';

/** Direct channels and one chat-center, as the platform codes them (reference, "Channel codes"). */
const CHANNELS = ['telegram', 'metabot_widget', 'viber', 'vk', 'umnico'] as const;

export interface SimulatorOptions {
  readonly runtime: RuntimeHandle;
  readonly emulator: LiveTexEmulator;
  /** The bot's folder, whose files can be looked at on the page. Its name: default as in `bot.json`. */
  readonly bot: { readonly name?: string; readonly folder?: string };
  /** What the page needs to know of the binding. */
  readonly binding: {
    readonly botMessageHeader: string;
    readonly leadMessageHeader: string;
    readonly excludedChannels: readonly string[];
  };
  /** Texts that the page must never show, beside the emulator's token and webhook key. */
  readonly secrets?: readonly string[];
  /** The folder of a page built before (`dist/page`). Default: where the package has it; else it is built from its sources. */
  readonly page?: string;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Makes ids for new leads. Default: random. */
  readonly newId?: () => string;
}

export interface Simulator {
  /** To be mounted on the runtime's HTTP server. */
  readonly routes: readonly Route[];
  /** Builds the page now instead of at the first request. */
  warm(): Promise<void>;
  close(): void;
}

/** The simulator behind its page: watches the runtime and the emulator, and acts on them when the page asks. */
export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { runtime, emulator, clock, logger, binding } = options;
  const journal = new Journal(clock);
  const secrets = (): string[] => [emulator.token, emulator.webhooks.settings.key, ...(options.secrets ?? [])];
  const timeline = new Timeline(journal, secrets);
  const leads = new Leads({ journal, runtime: () => runtime.current(), clock, logger });
  const failedWebhooks = new FailedWebhooks(emulator);
  const tellFailedWebhooks = (): void => {
    for (const draft of failedWebhooks.take()) timeline.add(draft);
  };
  const desk = new Desk({ journal, emulator, clock, onLook: tellFailedWebhooks });
  const faults = new Faults(journal, emulator);

  const setStatus = (change: Partial<StatusRecord>): void => {
    const present = journal.get('status', 'simulator');
    if (present === undefined) return;
    const next = { ...present, ...change };
    if (JSON.stringify(next) !== JSON.stringify(present)) journal.put('status', 'simulator', next);
  };
  journal.put('status', 'simulator', {
    botId: runtime.current().botId,
    botName: options.bot.name ?? (await botName(options.bot.folder)) ?? runtime.current().botId,
    channels: CHANNELS.map((code) => ({ code, excluded: binding.excludedChannels.includes(code) })),
    headers: { bot: binding.botMessageHeader, lead: binding.leadMessageHeader },
    runtime: 'running',
    problems: [],
    reloadedAt: 0,
    waiting: null,
    notReady: [],
  });

  const recorder = new Recorder({
    botId: runtime.current().botId,
    operators: () => emulator.operators.list().map((one) => ({ name: operatorName(one), status: one.status })),
    nameOf: (userId) => journal.get('lead', userId)?.name ?? userId,
  });
  const observe = (activity: RuntimeActivity): void => {
    timeline.observe(activity);
    leads.observe(activity);
    recorder.observe(activity);
    if (activity.kind !== 'bot_reloaded') return;
    const { problems, at: reloadedAt } = activity;
    const isMended = problems.length === 0 && journal.get('status', 'simulator')?.runtime === 'failed';
    setStatus({ problems, reloadedAt, ...(isMended ? { runtime: 'running' } : {}) });
  };
  let unobserve = runtime.current().onActivity(observe);
  const attach = (next: Runtime): void => {
    unobserve();
    unobserve = next.onActivity(observe);
  };
  const stopReplaced = runtime.onReplaced?.(attach);
  const streams = new Streams(journal, clock, randomUUID().slice(0, 8));
  const health = new Health({ clock, runtime: () => runtime.current(), watched: () => streams.count > 0, setStatus });

  const tellRuntime = (state: StatusRecord['runtime']): void => {
    const level = state === 'failed' ? 'error' : state === 'restarting' ? 'warn' : 'info';
    timeline.add({ at: clock.now(), level, facts: { kind: 'runtime', state } });
  };
  const restart = async (): Promise<void> => {
    if (journal.get('status', 'simulator')?.runtime === 'restarting') return;
    setStatus({ runtime: 'restarting' });
    tellRuntime('restarting');
    try {
      streams.close();
      await runtime.restart();
      if (stopReplaced === undefined) attach(runtime.current());
      await leads.load();
      setStatus({ runtime: 'running' });
      tellRuntime('running');
    } catch (error) {
      logger?.error('the runtime could not be started again', { error: messageOf(error) });
      setStatus({ runtime: 'failed', failure: messageOf(error) });
      tellRuntime('failed');
    }
  };

  await leads.load();
  if (journal.count('lead') === 0) {
    // Somebody to write as: two leads of direct channels and one of a chat-center that is never mirrored.
    leads.add({ channel: 'telegram', externalId: 'olga', name: 'Ольга Смирнова' });
    leads.add({ channel: 'metabot_widget', externalId: 'ivan', name: 'Иван Петров' });
    leads.add({ channel: 'umnico', externalId: 'elena', name: 'Елена Юрьева' });
  }

  let page: Promise<ReadonlyMap<string, PageFile>> | undefined;
  const pageFiles = (): Promise<ReadonlyMap<string, PageFile>> => {
    page ??= loadPage(options.page);
    return page;
  };
  const newId = options.newId ?? (() => randomUUID().slice(0, 8));
  const context: CommandContext = {
    journal,
    timeline,
    leads,
    faults,
    recorder,
    emulator,
    runtime,
    clock,
    newId,
    restart,
  };
  const { folder } = options.bot;
  const route = simulatorRoute({
    pageFiles,
    stream: (request, response) => streams.serve(request, response),
    detail: (id) => timeline.detail(id),
    source: async (file) => (folder === undefined ? undefined : await sourceFile(folder, file)),
    scenario: (userId) => recorder.scenario(userId),
    perform: (command) => perform(command, context),
  });

  return {
    routes: [route],
    async warm() {
      await pageFiles();
    },
    close() {
      stopReplaced?.();
      unobserve();
      health.close();
      desk.close();
      leads.close();
      streams.close();
      journal.close();
    },
  };
}
