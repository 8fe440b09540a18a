import { z } from 'zod';
import { type BindingConfig, bindingsSchema } from './contract/binding-config.ts';
import { issueWords, pathText } from './contract/issue-words.ts';
import { pluginError } from './errors.ts';

/** All problems are told at once, but a thousand are enough for anybody. */
const MAX_PROBLEMS = 1_000;

const port = z.custom((value) => typeof value === 'function', 'must be a function');

/** A port that is not there would show at the first transfer only. */
const hostSchema = z.looseObject({
  attributes: z.looseObject({ get: port }),
  hasScript: port,
  runScript: port,
  deliver: port,
  setForwarded: port,
  authorLog: port.optional(),
  observe: port.optional(),
});

/** LiveTex repeats an event for 24 h: an id that is forgotten before would let it in twice. An hour for the way. */
const MIN_REMEMBERED_MS = 25 * 3_600_000;

const retentionSchema = z.strictObject({
  rememberedMs: z.number().min(MIN_REMEMBERED_MS),
  streamMs: z.number().positive().optional(),
  deadMs: z.number().positive().optional(),
});

const optionsSchema = z.strictObject({
  bindings: bindingsSchema,
  storage: z.union(
    [z.string(), z.looseObject({ transaction: port, read: port })],
    'must be "sqlite:<folder>", a "postgres://" URL, "memory:" or an open storage',
  ),
  host: hostSchema,
  retention: retentionSchema.optional(),
  createClient: port.optional(),
  random: port.optional(),
});

/** Checks what a platform passes, which need not be written in TypeScript, and fills in the bindings' defaults. @throws config_invalid */
export function parseOptions(options: {
  readonly bindings: unknown;
  readonly storage: unknown;
  readonly host: unknown;
}): BindingConfig[] {
  const parsed = optionsSchema.safeParse(options);
  if (parsed.success) return parsed.data.bindings;
  const issues = parsed.error.issues.slice(0, MAX_PROBLEMS);
  const problems = issues.map((issue) => `${pathText(issue.path) || 'options'}: ${issueWords(issue)}`);
  throw pluginError('config_invalid', { problems });
}
