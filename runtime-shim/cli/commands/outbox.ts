import { joined, NO_TEXT, type Text, together } from '../../../plugin/contract/text.ts';
import { CLI_TEXTS } from '../cli-texts.ts';
import { MAINTENANCE_TEXTS } from '../maintenance/maintenance-texts.ts';
import { systemClock } from '../../../plugin/storage/index.ts';
import { type CommandContext, type CommandWork, EXIT_DONE, EXIT_FAILED, type ExitCode } from '../command.ts';
import { cliError } from '../errors.ts';
import { type OpenMaintenance, openMaintenance } from '../maintenance/open-maintenance.ts';
import type { Maintenance } from '../maintenance/maintenance.ts';
import type { Outbox, OutboxEntry, OutboxQueue, WaitingJobs } from '../maintenance/outbox-records.ts';
import { printableField, printableJson } from '../terminal.ts';

/** What is done to one message or to all. */
const ACTIONS = {
  resend: { missing: MAINTENANCE_TEXTS.deadMessage, done: MAINTENANCE_TEXTS.putBack },
  retry: { missing: MAINTENANCE_TEXTS.waitingMessage, done: MAINTENANCE_TEXTS.triedAtOnce },
  drop: { missing: MAINTENANCE_TEXTS.message, done: MAINTENANCE_TEXTS.dropped },
} as const;
type Action = keyof typeof ACTIONS;

/** `outbox list|retry|resend|drop|release`. */
export const outbox: CommandWork = async (context) => {
  const { positionals, values, switches } = context.arguments;
  const [action = '', id] = positionals;
  const waiting = switches.has('waiting');
  const before = values['before'] === undefined ? undefined : timeOf(values['before']);
  const problems = [
    ...(waiting && action !== 'list' ? [MAINTENANCE_TEXTS.waitingBelongs] : []),
    ...(before !== undefined && !(action === 'drop' || waiting) ? [MAINTENANCE_TEXTS.beforeBelongs] : []),
    ...(id !== undefined && (action === 'list' || action === 'release' || before !== undefined)
      ? [CLI_TEXTS.unexpectedArgument(id)]
      : []),
  ];
  if (problems.length > 0) throw cliError('cli_usage', { problems });
  const one = isAction(action) && before === undefined ? { action, which: whichOf(action, id) } : undefined;
  const maintenance = await openMaintenance(values['config'] ?? '', context.cwd, context.env);
  try {
    if (action === 'list') return await list(context, maintenance, waiting, before);
    if (one !== undefined) return await act(context, maintenance, one);
    return before === undefined ? await release(context, maintenance) : await dropOlder(context, maintenance, before);
  } finally {
    await maintenance.close();
  }
};

function isAction(action: string): action is Action {
  return Object.hasOwn(ACTIONS, action);
}

async function list(
  { terminal, json, language }: CommandContext,
  maintenance: Maintenance,
  waiting: boolean,
  before: number | undefined,
): Promise<ExitCode> {
  if (waiting) {
    const found = await maintenance.waiting(before);
    terminal.out(json ? printableJson(found) : waitingText(found)[language]);
  } else {
    const found = await maintenance.outbox();
    terminal.out(json ? printableJson(found) : outboxText(found, systemClock.now())[language]);
  }
  return EXIT_DONE;
}

/** @throws cli_not_found */
async function act(
  { terminal, json, language }: CommandContext,
  maintenance: OpenMaintenance,
  { action, which }: { readonly action: Action; readonly which: number | 'all' },
): Promise<ExitCode> {
  const done = await maintenance[action](which);
  if (done === 0 && which !== 'all') throw cliError('cli_not_found', { what: ACTIONS[action].missing(which) });
  const text = ACTIONS[action].done(done, maintenance.running);
  terminal.out(json ? printableJson({ ok: true, count: done }) : text[language]);
  return EXIT_DONE;
}

async function dropOlder(
  { terminal, json, language }: CommandContext,
  maintenance: Maintenance,
  before: number,
): Promise<ExitCode> {
  const { dropped, underWay } = await maintenance.dropBefore(before);
  const left = underWay === 0 ? NO_TEXT : MAINTENANCE_TEXTS.underWay(underWay);
  const text = joined([MAINTENANCE_TEXTS.dropped(dropped), left]);
  terminal.out(json ? printableJson({ ok: underWay === 0, count: dropped, underWay }) : text[language]);
  return underWay === 0 ? EXIT_DONE : EXIT_FAILED;
}

/** @throws cli_nothing_held */
async function release({ terminal, json, language }: CommandContext, maintenance: Maintenance): Promise<ExitCode> {
  if (!(await maintenance.release())) throw cliError('cli_nothing_held', undefined);
  terminal.out(json ? printableJson({ ok: true }) : MAINTENANCE_TEXTS.released[language]);
  return EXIT_DONE;
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** Unix ms; a time without a zone is this machine's, a date alone its midnight. @throws cli_usage */
function timeOf(value: string): number {
  const text = value.length === 'YYYY-MM-DD'.length ? `${value}T00:00` : value.replace(' ', 'T');
  const time = TIME.test(value) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw cliError('cli_usage', { problems: [MAINTENANCE_TEXTS.beforeTime(value)] });
}

function waitingText({ entries, more }: WaitingJobs): Text {
  if (entries.length === 0) return MAINTENANCE_TEXTS.nothingWaits;
  const lines = entries.map((entry) =>
    joined([entryText(entry), MAINTENANCE_TEXTS.stored(timeText(entry.enqueuedAt))], '\n      '),
  );
  return joined([...lines, ...(more ? [MAINTENANCE_TEXTS.andMore] : [])], '\n');
}

/** @throws cli_usage */
function whichOf(action: string, id: string | undefined): number | 'all' {
  if (id === undefined) throw cliError('cli_usage', { problems: [MAINTENANCE_TEXTS.numberMissing(action)] });
  if (id === 'all') return 'all';
  if (/^[1-9]\d{0,14}$/.test(id)) return Number(id);
  throw cliError('cli_usage', { problems: [MAINTENANCE_TEXTS.numberWrong(action, id)] });
}

function outboxText({ queues, entries, more }: Outbox, now: number): Text {
  const heldBack = queues.flatMap((queue) => pausedText(queue, now));
  if (entries.length === 0 && heldBack.length === 0) {
    const waiting = queues.reduce((sum, { jobs }) => sum + jobs, 0);
    return waiting === 0 ? MAINTENANCE_TEXTS.nothingWaits : MAINTENANCE_TEXTS.nothingStuck(waiting);
  }
  return joined([...heldBack, ...entries.map(entryText), ...(more ? [moreText(queues)] : [])], '\n');
}

/** A pause that is over stays noted until a message has gone through: its reason is the best guess at why they wait. */
function pausedText({ queue, paused, jobs }: OutboxQueue, now: number): Text[] {
  if (paused === null) return [];
  const { reason, until } = paused;
  if (until > now) return [MAINTENANCE_TEXTS.heldUntil(queue, timeText(until), reason, jobs)];
  return jobs === 0 ? [] : [MAINTENANCE_TEXTS.wasHeldUntil(queue, timeText(until), reason, jobs)];
}

function moreText(queues: readonly OutboxQueue[]): Text {
  const sum = (what: 'retrying' | 'dead'): number => queues.reduce((all, queue) => all + queue[what], 0);
  return MAINTENANCE_TEXTS.theseAreFirst(sum('retrying'), sum('dead'));
}

const STATES = {
  stuck: MAINTENANCE_TEXTS.stuck,
  dead: MAINTENANCE_TEXTS.dead,
  waiting: MAINTENANCE_TEXTS.waits,
} as const satisfies Record<OutboxEntry['state'], Text>;

function entryText(entry: OutboxEntry): Text {
  const { id, state, queue, lane, kind, text, attempts, error, failingSince, behind, behindMore, nextAt } = entry;
  const since = failingSince === null ? NO_TEXT : MAINTENANCE_TEXTS.since(timeText(failingSince));
  const queued = behind === 0 ? NO_TEXT : MAINTENANCE_TEXTS.behind(`${behind}${behindMore === true ? '+' : ''}`);
  const waits = nextAt === null ? MAINTENANCE_TEXTS.beingTried : MAINTENANCE_TEXTS.nextTry(timeText(nextAt));
  // Of what merely waits the time of the next try is not looked up.
  const next = state === 'stuck' ? waits : NO_TEXT;
  const tries = MAINTENANCE_TEXTS.tries(attempts);
  const said = text === '' ? '' : `\n      “${printableField(text)}”`;
  const why = error === null ? '' : `\n      ${printableField(error)}`;
  const head = together(
    (language) => `${String(id).padStart(5)} ${STATES[state][language]}  ${queue} ${printableField(lane)} ${kind}`,
  );
  return together(
    (language) =>
      `${head[language]}${tries[language]}${since[language]}${next[language]}${queued[language]}${said}${why}`,
  );
}

function timeText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}
