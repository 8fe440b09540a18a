import { storeTableWrites } from '../tables/table-store.ts';
import { z } from 'zod';
import type { Json } from '../../plugin/contract/guest.ts';
import { issueWords } from '../../plugin/contract/issue-words.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { MAX_SCENARIO_MS, MAX_TURN_CHARS, saidError } from '../bot/run/play.ts';
import { attributesFull, botMayKeep } from '../bot/run/apply-writes.ts';
import { runOf } from '../bot/run/schedule.ts';
import { runScenario } from '../bot/run/run-scenario.ts';
import type { BotScript } from '../bot/load/bot-schema.ts';
import { type Bot, botAttributesOf } from '../bot/bot.ts';
import { shimError } from '../errors.ts';
import { again, leadWithNumber, readLead, writeBotAttributes } from '../leads/lead-store.ts';
import type { ScriptError, ScriptResult, ScriptRun } from '../sandbox/contract.ts';
import { commitScenario } from './commit-scenario.ts';
import { roomOf } from './lead-room.ts';
import { MAX_MESSAGE_CHARS, MAX_RUNS_FOR_OTHERS, shareRuns } from './output-quota.ts';
import type { EndpointAnswer } from './contract.ts';
import type { LeadJob } from './lead-job.ts';
import { portsOf, runWithCalls } from './perform-lead-job.ts';
import { newLeadJob } from './receive-message.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Calls of a bot's endpoints at one time in this process. Our choice; each may wait for the network as long as a script may. */
const MAX_CALLS = 64;
/** Runs for leads that one call may start. Our choice: as many as a list for one mailing of a small shop. */
const MAX_RUNS = 100;

/** Other keys are a caller's own. */
export const endpointBodySchema = z.looseObject({
  /** What the script has as `request.json`. Default: the whole body. */
  script_request_params: z.unknown().optional(),
  /** The number of the lead for whom it runs. Default: for nobody. */
  lead_id: z.union([z.int().positive(), z.string().regex(/^\d{1,16}$/)]).optional(),
});

const NO_LEAD: Text = {
  en: 'there is no lead here: the endpoint was called without lead_id',
  ru: 'лида здесь нет: вызов пришёл без lead_id',
};

const callsOf = new WeakMap<RuntimeContext, { count: number }>();

/** Runs the file of an endpoint, and answers with what it returned. */
export async function callEndpoint(
  context: RuntimeContext,
  alias: string,
  body: unknown,
  newId: () => string,
): Promise<EndpointAnswer> {
  const bot = context.bot();
  const file = bot.endpoints.get(alias);
  if (file === undefined) return refusal(404, 'not_found', `the bot has no endpoint "${alias.slice(0, 100)}"`);
  const parsed = endpointBodySchema.safeParse(body ?? {});
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refusal(
      400,
      'bad_request',
      issue === undefined ? '' : `${issue.path.join('.')} ${issueWords(issue).en}`.trim(),
    );
  }
  const { script_request_params: params, lead_id: leadId } = parsed.data;
  // Parsed JSON, which the type `Json` calls read-only.
  const call = { alias, file, bot, args: { request: { json: (params === undefined ? parsed.data : params) as Json } } };
  const calls = callsOf.get(context) ?? { count: 0 };
  callsOf.set(context, calls);
  if (calls.count >= MAX_CALLS)
    return refusal(503, 'busy', 'too many endpoints of this bot are being called: call it again');
  calls.count += 1;
  try {
    return await (leadId === undefined
      ? callForNobody(context, call)
      : callForLead(context, call, String(leadId), newId));
  } finally {
    calls.count -= 1;
  }
}

interface Call {
  readonly alias: string;
  readonly file: string;
  readonly bot: Bot;
  readonly args: { readonly request: Json };
}

/** No lead: the script may read and write the bot's attributes, ask other servers, and start scripts of leads that it names. */
async function callForNobody(context: RuntimeContext, { alias, file, bot, args }: Call): Promise<EndpointAnswer> {
  const full = quotaFull(context, undefined);
  if (full !== undefined) return full;
  const attributes = await context.storage.read((tx) => context.botAttributes.read(tx, context.botId));
  const call: ScriptRun['call'] = () => {
    throw shimError('script_argument', { detail: NO_LEAD });
  };
  const result = await runWithCalls(context, undefined, {
    botId: bot.id,
    file,
    code: bot.sources.get(file)?.code ?? '',
    args: { botId: bot.id, leadId: null, ticketId: null, personId: null, triggerId: null, ...args },
    lead: { data: {}, channel: '', attributes: {}, systemAttributes: {}, tags: [] },
    withoutLead: true,
    bot: { attributes: botAttributesOf(bot, attributes) },
    memory: {},
    libraries: bot.libraries,
    plugins: context.plugins().bundles,
    withinMs: MAX_SCENARIO_MS,
    call,
  });
  const { log, usage } = result;
  const error = result.ok ? await keep(context, result, file) : result.error;
  context.activities.emit({
    kind: 'endpoint',
    at: context.clock.now(),
    alias,
    log,
    usage,
    ...(error === undefined ? {} : { error }),
  });
  return result.ok && error === undefined ? { status: 200, body: result.returned } : failed(error);
}

/** All of it or nothing. Returns what the author did wrong. */
async function keep(
  context: RuntimeContext,
  { writes, actions, tables = [] }: Extract<ScriptResult, { ok: true }>,
  file: string,
): Promise<ScriptError | undefined> {
  const runs = actions.flatMap((action) =>
    action.type === 'run_script' || action.type === 'schedule' ? [action] : [],
  );
  const wrong = (run: (typeof runs)[number], detail: Text): ScriptError => {
    const { at } = run;
    const call = run.type === 'schedule' ? run.call : 'bot.runScriptByCodeForLead';
    const words = { en: `${call}: ${detail.en}`, ru: `${call}: ${detail.ru}` };
    return {
      ...saidError(shimError('script_argument', { detail: words })),
      file: at?.file ?? '',
      line: at?.line ?? null,
      column: at?.column ?? null,
    };
  };
  const codeOfRun = (run: (typeof runs)[number]): string => (run.type === 'schedule' ? run.script : run.code);
  const unknown = runs.find((run) => !context.bot().scripts.has(codeOfRun(run)));
  if (unknown !== undefined) {
    const code = codeOfRun(unknown).slice(0, 100);
    return wrong(unknown, { en: `there is no script "${code}"`, ru: `нет скрипта "${code}"` });
  }
  const oneTooMany = runs[MAX_RUNS];
  if (oneTooMany !== undefined) {
    return wrong(oneTooMany, {
      en: `more than ${MAX_RUNS} runs of one call`,
      ru: `больше ${MAX_RUNS} запусков из одного вызова`,
    });
  }
  const id = crypto.randomUUID();
  const { length: chars } = JSON.stringify({ bot: writes.bot, tables, runs });
  context.quota.count(undefined, chars);
  // What one call sets off has the same end as what one message does.
  const { each: mayStart } = shareRuns(MAX_RUNS_FOR_OTHERS, runs.length);
  const mayStore = Math.floor((MAX_MESSAGE_CHARS - chars) / Math.max(1, runs.length));
  return await again(() =>
    context.storage.transaction(async (tx) => {
      if (!botMayKeep(await context.botAttributes.read(tx, context.botId), writes.bot)) {
        return { ...attributesFull(), file, line: null, column: null };
      }
      for (const [index, run] of runs.entries()) {
        const { leadId = '' } = run;
        const lead = await leadWithNumber(tx, leadId);
        if (lead === undefined || lead.botId !== context.botId) {
          const number = leadId.slice(0, 40);
          return wrong(run, { en: `there is no lead ${number}`, ru: `нет лида с номером ${number}` });
        }
        const common = { lead, id: `${id}:${index}` };
        const planned = run.type === 'schedule' ? runOf(context.bot(), run, context.clock.now()) : undefined;
        const job: LeadJob =
          planned === undefined
            ? {
                ...common,
                kind: 'script',
                script: { code: codeOfRun(run) },
                cause: { code: 'other_lead' },
                duringTransfer: false,
                mayStart,
                mayStore,
              }
            : { ...common, kind: 'schedule', run: planned.run };
        await tx.enqueue([newLeadJob(job)]);
      }
      await writeBotAttributes(tx, context.botId, new Map(Object.entries(writes.bot)));
      await storeTableWrites(tx, context.botId, tables);
      return undefined;
    }),
  );
}

/**
 * As a script of the lead, beside its lane: it is stored only when nobody wrote the lead meanwhile, else it runs again. The lead's
 * open question stays open when the script says nothing that would close it.
 */
async function callForLead(
  context: RuntimeContext,
  { alias, file, bot, args }: Call,
  number: string,
  newId: () => string,
): Promise<EndpointAnswer> {
  const lead = await context.storage.read((tx) => leadWithNumber(tx, number));
  if (lead === undefined || lead.botId !== context.botId) {
    return refusal(404, 'not_found', `the bot has no lead with the number ${number}`);
  }
  const full = quotaFull(context, lead);
  if (full !== undefined) return full;
  // No script of a folder can have this code.
  const code = `endpoint:${alias}`;
  const script: BotScript = { code, type: 'standard', commands: [{ type: 'run_javascript', file }], menu: [] };
  const withScript: Bot = { ...bot, scripts: new Map([...bot.scripts, [code, script]]) };
  const job: LeadJob = {
    kind: 'script',
    lead,
    id: `endpoint:${newId()}`,
    script: { code },
    cause: { code: 'endpoint', of: alias },
    duringTransfer: false,
  };
  const room = await context.storage.read(async (tx) => {
    const stored = await readLead(tx, lead);
    return stored === undefined ? 0 : roomOf(stored.lead);
  });
  const leave =
    room === 0
      ? undefined
      : await context.room.enter(room, AbortSignal.timeout(MAX_SCENARIO_MS)).catch(() => 'busy' as const);
  if (leave === 'busy') return refusal(503, 'busy', 'other large leads of this bot are being worked on: call again');
  return await again(async () => {
    const { before, botAttributes, isMuted } = await context.storage.read(async (tx) => ({
      before: await readLead(tx, lead),
      botAttributes: await context.botAttributes.read(tx, context.botId),
      isMuted: (await context.channels()?.isMuted(tx, lead)) === true,
    }));
    if (before === undefined) return refusal(404, 'not_found', `the bot has no lead with the number ${number}`);
    const ports = portsOf(context, job, false, () => undefined);
    let own: ScriptResult | undefined;
    const played = await runScenario({
      bot: withScript,
      lead: before.lead,
      botAttributes,
      isMuted,
      trigger: { ...job, keepsQuestion: true },
      now: context.clock.now(),
      args,
      ports: {
        ...ports,
        run: async (run) => {
          const result = await ports.run(run);
          own ??= result;
          return result;
        },
      },
      signal: AbortSignal.timeout(MAX_SCENARIO_MS),
      maxChars: MAX_TURN_CHARS,
    });
    // A new object: it is stored only when nobody wrote the lead meanwhile, also when nothing of it is another.
    const result = { ...played, lead: { ...played.lead } };
    context.quota.count(lead, result.chars);
    const told = await context.storage.transaction((tx) => commitScenario(tx, context, job, before, result));
    for (const activity of told) context.activities.emit(activity);
    const error = result.reports.flatMap((report) => (report.kind === 'script' ? [report.error] : [])).find(Boolean);
    return own?.ok === true && error === undefined ? { status: 200, body: own.returned } : failed(error);
  }).finally(() => leave?.());
}

/** The answer when bot or lead may store no more now. */
function quotaFull({ quota }: RuntimeContext, lead: LeadRef | undefined): EndpointAnswer | undefined {
  const full = quota.full(lead);
  return full === undefined ? undefined : refusal(503, full.code, shimError(full.code, full).message);
}

/** What a caller reads of a failure: code, words and place; no stack. */
function failed(error: ScriptError | undefined): EndpointAnswer {
  const code = error?.code ?? 'internal';
  const place = error?.line == null ? '' : ` (${error.file}:${error.line}:${error.column ?? 1})`;
  return refusal(
    code.startsWith('sandbox_') ? 503 : 500,
    code,
    `${error?.message ?? 'the script did not end'}${place}`,
  );
}

function refusal(status: number, code: string, message: string): EndpointAnswer {
  return { status, body: { error: { code, message } } };
}
