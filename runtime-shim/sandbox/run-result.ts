import { z } from 'zod';
import { parseBoundedJson } from '../../plugin/contract/bounded-json.ts';
import type { Json } from '../../plugin/contract/guest.ts';
import { contentSchema, textSchema } from '../../plugin/contract/message.ts';
import { SHIM_ERRORS } from '../errors.ts';
import { authorPlace, expandSnippets } from './expand-snippets.ts';
import type { ScriptAction, ScriptError, ScriptResult, ScriptRun, ScriptWrites } from './contract.ts';
import { engineText } from './engine-words.ts';
import { MAX_ACTIONS } from './run-limits.ts';
import type { FromRunner } from './runner-protocol.ts';

/**
 * Deepest nesting of a report. Our choice: far above what a script returns, far below the some thousand levels at which a walk
 * over the value (`JSON.stringify` for the answer of `run`) runs out of our stack. A script's own stack may be deeper.
 */
const MAX_REPORT_DEPTH = 100;
/** Attributes with this prefix belong to the platform and to plugins (docs/platform.md#metabot24-lead-bot-memory). */
const SYSTEM_PREFIX = 'sys_';

/** JSON of any kind: it came out of `JSON.parse`, so there is nothing more to check. */
const jsonSchema = z.custom<Json>((value) => value !== undefined);

/** A record whose every entry is right. A plain loop: zod takes some microseconds for each of what may be ten thousand entries. */
function recordOf<Value>(
  isRight: (key: string, value: unknown) => boolean,
): z.ZodType<Readonly<Record<string, Value>>> {
  return z.custom<Readonly<Record<string, Value>>>((record) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return false;
    for (const [key, value] of Object.entries(record)) if (!isRight(key, value)) return false;
    return true;
  }, 'what was written is not as it should be');
}

const textsSchema = recordOf<string | null>((_, value) => value === null || typeof value === 'string');
const tagsSchema = z.custom<readonly string[]>(
  (tags) => Array.isArray(tags) && tags.every((tag) => typeof tag === 'string'),
);

function isAttribute(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, value: text, ...rest } = value as Record<string, unknown>;
  if (typeof text !== 'string' || Object.keys(rest).length > 0) return false;
  // The runtime reads it when it fills in a macro, where it is nobody's mistake any more.
  return kind === 'text' || (kind === 'json' && parseBoundedJson(text, MAX_REPORT_DEPTH).ok);
}

// The guest code keeps the two kinds of attributes apart; whoever gets past it must not get past this.
const writesSchema = z.strictObject({
  attributes: recordOf<ScriptWrites['attributes'][string]>(
    (key, value) => !key.startsWith(SYSTEM_PREFIX) && (value === null || isAttribute(value)),
  ),
  systemAttributes: recordOf<Json>((key) => key.startsWith(SYSTEM_PREFIX)),
  tags: z.strictObject({ add: tagsSchema, remove: tagsSchema }),
  contexts: textsSchema,
  bot: textsSchema,
  memory: textsSchema,
});

/** As `globals/schedule.guest.ts` has them, and why. */
const MIN_INTERVAL_SEC = 10;
const MAX_WAIT_SEC = 157_680_000;
const MAX_SCHEDULE_CHARS = 2_000;

/** Longest name of a status and of a lead, as elsewhere. */
const MAX_NAME_CHARS = 200;
const statusSchema = z.union([z.int(), textSchema.min(1).max(MAX_NAME_CHARS)]);

const placeSchema = z.strictObject({ library: z.string().nullable(), line: z.int(), column: z.int() });

const actionSchema = z.discriminatedUnion('type', [
  contentSchema.safeExtend({ type: z.literal('send_message') }),
  z.strictObject({
    type: z.literal('run_script'),
    code: z.string(),
    leadId: z.string().optional(),
    at: placeSchema.optional(),
  }),
  z.strictObject({
    type: z.literal('schedule'),
    call: z.enum(['bot.scheduleJob', 'bot.scheduleScript']),
    script: z.string(),
    leadId: z.string().optional(),
    runAt: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
      .optional(),
    afterSec: z.int().min(0).max(MAX_WAIT_SEC).optional(),
    everySec: z.int().min(MIN_INTERVAL_SEC).max(MAX_WAIT_SEC).optional(),
    condition: z.string().max(MAX_SCHEDULE_CHARS).optional(),
    addTags: tagsSchema,
    removeTags: tagsSchema,
    params: z
      .string()
      .max(MAX_SCHEDULE_CHARS)
      .refine((text) => parseBoundedJson(text, MAX_REPORT_DEPTH).ok)
      .optional(),
    at: placeSchema.optional(),
  }),
  z.strictObject({ type: z.literal('unschedule'), script: z.string().optional() }),
  z.strictObject({ type: z.literal('stop') }),
  z.strictObject({ type: z.literal('set_forwarded'), forwarded: z.boolean() }),
  z.strictObject({ type: z.literal('set_status'), status: statusSchema }),
  z.strictObject({ type: z.literal('set_name'), name: textSchema.max(MAX_NAME_CHARS).nullable() }),
  z.strictObject({ type: z.literal('plugin'), plugin: z.string(), action: jsonSchema }),
]);

const reportSchema = z.discriminatedUnion('ok', [
  z.object({
    ok: z.literal(true),
    returned: jsonSchema,
    writes: writesSchema,
    actions: z.array(actionSchema).max(MAX_ACTIONS),
  }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      message: z.string(),
      ru: z.string().exactOptional(),
      file: z.string(),
      line: z.int().nullable(),
      column: z.int().nullable(),
    }),
  }),
]);

/** What of a run its places are found in. */
type RunText = Pick<ScriptRun, 'file' | 'code' | 'libraries'>;

/** Reads a run's end. The report was made beside a hostile script: what is not as it should be is a failure of that script. */
export function runResult(script: RunText, end: Extract<FromRunner, { t: 'end' }>): ScriptResult {
  const { file } = script;
  const { log, usage } = end;
  const json = parseBoundedJson(end.report, MAX_REPORT_DEPTH);
  const report = json.ok ? reportSchema.safeParse(json.value) : undefined;
  if (report?.success !== true) {
    const problem = json.ok ? (report?.error.issues[0]?.message ?? '') : json.problem;
    const detail = {
      en: `what the script left behind cannot be read: ${problem}`,
      ru: `то, что скрипт после себя оставил, нельзя прочитать: ${problem}`,
    };
    const { en, ru } = SHIM_ERRORS.script_error.message({ detail });
    return { ok: false, error: { code: 'script_error', message: en, ru, file, line: null, column: null }, log, usage };
  }
  if (!report.data.ok) return { ok: false, error: inRussian(report.data.error), log, usage };
  const { returned, writes, actions } = report.data;
  return { ok: true, returned, writes, actions: placed(actions, script), log, usage };
}

/** An engine's own words are in English only, and a script may have thrown any. */
function inRussian(error: ScriptError): ScriptError {
  if (error.ru !== undefined) return error;
  const { ru } = engineText(error.message);
  return ru === error.message ? error : { ...error, ru };
}

/**
 * The guest tells places in the text that it ran. Its snippets are expanded once for all places: one script may ask for
 * 200 runs, and expanding a million characters takes some 10 ms of the server's loop.
 */
function placed(actions: ReadonlyArray<z.infer<typeof actionSchema>>, script: RunText): ScriptAction[] {
  const { file, code, libraries } = script;
  let expanded: ReturnType<typeof expandSnippets> | undefined;
  return actions.map((action) => {
    // zod's optional keys may be `undefined`, which after JSON they never are.
    if (!('at' in action) || action.at === undefined) return action as ScriptAction;
    expanded ??= expandSnippets(code, libraries);
    // It ran, so its snippets are there.
    if ('problem' in expanded) return { ...action, at: { file, line: null, column: null } } as ScriptAction;
    return { ...action, at: authorPlace(action.at, file, libraries, expanded.locate) } as ScriptAction;
  });
}
