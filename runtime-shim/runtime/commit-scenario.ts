import { storeTableWrites } from '../tables/table-store.ts';
import type { PlatformEvent } from '../../plugin/contract/events.ts';
import type { Transaction } from '../../plugin/storage/contract.ts';
import type { ScenarioReport, ScenarioResult } from '../bot/run/scenario-contract.ts';
import { scriptCauseText } from '../leads/script-cause-text.ts';
import { appendAuthorLog, appendLine, type AuthorLogEntry } from '../leads/transcript.ts';
import { type StoredLead, leadWithNumber, writeBotAttributes, writeForwarded, writeLead } from '../leads/lead-store.ts';
import type { Bot } from '../bot/bot.ts';
import { MAX_SCRIPT_NAME } from '../bot/run/play.ts';
import type { RuntimeActivity } from './contract.ts';
import { type LeadJob, eventIdBase } from './lead-job.ts';
import { newLeadJob } from './receive-message.ts';
import { storeTimers } from './scheduled-runs.ts';
import type { RuntimeContext } from './runtime-context.ts';
import { MAX_MESSAGE_CHARS, MAX_RUNS_FOR_OTHERS, shareRuns } from './output-quota.ts';

/**
 * Stores everything that came of a job in one transaction: the lead, what the bot said, and the events for the plugins.
 * Returns what to tell listeners once it is committed.
 */
export async function commitScenario(
  tx: Transaction,
  context: RuntimeContext,
  job: LeadJob,
  before: StoredLead,
  result: ScenarioResult,
): Promise<RuntimeActivity[]> {
  const { lead } = job;
  const at = context.clock.now();
  const base = eventIdBase(job);
  if (result.lead !== before.lead) {
    await writeLead(tx, result.lead, before.version);
    await storeTimers(tx, before.lead, result.lead);
  }
  await writeBotAttributes(tx, context.botId, result.botWrites);
  await storeTableWrites(tx, context.botId, result.tables);
  const suppressed = await context.plugins().accept(eventsOf(job, result, base, at, context.bot()), tx);
  const activities: RuntimeActivity[] = [];
  for (const report of result.reports) {
    activities.push(
      report.kind === 'script'
        ? { at, lead, ...report, cause: scriptCauseText(report.cause), because: report.cause }
        : { kind: 'author_log', at, lead, level: report.level, text: report.text },
    );
    for (const entry of authorLogEntries(report)) await appendAuthorLog(tx, lead, entry, at);
  }
  for (const [index, said] of result.says.entries()) {
    if (suppressed.has(`${base}:${index}`)) {
      const text = said.content.text ?? '';
      activities.push({ kind: 'suppressed', at, lead, text });
      await appendAuthorLog(tx, lead, { level: 'info', text: `не отправлено, диалог у оператора: ${text}` }, at);
      continue;
    }
    const message = await appendLine(tx, lead, { from: 'bot', ...said.content }, at);
    await context.channels()?.said(tx, lead, message);
    activities.push({ kind: 'message', at, lead, message });
  }
  const forwarded = forwardedBy(context, result);
  if (forwarded !== undefined) await writeForwarded(tx, lead, forwarded);
  for (const text of await enqueueForOthers(tx, job, result, base)) {
    activities.push({ kind: 'author_log', at, lead, level: 'error', text });
    await appendAuthorLog(tx, lead, { level: 'error', text }, at);
  }
  return activities;
}

/** The lead's message first, then what the bot said, then what it asked for: LiveTex gets the history before the transfer. */
function eventsOf(job: LeadJob, result: ScenarioResult, base: string, at: number, bot: Bot): PlatformEvent[] {
  const { lead } = job;
  return [
    ...(job.kind === 'message'
      ? [
          {
            type: 'LeadMessage' as const,
            id: base,
            lead,
            at: job.at,
            content: job.content,
            ...(result.choice === undefined ? {} : { choice: result.choice }),
            ...(job.edits === undefined ? {} : { edits: job.edits }),
          },
        ]
      : []),
    ...result.says.map((said, index) => ({
      type: 'BotMessage' as const,
      id: `${base}:${index}`,
      lead,
      at,
      content: said.content,
      ...(said.duringTransfer ? { duringTransfer: true } : {}),
    })),
    ...result.requests.map((request, index) => ({ ...request, id: `${base}:r${index}`, lead, at })),
    ...stumblesOf(job, result, bot).map((stumble) => ({ ...stumble, id: `${base}:${stumble.kind}`, lead, at })),
  ];
}

type Stumble = Pick<Extract<PlatformEvent, { type: 'BotStumbled' }>, 'type' | 'kind' | 'script'>;

/** What the lead's message met with: a script that failed, or nothing that fits. A run of its own is no answer to the lead. */
function stumblesOf(job: LeadJob, { reports, misunderstood }: ScenarioResult, bot: Bot): Stumble[] {
  if (job.kind !== 'message') return [];
  const type = 'BotStumbled';
  const failed = reports.find((report) => report.kind === 'script' && report.error !== undefined);
  const code = failed?.kind === 'script' ? failed.script : '';
  const script = (bot.scripts.get(code)?.name ?? code).slice(0, MAX_SCRIPT_NAME).toWellFormed();
  return [
    ...(failed === undefined
      ? []
      : [{ type, kind: 'script_error', ...(script === '' ? {} : { script }) } satisfies Stumble]),
    ...(misunderstood === true ? [{ type, kind: 'misunderstanding' } satisfies Stumble] : []),
  ];
}

/** With a plugin, the transfer commands leave the flag to it: it is set when the transfer has succeeded. Without one they set it. */
function forwardedBy(context: RuntimeContext, result: ScenarioResult): boolean | undefined {
  const last = result.requests.findLast(({ type }) => type !== 'OperatorNote');
  if (last === undefined || context.plugins().list.length > 0) return result.forwarded;
  return last.type === 'TransferRequested';
}

/** Starts the scripts of other leads. Returns what the author should read: runs that are not started. */
async function enqueueForOthers(
  tx: Transaction,
  job: LeadJob,
  result: ScenarioResult,
  base: string,
): Promise<string[]> {
  const wrong: string[] = [];
  const mayStart = (job.kind === 'script' ? job.mayStart : undefined) ?? MAX_RUNS_FOR_OTHERS;
  const { started, each } = shareRuns(mayStart, result.runsForOthers.length);
  const mayStore = ((job.kind === 'script' ? job.mayStore : undefined) ?? MAX_MESSAGE_CHARS) - result.chars;
  const store = Math.max(0, Math.floor(mayStore / Math.max(1, started)));
  const oneTooMany = result.runsForOthers[started];
  if (oneTooMany !== undefined) {
    wrong.push(`${oneTooMany.call}: больше ${MAX_RUNS_FOR_OTHERS} запусков для других лидов из одного сообщения`);
  }
  for (const [index, { call, leadId, code, scheduled }] of result.runsForOthers.slice(0, started).entries()) {
    const other = await leadWithNumber(tx, leadId);
    if (other === undefined || other.botId !== job.lead.botId) {
      wrong.push(`${call}: нет лида с номером ${leadId.slice(0, 40)}`);
      continue;
    }
    const cause = { code: 'other_lead' as const };
    const id = `${base}:${index}`;
    if (scheduled !== undefined) {
      await tx.enqueue([newLeadJob({ kind: 'schedule', lead: other, id, run: scheduled })]);
      continue;
    }
    const script = { kind: 'script' as const, lead: other, id, script: { code }, cause, duringTransfer: false };
    await tx.enqueue([newLeadJob({ ...script, mayStart: each, mayStore: store })]);
  }
  return wrong;
}

/** A script run as lines of the author's log: why it ran, what it printed, what went wrong and where. */
function authorLogEntries(report: ScenarioReport): AuthorLogEntry[] {
  if (report.kind === 'remark') return [{ level: report.level, text: report.text }];
  const { script, file, error } = report;
  const where = { script, ...(file === undefined ? {} : { file }) };
  return [
    { level: 'info', text: scriptCauseText(report.cause), ...where },
    ...report.log.map((line) => ({ level: line.level, text: line.text, ...where })),
    ...(error === undefined
      ? []
      : [
          {
            level: 'error' as const,
            text: error.message,
            script,
            file: error.file,
            line: error.line,
            column: error.column,
            code: error.code,
          },
        ]),
  ];
}
