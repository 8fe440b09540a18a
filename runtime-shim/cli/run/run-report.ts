import type { Json } from '../../../plugin/contract/guest.ts';
import type { Content } from '../../../plugin/contract/message.ts';
import type { ScriptLogLine, ScriptUsage } from '../../sandbox/contract.ts';
import { coloured, printable, printableField, printableJson, type Terminal } from '../terminal.ts';
import { codeFrame } from './code-frame.ts';

/** A message that the bot sent to the lead. */
type RunMessage = Content;

/**
 * What became of a request for an operator. `transferred`: LiveTex has the dialog and an operator is online.
 * `no_operators`: the script of the type «Нет доступных операторов» took its place. `queued`: nobody is online and there is
 * no such script, so LiveTex keeps the dialog for the first operator who comes.
 */
export interface RunTransfer {
  readonly outcome: 'transferred' | 'no_operators' | 'queued';
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

const OUTCOMES: Readonly<Record<RunTransfer['outcome'], string>> = {
  transferred: 'the dialog is with LiveTex, an operator is online',
  no_operators: 'no operator is available: the script «Нет доступных операторов» took over',
  queued:
    'nobody is online and there is no script «Нет доступных операторов»: the first operator who comes gets the dialog',
};

/** Where the error is, when it is in a file: its name for people and its text. */
interface ErrorSource {
  readonly file: string;
  readonly code: string;
}

/** The report for a person. */
export function reportText(
  report: RunReport,
  terminal: Pick<Terminal, 'colour'>,
  source: ErrorSource | undefined,
): string {
  const heading = (text: string): string => coloured(terminal, 'bold', text);
  const blocks: string[][] = [];
  if (report.messages.length > 0) blocks.push([heading('The lead sees'), ...report.messages.flatMap(messageLines)]);
  blocks.push(...valueBlocks(report, heading));
  if (report.transfer !== null) {
    const values = pairs(report.transfer.attributes);
    const passed = values.length === 0 ? [] : ['  for the operator:', ...values.map((line) => `  ${line}`)];
    blocks.push([heading('Transfer'), `  ${report.transfer.outcome}: ${OUTCOMES[report.transfer.outcome]}`, ...passed]);
  }
  if (report.log.length > 0) {
    blocks.push([heading('Log'), ...report.log.map(({ level, text }) => indented(`${level.padEnd(5)} ${text}`))]);
  }
  if (report.error !== null) {
    blocks.push([coloured(terminal, 'red', heading('Error')), ...errorLines(report, source)]);
  }
  const { cpuMs, wallMs, hostCalls } = report.usage;
  const state = report.ok ? coloured(terminal, 'green', 'done') : coloured(terminal, 'red', 'failed');
  const scripts = report.scripts.length > 1 ? `, scripts: ${report.scripts.map(printableField).join(', ')}` : '';
  blocks.push([
    `${state}: ${milliseconds(cpuMs)} of CPU, ${milliseconds(wallMs)} in all, ${hostCalls === 1 ? '1 host call' : `${hostCalls} host calls`}${scripts}`,
  ]);
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function valueBlocks(report: RunReport, heading: (text: string) => string): string[][] {
  const blocks: string[][] = [];
  if (Object.keys(report.attributes).length > 0) blocks.push([heading('Attributes'), ...pairs(report.attributes)]);
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

function errorLines({ error }: RunReport, source: ErrorSource | undefined): string[] {
  if (error === null) return [];
  const lines = [indented(`${error.code}: ${error.message}`)];
  if (source === undefined || error.line === null) return lines;
  const place = error.column === null ? `line ${error.line}` : `line ${error.line}, column ${error.column}`;
  return [
    ...lines,
    `  in ${printableField(source.file)}, ${place}`,
    '',
    indented(codeFrame(source.code, error.line, error.column)),
  ];
}

function indented(text: string): string {
  return printable(text)
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

function milliseconds(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;
}
