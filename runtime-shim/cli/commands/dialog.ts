import { type CommandWork, EXIT_DONE } from '../command.ts';
import { cliError } from '../errors.ts';
import { activityLines, formatLine } from '../activity-line.ts';
import type { DialogReport, WaitingLane } from '../maintenance/dialog-report.ts';
import { openMaintenance } from '../maintenance/open-maintenance.ts';
import { type Terminal, coloured, printableField, printableJson } from '../terminal.ts';

const DEFAULT_LAST = 20;
/** As many as one answer of a running server carries. */
const MAX_LAST = 1_000;

/** `dialog show`: one lead's state and history. */
export const dialog: CommandWork = async ({ terminal, arguments: { positionals, values }, json, cwd, env }) => {
  const [, channel = '', externalId = ''] = positionals;
  const last = lastOf(values['last']);
  const maintenance = await openMaintenance(values['config'] ?? '', cwd, env, values['bot']);
  try {
    const report = await maintenance.dialog(channel, externalId, last);
    if (report === undefined)
      throw cliError('cli_not_found', { what: `lead "${externalId}" in the channel "${channel}"` });
    terminal.out(json ? printableJson(report) : dialogText(report, terminal));
    return EXIT_DONE;
  } finally {
    await maintenance.close();
  }
};

/** @throws cli_usage */
function lastOf(value: string | undefined): number {
  if (value === undefined) return DEFAULT_LAST;
  if (/^[1-9]\d{0,3}$/.test(value) && Number(value) <= MAX_LAST) return Number(value);
  throw cliError('cli_usage', { problems: [`--last must be a number from 1 to ${MAX_LAST}, got "${value}"`] });
}

function dialogText({ view, messages, earlier, waiting }: DialogReport, terminal: Terminal): string {
  const heading = (text: string): string => coloured(terminal, 'bold', text);
  const { lead, dialog: state, attributes, systemAttributes } = view;
  const operator =
    state.operator === null
      ? ''
      : `, operator ${printableField(state.operator.name)} (${printableField(state.operator.id)})`;
  const lines = [
    heading(
      `${printableField(lead.name ?? 'no name')}: ${lead.botId}:${lead.channel}:${printableField(lead.externalId)}`,
    ),
    `  mode ${state.mode}, transfer ${state.transfer}${operator}, binding ${printableField(state.binding ?? 'none')}`,
    ...(state.forwarded ? ['  forwarded to an operator'] : []),
    ...(lead.tags.length > 0 ? [`  tags ${lead.tags.map(printableField).join(', ')}`] : []),
    ...Object.entries({ ...attributes, ...systemAttributes }).map(
      ([key, value]) => `  ${printableField(key)} = ${printableJson(value)}`,
    ),
    heading('History'),
    ...(earlier > 0 ? [`  (${earlier} earlier)`] : []),
    ...messages.flatMap((message) =>
      activityLines({ kind: 'message', at: message.at, lead, message }).map(
        (line) => `  ${formatLine(line, terminal)}`,
      ),
    ),
    heading('Waiting'),
    ...(waiting.length === 0 ? ['  nothing'] : []),
    ...waiting.map(waitingText),
  ];
  return lines.join('\n');
}

function waitingText({ queue, jobs, attempts, error, heldBack }: WaitingLane): string {
  const tries = attempts === 0 ? '' : attempts === 1 ? ', 1 try' : `, ${attempts} tries`;
  const held = heldBack === null ? '' : `, the queue is held back (${heldBack})`;
  return `  ${queue}: ${jobs}${tries}${held}${error === null ? '' : `: ${printableField(error)}`}`;
}
