import type { CodedError } from '../../../plugin/contract/coded-error.ts';
import type { AfterScript } from '../../../plugin/contract/guest.ts';
import type { TransferWishes } from '../../../plugin/contract/events.ts';
import { type Text, together } from '../../../plugin/contract/text.ts';
import type { TableWrite } from '../../tables/contract.ts';
import { type Content, contentSchema } from '../../../plugin/contract/message.ts';
import { issueWords } from '../../../plugin/contract/issue-words.ts';
import type { ScriptRef, ScriptType } from '../../../plugin/contract/script-types.ts';
import { shimError, type ShimErrorCode } from '../../errors.ts';
import type { Frame, LeadRecord } from '../../leads/lead-record.ts';
import type { ScriptError, ScriptLogLine } from '../../sandbox/contract.ts';
import { knownNames, quotedName } from '../../names.ts';
import { botAttributesOf, findScript, refText, DESCRIPTION_FILE } from '../bot.ts';
import type { ScriptCause } from '../../leads/script-cause.ts';
import type { MacroValues } from './macros.ts';
import type {
  BotSays,
  RunForOther,
  ScenarioInput,
  ScenarioReport,
  ScenarioRequest,
  ScenarioWish,
  ScenarioResult,
} from './scenario-contract.ts';

/** Most scripts and commands that one message may run: a circle of scripts ends here. Our choice; real scenarios run a dozen. */
const MAX_STEPS = 300;
/**
 * How often a script may come of itself within one message: then it is a circle. Our choice: an author's loop that asks,
 * looks and tries again needs two or three turns, and a lead must not read hundreds.
 */
const MAX_TURNS = 5;
/** Longest run of a scenario in ms, script time and waiting for a runner included. Our choice: a lead waits for the answer. */
export const MAX_SCENARIO_MS = 30_000;

/** Longest name of a script that the operator's desk gets, UTF-16 units (`plugin/contract/events.ts`). */
export const MAX_SCRIPT_NAME = 200;

/** Messages of one scenario. Our choice: as many as one script may say; all is stored in one transaction, 0.2 ms each, and nobody reads more. */
export const MAX_SAYS = 200;
/**
 * Characters of all messages of one scenario, as JSON. Our choice: five of the longest; all of them are cut for LiveTex and stored in
 * one transaction, and four million took the server's loop for most of a second.
 */
const MAX_SAID_CHARS = 500_000;
/** Characters of log lines of one scenario. Our choice: as many as two scripts may write. */
const MAX_LOG_CHARS = 400_000;
/** Log lines of one scenario, and its reports. Our choice: each is stored by itself, and eight thousand took a fifth of a second. */
const MAX_LOG_LINES = 1_000;
const MAX_REPORTS = 600;
/** What a line counts beside its text: thousands of empty ones take as long to store as a few long ones. */
const LINE_CHARS = 100;
/**
 * Characters of all that one run of a scenario says, logs, keeps and asks for. Our choice: all is stored in one transaction,
 * and the largest honest one (a file read into attributes, twice) needs half of it.
 */
export const MAX_TURN_CHARS = 4_000_000;
/** What a report counts beside its texts: it becomes a line of the author's log and of the timeline at least. */
const REPORT_CHARS = 500;
/** Runs for other leads of one scenario that are kept, so that the runtime sees that there were more than it starts. */
const MAX_RUNS_ASKED = 1_001;

/** How a command leaves its script: go on with the next one, wait for the lead's answer, give the script up, or end them all. */
export type CommandEnd = 'next' | 'wait' | 'failed' | 'stop';

/** A place in one of the author's files. */
export type AuthorPlace = Pick<ScriptError, 'file' | 'line' | 'column'>;

/** An error without its place. */
export type SaidError = Pick<ScriptError, 'code' | 'message' | 'ru'>;

export function saidError({ code, text }: Pick<CodedError, 'code' | 'text'>): SaidError {
  return { code, message: text.en, ru: text.ru };
}

/** Thrown to end a scenario that runs in a circle or for too long; what it did until then stands. */
export class ScenarioStopped extends Error {
  readonly code: ShimErrorCode;
  readonly ru: string;
  readonly place: AuthorPlace | undefined;
  constructor(code: ShimErrorCode, text: Text, place?: AuthorPlace) {
    super(text.en);
    this.code = code;
    this.ru = text.ru;
    this.place = place;
  }
}

/** A scenario under way: the working copy of the lead, and what has come of it so far. */
export class Play {
  readonly input: ScenarioInput;
  lead: LeadRecord;
  botAttributes: Readonly<Record<string, string>>;
  memory: Readonly<Record<string, string>>;
  /** Scripts under way, the innermost last. */
  frames: Frame[] = [];
  duringTransfer = false;
  choice: string | undefined;
  /** Nothing in the bot fits the lead's message. */
  misunderstood = false;
  forwarded: boolean | undefined;
  /** The script of type «Ошибка» has run, or is one of those that failed. */
  errorAnswered = false;
  readonly says: BotSays[] = [];
  readonly requests: ScenarioRequest[] = [];
  readonly botWrites = new Map<string, string | null>();
  readonly runsForOthers: RunForOther[] = [];
  readonly tables: TableWrite[] = [];
  readonly reports: ScenarioReport[] = [];
  /** The scripts that each frame came of, the first one first: not stored, since a lead's answer makes a new turn. */
  private readonly origins = new WeakMap<Frame, readonly string[]>();
  /** Where a script was asked for. */
  private readonly places = new WeakMap<ScriptRef, AuthorPlace>();
  private steps = 0;
  private logChars = 0;
  private logLines = 0;
  private chars = 0;
  private said = 0;
  private readonly startedAt = performance.now();

  constructor(input: ScenarioInput) {
    this.input = input;
    this.lead = input.lead;
    this.botAttributes = botAttributesOf(input.bot, input.botAttributes);
    this.memory = input.memory ?? {};
  }

  /** What the macros of a text stand for now. */
  get macroValues(): MacroValues {
    return { lead: this.lead, memory: this.memory, botName: this.input.bot.name };
  }

  /** Counts one script or command. @throws ScenarioStopped */
  step(): void {
    this.steps += 1;
    if (this.steps > MAX_STEPS) {
      throw new ScenarioStopped('script_loop', shimError('script_loop', { limit: MAX_STEPS }).text);
    }
    if (this.input.signal.aborted) throw outOfTime();
  }

  /** Leaves what is under way: what comes now is no part of it. */
  beginAnew(): void {
    this.frames = [];
    this.steps = 0;
  }

  /** Waits for something outside, and not beyond the scenario's time: what it answers later is ignored. @throws ScenarioStopped */
  async within<Value>(work: Promise<Value>): Promise<Value> {
    const { signal } = this.input;
    const late = Promise.withResolvers<never>();
    const end = (): void => late.reject(outOfTime());
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    try {
      return await Promise.race([late.promise, work]);
    } finally {
      signal.removeEventListener('abort', end);
    }
  }

  /** What is left of the scenario's time, ms: a script ends with it, also while it waits for a runner. */
  get leftMs(): number {
    return Math.max(0, MAX_SCENARIO_MS - (performance.now() - this.startedAt));
  }

  /** Counts what is to be stored. What has been done until then stands. @throws ScenarioStopped */
  spend(chars: number): void {
    this.chars += chars;
    const limit = this.input.maxChars ?? MAX_TURN_CHARS;
    if (this.chars > limit) throw outputFull(limit);
  }

  /**
   * Puts a script on top of those under way; an unknown one is the author's mistake. `by`: the script that asks for it, and
   * where. @throws ScenarioStopped
   */
  enter(ref: ScriptRef, cause: ScriptCause, by?: { readonly frame: Frame; readonly place?: AuthorPlace }): void {
    this.step();
    const script = findScript(this.input.bot, ref);
    if (script === undefined) {
      this.mistake(quotedName(refText(ref)), cause, this.unknownScript(refText(ref)));
      return;
    }
    if (script.type === 'error') this.errorAnswered = true;
    const frame: Frame = { script: script.code, cause, begun: false, next: 0, pending: [] };
    const origin = by === undefined ? [] : [...(this.origins.get(by.frame) ?? []), by.frame.script];
    if (origin.filter((code) => code === script.code).length >= MAX_TURNS) {
      const circle = [...origin.slice(origin.lastIndexOf(script.code)), script.code];
      const names = circle.map((code) => quotedName(code)).join(' → ');
      const { text } = shimError('script_loop', { turns: MAX_TURNS, circle: names });
      throw new ScenarioStopped('script_loop', text, by?.place ?? this.places.get(ref));
    }
    this.origins.set(frame, origin);
    this.frames.push(frame);
  }

  /** Leaves all that is under way for what the script of this frame has asked to run. */
  leave(frame: Frame): void {
    this.frames = [];
    this.enterPending(frame);
  }

  /** Puts the scripts that a script asked for on top, so that the first one asked for runs first. */
  enterPending(frame: Frame): void {
    for (const ref of frame.pending.toReversed()) this.enter(ref, { code: 'bot_run', of: frame.script }, { frame });
  }

  /** What is wrong with a name that leads to no script. */
  unknownScript(script: string): SaidError {
    const known = knownNames(this.input.bot.scripts.keys());
    return saidError(shimError('script_unknown', { script: quotedName(script), known }));
  }

  /** Asks for an operator, or for the dialog back; the same request twice in a row is one. */
  request(type: ScenarioWish['type'], wishes: TransferWishes = {}): void {
    if (this.requests.at(-1)?.type === type) return;
    const scriptType = this.askingType();
    const script = type === 'ReturnRequested' ? undefined : this.askingScript();
    const { trigger } = this.input;
    const isLeads = type === 'ReturnRequested' && trigger.kind === 'message' && trigger.withOperator;
    this.requests.push({
      type,
      ...wishes,
      ...(scriptType === undefined ? {} : { scriptType }),
      ...(script === undefined ? {} : { script }),
      ...(isLeads ? { by: 'lead' as const } : {}),
    });
  }

  /** What a plugin wants told to all of them. A line for the operator is counted as what it says. */
  ask(then: Extract<AfterScript, { do: 'event' }>): void {
    if (then.event === 'OperatorNote') {
      this.spend(then.text.length);
      this.requests.push({ type: then.event, text: then.text });
    } else this.request(then.event, then.event === 'ReturnRequested' ? undefined : then.wishes);
  }

  /** The innermost script under way, as people know it. */
  private askingScript(): string | undefined {
    const code = this.frames.at(-1)?.script;
    if (code === undefined) return undefined;
    return (this.input.bot.scripts.get(code)?.name ?? code).slice(0, MAX_SCRIPT_NAME).toWellFormed();
  }

  /**
   * The innermost script under way that has a special type asks for whatever its ordinary scripts ask for. A run that a
   * plugin started may have left its first script by `bot.run`: then the type is not certain.
   */
  private askingType(): ScriptType | undefined {
    const types = this.frames.map((frame) => this.input.bot.scripts.get(frame.script)?.type ?? 'standard');
    const special = types.findLast((type) => type !== 'standard');
    return special ?? (this.input.trigger.kind === 'message' ? 'standard' : undefined);
  }

  /** Says something, if it is something that can be said; `script` and `part` name its place in `bot.json`. */
  say(content: Content, script: string, part: readonly PropertyKey[]): void {
    const parsed = contentSchema.safeParse(content);
    if (parsed.success) {
      if (this.says.length >= MAX_SAYS) {
        const { text } = shimError('script_host_calls', {
          limit: MAX_SAYS,
          what: { en: 'messages with its other scripts', ru: 'сообщений вместе с другими скриптами' },
        });
        throw new ScenarioStopped('script_host_calls', text);
      }
      const { length } = JSON.stringify(parsed.data);
      this.said += length;
      if (this.said > MAX_SAID_CHARS) throw outputFull(MAX_SAID_CHARS);
      this.says.push({ content: parsed.data, duringTransfer: this.duringTransfer });
      this.spend(length);
      return;
    }
    const problems = parsed.error.issues.map((issue) => {
      const words = issueWords(issue);
      return together((language) => `${issue.path.join('.')} ${words[language]}`.trim());
    });
    this.mistake(script, { code: 'not_sent' }, saidError(shimError('message_invalid', { problems })), part);
  }

  /** Reports an author's mistake that stands in `bot.json`. */
  mistake(script: string, cause: ScriptCause, wrong: SaidError, part?: readonly PropertyKey[]): void {
    const place = part === undefined ? undefined : this.input.bot.place(script, part);
    const error: ScriptError = {
      ...wrong,
      file: DESCRIPTION_FILE,
      line: place?.line ?? null,
      column: place?.column ?? null,
    };
    this.report({ kind: 'script', script, cause, log: [], error });
  }

  /** Adds what the author should read. @throws ScenarioStopped */
  report(report: ScenarioReport): void {
    this.reports.push(report);
    if (this.reports.length > MAX_REPORTS) {
      const what = { en: 'lines of the author’s log about its scripts', ru: 'строк журнала автора о своих скриптах' };
      throw new ScenarioStopped('script_host_calls', shimError('script_host_calls', { limit: MAX_REPORTS, what }).text);
    }
    this.spend(REPORT_CHARS + charsOf(report));
  }

  /** Asks for a script that runs when the one under way has ended. @throws ScenarioStopped */
  later(ref: ScriptRef, place?: AuthorPlace): void {
    this.frames.at(-1)?.pending.push(ref);
    if (place !== undefined) this.places.set(ref, place);
    this.spend(LINE_CHARS + refText(ref).length);
  }

  /** Asks for a script of another lead, once this one has ended. @throws ScenarioStopped */
  runForOther(run: RunForOther): void {
    if (this.runsForOthers.length < MAX_RUNS_ASKED) this.runsForOthers.push(run);
    this.spend(LINE_CHARS + run.leadId.length + run.code.length);
  }

  /** The part of a script's log that is kept: a circle of scripts that all write much must not fill the storage. */
  keptLog(log: readonly ScriptLogLine[]): readonly ScriptLogLine[] {
    const kept = log.filter(({ text }) => {
      this.logChars += text.length + LINE_CHARS;
      this.logLines += 1;
      return this.logChars <= MAX_LOG_CHARS && this.logLines <= MAX_LOG_LINES;
    });
    return kept.length === log.length
      ? kept
      : [
          ...kept,
          {
            level: 'warn',
            text: `… more than ${MAX_LOG_CHARS} characters or ${MAX_LOG_LINES} lines: the rest is left out`,
          },
        ];
  }

  /** A line in the author's log. */
  remark(text: string, level: 'info' | 'warn' = 'info'): void {
    this.report({ kind: 'remark', level, text });
  }

  /** The end of a scenario that was stopped: told whatever has been spent. */
  stoppedBy({ code, message, ru, place }: ScenarioStopped): void {
    const script = this.frames.at(-1)?.script ?? '';
    const error: ScriptError = { code, message, ru, ...(place ?? this.placeUnderWay()) };
    this.reports.push({ kind: 'script', script, cause: { code: 'stopped' }, log: [], error });
  }

  /** The command that was being performed, in `bot.json`. */
  private placeUnderWay(): AuthorPlace {
    const frame = this.frames.at(-1);
    if (frame === undefined || frame.next === 0) return { file: DESCRIPTION_FILE, line: null, column: null };
    return { file: DESCRIPTION_FILE, ...this.input.bot.place(frame.script, ['commands', frame.next - 1]) };
  }

  result(): ScenarioResult {
    const { lead, choice, misunderstood, botWrites, says, requests, forwarded, runsForOthers, tables, reports, chars } =
      this;
    return {
      lead,
      ...(choice === undefined ? {} : { choice }),
      ...(misunderstood ? { misunderstood } : {}),
      botWrites,
      says,
      requests,
      forwarded,
      runsForOthers,
      tables,
      reports,
      chars,
    };
  }
}

function outputFull(limit: number): ScenarioStopped {
  return new ScenarioStopped('script_output_full', shimError('script_output_full', { limit }).text);
}

function outOfTime(): ScenarioStopped {
  return new ScenarioStopped('script_deadline', shimError('script_deadline', { wallMs: MAX_SCENARIO_MS }).text);
}

function charsOf(report: ScenarioReport): number {
  if (report.kind === 'remark') return report.text.length;
  const { log, error, attributes } = report;
  const written = attributes === undefined ? 0 : JSON.stringify(attributes).length;
  return log.reduce((chars, { text }) => chars + text.length + LINE_CHARS, (error?.message.length ?? 0) + written);
}
