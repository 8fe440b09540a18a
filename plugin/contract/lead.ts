import { z } from 'zod';
import { spoken } from './issue-words.ts';

/**
 * A bot's id or a channel's code. No colon: the two are joined with colons into LiveTex's `user_id`
 * (`docs/dialogs.md`), and two different leads must never share one.
 */
export const codeSchema = z
  .string()
  .min(1)
  .max(64)
  .regex(
    /^[\p{L}\p{N}_.-]*$/u,
    spoken({ en: 'letters, digits, "_", "." and "-" only', ru: 'здесь только буквы, цифры, "_", "." и "-"' }),
  );

/** Databases would change or refuse half of a surrogate pair and NUL, and then two ids could become one. */
export function isStorableId(id: string): boolean {
  return id.isWellFormed() && !id.includes('\u0000');
}

export const NOT_STORABLE = spoken({
  en: 'must not hold a lone surrogate or a NUL character',
  ru: 'внутри половина суррогатной пары или знак NUL',
});

/** A lead's id within its channel: whatever the channel gives, so it may hold colons. At most 200 UTF-16 units. */
export const externalIdSchema = z.string().min(1).max(200).refine(isStorableId, NOT_STORABLE);

/** Who a dialog is with: one lead of one channel talking to one bot. */
export const leadRefSchema = z.strictObject({
  botId: codeSchema,
  channel: codeSchema,
  externalId: externalIdSchema,
});
export type LeadRef = z.infer<typeof leadRefSchema>;

/** LiveTex's `user_id` of a lead: `<botId>:<channelCode>:<leadExternalId>`. The same lead gives the same id for ever. */
export function userIdOf(lead: LeadRef): string {
  return `${lead.botId}:${lead.channel}:${lead.externalId}`;
}

/** The lead behind a `user_id`, or `undefined` when the id is not one of ours (another client of the same touch point). */
export function leadOf(userId: string): LeadRef | undefined {
  const first = userId.indexOf(':');
  const second = userId.indexOf(':', first + 1);
  if (first < 0 || second < 0) return undefined;
  const parsed = leadRefSchema.safeParse({
    botId: userId.slice(0, first),
    channel: userId.slice(first + 1, second),
    externalId: userId.slice(second + 1),
  });
  return parsed.success ? parsed.data : undefined;
}
