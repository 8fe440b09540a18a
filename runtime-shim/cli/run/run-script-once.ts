/** Runs one script file once, in the runtime that `serve` has: its storage in memory, one lead, a LiveTex emulator beside it. */
import type { Text } from '../../../plugin/contract/text.ts';
import { attributesForLiveTex, LIVETEX_ATTRS_KEY, liveTexAttrsSchema } from '../../../plugin/contract/attributes.ts';
import type { PlatformEvent } from '../../../plugin/contract/events.ts';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { createMemoryStorage, systemClock } from '../../../plugin/storage/index.ts';
import type { Bot } from '../../bot/bot.ts';
import type { LiveTexEmulator } from '../../emulator/emulator-contract.ts';
import { startLiveTexEmulator } from '../../emulator/index.ts';
import { type LeadRecord, NEW_POSITION } from '../../leads/lead-record.ts';
import { addLead } from '../../leads/lead-store.ts';
import type { LeadView, Runtime, RuntimeActivity } from '../../runtime/contract.ts';
import { newLeadJob } from '../../runtime/receive-message.ts';
import type { Sandbox, ScriptLogLine, ScriptResult, ScriptUsage } from '../../sandbox/contract.ts';
import { createSandbox, DEFAULT_LIMITS } from '../../sandbox/index.ts';
import { configSchema } from '../config/config-schema.ts';
import { apiModeOf } from '../config/load-config.ts';
import { createRuntimeOf } from '../create-runtime-of.ts';
import { findBot } from './find-bot.ts';
import type { LeadFile } from './lead-file.ts';
import type { RunReport, RunTransfer } from './run-report.ts';

/** A LiveTex in this process answers in milliseconds; one that is cut off on purpose must not be waited for. */
const REQUEST_TIMEOUT_MS = 2_000;

export type Operators = 'online' | 'offline' | 'unreachable';

export interface RunOnceOptions {
  /** Absolute path and content of the script file. */
  readonly path: string;
  readonly code: string;
  readonly operators: Operators;
  readonly lead: LeadFile;
  /** Requests that no stub answers go out, wherever they go: it is the author's own machine. */
  readonly live?: boolean;
  /** Runs the scripts; whoever gives it closes it. Default: one of its own. */
  readonly sandbox?: Sandbox;
}

export interface RunOnceResult {
  readonly report: RunReport;
  /** The error's message in Russian, where there is one. */
  readonly ru: string | undefined;
  /** The text of the file that the error is in, when it is known. */
  readonly errorSource: { readonly file: string; readonly code: string } | undefined;
  /** Why the bot folder around the file was left out. */
  readonly problem: Text | undefined;
}

/** A sandbox of one process: one script runs at a time, and who ran a hostile one may wait for the next runner. */
export function sandboxForOne(): Sandbox {
  return createSandbox({ ...DEFAULT_LIMITS, runners: 1, spares: 0 });
}

export async function runScriptOnce(options: RunOnceOptions): Promise<RunOnceResult> {
  const found = await findBot(options.path, options.code);
  const lead = leadRecord(found.bot, options.lead);
  const seen = new SeenInRun();
  /** What was opened, to be closed in the reverse order. */
  const opened: Array<() => Promise<void>> = [];
  try {
    const emulator = await startEmulator(options.operators);
    opened.push(() => emulator.close());
    const sandbox = options.sandbox ?? sandboxForOne();
    if (options.sandbox === undefined) opened.push(() => sandbox.close());
    sandbox.useTimeZone(found.bot.timeZone);
    const storage = createMemoryStorage({ clock: systemClock });
    opened.push(() => storage.close());
    const runtime = await createRuntimeOf(configOf(found.bot, emulator), {
      storage,
      parts: {
        bots: [found.bot],
        sandbox: seen.watching(sandbox),
        maxTries: 1,
        apiMode: apiModeOf(options.live === true, undefined),
      },
      onEvents: (events, verdicts) => seen.events(events, verdicts),
    });
    opened.push(() => runtime.close());
    runtime.onActivity((activity) => seen.activity(activity));
    await storage.transaction(async (tx) => {
      await addLead(tx, lead);
      const cause = { code: 'command_line' } as const;
      const script = { code: found.entry };
      await tx.enqueue([
        newLeadJob({
          kind: 'script',
          lead: lead.ref,
          id: 'run',
          script,
          cause,
          duringTransfer: false,
          memory: options.lead.memory,
        }),
      ]);
    });
    await runtime.start();
    await runtime.idle();
    const view = await viewOf(runtime, lead);
    const report = reportOf(seen, view, transferOf(seen, view, emulator, options.operators));
    return { report, ru: seen.error?.ru, errorSource: errorSource(seen, found.bot), problem: found.problem };
  } finally {
    for (const close of opened.toReversed()) await close();
  }
}

async function startEmulator(operators: Operators): Promise<LiveTexEmulator> {
  const status = operators === 'online' ? 'online' : 'offline';
  const emulator = await startLiveTexEmulator({ operators: [{ firstName: 'Оператор', status }] });
  if (operators === 'unreachable') emulator.faults.add({ kind: 'reset', when: 'before' });
  return emulator;
}

function configOf(bot: Bot, emulator: LiveTexEmulator): ReturnType<typeof configSchema.parse> {
  return configSchema.parse({
    bot: bot.folder,
    livetex: [
      {
        token: emulator.token,
        baseUrl: emulator.url,
        requestTimeoutMs: REQUEST_TIMEOUT_MS,
        // Whatever the lead's channel: it is the script that is looked at, not a list of channels.
        excludedChannels: [],
      },
    ],
  });
}

function leadRecord(bot: Bot, file: LeadFile): LeadRecord {
  const { channel, externalId, name, tags, systemAttributes } = file;
  return {
    ref: { botId: bot.id, channel, externalId },
    id: 1,
    name,
    status: null,
    tags,
    attributes: Object.fromEntries(
      Object.entries(file.attributes).map(([key, value]) => [key, { kind: 'text', value }]),
    ),
    systemAttributes,
    position: NEW_POSITION,
    createdAt: systemClock.now(),
  };
}

async function viewOf(runtime: Runtime, { ref }: LeadRecord): Promise<LeadView> {
  const view = await runtime.lead(ref.channel, ref.externalId);
  if (view === undefined) throw new Error('the lead of this run is not stored');
  return view;
}

type ScriptActivity = Extract<RuntimeActivity, { kind: 'script' }>;

/** What came of a run, as the runtime and the plugin told it. */
class SeenInRun {
  readonly results: ScriptResult[] = [];
  readonly scripts: ScriptActivity[] = [];
  /** What the author reads: of scripts, of the bot and of the plugin, in the order in which it happened. */
  readonly log: ScriptLogLine[] = [];
  /** By id, since a transaction that is tried again tells its events again. */
  private readonly accepted = new Map<string, PlatformEvent>();

  watching(sandbox: Sandbox): Sandbox {
    return {
      run: async (script) => {
        const result = await sandbox.run(script);
        this.results.push(result);
        return result;
      },
      stats: () => sandbox.stats(),
      useTimeZone: (zone) => sandbox.useTimeZone(zone),
      ready: () => sandbox.ready(),
      close: () => sandbox.close(),
    };
  }

  events(events: readonly PlatformEvent[], verdicts: ReadonlyArray<{ id: string; verdict: string }>): void {
    const suppressed = new Set(verdicts.filter(({ verdict }) => verdict === 'suppressed').map(({ id }) => id));
    for (const event of events) if (!suppressed.has(event.id)) this.accepted.set(event.id, event);
  }

  activity(activity: RuntimeActivity): void {
    if (activity.kind === 'author_log') this.log.push({ level: activity.level, text: activity.text });
    if (activity.kind !== 'script') return;
    this.scripts.push(activity);
    this.log.push(...activity.log);
  }

  get messages(): RunReport['messages'] {
    return [...this.accepted.values()].flatMap((event) => (event.type === 'BotMessage' ? [event.content] : []));
  }

  /** Was an operator asked for? */
  get transferRequested(): boolean {
    return [...this.accepted.values()].some(({ type }) => type === 'TransferRequested');
  }

  /** Was a message left for operators? */
  get messageLeft(): boolean {
    return [...this.accepted.values()].some(({ type }) => type === 'LeaveMessageRequested');
  }

  /** Did the script of the type «Нет доступных операторов» take over? */
  get noOperators(): boolean {
    return this.scripts.some(({ because }) => because.code === 'no_operators' || because.code === 'transfer_failed');
  }

  get error(): ScriptActivity['error'] {
    return this.scripts.find(({ error }) => error !== undefined)?.error;
  }
}

function transferOf(
  seen: SeenInRun,
  { lead, systemAttributes }: LeadView,
  emulator: LiveTexEmulator,
  operators: Operators,
): RunTransfer | null {
  if (!seen.transferRequested && !seen.messageLeft) return null;
  const dialog = emulator.dialogs.get(userIdOf(lead));
  if (dialog !== undefined && dialog.selections > 0) {
    const isLeft = seen.messageLeft && (seen.noOperators || !seen.transferRequested);
    if (isLeft) return { outcome: 'message_left', attributes: dialog.attributes };
    return { outcome: operators === 'online' ? 'transferred' : 'queued', attributes: dialog.attributes };
  }
  const attributes = liveTexAttrsSchema.safeParse(systemAttributes[LIVETEX_ATTRS_KEY] ?? {});
  return {
    outcome: seen.noOperators ? 'no_operators' : 'queued',
    attributes: attributes.success ? attributesForLiveTex(attributes.data).values : {},
  };
}

function reportOf(seen: SeenInRun, view: LeadView, transfer: RunTransfer | null): RunReport {
  const [first] = seen.results;
  const { error, messages, log, scripts, results } = seen;
  return {
    ok: error === undefined,
    returned: first?.ok === true ? first.returned : null,
    messages,
    attributes: view.attributes,
    systemAttributes: view.systemAttributes,
    transfer,
    // A script reports that it began, then each of its files: once is enough here.
    scripts: scripts
      .filter(({ file, error: wrong }) => file === undefined && wrong === undefined)
      .map(({ script }) => script),
    log,
    error:
      error === undefined ? null : { code: error.code, message: error.message, line: error.line, column: error.column },
    usage: sum(results.map(({ usage }) => usage)),
  };
}

function sum(usages: readonly ScriptUsage[]): ScriptUsage {
  return {
    cpuMs: hundredths(usages.reduce((total, { cpuMs }) => total + cpuMs, 0)),
    wallMs: hundredths(usages.reduce((total, { wallMs }) => total + wallMs, 0)),
    hostCalls: usages.reduce((total, { hostCalls }) => total + hostCalls, 0),
  };
}

/** As exact as each run tells it: a sum of binary fractions would print as 40.790000000000006. */
function hundredths(ms: number): number {
  return Math.round(ms * 100) / 100;
}

function errorSource({ error }: SeenInRun, { sources, libraries }: Bot): RunOnceResult['errorSource'] {
  if (error === undefined) return undefined;
  const { file } = error;
  const source = sources.get(file) ?? Object.values(libraries).find((library) => library.file === file);
  return source === undefined ? undefined : { file, code: source.code };
}
