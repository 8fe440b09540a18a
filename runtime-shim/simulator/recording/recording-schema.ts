import { z } from 'zod';
import { botSchema } from '../../bot/load/bot-schema.ts';
import { codeSchema, externalIdSchema } from '../../../plugin/contract/lead.ts';
import { spoken } from '../../../plugin/contract/issue-words.ts';
import { attachmentSchema, linkSchema, textSchema } from '../../../plugin/contract/message.ts';

/** In every file, so that a later format can be told from this one. The words `scenario` and `deed` belong to the format. */
export const RECORDING_FORMAT = 'metabot-livetex/scenario-1';
/** Steps of one recording; a dialog longer than this is not a test of one thing. */
export const MAX_STEPS = 200;

/** Longest wait of one step, s: as long as a script may be scheduled ahead. */
const MAX_WAIT_SEC = 157_680_000;

const text = textSchema.min(1);
const operator = z.string().min(1).max(200);
const status = z.enum(['online', 'pause', 'away', 'offline']);

/** A line that the lead saw. */
const seenSchema = z.strictObject({
  from: z.enum(['bot', 'operator', 'notice']),
  text: text.optional(),
  /** Written by hand instead of `text` where the text is another one each time: a regular expression. */
  matches: text.optional(),
  /** `<code> <caption>` of each item. */
  menu: z.array(z.string()).optional(),
  files: z.array(z.string()).optional(),
});
export type Seen = z.infer<typeof seenSchema>;

/** A script's mistake, at its place in the author's file. */
const errorSchema = z.strictObject({
  script: z.string(),
  file: z.string(),
  line: z.int().nullable(),
  code: z.string(),
  message: z.string(),
  /** The message in Russian, where the platform has words for it. */
  ru: z.string().optional(),
});
export type RecordedError = z.infer<typeof errorSchema>;

/** What came of a step. */
const outcomeSchema = z.strictObject({
  sees: z.array(seenSchema).optional(),
  /** Codes of the scripts that ran, in order; with the error's code behind a failed one. */
  scripts: z.array(z.string()).optional(),
  errors: z.array(errorSchema).optional(),
  /** The dialog's mode after the step, when it changed. */
  mode: z.enum(['bot', 'transferring', 'waiting', 'operator']).optional(),
  /** What the operator sees in the header, when the dialog was handed over. */
  header: z.record(z.string(), z.string()).optional(),
});
export type Outcome = z.infer<typeof outcomeSchema>;

/** What somebody did. */
const actionSchema = z.discriminatedUnion('does', [
  z.strictObject({ does: z.literal('say'), text: text.optional(), files: z.array(attachmentSchema).optional() }),
  z.strictObject({ does: z.literal('status'), operator, status }),
  z.strictObject({ does: z.literal('read'), operator }),
  z.strictObject({ does: z.literal('reply'), operator, text }),
  z.strictObject({ does: z.literal('file'), operator, url: linkSchema, name: text.optional() }),
  z.strictObject({ does: z.literal('transfer'), operator, to: operator }),
  z.strictObject({ does: z.literal('close'), operator }),
  z.strictObject({ does: z.literal('hold'), text }),
  /** Time goes by: what was scheduled within it runs. */
  z.strictObject({ does: z.literal('wait'), seconds: z.int().min(0).max(MAX_WAIT_SEC) }),
]);
export type RecordedAction = z.infer<typeof actionSchema>;

const stepSchema = z.strictObject({
  /** Seconds since the beginning. Left out: no time has gone by. */
  after: z.number().min(0).max(MAX_WAIT_SEC).optional(),
  deed: actionSchema,
  outcome: outcomeSchema,
});

/** The beginning of a recording: what dates in scripts are, and whether it is working time. */
const momentSchema = z.iso.datetime({
  offset: true,
  error: spoken({
    en: 'must be a moment, for example "2027-01-15T09:30:00+03:00"',
    ru: 'здесь нужен момент, например "2027-01-15T09:30:00+03:00"',
  }),
});

/** A recorded dialog: who was there, what they did, and what came of it. */
export const recordingSchema = z.strictObject({
  format: z.literal(RECORDING_FORMAT),
  /** The bot's id, for the reader. */
  bot: codeSchema.optional(),
  /** When it began; a recording of an earlier version has no moment, and is played at the time of the replay. */
  at: momentSchema.optional(),
  /** IANA name of the time zone of the machine; a bot's own wins. */
  timeZone: botSchema.shape.timeZone,
  /** It was made with settings (`--config`), without which it may go another way. */
  withSettings: z.boolean().optional(),
  /** `externalId`: in its channel, since a lead's number comes of it; one of an earlier version has none. */
  lead: z.strictObject({
    channel: codeSchema,
    name: textSchema.min(1).max(100),
    externalId: externalIdSchema.optional(),
  }),
  /** `group`: its name; left out: the first one. */
  operators: z.array(z.strictObject({ name: operator, status, group: operator.optional() })).max(100),
  steps: z.array(stepSchema).max(MAX_STEPS),
});
export type DialogRecording = z.infer<typeof recordingSchema>;
export type Step = DialogRecording['steps'][number];
