/** Where the records of transfers lie: by the time of the request, and found by their lead, so that one can be forgotten. */
import { randomUUID } from 'node:crypto';
import type { DialogState, TransferCourse } from '../contract/dialog.ts';
import {
  type StoredTransfer,
  transferOf,
  type TransferRange,
  type TransferRecord,
  transferRecordSchema,
} from '../contract/transfer-record.ts';
import type { Json, ReadTransaction, Storage, Transaction } from '../storage/contract.ts';
import { readDialog } from './dialog-record.ts';
import { dialogLane, parseDialogLane, TRANSFERS, TRANSFERS_OF } from './jobs.ts';

/** Digits of a time, Unix ms, in a key: enough until the year 5138, so that keys stand in the order of time. */
const TIME_DIGITS = 14;
/** Records taken at one time. Our choice. */
const PAGE = 500;

function timeKey(at: number): string {
  return String(Math.max(0, Math.floor(at))).padStart(TIME_DIGITS, '0');
}

/** A slash ends the lane, and nothing behind it may hold one. */
const OF_LEAD = /^\d{14}-(?:\d+|none)$/;

/** Stores a transfer that begins or ends by this step. How far one has come that goes on stands in its dialog, which each step writes anyway (`asOfNow`). */
export async function keepTransfer(
  tx: Transaction,
  lane: string,
  { lastTransfer: before }: DialogState,
  { lastTransfer: after }: DialogState,
): Promise<void> {
  if (after === null || after === before) return;
  const isNext = before?.number !== after.number;
  // What this one takes the place of without an end: a message that was left.
  if (before !== null && isNext && before.endedAt === null) await putCourse(tx, lane, before);
  const isNew = isNext || before.requestedAt === null;
  if (!isNew && after.endedAt === null) return;
  const key = await putCourse(tx, lane, after);
  if (isNew && key !== undefined) await putIndex(tx, lane, key);
}

/** Nothing of one that began under a version that kept no course. */
async function putCourse(tx: Transaction, lane: string, course: TransferCourse): Promise<string | undefined> {
  const { requestedAt } = course;
  return requestedAt === null ? undefined : put(tx, lane, { ...course, requestedAt });
}

/** Stores that somebody asked while nobody was online, and the bot had a script for that. */
export async function keepTurnedAway(
  tx: Transaction,
  lane: string,
  { requestedAt, ...asked }: Pick<StoredTransfer, 'reason' | 'script' | 'group' | 'operators' | 'requestedAt'>,
): Promise<void> {
  const nothing = { acceptedAt: null, connectedAt: null, answeredAt: null, endedBy: null, operator: null };
  const messages = { lead: 0, operator: 0 };
  const course = { ...asked, ...nothing, messages, number: null, requestedAt, endedAt: requestedAt };
  await putIndex(tx, lane, await put(tx, lane, course));
}

/** Returns its key, without the lane. */
async function put(tx: Transaction, lane: string, course: Omit<StoredTransfer, 'binding' | 'userId'>): Promise<string> {
  const { bindingId, userId } = parseDialogLane(lane);
  const which = `${timeKey(course.requestedAt)}-${course.number ?? 'none'}`;
  const record: StoredTransfer = { ...course, binding: bindingId, userId };
  await tx.putRecord(TRANSFERS, `${which}/${lane}`, record);
  return which;
}

async function putIndex(tx: Transaction, lane: string, which: string): Promise<void> {
  await tx.putRecord(TRANSFERS_OF, `${lane}/${which}`, true);
}

/** A stored record, as far as its transfer has come. */
async function asOfNow(tx: ReadTransaction, value: Json): Promise<StoredTransfer> {
  const stored = transferRecordSchema.parse(value);
  const { binding, userId, number, requestedAt, endedAt } = stored;
  if (endedAt !== null || userId === null) return stored;
  const { lastTransfer } = (await readDialog(tx, dialogLane(binding, userId))).state;
  const goesOn = lastTransfer?.number === number && lastTransfer.requestedAt === requestedAt;
  return goesOn ? { ...stored, ...lastTransfer, requestedAt } : stored;
}

/** Those of a range in the order of their requests, behind the one with the id `after`. */
export async function listTransfers(
  storage: Storage,
  { from, to, after, limit }: TransferRange & { readonly after?: string | undefined; readonly limit: number },
): Promise<TransferRecord[]> {
  const begin = timeKey(from);
  const start = after !== undefined && after > begin ? after : begin;
  return await storage.read(async (tx) => {
    const found: TransferRecord[] = [];
    for (const { key, value } of await tx.listRecords(TRANSFERS, { after: start, limit })) {
      if (key < timeKey(to)) found.push(transferOf(key, await asOfNow(tx, value)));
    }
    return found;
  });
}

/** All of a range, page by page. */
export async function* allTransfers(storage: Storage, range: TransferRange): AsyncGenerator<TransferRecord> {
  for (let after: string | undefined; ;) {
    const page = await listTransfers(storage, { ...range, after, limit: PAGE });
    yield* page;
    after = page.at(-1)?.id;
    if (page.length < PAGE) return;
  }
}

async function keysOf(
  tx: ReadTransaction,
  lane: string,
): Promise<Array<{ readonly index: string; readonly key: string }>> {
  const found: Array<{ index: string; key: string }> = [];
  for (let after = ''; ;) {
    const page = await tx.listRecords(TRANSFERS_OF, { prefix: `${lane}/`, after, limit: PAGE });
    for (const { key } of page) {
      // Another lead's id may begin with this one's and a slash.
      const which = key.slice(lane.length + 1);
      if (OF_LEAD.test(which)) found.push({ index: key, key: `${which}/${lane}` });
    }
    after = page.at(-1)?.key ?? after;
    if (page.length < PAGE) return found;
  }
}

/** The records of one dialog, for whoever has a right to see them. */
export async function transfersOf(tx: ReadTransaction, lane: string): Promise<Json[]> {
  const records: Json[] = [];
  for (const { key } of await keysOf(tx, lane)) {
    const record = await tx.getRecord(TRANSFERS, key);
    if (record !== undefined) records.push(await asOfNow(tx, record.value));
  }
  return records;
}

/**
 * Takes the lead out of the records: the figures stay, and with them neither the lead nor what was said as the reason. Returns how
 * many. Before the dialog is forgotten, which knows how far the last one has come.
 */
export async function forgetTransfers(tx: Transaction, lane: string): Promise<number> {
  const keys = await keysOf(tx, lane);
  for (const { index, key } of keys) {
    const record = await tx.getRecord(TRANSFERS, key);
    await tx.deleteRecord(TRANSFERS, key);
    await tx.deleteRecord(TRANSFERS_OF, index);
    if (record === undefined) continue;
    const left = { ...(await asOfNow(tx, record.value)), userId: null, reason: null };
    await tx.putRecord(TRANSFERS, `${timeKey(left.requestedAt)}-forgotten/${randomUUID()}`, left);
  }
  return keys.length;
}

/** Removes those that were asked for before a time, a small batch; returns how many. Call until 0. */
export async function pruneTransfers(storage: Storage, before: number): Promise<number> {
  const records = await storage.read((tx) => tx.listRecords(TRANSFERS, { limit: PAGE }));
  const old = records.filter(({ key }) => key < timeKey(before));
  if (old.length === 0) return 0;
  await storage.transaction(async (tx) => {
    for (const { key } of old) {
      await tx.deleteRecord(TRANSFERS, key);
      const slash = key.indexOf('/');
      await tx.deleteRecord(TRANSFERS_OF, `${key.slice(slash + 1)}/${key.slice(0, slash)}`);
    }
  });
  return old.length;
}
