/** What a channel keeps in storage: of each lead, and of itself. */
import { z } from 'zod';
import { type LeadRef, leadRefSchema } from '../../plugin/contract/lead.ts';
import { attachmentSchema } from '../../plugin/contract/message.ts';
import type { Json, NewJob, ReadTransaction, Transaction } from '../../plugin/storage/contract.ts';
import { leadKey } from '../leads/lead-keys.ts';
import type { InboundItem, Part } from './contract.ts';

/** By a lead's key. */
const LEADS = 'channel_leads';
/** By a channel's code. */
const CHANNELS = 'channel_states';
/** Updates that could not be read, by channel, person and number. */
const UNREADABLE = 'channel_unreadable';

/** A channel's parts that are to be sent: a lane a lead. */
export function channelQueue(code: string): string {
  return `channel:${code}`;
}

/** The code of a channel's queue; `undefined`: it is another queue. */
export function codeOfQueue(queue: string): string | undefined {
  return /^channel:(.+)$/.exec(queue)?.[1];
}

/** Shortest time in which the same press of the same message is taken as one, ms: Telegram keeps a press for 150 s and may then bring it again. */
const SAME_PRESS_MS = 180_000;
/** Presses that are remembered of one lead. Our choice: nobody presses faster than a few a second. */
const MAX_PRESSES = 20;

const leadStateSchema = z.object({
  /** The person lets the bot write no more. `at`, `tryAt`: Unix ms; a message is tried then all the same, in case the news of the end was lost. */
  muted: z.object({ at: z.number(), tryAt: z.number() }).nullable(),
  /** The number of the newest news that the person has blocked the bot: told again, it is no news. */
  blockedBy: z.string().nullable(),
  presses: z.array(z.object({ key: z.string(), at: z.number() })),
  /** The part that is being sent, where none may be sent twice. */
  sending: z.string().nullable(),
  /** Where the talk at the messenger stands, in its driver's words: as of the last part that arrived. */
  mark: z.string().nullable().default(null),
  /** How far the lead has read the transcript, where its page tells: the number of a line. */
  read: z.int().default(0),
});
export type LeadState = z.infer<typeof leadStateSchema>;

const NEW_STATE: LeadState = { muted: null, blockedBy: null, presses: [], sending: null, mark: null, read: 0 };

export async function readLeadState(tx: ReadTransaction, lead: LeadRef): Promise<LeadState> {
  const record = await tx.getRecord(LEADS, leadKey(lead));
  return record === undefined ? NEW_STATE : leadStateSchema.parse(record.value);
}

export async function changeLeadState(tx: Transaction, lead: LeadRef, change: Partial<LeadState>): Promise<void> {
  const record = await tx.getRecord(LEADS, leadKey(lead));
  const before = record === undefined ? NEW_STATE : leadStateSchema.parse(record.value);
  await tx.putRecord(LEADS, leadKey(lead), { ...before, ...change }, record?.version ?? 0);
}

/** Has this button been pressed within the window before? If not, it is remembered. */
export async function isPressedAgain(
  tx: Transaction,
  lead: LeadRef,
  press: { readonly key: string; readonly at: number },
): Promise<boolean> {
  const { presses } = await readLeadState(tx, lead);
  const recent = presses.filter(({ at }) => Math.abs(press.at - at) < SAME_PRESS_MS);
  if (recent.some(({ key }) => key === press.key)) return true;
  await changeLeadState(tx, lead, { presses: [...recent, press].slice(-MAX_PRESSES) });
  return false;
}

const channelStateSchema = z.object({
  /** The account at the platform that the cursor belongs to. */
  account: z.string(),
  cursor: z.custom<Json>((value) => value !== undefined).nullable(),
  /** The node that polls, and until when nobody else does, Unix ms. */
  node: z.string(),
  until: z.number(),
  /** The address of ours that the platform was seen to post to. */
  registered: z.string().exactOptional(),
});
export type ChannelState = z.infer<typeof channelStateSchema>;

export async function readChannelState(
  tx: ReadTransaction,
  code: string,
): Promise<{ readonly state: ChannelState; readonly version: number } | undefined> {
  const record = await tx.getRecord(CHANNELS, code);
  return record === undefined ? undefined : { state: channelStateSchema.parse(record.value), version: record.version };
}

/** @throws storage_conflict when another node wrote after `version` */
export async function writeChannelState(
  tx: Transaction,
  code: string,
  state: ChannelState,
  version: number,
): Promise<void> {
  await tx.putRecord(CHANNELS, code, state, version);
}

/** The platform posts to this address of ours, as somebody told it to. */
export async function noteRegistered(
  tx: Transaction,
  code: string,
  { url, account }: { readonly url: string; readonly account: string },
): Promise<void> {
  const found = await readChannelState(tx, code);
  const before = found?.state ?? { account, cursor: null, node: '', until: 0 };
  await writeChannelState(tx, code, { ...before, registered: url }, found?.version ?? 0);
}

const buttonSchema = z.object({
  text: z.string(),
  data: z.string(),
  url: z.string().exactOptional(),
  app: z.string().exactOptional(),
});

/** A part in its lead's lane, as a whole: what was to be sent does not change with the program's version. */
const partJobSchema = z.object({
  lead: leadRefSchema,
  part: z.object({
    id: z.string(),
    text: z.string().exactOptional(),
    buttons: z.array(z.array(buttonSchema)).exactOptional(),
    file: attachmentSchema.extend({ by: z.enum(['link', 'upload']) }).exactOptional(),
    params: z.string().exactOptional(),
  }),
});

export function partJob(lead: LeadRef, part: Part): NewJob {
  const queue = channelQueue(lead.channel);
  return { queue, lane: leadKey(lead), kind: 'part', payload: JSON.parse(JSON.stringify({ lead, part })) as Json };
}

export function parsePartJob(payload: Json): { readonly lead: LeadRef; readonly part: Part } {
  return partJobSchema.parse(payload);
}

/** Longest part of an unreadable update that is kept, UTF-16 units. Our choice: enough to see what it is. */
const MAX_RAW = 16_000;
/** How long it is kept, ms, and how many are looked through at once. Our choice: as messages that were given up. */
const UNREADABLE_MS = 30 * 86_400_000;
const UNREADABLE_PAGE = 100;

const unreadableSchema = z.object({ at: z.number(), what: z.string(), raw: z.string() });

/** Keeps an update that was not understood; false: it is kept already, or so many of this person are that one more says nothing. */
export async function keepUnreadable(
  tx: Transaction,
  code: string,
  item: Extract<InboundItem, { readonly kind: 'unknown' }>,
): Promise<boolean> {
  const prefix = `${code}:${item.from?.id ?? ''}:`;
  const key = `${prefix}${item.id}`;
  if ((await tx.getRecord(UNREADABLE, key)) !== undefined) return false;
  const kept = await tx.listRecords(UNREADABLE, { prefix, limit: UNREADABLE_PAGE });
  if (kept.length >= UNREADABLE_PAGE) return false;
  const raw = item.raw.slice(0, MAX_RAW).toWellFormed().replaceAll('\u0000', '\uFFFD');
  await tx.putRecord(UNREADABLE, key, { at: item.at, what: item.what, raw });
  return true;
}

/** Forgets what is old of one page of unreadable updates. Returns where the next page begins; `undefined`: that was the last one. */
export async function pruneUnreadable(
  tx: Transaction,
  code: string,
  { now, after }: { readonly now: number; readonly after: string | undefined },
): Promise<string | undefined> {
  const from = after === undefined ? {} : { after };
  const page = await tx.listRecords(UNREADABLE, { prefix: `${code}:`, ...from, limit: UNREADABLE_PAGE });
  const old = page.filter(({ value }) => now - unreadableSchema.parse(value).at > UNREADABLE_MS);
  for (const { key } of old) await tx.deleteRecord(UNREADABLE, key);
  return page.length < UNREADABLE_PAGE ? undefined : page.at(-1)?.key;
}

/** What a channel keeps of one lead, beside what waits to be sent: for whoever has a right to see it. */
export async function channelLeadData(tx: ReadTransaction, lead: LeadRef): Promise<Json | undefined> {
  const record = await tx.getRecord(LEADS, leadKey(lead));
  const prefix = `${lead.channel}:${lead.externalId}:`;
  const unreadable = await tx.listRecords(UNREADABLE, { prefix, limit: UNREADABLE_PAGE });
  if (record === undefined && unreadable.length === 0) return undefined;
  return { state: record?.value ?? null, unreadable: unreadable.map(({ value }) => value) };
}

/** Forgets all that a channel keeps of a lead; how many rows went. What is being sent this moment stays (`underWay`). */
export async function forgetChannelLead(
  tx: Transaction,
  lead: LeadRef,
): Promise<{ readonly removed: number; readonly underWay: boolean }> {
  const lane = await tx.clearLane(channelQueue(lead.channel), leadKey(lead));
  if (lane.underWay) return lane;
  let { removed } = lane;
  const prefix = `${lead.channel}:${lead.externalId}:`;
  for (;;) {
    const page = await tx.listRecords(UNREADABLE, { prefix, limit: UNREADABLE_PAGE });
    for (const { key } of page) await tx.deleteRecord(UNREADABLE, key);
    removed += page.length;
    if (page.length < UNREADABLE_PAGE) break;
  }
  if ((await tx.getRecord(LEADS, leadKey(lead))) !== undefined) {
    await tx.deleteRecord(LEADS, leadKey(lead));
    removed += 1;
  }
  return { removed, underWay: false };
}
