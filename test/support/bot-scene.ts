import type { AfterScript, Json } from '../../plugin/contract/guest.ts';
import type { Content } from '../../plugin/contract/message.ts';
import { loadBot } from '../../runtime-shim/bot/load/load-bot.ts';
import { type LeadRecord, leadRecordSchema, NEW_POSITION } from '../../runtime-shim/leads/lead-record.ts';
import { scriptCauseText } from '../../runtime-shim/leads/script-cause-text.ts';
import { runScenario } from '../../runtime-shim/bot/run/run-scenario.ts';
import type { ScenarioPorts, ScenarioResult, Trigger } from '../../runtime-shim/bot/run/scenario-contract.ts';
import type { Sandbox } from '../../runtime-shim/sandbox/contract.ts';
import { botFolder } from './bot-folder.ts';

/** One lead talking to one bot, without a runtime: what is stored between two messages is kept as JSON, as storage does. */
export class BotScene {
  lead: LeadRecord;
  botAttributes: Record<string, string> = {};
  /** Actions that scripts asked a plugin for. */
  readonly actions: Json[] = [];
  /** Ends the scenario's time when it is aborted. */
  signal: AbortSignal = new AbortController().signal;
  private readonly folder: string;
  private readonly sandbox: Sandbox | undefined;
  private readonly answers: { chooseTransfer?: AfterScript; afterScript?: readonly AfterScript[] };

  constructor(
    folder: string,
    sandbox: Sandbox | undefined,
    answers: { chooseTransfer?: AfterScript; afterScript?: readonly AfterScript[] },
    channel: string,
  ) {
    this.folder = folder;
    this.sandbox = sandbox;
    this.answers = answers;
    this.lead = {
      ref: { botId: 'test', channel, externalId: '1' },
      id: 7,
      name: 'Анна',
      status: null,
      tags: [],
      attributes: {},
      systemAttributes: {},
      position: NEW_POSITION,
      createdAt: 0,
    };
  }

  /** The lead writes. */
  say(content: string | Content, options: { withOperator?: boolean } = {}): Promise<ScenarioResult> {
    const said = typeof content === 'string' ? { text: content } : content;
    return this.play({ kind: 'message', content: said, withOperator: options.withOperator ?? false });
  }

  async play(trigger: Trigger): Promise<ScenarioResult> {
    const bot = await loadBot(this.folder);
    const { sandbox, answers, actions } = this;
    const ports: ScenarioPorts = {
      run: (script) => sandbox?.run(script) ?? Promise.reject(new Error(`${script.file} was run without a sandbox`)),
      plugins: [],
      call: () => Promise.reject(new Error('no plugin')),
      afterScript: (_plugin, asked) => {
        actions.push(...asked);
        return Promise.resolve(answers.afterScript ?? []);
      },
      chooseTransfer: () => Promise.resolve(answers.chooseTransfer ?? { do: 'event', event: 'TransferRequested' }),
    };
    const { lead, botAttributes } = this;
    const result = await runScenario({ bot, lead, botAttributes, trigger, now: 0, ports, signal: this.signal });
    this.lead = leadRecordSchema.parse(JSON.parse(JSON.stringify(result.lead)));
    for (const [key, value] of result.botWrites) {
      if (value === null) delete this.botAttributes[key];
      else this.botAttributes[key] = value;
    }
    return result;
  }
}

interface SceneOptions {
  readonly routes?: unknown;
  readonly channels?: unknown;
  readonly files?: Readonly<Record<string, string>>;
  readonly sandbox?: Sandbox;
  readonly channel?: string;
  readonly chooseTransfer?: AfterScript;
  readonly afterScript?: readonly AfterScript[];
}

/** A scene on a bot of these scripts. */
export async function botScene(scripts: unknown, options: SceneOptions = {}): Promise<BotScene> {
  const { routes, channels, files, sandbox, channel, ...answers } = options;
  const folder = await botFolder(
    {
      id: 'test',
      scripts,
      ...(routes === undefined ? {} : { routes }),
      ...(channels === undefined ? {} : { channels }),
    },
    files,
  );
  return new BotScene(folder, sandbox, answers, channel ?? 'telegram');
}

/** What the bot said, as one line a message: `text [caption|caption]`. */
export function said(result: ScenarioResult): string[] {
  return result.says.map(({ content }) => {
    const files = (content.attachments ?? []).map((file) => `<${file.type} ${file.url}>`);
    const rows = (content.buttons ?? []).map((row) => `[${row.map((button) => button.text).join('|')}]`);
    return [...files, ...(content.text === undefined ? [] : [content.text]), ...rows].join(' ');
  });
}

/** Errors that the author would read, as `code file:line:column message`. */
export function mistakes(result: ScenarioResult): string[] {
  return result.reports.flatMap((report) => {
    if (report.kind !== 'script' || report.error === undefined) return [];
    const { code, file, line, column, message } = report.error;
    return [`${code} ${file}:${line ?? '-'}:${column ?? '-'} ${message}`];
  });
}

/** The scripts that were begun, and why. */
export function begun(result: ScenarioResult): string[] {
  return result.reports.flatMap((report) =>
    report.kind === 'script' && report.file === undefined && report.error === undefined
      ? [`${report.script}: ${scriptCauseText(report.cause)}`]
      : [],
  );
}
