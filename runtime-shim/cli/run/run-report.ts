import { type Language, type Text, wordsFor } from '../../../plugin/contract/text.ts';
import { CLI_TEXTS } from '../cli-texts.ts';
import type { Json } from '../../../plugin/contract/guest.ts';
import type { Content } from '../../../plugin/contract/message.ts';
import type { ScriptLogLine, ScriptUsage } from '../../sandbox/contract.ts';
import { coloured, printable, printableField, printableJson, type Terminal } from '../terminal.ts';
import { codeFrame } from './code-frame.ts';

/** A message that the bot sent to the lead. */
type RunMessage = Content;

/**
 * What became of a request for an operator. `transferred`: LiveTex has the dialog and an operator is online.
 * `message_left`: operators have it as a message, the bot goes on. `no_operators`: the script of the type «Нет доступных операторов» took its place. `queued`: nobody is online and there is
 * no such script, so LiveTex keeps the dialog for the first operator who comes.
 */
export interface RunTransfer {
  readonly outcome: 'transferred' | 'no_operators' | 'queued' | 'message_left';
  /** As LiveTex gets them: all strings. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface RunError {
  readonly code: string;
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** `run --json` prints exactly this (README, "One script"). */
export interface RunReport {
  readonly ok: boolean;
  readonly returned: Json;
  readonly messages: readonly RunMessage[];
  /** The lead's ordinary attributes after the run. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly systemAttributes: Readonly<Record<string, Json>>;
  readonly transfer: RunTransfer | null;
  /** Codes of the scripts that ran, in order. */
  readonly scripts: readonly string[];
  readonly log: readonly ScriptLogLine[];
  readonly error: RunError | null;
  readonly usage: ScriptUsage;
}

/** A report of a run that did not come about. */
export function failedReport(error: RunError): RunReport {
  return {
    ok: false,
    returned: null,
    messages: [],
    attributes: {},
    systemAttributes: {},
    transfer: null,
    scripts: [],
    log: [],
    error,
    usage: { cpuMs: 0, wallMs: 0, hostCalls: 0 },
  };
}

/** Where the error is, when it is in a file: its name for people and its text. */
interface ErrorSource {
  readonly file: string;
  readonly code: string;
}

/** The report for a person. `ru`: the error's message in Russian, where there is one. */
export function reportText(
  report: RunReport & { readonly ru?: string | undefined },
  terminal: Pick<Terminal, 'colour'>,
  { source, language }: { readonly source: ErrorSource | undefined; readonly language: Language },
): string {
  const bold = (text: string): string => coloured(terminal, 'bold', text);
  const heading = (text: Text): string => bold(text[language]);
  const blocks: string[][] = [];
  if (report.messages.length > 0) blocks.push([heading(CLI_TEXTS.leadSees), ...report.messages.flatMap(messageLines)]);
  if (Object.keys(report.attributes).length > 0) {
    blocks.push([heading(CLI_TEXTS.attributes), ...pairs(report.attributes)]);
  }
  blocks.push(...systemBlocks(report, bold));
  if (report.transfer !== null) {
    const values = pairs(report.transfer.attributes);
    const passed =
      values.length === 0 ? [] : [`  ${CLI_TEXTS.forOperator[language]}:`, ...values.map((line) => `  ${line}`)];
    const outcome = CLI_TEXTS[report.transfer.outcome][language];
    blocks.push([heading(CLI_TEXTS.transfer), `  ${report.transfer.outcome}: ${outcome}`, ...passed]);
  }
  if (report.log.length > 0) {
    blocks.push([
      heading(CLI_TEXTS.log),
      ...report.log.map(({ level, text }) => indented(`${level.padEnd(5)} ${text}`)),
    ]);
  }
  if (report.returned !== null) {
    blocks.push([heading(CLI_TEXTS.returned), `  ${printableJson(report.returned)}`]);
  }
  if (report.error !== null) {
    blocks.push([coloured(terminal, 'red', heading(CLI_TEXTS.error)), ...errorLines(report, source, language)]);
  }
  const { cpuMs, wallMs, hostCalls } = report.usage;
  const state = report.ok
    ? coloured(terminal, 'green', CLI_TEXTS.done[language])
    : coloured(terminal, 'red', CLI_TEXTS.failed[language]);
  const scripts = report.scripts.length > 1 ? report.scripts.map(printableField).join(', ') : undefined;
  const usage = CLI_TEXTS.usage(rounded(cpuMs), rounded(wallMs), hostCalls, scripts);
  blocks.push([`${state}: ${usage[language]}`]);
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function systemBlocks(report: RunReport, heading: (text: string) => string): string[][] {
  const blocks: string[][] = [];
  for (const [key, value] of Object.entries(report.systemAttributes)) {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    blocks.push([
      heading(printableField(key)),
      ...(isObject ? pairs(value as Record<string, unknown>) : [`  ${printableJson(value)}`]),
    ]);
  }
  return blocks;
}

/** Keys and values in two columns; the values as JSON, so that `705` and `"705"` look different. */
function pairs(values: Readonly<Record<string, unknown>>): string[] {
  const width = Math.max(0, ...Object.keys(values).map((key) => printableField(key).length));
  return Object.entries(values).map(
    ([key, value]) => `  ${printableField(key).padEnd(width)}  ${printableJson(value)}`,
  );
}

function messageLines({ text, buttons, attachments }: RunMessage): string[] {
  return [
    ...(attachments ?? []).map(({ type, url }) => `  [${type}] ${printableField(url)}`),
    ...(text === undefined ? [] : [indented(text)]),
    ...(buttons ?? []).map((row) => `  ${row.map((button) => `[${printableField(button.text)}]`).join(' ')}`),
  ];
}

function errorLines(
  { error, ru }: RunReport & { readonly ru?: string | undefined },
  source: ErrorSource | undefined,
  language: Language,
): string[] {
  if (error === null) return [];
  const message = wordsFor(language, error.message, ru);
  const lines = [indented(`${error.code}: ${message}`)];
  if (source === undefined) return lines;
  if (error.line === null) return [...lines, `  ${CLI_TEXTS.inSomeFile(printableField(source.file))[language]}`];
  const place = CLI_TEXTS.inFile(printableField(source.file), error.line, error.column);
  return [...lines, `  ${place[language]}`, '', indented(codeFrame(source.code, error.line, error.column))];
}

function indented(text: string): string {
  return printable(text)
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

function rounded(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}
