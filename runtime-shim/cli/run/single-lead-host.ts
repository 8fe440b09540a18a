/** A platform of one lead in memory: the least that the plugin and the interpreter need to run one script to its end. */
import type { Clock, LiveTexHost } from '../../../plugin/contract/host.ts';
import type { RuntimePlugin } from '../../../plugin/contract/plugin.ts';
import { LIVETEX_ATTRS_KEY, liveTexAttrsSchema } from '../../../plugin/contract/attributes.ts';
import type { Transaction } from '../../../plugin/storage/contract.ts';
import { type Bot, findScript } from '../../bot/bot.ts';
import { MAX_SCENARIO_MS } from '../../bot/run/play.ts';
import { runScenario } from '../../bot/run/run-scenario.ts';
import type { ScenarioPorts, ScenarioReport, ScriptReport, Trigger } from '../../bot/run/scenario-contract.ts';
import type { LeadRecord } from '../../leads/lead-record.ts';
import type { ScriptLogLine } from '../../sandbox/contract.ts';
import type { RunMessage } from './run-report.ts';

export interface SingleLeadHostOptions {
  readonly bot: Bot;
  readonly lead: LeadRecord;
  readonly clock: Clock;
}

export class SingleLeadHost {
  readonly messages: RunMessage[] = [];
  readonly reports: ScriptReport[] = [];
  /** What the author reads: of scripts, of the bot and of the plugin, in the order in which it happened. */
  readonly log: ScriptLogLine[] = [];
  /** Was an operator asked for? */
  transferRequested = false;
  /** Did the script of the type «Нет доступных операторов» take over? */
  noOperators = false;
  lead: LeadRecord;
  private readonly options: SingleLeadHostOptions;
  private botAttributes: Readonly<Record<string, string>> = {};
  private events = 0;

  constructor(options: SingleLeadHostOptions) {
    this.options = options;
    this.lead = options.lead;
  }

  /** The host ports that the plugin is made with. `play` is called for each script that the plugin asks for. */
  ports(play: (trigger: Trigger) => Promise<void>): LiveTexHost {
    return {
      clock: this.options.clock,
      attributes: { get: async () => this.profile() },
      hasScript: async (_lead, script) => findScript(this.options.bot, script) !== undefined,
      runScript: async (_lead, { script, cause, duringTransfer }) => {
        if (cause === 'no_operators' || cause === 'transfer_failed') this.noOperators = true;
        await play({ kind: 'script', script, cause: { code: cause }, duringTransfer });
      },
      // Notices and operators' messages: nobody answers in one run, and `transfer` in the report says what a notice would.
      deliver: async () => {},
      setForwarded: async () => {},
      authorLog: (_lead, { level, text }) => void this.log.push({ level, text }),
    };
  }

  /** Runs the bot for one trigger and tells the plugin what came of it, in the runtime's order: what was said, then the requests. */
  async play(trigger: Trigger, ports: ScenarioPorts, plugin: RuntimePlugin<Transaction>): Promise<void> {
    const { bot, clock } = this.options;
    const signal = AbortSignal.timeout(MAX_SCENARIO_MS);
    const { botAttributes } = this;
    const result = await runScenario({ bot, lead: this.lead, botAttributes, trigger, ports, signal });
    this.lead = result.lead;
    this.botAttributes = merged(botAttributes, result.botWrites);
    for (const report of result.reports) this.note(report);
    this.messages.push(...result.says.map(({ content }) => content));
    if (result.requests.some(({ type }) => type === 'TransferRequested')) this.transferRequested = true;
    const common = { lead: this.lead.ref, at: clock.now() };
    await plugin.accept([
      ...result.says.map(({ content, duringTransfer }) => ({
        type: 'BotMessage' as const,
        id: this.nextId(),
        ...common,
        content,
        duringTransfer,
      })),
      ...result.requests.map((request) => ({ ...request, id: this.nextId(), ...common })),
    ]);
  }

  private note(report: ScenarioReport): void {
    if (report.kind === 'remark') {
      this.log.push({ level: report.level, text: report.text });
    } else {
      this.reports.push(report);
      this.log.push(...report.log);
    }
  }

  private profile(): { name?: string; attributes: Record<string, string | number | boolean> } {
    const parsed = liveTexAttrsSchema.safeParse(this.lead.systemAttributes[LIVETEX_ATTRS_KEY] ?? {});
    const attributes = parsed.success ? parsed.data : {};
    return this.lead.name === null ? { attributes } : { name: this.lead.name, attributes };
  }

  private nextId(): string {
    this.events += 1;
    return `run-${this.events}`;
  }
}

function merged(
  present: Readonly<Record<string, string>>,
  writes: ReadonlyMap<string, string | null>,
): Record<string, string> {
  const all = new Map<string, string | null>([...Object.entries(present), ...writes]);
  return Object.fromEntries([...all].filter((entry): entry is [string, string] => entry[1] !== null));
}
