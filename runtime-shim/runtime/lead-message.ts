import { z } from 'zod';
import { issueWords } from '../../plugin/contract/issue-words.ts';
import { codeSchema, externalIdSchema, type LeadRef } from '../../plugin/contract/lead.ts';
import { type Content, contentSchema, MAX_TEXT_LENGTH, textSchema } from '../../plugin/contract/message.ts';
import { same } from '../../plugin/contract/text.ts';
import { shimError } from '../errors.ts';
import type { LeadMessageInput } from './contract.ts';

/** Longest id of a message, UTF-16 units: an event's id is made of it, and has 200. */
const MAX_MESSAGE_ID_LENGTH = 128;
/** Longest name of a lead. Our choice. */
const MAX_NAME_LENGTH = 200;

const addressSchema = z.object({
  channel: codeSchema,
  externalId: externalIdSchema,
  id: textSchema.min(1).max(MAX_MESSAGE_ID_LENGTH).optional(),
  name: textSchema.min(1).max(MAX_NAME_LENGTH).optional(),
  edits: textSchema.min(1).max(MAX_MESSAGE_ID_LENGTH).optional(),
});

/** A lead's message after checking. */
export interface LeadMessage {
  readonly lead: LeadRef;
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly content: Content;
  /** The id of the earlier message whose text this corrects. */
  readonly edits: string | undefined;
}

/** What the body of a lead's message holds. `parseLeadMessage` checks it and says more clearly what is wrong. */
export const leadMessageBodySchema = z.strictObject({
  id: addressSchema.shape.id,
  name: addressSchema.shape.name,
  text: contentSchema.shape.text,
  attachments: contentSchema.shape.attachments,
  edits: addressSchema.shape.edits,
});
const BODY_KEYS = Object.keys(leadMessageBodySchema.shape);

/**
 * Checks a lead's message. A text that cannot be stored or sent as it is (a lone surrogate, a NUL) is refused and not
 * mended: a channel that cuts characters in half should hear of it. @throws message_invalid with every problem
 */
export function parseLeadMessage(botId: string, input: LeadMessageInput): LeadMessage {
  const { text, attachments } = input;
  const address = addressSchema.safeParse(input);
  const content = contentSchema.safeParse({
    // An empty text says nothing: what matters is whether there is an attachment.
    ...(text === undefined || text === '' ? {} : { text }),
    ...(attachments === undefined ? {} : { attachments }),
  });
  const problems = [
    ...(address.success ? [] : address.error.issues.map(describe)),
    ...(content.success ? [] : content.error.issues.map(describe)),
    ...unknownKeys(input),
    ...correctionProblems(input),
  ];
  if (!address.success || !content.success || problems.length > 0) {
    // Told to a channel's adapter, which is a program.
    throw shimError('message_invalid', { problems: problems.map(same) });
  }
  const { channel, externalId, id, name, edits } = address.data;
  return { lead: { botId, channel, externalId }, id, name, edits, content: content.data };
}

/** What is corrected is a text: a file that was taken away or put in its place is another message. */
function correctionProblems({ edits, id, text, attachments }: LeadMessageInput): string[] {
  if (edits === undefined) return [];
  return [
    ...(text === undefined || text === '' ? ['text: a correction needs the corrected text'] : []),
    ...(attachments === undefined ? [] : ['attachments: a correction has a text only']),
    ...(edits === id ? ['edits: names the message itself; a correction has an id of its own'] : []),
  ];
}

function unknownKeys(input: LeadMessageInput): string[] {
  const known: readonly string[] = ['channel', 'externalId', ...BODY_KEYS];
  return Object.keys(input)
    .filter((key) => !known.includes(key))
    .map((key) => `${key.slice(0, MAX_NAME_LENGTH)}: unknown; a message has ${BODY_KEYS.join(', ')}`);
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.map(String).join('.');
  if (issue.code === 'too_big' && path === 'text') return `text: at most ${MAX_TEXT_LENGTH} characters`;
  if (issue.code === 'unrecognized_keys') return `${path}: unknown ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  // The only rule on the whole of it: the bot's messages, of which this is the schema, may have buttons instead.
  if (issue.code === 'custom' && path === '') return 'a message needs a text or an attachment';
  return path === '' ? issueWords(issue).en : `${path}: ${issueWords(issue).en}`;
}
