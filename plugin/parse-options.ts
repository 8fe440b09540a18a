import { z } from 'zod';
import { type BindingConfig, type BindingInput, bindingsSchema, secretKeySchema } from './contract/binding-config.ts';
import type { CodedError } from './contract/coded-error.ts';
import { type MenuCodes, menuPhrases } from './contract/exit-phrases.ts';
import { issueWords, pathText } from './contract/issue-words.ts';
import type { Text } from './contract/text.ts';
import { ONCE } from './contract/parse-once.ts';
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
  menuCodes: port.optional(),
  authorLog: port.optional(),
  observe: port.optional(),
});

/** LiveTex repeats an event for 24 h: an id that is forgotten before would let it in twice. An hour for the way. */
const MIN_REMEMBERED_MS = 25 * 3_600_000;

const retentionSchema = z.strictObject({
  rememberedMs: z.number().min(MIN_REMEMBERED_MS),
  streamMs: z.number().positive().optional(),
  deadMs: z.number().positive().optional(),
  transfersMs: z.number().positive().optional(),
});

const optionsSchema = z.strictObject({
  bindings: bindingsSchema,
  storage: z.union(
    [z.string(), z.looseObject({ transaction: port, read: port })],
    'must be "sqlite:<folder>", a "postgres://" URL, "memory:" or an open storage',
  ),
  host: hostSchema,
  retention: retentionSchema.optional(),
  secretKey: secretKeySchema.optional(),
  createClient: port.optional(),
  random: port.optional(),
});

/** Checks what a platform passes, which need not be written in TypeScript, and fills in the bindings' defaults. @throws config_invalid */
export function parseOptions(options: {
  readonly bindings: unknown;
  readonly storage: unknown;
  readonly host: unknown;
}): BindingConfig[] {
  const parsed = optionsSchema.safeParse(options, ONCE);
  if (parsed.success) return parsed.data.bindings;
  throw invalid(parsed.error.issues);
}

/** Bindings that take the place of those in the options, beside the menus of the bots. @throws config_invalid */
export function parseBindings(bindings: unknown, codes: MenuCodes): BindingConfig[] {
  const parsed = bindingsSchema.safeParse(bindings);
  if (!parsed.success) throw invalid(parsed.error.issues, (path) => ['bindings', ...path]);
  refuseMenuPhrases(parsed.data, codes, (index) => ['bindings', index]);
  return parsed.data;
}

/** @throws config_invalid with every phrase of `exit` that is a menu's code */
export function refuseMenuPhrases(
  bindings: readonly BindingConfig[],
  codes: MenuCodes,
  place: (index: number) => readonly PropertyKey[],
): void {
  const fields = bindings.flatMap((binding, index) =>
    menuPhrases(binding, codes).map((phrase) => ({
      path: pathText([...place(index), 'exit', 'phrases', phrase.place]),
      text: phrase.text,
    })),
  );
  if (fields.length > 0) throw invalidFields(fields);
}

/** One binding beside others: the rules on several count, and what is wrong is told of the one. @throws config_invalid */
export function parseBinding(binding: unknown, others: readonly BindingInput[], codes: MenuCodes): void {
  const { error, data } = bindingsSchema.safeParse([...others, binding]);
  const issues = error?.issues.filter(({ path: [place] }) => place === others.length) ?? [];
  if (issues.length > 0) throw invalid(issues, (path) => ['binding', ...path.slice(1)]);
  refuseMenuPhrases(data?.slice(-1) ?? [], codes, () => ['binding']);
}

function invalid(
  issues: readonly z.core.$ZodIssue[],
  place = (path: readonly PropertyKey[]): readonly PropertyKey[] => path,
): CodedError {
  const fields = issues
    .slice(0, MAX_PROBLEMS)
    .map((issue) => ({ path: pathText(place(issue.path)), text: issueWords(issue) }));
  return invalidFields(fields);
}

function invalidFields(fields: ReadonlyArray<{ readonly path: string; readonly text: Text }>): CodedError {
  const problems = fields.map(({ path, text }) => `${path || 'options'}: ${text.en}`);
  return pluginError('config_invalid', { problems, fields });
}
