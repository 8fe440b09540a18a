/** Runs one script file once: the real sandbox, the real plugin, a LiveTex emulator in this process, one lead in memory. */
import { attributesForLiveTex, LIVETEX_ATTRS_KEY, liveTexAttrsSchema } from '../../../plugin/contract/attributes.ts';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { NEW_POSITION } from '../../leads/position.ts';
import { startLiveTexEmulator } from '../../emulator/index.ts';
import { systemClock } from '../../../plugin/storage/index.ts';
import type { LiveTexEmulator } from '../../emulator/emulator-contract.ts';
import type { LeadRecord } from '../../leads/lead-record.ts';
import { DEFAULT_LIMITS } from '../../runtime/create-runtime.ts';
import { PluginSet } from '../../runtime/plugin-set.ts';
import type { Sandbox, ScriptResult, ScriptUsage } from '../../sandbox/contract.ts';
import { createSandbox } from '../../sandbox/index.ts';
import { type FileBot, findBot } from './find-bot.ts';
import type { LeadFile } from './lead-file.ts';
import type { RunReport, RunTransfer } from './run-report.ts';
import { SingleLeadHost } from './single-lead-host.ts';

/** A LiveTex in this process answers in milliseconds; one that is cut off on purpose must not be waited for. */
const REQUEST_TIMEOUT_MS = 2_000;

export type Operators = 'online' | 'offline' | 'unreachable';

export interface RunOnceOptions {
  /** Absolute path and content of the script file. */
  readonly path: string;
  readonly code: string;
  readonly operators: Operators;
  readonly lead: LeadFile;
  /** Where the script runs; stays open. Default: a sandbox of its own, closed at the end. */
  readonly sandbox?: Sandbox;
}

export interface RunOnceResult {
  readonly report: RunReport;
  /** The text of the file that the error is in, when it is known. */
  readonly errorSource: { readonly file: string; readonly code: string } | undefined;
  /** Why the bot folder around the file was left out. */
  readonly problem: string | undefined;
}

export async function runScriptOnce(options: RunOnceOptions): Promise<RunOnceResult> {
  const found = await findBot(options.path, options.code);
  const status = options.operators === 'online' ? 'online' : 'offline';
  const emulator = await startLiveTexEmulator({ operators: [{ firstName: 'Оператор', status }] });
  if (options.operators === 'unreachable') emulator.faults.add({ kind: 'reset', when: 'before' });
  const sandbox = options.sandbox ?? sandboxForOne();
  sandbox.useTimeZone(found.bot.timeZone);
  const lead = leadRecord(found, options.lead);
  const host = new SingleLeadHost({ bot: found.bot, lead, clock: systemClock });
  const results: ScriptResult[] = [];
  const plugin = await createLiveTexPlugin({
    bindings: [
      {
        token: emulator.token,
        baseUrl: emulator.url,
        requestTimeoutMs: REQUEST_TIMEOUT_MS,
        // Whatever the lead's channel: it is the script that is looked at, not a list of channels.
        excludedChannels: [],
      },
    ],
    storage: 'memory:',
    host: host.ports(async (trigger) => await host.play(trigger, ports, plugin)),
  });
  const plugins = new PluginSet([plugin]);
  const ports = {
    run: async (script: Parameters<typeof sandbox.run>[0]): Promise<ScriptResult> => {
      const result = await sandbox.run(script);
      results.push(result);
      return result;
    },
    plugins: plugins.bundles,
    call: plugins.callsFor(lead.ref),
    afterScript: async (name: string, actions: Parameters<typeof plugin.afterScript>[1]) =>
      await plugins.afterScript(lead.ref, name, actions),
    chooseTransfer: async () => await plugins.chooseTransfer(lead.ref, found.bot),
  };
  try {
    await plugin.start();
    const trigger = {
      kind: 'script',
      script: { code: found.entry },
      cause: { code: 'command_line' },
      duringTransfer: false,
    } as const;
    await host.play(trigger, ports, plugin);
    await plugin.idle();
    const report = reportOf(host, results, transferOf(host, emulator, options.operators));
    return { report, errorSource: errorSource(host, found), problem: found.problem };
  } finally {
    await plugin.close();
    await Promise.all([options.sandbox === undefined ? sandbox.close() : undefined, emulator.close()]);
  }
}

/** A sandbox as this command has it: one script at a time. */
export function sandboxForOne(): Sandbox {
  return createSandbox({ ...DEFAULT_LIMITS, runners: 1 });
}

function leadRecord({ bot }: FileBot, file: LeadFile): LeadRecord {
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

function transferOf(host: SingleLeadHost, emulator: LiveTexEmulator, operators: Operators): RunTransfer | null {
  if (!host.transferRequested) return null;
  const dialog = emulator.dialogs.get(userIdOf(host.lead.ref));
  if (dialog !== undefined && dialog.selections > 0) {
    return { outcome: operators === 'online' ? 'transferred' : 'queued', attributes: dialog.attributes };
  }
  const attributes = liveTexAttrsSchema.safeParse(host.lead.systemAttributes[LIVETEX_ATTRS_KEY] ?? {});
  return {
    outcome: host.noOperators ? 'no_operators' : 'queued',
    attributes: attributes.success ? attributesForLiveTex(attributes.data) : {},
  };
}

function reportOf(host: SingleLeadHost, results: readonly ScriptResult[], transfer: RunTransfer | null): RunReport {
  const [first] = results;
  const error = host.reports.find((report) => report.error !== undefined)?.error;
  return {
    ok: error === undefined,
    returned: first?.ok === true ? first.returned : null,
    messages: host.messages,
    attributes: Object.fromEntries(Object.entries(host.lead.attributes).map(([key, { value }]) => [key, value])),
    systemAttributes: host.lead.systemAttributes,
    transfer,
    // A script reports that it began, then each of its files: once is enough here.
    scripts: host.reports
      .filter(({ file, error: wrong }) => file === undefined && wrong === undefined)
      .map(({ script }) => script),
    log: host.log,
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

function errorSource(host: SingleLeadHost, { bot }: FileBot): RunOnceResult['errorSource'] {
  const file = host.reports.find((report) => report.error !== undefined)?.error?.file;
  if (file === undefined) return undefined;
  const source = bot.sources.get(file) ?? Object.values(bot.libraries).find((library) => library.file === file);
  return source === undefined ? undefined : { file, code: source.code };
}
