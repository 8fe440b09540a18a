import type { TransferRecord } from '../../../plugin/contract/transfer-record.ts';

/** A cell that a spreadsheet would take for a formula (OWASP, "CSV Injection"): what a lead or an operator wrote must not be run. */
const FORMULA = /^[=+\-@\t\r]/;
/** What RFC 4180 has quoted, and what some reader takes for the end of a line. */
const QUOTED = /[",\r\n]/;

/** The columns: names that stay, in the order that stays. */
const COLUMNS: ReadonlyArray<readonly [string, (record: TransferRecord) => string | number | null]> = [
  ['requested', ({ requestedAt }) => localTime(requestedAt)],
  ['binding', ({ binding }) => binding],
  ['bot', ({ lead }) => lead?.botId ?? null],
  ['channel', ({ lead }) => lead?.channel ?? null],
  ['lead', ({ lead }) => lead?.externalId ?? null],
  ['number', ({ number }) => number],
  ['group', ({ group }) => group && (group.name ?? group.id)],
  ['operator', ({ operator }) => operator && (operator.name || operator.id)],
  ['reason', ({ reason }) => reason],
  ['script', ({ script }) => script],
  ['operators', ({ operators }) => operators],
  ['outcome', ({ outcome }) => outcome],
  ['ended_by', ({ endedBy }) => endedBy],
  ['accepted', ({ acceptedAt }) => acceptedAt && localTime(acceptedAt)],
  ['connected', ({ connectedAt }) => connectedAt && localTime(connectedAt)],
  ['answered', ({ answeredAt }) => answeredAt && localTime(answeredAt)],
  ['ended', ({ endedAt }) => endedAt && localTime(endedAt)],
  ['waiting_seconds', ({ requestedAt, connectedAt }) => seconds(requestedAt, connectedAt)],
  ['first_answer_seconds', ({ requestedAt, answeredAt }) => seconds(requestedAt, answeredAt)],
  ['lead_messages', ({ messages }) => messages.lead],
  ['operator_messages', ({ messages }) => messages.operator],
];

/** The line of names, without its line end. */
export const CSV_HEADER = COLUMNS.map(([name]) => name).join(',');

/** One transfer as a line of CSV (RFC 4180), without its line end. */
export function csvLine(record: TransferRecord): string {
  return COLUMNS.map(([, valueOf]) => cell(valueOf(record))).join(',');
}

function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const text = FORMULA.test(value) ? `'${value}` : value;
  return QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function seconds(from: number, to: number | null): number | null {
  return to === null ? null : Math.max(0, Math.round((to - from) / 1_000));
}

/** By the clock on this machine's wall, as spreadsheets read it. */
function localTime(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}
