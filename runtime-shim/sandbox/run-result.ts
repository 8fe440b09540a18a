import { z } from 'zod';
import type { Json } from '../../plugin/contract/guest.ts';
import { contentSchema } from '../../plugin/contract/message.ts';
import { SHIM_ERRORS } from '../errors.ts';
import { authorPlace } from './author-place.ts';
import type { ScriptAction, ScriptResult, ScriptRun } from './contract.ts';
import { expandSnippets } from './expand-snippets.ts';
import type { FromRunner } from './runner-protocol.ts';

/** JSON of any kind: it came out of `JSON.parse`, so there is nothing more to check. */
const jsonSchema = z.custom<Json>((value) => value !== undefined);
const textsSchema = z.record(z.string(), z.string().nullable());

const writesSchema = z.strictObject({
  attributes: z.record(z.string(), z.strictObject({ kind: z.enum(['text', 'json']), value: z.string() }).nullable()),
  systemAttributes: z.record(z.string(), jsonSchema),
  tags: z.strictObject({ add: z.array(z.string()), remove: z.array(z.string()) }),
  bot: textsSchema,
  memory: textsSchema,
});

const actionSchema = z.discriminatedUnion('type', [
  contentSchema.safeExtend({ type: z.literal('send_message') }),
  z.strictObject({
    type: z.literal('run_script'),
    code: z.string(),
    leadId: z.string().optional(),
    at: z.strictObject({ library: z.string().nullable(), line: z.int(), column: z.int() }).optional(),
  }),
  z.strictObject({ type: z.literal('stop') }),
  z.strictObject({ type: z.literal('set_forwarded'), forwarded: z.boolean() }),
  z.strictObject({ type: z.literal('plugin'), plugin: z.string(), action: jsonSchema }),
]);

const reportSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), returned: jsonSchema, writes: writesSchema, actions: z.array(actionSchema) }),
  z.object({
    ok: z.literal(false),
    error: z.object({
      code: z.string(),
      message: z.string(),
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
  const report = reportSchema.safeParse(parsed(end.report));
  if (!report.success) {
    const detail = `what the script left behind cannot be read: ${report.error.issues[0]?.message ?? 'not JSON'}`;
    const message = SHIM_ERRORS.script_error.message({ detail });
    return { ok: false, error: { code: 'script_error', message, file, line: null, column: null }, log, usage };
  }
  if (!report.data.ok) return { ok: false, error: report.data.error, log, usage };
  const { returned, writes, actions } = report.data;
  return { ok: true, returned, writes, actions: actions.map((action) => placed(action, script)), log, usage };
}

/** The guest tells places in the text that it ran. */
function placed(action: z.infer<typeof actionSchema>, script: RunText): ScriptAction {
  // zod's optional keys may be `undefined`, which after JSON they never are.
  if (action.type !== 'run_script' || action.at === undefined) return action as ScriptAction;
  const { file, code, libraries } = script;
  const expanded = expandSnippets(code, libraries);
  // It ran, so its snippets are there.
  if ('problem' in expanded) return { ...action, at: { file, line: null, column: null } } as ScriptAction;
  return { ...action, at: authorPlace(action.at, file, libraries, expanded.locate) } as ScriptAction;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
