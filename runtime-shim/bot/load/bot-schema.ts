/** `bot.json`: the bot folder's one description file (`docs/bot-folder.md`). */
import { z } from 'zod';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { codeSchema } from '../../../plugin/contract/lead.ts';
import { textSchema } from '../../../plugin/contract/message.ts';
import { SCRIPT_TYPE_NAMES, type ScriptType, scriptTypeOf } from '../../../plugin/contract/script-types.ts';
import { commandSchema, conditionSchema, scriptNameSchema, templateSchema } from './command-schema.ts';

/** Most scripts, commands of a script and routes. Our choice: they bound the work of one check and of one message. */
const MAX_SCRIPTS = 2_000;
const MAX_COMMANDS = 500;
const MAX_ROUTES = 500;
/** Most items of one menu: as many as one message can have buttons. */
const MAX_MENU_ITEMS = 100;
/** Most other names of libraries. Our choice: each is sent to the runners with its library. */
const MAX_LIBRARY_NAMES = 50;
/** Longest route expression. Our choice. */
const MAX_REGEX_LENGTH = 1_000;

/** A menu item's code: what the lead must send. Compared without regard to case and to spaces around it. */
const menuCodeSchema = textSchema
  .min(1)
  .max(100)
  .refine(
    (code) => code.trim() === code && code !== '',
    spoken({ en: 'must not start or end with a space', ru: 'пробелов по краям быть не должно' }),
  );

export const menuItemSchema = z.strictObject({
  code: menuCodeSchema,
  caption: templateSchema.max(1_000),
  script: scriptNameSchema,
  condition: conditionSchema.optional(),
  /** Items with the same number stand in one row of buttons. */
  row: z.int().min(1).max(100).optional(),
});
export type MenuItem = z.infer<typeof menuItemSchema>;

/** A script type by its code or its exact Russian name. */
const scriptTypeNameSchema = z.string().transform((name, context): ScriptType => {
  const type = scriptTypeOf(name);
  if (type !== undefined) return type;
  context.addIssue({ code: 'custom', message: 'unknown script type', params: { unknownType: name } });
  return z.NEVER;
});

/** Every code and name a script type may be given by. */
export const SCRIPT_TYPE_WORDS: readonly string[] = Object.entries(SCRIPT_TYPE_NAMES).flat();

export const scriptSchema = z.strictObject({
  code: codeSchema,
  type: scriptTypeNameSchema.default('standard'),
  name: textSchema.min(1).max(200).optional(),
  commands: z.array(commandSchema).max(MAX_COMMANDS).default([]),
  menu: z.array(menuItemSchema).max(MAX_MENU_ITEMS).default([]),
});
export type BotScript = z.infer<typeof scriptSchema>;

export const routeSchema = z.strictObject({
  name: textSchema.min(1).max(200).optional(),
  enabled: z.boolean().default(true),
  regex: z.string().min(1).max(MAX_REGEX_LENGTH),
  script: scriptNameSchema,
  actsDuringTransfer: z.boolean().default(false),
});
export type Route = z.infer<typeof routeSchema>;

export const channelSchema = z.strictObject({
  /** Can the channel show buttons under a message? If not, a menu is text. */
  buttons: z.boolean(),
});

function isTimeZone(name: string): boolean {
  try {
    // An offset ("+03:00") is a zone for dates in texts, but no value of `TZ`, by which a process of scripts has its zone.
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

/** Most endpoints. Our choice. */
const MAX_ENDPOINTS = 200;

export const endpointSchema = z.strictObject({
  /** The last part of its address. */
  alias: codeSchema,
  file: z.string().min(1).max(500),
});

/** Most attributes that a bot begins with, and the longest of them. Our choice: each of its scripts is given them. */
const MAX_ATTRIBUTES = 200;
const MAX_ATTRIBUTE_CHARS = 10_000;

/** A value, or the variable of the environment that holds it: a key of another server stands in no file. */
const attributeSchema = z.union(
  [
    textSchema.max(MAX_ATTRIBUTE_CHARS),
    z.number(),
    z.boolean(),
    z.strictObject({ env: z.string().min(1).max(MAX_ATTRIBUTE_CHARS) }),
  ],
  spoken({
    en: `must be a text of at most ${MAX_ATTRIBUTE_CHARS} characters, a number, true, false or { "env": "NAME" }`,
    ru: `здесь нужен текст не длиннее ${MAX_ATTRIBUTE_CHARS} знаков, число, true, false или { "env": "ИМЯ" }`,
  }),
);

/** Most statuses. Our choice: each script is given them. */
const MAX_STATUSES = 200;

export const statusSchema = z.strictObject({ id: z.int(), name: textSchema.min(1).max(100) });

export const botSchema = z.strictObject({
  /** Lets an editor complete and check the file; the runtime does not look at it. */
  $schema: z.string().optional(),
  id: codeSchema,
  name: textSchema.min(1).max(200).optional(),
  /** What dates in scripts are in. Default: the time zone of the process. */
  timeZone: z
    .string()
    .refine(
      isTimeZone,
      spoken({
        en: 'must be a time zone such as "Europe/Moscow"',
        ru: 'здесь нужен часовой пояс, например "Europe/Moscow"',
      }),
    )
    .optional(),
  scripts: z.array(scriptSchema).min(1).max(MAX_SCRIPTS),
  routes: z.array(routeSchema).max(MAX_ROUTES).default([]),
  channels: z.record(codeSchema, channelSchema).default({}),
  /** What a lead's status may be. Default: any name or number. */
  statuses: z.array(statusSchema).max(MAX_STATUSES).default([]),
  /** What the bot's own attributes are until a script writes them. */
  attributes: z
    .record(textSchema.min(1).max(500), attributeSchema)
    .refine(
      (attributes) => Object.keys(attributes).length <= MAX_ATTRIBUTES,
      spoken({ en: `at most ${MAX_ATTRIBUTES} attributes`, ru: `не больше ${MAX_ATTRIBUTES} атрибутов` }),
    )
    .default({}),
  /** Scripts that other programs call over HTTP. */
  endpoints: z.array(endpointSchema).max(MAX_ENDPOINTS).default([]),
  /** Names that libraries of others use for each other, each with the library of this bot that is meant. */
  libraries: z
    .record(textSchema.min(1).max(200), z.string().min(1).max(500))
    .refine(
      (names) => Object.keys(names).length <= MAX_LIBRARY_NAMES,
      spoken({ en: `at most ${MAX_LIBRARY_NAMES} names`, ru: `не больше ${MAX_LIBRARY_NAMES} имён` }),
    )
    .default({}),
});
export type BotDescription = z.infer<typeof botSchema>;
