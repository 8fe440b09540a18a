import { z } from 'zod';
import { codeOf, textOf } from '../../plugin/contract/coded-error.ts';
import type { ClaimedJob, ReadTransaction } from '../../plugin/storage/contract.ts';
import type { JobAttempt, JobOutcome } from '../../plugin/storage/lane-worker-contract.ts';
import { type Bot, scriptNumber, scriptWithNumber } from '../bot/bot.ts';
import { knownNames } from '../names.ts';
import { MAX_SCENARIO_MS, MAX_TURN_CHARS } from '../bot/run/play.ts';
import { runScenario } from '../bot/run/run-scenario.ts';
import type { ScenarioPorts, ScenarioResult, Trigger } from '../bot/run/scenario-contract.ts';
import { shimError } from '../errors.ts';
import { afterDue } from '../leads/schedule.ts';
import { ensureLead, readLead, type StoredLead } from '../leads/lead-store.ts';
import { NETWORK_CALL, type ScriptResult, type ScriptRun } from '../sandbox/contract.ts';
import { TableSession } from '../tables/table-session.ts';
import { botData, LeadSearch } from './find-leads.ts';
import { commitScenario } from './commit-scenario.ts';
import { type LeadJob, leadJobSchema } from './lead-job.ts';
import { roomOf } from './lead-room.ts';
import { afterQuestion, dueRun, dueTrigger, skippedText, withRunOfOther } from './scheduled-runs.ts';
import type { RuntimeContext } from './runtime-context.ts';

/**
 * Tries of one job before its scenario is given up. Our choice: a busy sandbox or a killed runner is over within a few tries,
 * and after that the lead's message must at least reach the operator's desk. A try that ran out of time or ended the
 * process counts like any other.
 */
export const MAX_SCENARIO_TRIES = 5;

/** Failures of a run that say nothing about the script itself: the job is tried again. */
const PASSING_FAILURES: ReadonlySet<string> = new Set(['sandbox_busy', 'sandbox_killed', 'sandbox_closed']);

/** Acts on one job of a lead's lane: runs the bot outside any transaction, then has all of it stored in the one that ends the job. */
export async function performLeadJob(
  context: RuntimeContext,
  claimed: ClaimedJob,
  { signal, onAway }: Pick<JobAttempt, 'signal' | 'onAway'>,
): Promise<JobOutcome> {
  const job = leadJobSchema.parse(claimed.payload);
  const first = await factsOrRoom(context, job);
  const leave = typeof first === 'number' ? await context.room.enter(first, signal) : undefined;
  try {
    const facts = typeof first === 'number' ? await factsOf(context, job) : first;
    if (job.kind === 'due' && facts.isMuted) return heldBack(context, claimed, job.n);
    return outcomeOf(
      context,
      claimed,
      job,
      facts,
      await scenarioOf(context, job, facts, claimed.attempts, { signal, onAway }),
    );
  } finally {
    leave?.();
  }
}

/** What the job is decided by; of a large lead only the room that it takes, so that nothing of it is held while it waits. */
async function factsOrRoom(context: RuntimeContext, job: LeadJob): Promise<Facts | number> {
  const facts = await factsOf(context, job);
  return roomOf(facts.before.lead) || facts;
}

function outcomeOf(
  context: RuntimeContext,
  claimed: ClaimedJob,
  job: LeadJob,
  facts: Facts,
  result: ScenarioResult,
): JobOutcome {
  return {
    commit: async (tx) => {
      context.activities.hold(job.lead, claimed.id, await commitScenario(tx, context, job, facts.before, result));
    },
  };
}

/** How long a scheduled run of a lead that has blocked the bot waits before it is looked at again, ms. Our choice: less than the hour that storage lets a timer jump. */
const HELD_MS = 30 * 60_000;

/** A scheduled run would say something that nobody reads: it waits until the lead lets the bot write again. */
function heldBack({ clock }: RuntimeContext, { queue, lane, kind, payload }: ClaimedJob, n: number): JobOutcome {
  const at = clock.now() + HELD_MS;
  return { commit: (tx) => tx.schedule({ id: `held:${lane}:${n}`, at, job: { queue, lane, kind, payload } }) };
}

/** What a job is decided by, all as one reading transaction saw it. */
interface Facts {
  readonly before: StoredLead;
  readonly botAttributes: Readonly<Record<string, string>>;
  readonly isMuted: boolean;
  /** Has an operator the dialog? A function, since a plugin may fail to read its dialog: then the scenario has failed. */
  readonly withOperator: () => boolean;
}

async function factsOf(context: RuntimeContext, job: LeadJob): Promise<Facts> {
  const read = (tx: ReadTransaction, before: StoredLead): Promise<Facts> => readFacts(tx, context, job, before);
  const known = await context.storage.read(async (tx) => {
    const lead = await readLead(tx, job.lead);
    return lead === undefined ? undefined : read(tx, lead);
  });
  if (known !== undefined) return known;
  // A plugin may start a script for a lead that has said nothing yet; one that writes itself is stored with its message.
  const now = context.clock.now();
  return context.storage.transaction(async (tx) => read(tx, await ensureLead(tx, job.lead, null, now)));
}

async function readFacts(
  tx: ReadTransaction,
  context: RuntimeContext,
  job: LeadJob,
  before: StoredLead,
): Promise<Facts> {
  const botAttributes = await context.botAttributes.read(tx, context.botId);
  const isMuted = (await context.channels()?.isMuted(tx, job.lead)) === true;
  try {
    const { mode } = await context.plugins().dialog(job.lead, tx);
    return { before, botAttributes, isMuted, withOperator: () => mode !== 'bot' };
  } catch (error) {
    const fail = (): never => {
      throw error;
    };
    return { before, botAttributes, isMuted, withOperator: fail };
  }
}

async function scenarioOf(
  context: RuntimeContext,
  job: LeadJob,
  { before, botAttributes, isMuted, withOperator }: Facts,
  attempts: number,
  { signal, onAway }: Pick<JobAttempt, 'signal' | 'onAway'>,
): Promise<ScenarioResult> {
  const now = context.clock.now();
  if (job.kind === 'schedule') {
    const { lead, reports } = withRunOfOther(before.lead, job.run);
    return nothing(lead, reports);
  }
  const due = job.kind === 'due' ? dueRun(before.lead, job) : undefined;
  if (job.kind === 'due' && due === undefined) return nothing(before.lead, []);
  const name = job.kind === 'message' ? job.name : undefined;
  const named = name === undefined || name === before.lead.name ? before.lead : { ...before.lead, name };
  // Whatever comes of it, it was its turn.
  const lead = due === undefined ? named : { ...named, scheduled: afterDue(named.scheduled ?? [], due, now) };
  const closed = due === undefined ? undefined : afterQuestion(lead, due);
  if (closed !== undefined) return nothing(closed, []);
  const mayTryAgain = attempts + 1 < context.maxTries;
  const full = context.quota.full(job.lead);
  if (full !== undefined) return nothingBut(lead, shimError(full.code, full));
  if (attempts >= context.maxTries) return givenUp(context, lead, shimError('script_given_up', { tries: attempts }));
  if (job.kind === 'message' && job.edits !== undefined) return correction(lead, job.content.text ?? '');
  const overtime = new AbortController();
  let cancel: (() => void) | undefined;
  try {
    const isWithOperator = withOperator();
    cancel = context.clock.after(MAX_SCENARIO_MS, () => overtime.abort());
    if (due !== undefined && isWithOperator) {
      return nothing(lead, [{ kind: 'remark', level: 'info', text: skippedText(due) }]);
    }
    const trigger = due === undefined ? triggerOf(job, isWithOperator) : dueTrigger(due);
    const result = await runScenario({
      bot: context.bot(),
      lead,
      botAttributes,
      isMuted,
      trigger,
      now,
      ...(due?.params === undefined ? {} : { args: { request: { json: due.params } } }),
      ...(job.kind === 'script' && job.memory !== undefined ? { memory: job.memory } : {}),
      ports: portsOf(context, job, mayTryAgain, onAway),
      signal: AbortSignal.any([signal, overtime.signal]),
      maxChars: Math.min(MAX_TURN_CHARS, (job.kind === 'script' ? job.mayStore : undefined) ?? MAX_TURN_CHARS),
    });
    context.quota.count(job.lead, result.chars);
    return result;
  } catch (error) {
    if (mayTryAgain || codeOf(error) === 'sandbox_closed') throw error;
    return givenUp(context, lead, error);
  } finally {
    cancel?.();
  }
}

function triggerOf(job: Exclude<LeadJob, { kind: 'schedule' }>, withOperator: boolean): Trigger {
  if (job.kind === 'message') return { kind: 'message', content: job.content, at: job.at, withOperator };
  if (job.kind === 'script') return job;
  throw new TypeError('a run that is due begins with what is kept of it');
}

function givenUp(context: RuntimeContext, lead: StoredLead['lead'], error: unknown): ScenarioResult {
  context.logger.error('a scenario was given up; the message itself is passed on', { error, bot: context.botId });
  return nothingBut(lead, error);
}

/** The corrected text of an earlier message: for the operator only. The bot has acted on what was said first. */
function correction(lead: StoredLead['lead'], text: string): ScenarioResult {
  const told = `лид исправил сообщение, бот на исправление не отвечает: ${text.slice(0, MAX_LOGGED_TEXT).toWellFormed()}`;
  return nothing(lead, [{ kind: 'remark', level: 'info', text: told }]);
}

/** Longest part of a corrected text in the author's log. Our choice: to recognise it by. */
const MAX_LOGGED_TEXT = 200;

/** What is left when a scenario cannot be run at all: the lead's message goes on to the plugins, and the author reads why. */
function nothingBut(lead: StoredLead['lead'], error: unknown): ScenarioResult {
  const code = codeOf(error) ?? 'internal';
  const { en, ru } = textOf(error);
  const wrong = { code, message: en, ru, file: 'bot.json', line: null, column: null };
  return nothing(lead, [{ kind: 'script', script: '', cause: { code: 'not_performed' }, log: [], error: wrong }]);
}

function nothing(lead: StoredLead['lead'], reports: ScenarioResult['reports']): ScenarioResult {
  return {
    lead,
    botWrites: new Map(),
    says: [],
    requests: [],
    forwarded: undefined,
    runsForOthers: [],
    tables: [],
    reports,
    chars: 0,
  };
}

export function portsOf(
  context: RuntimeContext,
  job: LeadJob,
  mayTryAgain: boolean,
  onAway: JobAttempt['onAway'],
): ScenarioPorts {
  const plugins = context.plugins();
  const { lead } = job;
  return {
    run: async (script: ScriptRun) => {
      const result = await runWithCalls(context, lead, { ...script, onAway });
      if (result.ok || !PASSING_FAILURES.has(result.error.code) || !mayTryAgain) return result;
      throw shimError('sandbox_unavailable', { reason: result.error.message });
    },
    plugins: plugins.bundles,
    call: plugins.callsFor(job.lead),
    known: plugins.knownFor(job.lead),
    afterScript: (plugin, actions) => plugins.afterScript(job.lead, plugin, actions),
    chooseTransfer: () => plugins.chooseTransfer(job.lead, context.bot()),
  };
}

/** Runs a script with what the platform itself answers: requests to other servers, and tables. `lead`: for whom it is. */
export async function runWithCalls(
  context: RuntimeContext,
  lead: LeadJob['lead'] | undefined,
  script: ScriptRun,
): Promise<ScriptResult> {
  const { file, call, onAway } = script;
  const request = context.requests.forRun((facts) =>
    context.activities.emit({
      kind: 'request',
      at: context.clock.now(),
      ...(lead === undefined ? {} : { lead }),
      file,
      ...facts,
    }),
  );
  const session = new TableSession(context.tables, context.bot().tables, script.tables);
  const leads = new LeadSearch(context);
  const result = await context.sandbox.run({
    ...script,
    ...(context.dates === undefined ? {} : { startsAt: context.dates() }),
    onAway: (isAway) => {
      // Hundreds may wait for a slow server at one time.
      if (isAway) session.release();
      onAway?.(isAway);
    },
    call: (plugin, name, argsJson, signal, leftMs) => {
      if (plugin !== NETWORK_CALL.plugin) return call(plugin, name, argsJson, signal, leftMs);
      if (name === NETWORK_CALL.name) return request(argsJson, signal, leftMs);
      if (name === 'script') return numberedScript(context.bot(), argsJson);
      if (name === 'bot_data') return botData(context, argsJson, signal);
      if (name === 'find_leads') return leads.find(argsJson, signal);
      return session.call(argsJson, signal);
    },
  });
  return result.ok && session.writes.length > 0 ? { ...result, tables: session.writes } : result;
}

const numberedSchema = z.union([z.strictObject({ code: z.string() }), z.strictObject({ id: z.number() })]);

/** The number of the script with a code, or `null`; the code of the one with a number. @throws script_unknown */
async function numberedScript(bot: Bot, argsJson: string): Promise<string> {
  const asked = numberedSchema.parse(JSON.parse(argsJson));
  if ('code' in asked) return JSON.stringify(bot.scripts.has(asked.code) ? scriptNumber(asked.code) : null);
  const code = scriptWithNumber(bot, asked.id);
  if (code === undefined) {
    throw shimError('script_unknown', { script: String(asked.id), known: knownNames(bot.scripts.keys()) });
  }
  return JSON.stringify(code);
}
