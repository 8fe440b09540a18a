/** The commands of a script as `bot.json` writes them. Every type is explained with an example in `docs/bot-folder.md`. */
import { z } from 'zod';
import { MAX_RESERVE } from '../../../plugin/contract/groups.ts';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { ATTACHMENT_TYPES, contentSchema, textSchema } from '../../../plugin/contract/message.ts';

/** Most characters of one template text. Our choice: macros may still make it longer, up to a message's limit. */
const MAX_TEMPLATE_LENGTH = 20_000;
/** Most characters of a condition. Our choice: longer logic belongs into a `.js` file. */
const MAX_CONDITION_LENGTH = 10_000;

/** A text with macros. */
export const templateSchema = textSchema.min(1).max(MAX_TEMPLATE_LENGTH);
/** The body of a JavaScript function; passes only if it returns `true`, an empty one passes. */
export const conditionSchema = textSchema.max(MAX_CONDITION_LENGTH);
/** A script's code, or a type's code or Russian name. */
export const scriptNameSchema = z.string().min(1).max(200);

/** Attributes with this prefix belong to the system (`docs/platform.md`). */
export const SYSTEM_ATTRIBUTE_PREFIX = 'sys_';

const attributeKeySchema = textSchema
  .min(1)
  .max(200)
  .refine(
    (key) => !key.startsWith(SYSTEM_ATTRIBUTE_PREFIX),
    spoken({
      en: `must not start with "${SYSTEM_ATTRIBUTE_PREFIX}"`,
      ru: `не может начинаться с "${SYSTEM_ATTRIBUTE_PREFIX}"`,
    }),
  );

const tagsSchema = z.array(textSchema.min(1).max(200)).min(1).max(100);
/** A comma list as the platform has it, or a list. */
const contextsSchema = z.union(
  [
    z.string().transform((text) =>
      text
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== ''),
    ),
    z.array(textSchema.min(1).max(200)).max(100),
  ],
  spoken({ en: 'must be a text with commas or a list', ru: 'здесь нужен текст через запятую или список' }),
);
const condition = conditionSchema.optional();

/** Longest expression of an answer. Our choice, as a route's. */
const MAX_PATTERN_LENGTH = 1_000;
/** Longest wait for an answer, s: thirty days. Our choice. */
const MAX_TIMEOUT_SEC = 2_592_000;

/** Every command type with its fields. The order is that of the reference. */
export const COMMAND_SCHEMAS = {
  send_text: z.strictObject({ type: z.literal('send_text'), text: templateSchema, condition }),
  send_image: z.strictObject({
    type: z.literal('send_image'),
    url: templateSchema,
    caption: templateSchema.optional(),
    condition,
  }),
  send_file: z.strictObject({
    type: z.literal('send_file'),
    url: templateSchema,
    name: templateSchema.optional(),
    caption: templateSchema.optional(),
    /** What the messenger shows it as. */
    kind: z.enum(ATTACHMENT_TYPES).default('file'),
    size: z.int().nonnegative().optional(),
    condition,
  }),
  set_lead_status: z.strictObject({
    type: z.literal('set_lead_status'),
    status: z.union(
      [z.int(), textSchema.min(1).max(100)],
      spoken({ en: 'must be a whole number or a text', ru: 'здесь нужно целое число или текст' }),
    ),
    condition,
  }),
  run_sentence: z.strictObject({ type: z.literal('run_sentence'), script: scriptNameSchema, condition }),
  value_input: z.strictObject({
    type: z.literal('value_input'),
    text: templateSchema,
    attribute: attributeKeySchema,
    /** Under the question; an answer may be something else all the same, unless there is a `pattern`. */
    buttons: contentSchema.shape.buttons,
    /** A regular expression that an answer must fit. */
    pattern: z.string().min(1).max(MAX_PATTERN_LENGTH).optional(),
    /** What is said when it does not. Default: the question again. */
    error: templateSchema.optional(),
    /** How many answers may be wrong. Default: no limit. */
    tries: z.int().min(1).max(100).optional(),
    /** The script that runs then. */
    onFailed: scriptNameSchema.optional(),
    /** Words that end the question. */
    cancel: z
      .strictObject({
        words: z.array(textSchema.min(1).max(100)).min(1).max(50),
        script: scriptNameSchema.optional(),
      })
      .optional(),
    /** How long an answer is waited for, s. Default: for ever. */
    timeoutSec: z.int().min(1).max(MAX_TIMEOUT_SEC).optional(),
    onTimeout: scriptNameSchema.optional(),
    condition,
  }),
  run_js_callback: z.strictObject({
    type: z.literal('run_js_callback'),
    file: z.string().min(1).max(500),
    /** Runs it at once, too. */
    isImmediateCall: z.boolean().default(false),
    /** What is said when it returned `false`, or failed. */
    errorMessage: templateSchema.optional(),
    /** The question. */
    text: templateSchema.optional(),
    condition,
  }),
  add_lead_tags: z.strictObject({ type: z.literal('add_lead_tags'), tags: tagsSchema, condition }),
  remove_lead_tags: z.strictObject({ type: z.literal('remove_lead_tags'), tags: tagsSchema, condition }),
  add_lead_contexts: z.strictObject({ type: z.literal('add_lead_contexts'), contexts: contextsSchema, condition }),
  /** An empty list removes all. */
  remove_lead_contexts: z.strictObject({
    type: z.literal('remove_lead_contexts'),
    contexts: contextsSchema.default([]),
    condition,
  }),
  repeat_sentence: z.strictObject({ type: z.literal('repeat_sentence'), condition }),
  run_javascript: z.strictObject({ type: z.literal('run_javascript'), file: z.string().min(1).max(500), condition }),
  stop: z.strictObject({ type: z.literal('stop'), condition }),
  forward_to_operator: z.strictObject({
    type: z.literal('forward_to_operator'),
    /** Name or id of a group of operators; left out: that of the binding. */
    group: templateSchema.optional(),
    /** Groups that are tried in order when nobody of the first is there. */
    reserve: z.array(templateSchema).max(MAX_RESERVE).optional(),
    /** Also when nobody is online, or outside working hours. */
    ignoreOffline: z.boolean().optional(),
    /** Why, for the operator and for the figures. */
    reason: templateSchema.optional(),
    condition,
  }),
  return_to_bot: z.strictObject({ type: z.literal('return_to_bot'), condition }),
} as const;

export type CommandType = keyof typeof COMMAND_SCHEMAS;
export const COMMAND_TYPES = Object.keys(COMMAND_SCHEMAS) as CommandType[];

export const commandSchema = z.discriminatedUnion('type', [
  COMMAND_SCHEMAS.send_text,
  COMMAND_SCHEMAS.send_image,
  COMMAND_SCHEMAS.send_file,
  COMMAND_SCHEMAS.set_lead_status,
  COMMAND_SCHEMAS.run_sentence,
  COMMAND_SCHEMAS.value_input,
  COMMAND_SCHEMAS.run_js_callback,
  COMMAND_SCHEMAS.add_lead_tags,
  COMMAND_SCHEMAS.remove_lead_tags,
  COMMAND_SCHEMAS.add_lead_contexts,
  COMMAND_SCHEMAS.remove_lead_contexts,
  COMMAND_SCHEMAS.repeat_sentence,
  COMMAND_SCHEMAS.run_javascript,
  COMMAND_SCHEMAS.stop,
  COMMAND_SCHEMAS.forward_to_operator,
  COMMAND_SCHEMAS.return_to_bot,
]);
export type Command = z.infer<typeof commandSchema>;
