import { randomUUID } from 'node:crypto';
import type { MessengerKind } from '../channels/looks.ts';
import type { Clock, Logger } from '../../plugin/contract/host.ts';
import type { LiveTexEmulator } from '../emulator/emulator-contract.ts';
import type { HttpRoute, RuntimeActivity } from '../runtime/contract.ts';
import { perform } from './commands/perform.ts';
import { simulatorRoute, sourceFile } from './http/routes.ts';
import { Streams } from './http/stream.ts';
import { Desk, operatorName } from './model/desk.ts';
import { FailedWebhooks } from './model/failed-webhooks.ts';
import { Faults } from './model/faults.ts';
import { botName, Health, Status } from './model/status.ts';
import { Journal } from './model/journal.ts';
import { Leads } from './model/leads.ts';
import { type RuntimeHandle, WatchedRuntime } from './model/watched-runtime.ts';
import { type PageFile, loadPage } from '../page/page-files.ts';
import { Recorder } from './recording/recorder.ts';
import type { DialogRecording } from './recording/recording-schema.ts';
import type { StatusRecord } from './records.ts';
import { Timeline } from './timeline/timeline.ts';

/** Direct channels and one chat-center, as the platform codes them (`docs/bot-folder.md`), and the messengers behind them. */
const CHANNELS: Readonly<Record<string, MessengerKind | undefined>> = {
  telegram: 'telegram',
  metabot_widget: 'widget',
  viber: undefined,
  vk: 'vk',
  max: 'max',
  umnico: undefined,
};
/** Somebody to write as where nobody has written yet: two leads of direct channels and one of a chat-center that is never mirrored. */
const FIRST_LEADS = [
  { channel: 'telegram', externalId: 'olga', name: 'Ольга Смирнова' },
  { channel: 'metabot_widget', externalId: 'ivan', name: 'Иван Петров' },
  { channel: 'umnico', externalId: 'elena', name: 'Елена Юрьева' },
];

export interface SimulatorOptions {
  readonly runtime: RuntimeHandle;
  readonly emulator: LiveTexEmulator;
  /** The bot's folder, whose files can be looked at on the page. Its name: default as in `bot.json`. */
  readonly bot: { readonly name?: string; readonly folder?: string };
  /** A chat on a site with this bot: its channel, and the path of its own page. Left out: there is none. */
  readonly widget?: { readonly code: string; readonly path: string };
  /** The author's own channels, by code, beside those that the platform has. */
  readonly channels?: Readonly<Record<string, MessengerKind>>;
  /** Are there settings of the author's (`--config`), which a recording depends on? */
  readonly withSettings?: boolean;
  /** What the page needs to know of the binding. */
  readonly binding: {
    readonly botMessageHeader: string;
    readonly leadMessageHeader: string;
    readonly operatorNoteHeader: string;
    readonly excludedChannels: readonly string[];
  };
  /** Texts that the page must never show, beside the emulator's token and webhook key. */
  readonly secrets?: readonly string[];
  /** The folder of a page built before (`dist/page`). Default: where the package has it; else it is built from its sources. */
  readonly page?: string | undefined;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Called when a person on the page changed who is online: what was known of it is void. */
  readonly onOperators?: () => void;
  /** Makes ids for new leads. Default: random. */
  readonly newId?: () => string;
}

export interface Simulator {
  /** To be mounted on the runtime's HTTP server. */
  readonly routes: readonly HttpRoute[];
  /** Builds the page now instead of at the first request. */
  warm(): Promise<void>;
  close(): void;
}

/** The simulator behind its page: watches the runtime and the emulator, and acts on them when the page asks. */
export async function createSimulator(options: SimulatorOptions): Promise<Simulator> {
  const model = createModel(options, await firstStatus(options));
  await model.leads.load();
  if (model.journal.count('lead') === 0) for (const lead of FIRST_LEADS) model.leads.add(lead);

  let page: Promise<ReadonlyMap<string, PageFile>> | undefined;
  const pageFiles = (): Promise<ReadonlyMap<string, PageFile>> => {
    page ??= loadPage('simulator', options.page);
    return page;
  };
  const { folder } = options.bot;
  const { emulator, runtime, clock, newId = () => randomUUID().slice(0, 8) } = options;
  const context = {
    ...model,
    emulator,
    runtime,
    clock,
    newId,
    restart: () => model.watched.restart(),
    operatorsChanged: () => options.onOperators?.(),
  };
  const route = simulatorRoute({
    pageFiles,
    stream: (request, response) => model.streams.serve(request, response),
    detail: (id) => model.timeline.detail(id),
    source: async (file) => (folder === undefined ? undefined : await sourceFile(folder, file)),
    scenario: (userId) => model.recorder.recording(userId),
    perform: (command) => perform(command, context),
    logger: options.logger,
  });
  return {
    routes: [route],
    async warm() {
      await pageFiles();
    },
    close() {
      for (const part of [model.watched, model.health, model.desk, model.leads, model.streams, model.journal])
        part.close();
    },
  };
}

/** Everything that the page shows, each part fed by the runtime, by the emulator or by both. */
function createModel(options: SimulatorOptions, first: StatusRecord) {
  const { runtime: handle, emulator, clock, logger } = options;
  const runtime = (): ReturnType<RuntimeHandle['current']> => handle.current();
  const journal = new Journal(clock);
  const status = new Status(journal, first);
  const timeline = new Timeline(journal, () => [
    emulator.token,
    emulator.webhooks.settings.key,
    ...(options.secrets ?? []),
  ]);
  const leads = new Leads({ journal, runtime, clock, logger, site: options.widget?.code });
  const failedWebhooks = new FailedWebhooks(emulator);
  const desk = new Desk({
    journal,
    emulator,
    clock,
    onLook: () => {
      for (const draft of failedWebhooks.take()) timeline.add(draft);
    },
  });
  const faults = new Faults(journal, emulator);
  const recorder = new Recorder({
    botId: runtime().botId,
    operators: () => recordedOperators(emulator),
    nameOf: (userId) => journal.get('lead', userId)?.name ?? userId,
    now: () => clock.now(),
    withSettings: options.withSettings === true,
  });
  const streams = new Streams(journal, clock, randomUUID().slice(0, 8));
  const health = new Health({
    clock,
    runtime,
    watched: () => streams.count > 0,
    setStatus: (change) => status.set(change),
  });
  const watched = new WatchedRuntime({
    handle,
    status,
    timeline,
    clock,
    logger,
    onActivity(activity) {
      timeline.observe(activity);
      leads.observe(activity);
      recorder.observe(activity);
      if (activity.kind === 'bot_reloaded') status.set(afterReload(activity, status.record));
    },
    beforeRestart: () => streams.close(),
    afterRestart: () => leads.load(),
  });
  return { journal, status, timeline, leads, desk, faults, recorder, streams, health, watched };
}

/** A bot folder in order ends the failure of a restart that a broken one caused. */
function afterReload(
  { problems, at }: Extract<RuntimeActivity, { kind: 'bot_reloaded' }>,
  present: StatusRecord,
): Partial<StatusRecord> {
  const isMended = problems.length === 0 && present.runtime === 'failed';
  return { problems, reloadedAt: at, ...(isMended ? { runtime: 'running' as const } : {}) };
}

async function firstStatus({ runtime, bot, binding, widget, channels }: SimulatorOptions): Promise<StatusRecord> {
  const { botId } = runtime.current();
  return {
    botId,
    botName: bot.name ?? (await botName(bot.folder)) ?? botId,
    channels: Object.entries({ ...CHANNELS, ...channels }).map(([code, kind]) => ({
      code,
      ...(kind === undefined ? {} : { kind }),
      excluded: binding.excludedChannels.includes(code),
    })),
    headers: { bot: binding.botMessageHeader, lead: binding.leadMessageHeader, note: binding.operatorNoteHeader },
    runtime: 'running',
    problems: [],
    reloadedAt: 0,
    waiting: null,
    notReady: [],
    ...(widget === undefined ? {} : { widget: widget.path }),
  };
}

function recordedOperators(emulator: LiveTexEmulator): DialogRecording['operators'] {
  const [first, ...others] = emulator.groups.list();
  return emulator.operators.list().map((one) => {
    const group = one.groupId === first?.id ? undefined : others.find(({ id }) => id === one.groupId);
    return { name: operatorName(one), status: one.status, ...(group === undefined ? {} : { group: group.name }) };
  });
}
