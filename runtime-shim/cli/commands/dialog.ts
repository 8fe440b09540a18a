import { type Language, NO_TEXT, type Text, together } from '../../../plugin/contract/text.ts';
import { MAINTENANCE_TEXTS } from '../maintenance/maintenance-texts.ts';
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
export const dialog: CommandWork = async ({
  terminal,
  arguments: { positionals, values },
  language,
  json,
  cwd,
  env,
}) => {
  const [, channel = '', externalId = ''] = positionals;
  const last = lastOf(values['last']);
  const maintenance = await openMaintenance(values['config'] ?? '', cwd, env, values['bot']);
  try {
    const report = await maintenance.dialog(channel, externalId, last);
    if (report === undefined) throw cliError('cli_not_found', { what: MAINTENANCE_TEXTS.lead(externalId, channel) });
    terminal.out(json ? printableJson(report) : dialogText(report, terminal, language));
    return EXIT_DONE;
  } finally {
    await maintenance.close();
  }
};

/** @throws cli_usage */
function lastOf(value: string | undefined): number {
  if (value === undefined) return DEFAULT_LAST;
  if (/^[1-9]\d{0,3}$/.test(value) && Number(value) <= MAX_LAST) return Number(value);
  throw cliError('cli_usage', { problems: [MAINTENANCE_TEXTS.lastNumber(MAX_LAST, value)] });
}

function dialogText(
  { view, messages, earlier, waiting }: DialogReport,
  terminal: Terminal,
  language: Language,
): string {
  const heading = (text: string): string => coloured(terminal, 'bold', text);
  const { lead, dialog: state, attributes, systemAttributes } = view;
  const operator =
    state.operator === null
      ? undefined
      : `${printableField(state.operator.name)} (${printableField(state.operator.id)})`;
  const lines = [
    heading(
      `${printableField(lead.name ?? MAINTENANCE_TEXTS.noName[language])}: ${lead.botId}:${lead.channel}:${printableField(lead.externalId)}`,
    ),
    `  ${MAINTENANCE_TEXTS.state({ ...state, operator, binding: printableField(state.binding ?? '') })[language]}`,
    ...(state.forwarded ? [`  ${MAINTENANCE_TEXTS.forwarded[language]}`] : []),
    ...(lead.tags.length > 0
      ? [`  ${MAINTENANCE_TEXTS.tags(lead.tags.map(printableField).join(', '))[language]}`]
      : []),
    ...Object.entries({ ...attributes, ...systemAttributes }).map(
      ([key, value]) => `  ${printableField(key)} = ${printableJson(value)}`,
    ),
    heading(MAINTENANCE_TEXTS.history[language]),
    ...(earlier > 0 ? [`  ${MAINTENANCE_TEXTS.earlier(earlier)[language]}`] : []),
    ...messages.flatMap((message) =>
      activityLines({ kind: 'message', at: message.at, lead, message }, language).map(
        (line) => `  ${formatLine(line, terminal)}`,
      ),
    ),
    heading(MAINTENANCE_TEXTS.waiting[language]),
    ...(waiting.length === 0 ? [`  ${MAINTENANCE_TEXTS.nothing[language]}`] : []),
    ...waiting.map((lane) => `  ${waitingText(lane)[language]}`),
  ];
  return lines.join('\n');
}

function waitingText({ queue, jobs, attempts, error, heldBack }: WaitingLane): Text {
  const tries = attempts === 0 ? NO_TEXT : MAINTENANCE_TEXTS.tries(attempts);
  const held = heldBack === null ? NO_TEXT : MAINTENANCE_TEXTS.held(heldBack);
  const failure = error === null ? '' : `: ${printableField(error)}`;
  return together((language) => `${queue}: ${jobs}${tries[language]}${held[language]}${failure}`);
}
