import { z } from 'zod';
import { wantedGroupsSchema } from './groups.ts';
import { stumbleKindSchema } from './dialog.ts';
import { isStorableId, leadRefSchema, NOT_STORABLE } from './lead.ts';
import { contentSchema, textSchema } from './message.ts';
import { scriptTypeSchema } from './script-types.ts';

/** An event's id, given by the platform and never used for another event of the same lead. */
const eventIdSchema = z.string().min(1).max(200).refine(isStorableId, NOT_STORABLE);

/** https://www.w3.org/TR/trace-context, version 00; ids of zeros only are none. */
export const traceparentSchema = z
  .string()
  .regex(/^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/, 'must be a W3C traceparent of version 00');

const common = {
  id: eventIdSchema,
  lead: leadRefSchema,
  /** When it happened, Unix ms. */
  at: z.int().nonnegative(),
  /** W3C Trace Context (`00-<trace id>-<span id>-<flags>`): kept with every job that follows from the event. */
  traceparent: traceparentSchema.optional(),
};

/**
 * The lead said something. Mirrored to LiveTex, whoever has the dialog. `choice`: the caption of the menu item that the text, a
 * code, has chosen. `edits`: it is the corrected text of an earlier message, the one with this id of the channel's.
 */
const leadMessageEventSchema = z.strictObject({
  type: z.literal('LeadMessage'),
  ...common,
  content: contentSchema,
  choice: textSchema.min(1).optional(),
  edits: z.string().min(1).max(200).optional(),
});

/**
 * The bot is about to say something. While an operator has the dialog the verdict is `suppressed`, and the platform
 * does not send it; `duringTransfer` marks what may be said all the same (a route that acts during a transfer, and a
 * script that an operator called with `/bot` or `/operator`).
 */
const botMessageEventSchema = z.strictObject({
  type: z.literal('BotMessage'),
  ...common,
  content: contentSchema,
  duringTransfer: z.boolean().optional(),
});

/**
 * The type of the script that asks, if the platform knows it: a script of type `return` that returns the dialog is not
 * started again by that, and a script of type `no_operators` that asks for an operator puts the dialog into LiveTex's queue.
 */
const askedBy = { scriptType: scriptTypeSchema.optional() };

/** Longest reason of a transfer, UTF-16 units. Our choice: a sentence, which stands in the dialog's header. */
export const MAX_REASON_LENGTH = 500;

/** How whoever asks for an operator wants it. `reason`: why, for the operator and for the figures. */
export const transferWishesSchema = z.strictObject({
  ...wantedGroupsSchema.shape,
  /** Also when nobody is online, or outside working hours: then the dialog waits in the group's queue. */
  ignoreOffline: z.boolean().optional(),
  reason: textSchema.min(1).max(MAX_REASON_LENGTH).optional(),
});
export type TransferWishes = z.infer<typeof transferWishesSchema>;

/** A script or command asks for an operator. */
const transferRequestedEventSchema = z.strictObject({
  type: z.literal('TransferRequested'),
  ...common,
  ...askedBy,
  ...transferWishesSchema.shape,
  /** The script that asks, as people know it. */
  script: textSchema.min(1).max(200).optional(),
});

/** What may be said of a message for whoever comes. */
export const messageWishesSchema = transferWishesSchema.pick({ group: true, reason: true });

/** A script leaves a message for operators: LiveTex gets the dialog with its history, and the bot keeps it until one of them opens it. */
const leaveMessageRequestedEventSchema = z.strictObject({
  type: z.literal('LeaveMessageRequested'),
  ...common,
  ...askedBy,
  ...messageWishesSchema.shape,
  /** The script that asks, as people know it. */
  script: textSchema.min(1).max(200).optional(),
});

/** A script or command takes the dialog back from the operator. `by`: the lead's own message set it going. */
const returnRequestedEventSchema = z.strictObject({
  type: z.literal('ReturnRequested'),
  ...common,
  ...askedBy,
  by: z.literal('lead').optional(),
});

/** The bot has a line for the operator alone. Nothing happens while the bot has the dialog. */
const operatorNoteEventSchema = z.strictObject({
  type: z.literal('OperatorNote'),
  ...common,
  text: textSchema.min(1),
});

/**
 * The bot could not help with the lead's message: told behind it and behind all that the bot said to it, at most once a kind and message. A
 * message without one was handled well. For the binding's `safetyNet`; nothing happens without that, or while an operator has the dialog.
 */
const botStumbledEventSchema = z.strictObject({
  type: z.literal('BotStumbled'),
  ...common,
  kind: stumbleKindSchema,
  /** The script that failed, as people know it. */
  script: textSchema.min(1).max(200).optional(),
});

/** What a platform tells the plugin. Each event may be told again: it is ignored when its id was seen. */
export const platformEventSchema = z.discriminatedUnion('type', [
  leadMessageEventSchema,
  botMessageEventSchema,
  transferRequestedEventSchema,
  leaveMessageRequestedEventSchema,
  returnRequestedEventSchema,
  operatorNoteEventSchema,
  botStumbledEventSchema,
]);
export type PlatformEvent = z.infer<typeof platformEventSchema>;
export type LeadMessageEvent = z.infer<typeof leadMessageEventSchema>;
export type BotMessageEvent = z.infer<typeof botMessageEventSchema>;

/**
 * The plugin's answer to one event.
 * `accepted`: stored, it will be acted on. `suppressed`: do not send this bot message, an operator has the dialog.
 * `unbound`: no binding takes this lead's bot, so it is mirrored nowhere; a bot message may be sent.
 * A repeated event gets the verdict that it got first, with `duplicate: true`.
 */
export interface EventVerdict {
  readonly id: string;
  readonly verdict: 'accepted' | 'suppressed' | 'unbound';
  readonly duplicate: boolean;
}
