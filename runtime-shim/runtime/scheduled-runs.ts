/** Scheduled runs of scripts (`bot.scheduleJob`) as the jobs and timers of their lead. */
import type { Transaction } from '../../plugin/storage/contract.ts';
import { saidError } from '../bot/run/play.ts';
import type { ScenarioResult, Trigger } from '../bot/run/scenario-contract.ts';
import { shimError } from '../errors.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import { readLead } from '../leads/lead-store.ts';
import { leadKey, leadQueue } from '../leads/lead-keys.ts';
import type { LeadRecord } from '../leads/lead-record.ts';
import { MAX_SCHEDULED, type Scheduled, timerChanges, withRun } from '../leads/schedule.ts';
import { quotedName } from '../names.ts';
import type { LeadJob } from './lead-job.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { newLeadJob } from './receive-message.ts';

/** The run that a job says is due; `undefined`: it was taken away or moved meanwhile. */
export function dueRun(lead: LeadRecord, { n, at }: Extract<LeadJob, { kind: 'due' }>): Scheduled | undefined {
  return lead.scheduled?.find((one) => one.n === n && one.at === at);
}

export function dueTrigger(due: Scheduled): Trigger {
  const script = { code: due.script };
  if (due.question === true)
    return { kind: 'script', script, cause: { code: 'question_timeout' }, duringTransfer: false };
  return { kind: 'script', script, cause: { code: 'scheduled' }, duringTransfer: false, due, keepsQuestion: true };
}

/** The lead as it is when the time of a question is over and no script is to run for that; `undefined`: one is. */
export function afterQuestion(lead: LeadRecord, due: Scheduled): LeadRecord | undefined {
  if (due.question !== true) return undefined;
  if (lead.position.waiting?.timer !== due.n) return lead;
  return due.script === '' ? { ...lead, position: { ...lead.position, waiting: null } } : undefined;
}

/** Nothing is said into a dialog that an operator has. */
export function skippedText(due: Scheduled): string {
  const again = due.everyMs === undefined ? '' : '; в следующий раз — по расписанию';
  return `скрипт ${quotedName(due.script)} по расписанию пропущен: диалог у оператора${again}`;
}

/** Another lead's script scheduled for this one. Returns the lead, and what its author should read. */
export function withRunOfOther(
  lead: LeadRecord,
  run: Omit<Scheduled, 'n'>,
): { readonly lead: LeadRecord; readonly reports: ScenarioResult['reports'] } {
  const scheduled = withRun(lead.scheduled ?? [], run);
  if (scheduled !== undefined) return { lead: { ...lead, scheduled }, reports: [] };
  const said = saidError(shimError('script_schedule_full', { limit: MAX_SCHEDULED }));
  const error = { ...said, file: '', line: null, column: null };
  const report = {
    kind: 'script' as const,
    script: run.script,
    cause: { code: 'not_performed' as const },
    log: [],
    error,
  };
  return { lead, reports: [report] };
}

/** Sets and takes away the timers of a lead's scheduled runs, in the transaction that stores the lead. */
export async function storeTimers(tx: Transaction, before: LeadRecord, after: LeadRecord): Promise<void> {
  const { gone, set } = timerChanges(before, after);
  const queue = leadQueue(after.ref.botId);
  for (const one of gone) await tx.unschedule(queue, timerId(after, one));
  for (const one of set) {
    await tx.schedule({ id: timerId(after, one), at: one.at, job: newLeadJob(dueJob(after, one)) });
  }
}

/** The job that runs it; the same one each time it is put into the lane. */
function dueJob(lead: LeadRecord, { n, at }: Scheduled): LeadJob {
  return { kind: 'due', lead: lead.ref, id: `${n}:${at}`, n, at };
}

/** Puts a run into its lane now; its timer then finds nothing, or a later time. False: there is no such run. */
export function hastenRun(context: RuntimeContext, ref: LeadRef, n: number): Promise<boolean> {
  return context.storage.transaction(async (tx) => {
    const stored = await readLead(tx, ref);
    const run = stored?.lead.scheduled?.find((one) => one.n === n && one.question !== true);
    if (stored === undefined || run === undefined) return false;
    await tx.enqueue([newLeadJob(dueJob(stored.lead, run))]);
    return true;
  });
}

function timerId(lead: LeadRecord, { n }: Scheduled): string {
  return `${leadKey(lead.ref)}:${n}`;
}
