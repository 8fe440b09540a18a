import { systemClock } from '../../../plugin/storage/index.ts';
import { type CommandContext, type CommandWork, EXIT_DONE, EXIT_FAILED, type ExitCode } from '../command.ts';
import { cliError } from '../errors.ts';
import { openMaintenance } from '../maintenance/open-maintenance.ts';
import type { Maintenance } from '../maintenance/maintenance.ts';
import type { Outbox, OutboxEntry, OutboxQueue, WaitingJobs } from '../maintenance/outbox.ts';
import { printableField, printableJson } from '../terminal.ts';

/** What is done to one message or to all. */
const ACTIONS = {
  resend: {
    missing: (id: number) => `dead message ${id} (a stuck one is tried again by itself: "retry" tries it at once)`,
  },
  retry: { missing: (id: number) => `waiting message ${id} (a dead one comes back with "resend")` },
  drop: { missing: (id: number) => `message ${id} in the outbox` },
} as const;
type Action = keyof typeof ACTIONS;

/** `outbox list|retry|resend|drop|release`. */
export const outbox: CommandWork = async (context) => {
  const { positionals, values, switches } = context.arguments;
  const [action = '', id] = positionals;
  const waiting = switches.has('waiting');
  const before = values['before'] === undefined ? undefined : timeOf(values['before']);
  const problems = [
    ...(waiting && action !== 'list' ? ['--waiting belongs to list'] : []),
    ...(before !== undefined && !(action === 'drop' || waiting)
      ? ['--before belongs to drop and to list --waiting']
      : []),
    ...(id !== undefined && (action === 'list' || action === 'release' || before !== undefined)
      ? [`unexpected argument "${id}"`]
      : []),
  ];
  if (problems.length > 0) throw cliError('cli_usage', { problems });
  const takesId = isAction(action) && before === undefined;
  const which = takesId ? whichOf(action, id) : undefined;
  const maintenance = await openMaintenance(values['config'] ?? '', context.cwd, context.env);
  try {
    if (action === 'list') return await list(context, maintenance, waiting, before);
    if (action === 'release') return await release(context, maintenance);
    if (which === undefined || !isAction(action)) return await dropOlder(context, maintenance, before ?? 0);
    const done = await maintenance[action](which);
    if (done === 0 && which !== 'all') throw cliError('cli_not_found', { what: ACTIONS[action].missing(which) });
    reportDone(context, action, done, maintenance.running);
    return EXIT_DONE;
  } finally {
    await maintenance.close();
  }
};

function isAction(action: string): action is Action {
  return Object.hasOwn(ACTIONS, action);
}

async function list(
  { terminal, json }: CommandContext,
  maintenance: Maintenance,
  waiting: boolean,
  before: number | undefined,
): Promise<ExitCode> {
  if (waiting) {
    const found = await maintenance.waiting(before);
    terminal.out(json ? printableJson(found) : waitingText(found));
  } else {
    const found = await maintenance.outbox();
    terminal.out(json ? printableJson(found) : outboxText(found, systemClock.now()));
  }
  return EXIT_DONE;
}

async function dropOlder(
  { terminal, json }: CommandContext,
  maintenance: Maintenance,
  before: number,
): Promise<ExitCode> {
  const { dropped, underWay } = await maintenance.dropBefore(before);
  const left =
    underWay === 0
      ? ''
      : `; ${underWay} are being tried this moment and stay: start with "serve --hold" to drop those too`;
  terminal.out(json ? printableJson({ ok: underWay === 0, count: dropped, underWay }) : `${dropped} dropped${left}`);
  return underWay === 0 ? EXIT_DONE : EXIT_FAILED;
}

/** @throws cli_nothing_held */
async function release({ terminal, json }: CommandContext, maintenance: Maintenance): Promise<ExitCode> {
  if (!(await maintenance.release())) throw cliError('cli_nothing_held', undefined);
  terminal.out(json ? printableJson({ ok: true }) : 'The server works now.');
  return EXIT_DONE;
}

const TIME = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})?)?$/;

/** Unix ms; a time without a zone is this machine's, a date alone its midnight. @throws cli_usage */
function timeOf(value: string): number {
  const text = value.length === 'YYYY-MM-DD'.length ? `${value}T00:00` : value.replace(' ', 'T');
  const time = TIME.test(value) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(time)) return time;
  const problem = `--before must be a time such as 2027-01-15T09:30 or 2027-01-15T09:30:00Z, got "${value}"`;
  throw cliError('cli_usage', { problems: [problem] });
}

function waitingText({ entries, more }: WaitingJobs): string {
  if (entries.length === 0) return 'Nothing waits.';
  const lines = entries.map((entry) => `${entryText(entry)}\n      stored ${timeText(entry.enqueuedAt)}`);
  return [...lines, ...(more ? ['… and more'] : [])].join('\n');
}

/** @throws cli_usage */
function whichOf(action: string, id: string | undefined): number | 'all' {
  if (id === undefined)
    throw cliError('cli_usage', { problems: [`${action}: the number of a message, or "all", is missing`] });
  if (id === 'all') return 'all';
  if (/^[1-9]\d{0,14}$/.test(id)) return Number(id);
  throw cliError('cli_usage', { problems: [`${action}: a number or "all" is needed, got "${id}"`] });
}

function reportDone({ json, terminal }: CommandContext, action: Action, done: number, running: boolean): void {
  if (json) {
    terminal.out(printableJson({ ok: true, count: done }));
    return;
  }
  const when = running ? '' : ', for the next start of the server';
  const text = {
    resend: `${done} put back into the queue${when}`,
    retry: `${done} tried at once${when}`,
    drop: `${done} dropped`,
  };
  terminal.out(text[action]);
}

function outboxText({ queues, entries, more }: Outbox, now: number): string {
  const heldBack = queues.flatMap((queue) => pausedText(queue, now));
  if (entries.length === 0 && heldBack.length === 0) {
    const waiting = queues.reduce((sum, { jobs }) => sum + jobs, 0);
    return waiting === 0 ? 'Nothing waits.' : `Nothing is stuck or dead; ${waiting} on the way.`;
  }
  return [...heldBack, ...entries.map(entryText), ...(more ? ['… and more'] : [])].join('\n');
}

/** A pause that is over stays noted until a message has gone through: its reason is the best guess at why they wait. */
function pausedText({ queue, paused, jobs }: OutboxQueue, now: number): string[] {
  if (paused === null) return [];
  const { reason, until } = paused;
  if (until > now) return [`${queue} is held back until ${timeText(until)} (${reason}), ${jobs} waiting`];
  return jobs === 0 ? [] : [`${queue} was held back until ${timeText(until)} (${reason}), ${jobs} waiting to be tried`];
}

function entryText({ id, state, queue, lane, kind, text, attempts, error, failingSince, behind }: OutboxEntry): string {
  const since = failingSince === null ? '' : ` since ${timeText(failingSince)}`;
  const queued = behind === 0 ? '' : `, ${behind} behind it`;
  const said = text === '' ? '' : `\n      “${printableField(text)}”`;
  const why = error === null ? '' : `\n      ${printableField(error)}`;
  return `${String(id).padStart(5)} ${state}  ${queue} ${printableField(lane)} ${kind}, ${attempts === 1 ? '1 try' : `${attempts} tries`}${since}${queued}${said}${why}`;
}

function timeText(at: number): string {
  return new Date(at).toISOString().replace('T', ' ').slice(0, 19);
}
