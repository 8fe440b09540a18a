import { systemClock } from '../../../plugin/storage/index.ts';
import { type CommandContext, type CommandWork, EXIT_DONE } from '../command.ts';
import { cliError } from '../errors.ts';
import { openMaintenance } from '../maintenance/open-maintenance.ts';
import type { Outbox, OutboxEntry, OutboxQueue } from '../maintenance/outbox.ts';
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

/** `outbox list|resend|retry|drop`. */
export const outbox: CommandWork = async (context) => {
  const { positionals, values } = context.arguments;
  const [action, id] = positionals;
  const which = action === 'list' ? undefined : whichOf(action ?? '', id);
  if (action === 'list' && id !== undefined) throw cliError('cli_usage', { problems: [`unexpected argument "${id}"`] });
  const maintenance = await openMaintenance(values['config'] ?? '', context.cwd, context.env);
  try {
    if (which === undefined) {
      const found = await maintenance.outbox();
      context.terminal.out(context.json ? printableJson(found) : outboxText(found, systemClock.now()));
      return EXIT_DONE;
    }
    // The row of commands lets nothing else through.
    const asked = action as Action;
    const done = await maintenance[asked](which);
    if (done === 0 && which !== 'all') throw cliError('cli_not_found', { what: ACTIONS[asked].missing(which) });
    reportDone(context, asked, done, maintenance.running);
    return EXIT_DONE;
  } finally {
    await maintenance.close();
  }
};

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
