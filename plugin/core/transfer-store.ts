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
import { parseDialogLane, TRANSFERS, TRANSFERS_OF } from './jobs.ts';

/** Digits of a time, Unix ms, in a key: enough until the year 5138, so that keys stand in the order of time. */
const TIME_DIGITS = 14;
/** Records taken at one time. Our choice. */
const PAGE = 500;

function timeKey(at: number): string {
  return String(Math.max(0, Math.floor(at))).padStart(TIME_DIGITS, '0');
}

/** A slash ends the lane, and nothing behind it may hold one. */
const OF_LEAD = /^\d{14}-(?:\d+|none)$/;

/** Stores how a transfer went so far, if this step has brought it further. */
export async function keepTransfer(
  tx: Transaction,
  lane: string,
  before: DialogState,
  after: DialogState,
): Promise<void> {
  const course = after.lastTransfer;
  if (course === null || course === before.lastTransfer || course.requestedAt === null) return;
  if (before.lastTransfer !== null && !isFurther(before.lastTransfer, course)) return;
  const key = await put(tx, lane, { ...course, requestedAt: course.requestedAt });
  // It has stood there since the request.
  const isKnown = before.lastTransfer?.number === course.number && before.lastTransfer.requestedAt !== null;
  if (!isKnown) await putIndex(tx, lane, key);
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
  const record = transferRecordSchema.parse({ ...course, binding: bindingId, userId });
  await tx.putRecord(TRANSFERS, `${which}/${lane}`, record);
  return which;
}

async function putIndex(tx: Transaction, lane: string, which: string): Promise<void> {
  await tx.putRecord(TRANSFERS_OF, `${lane}/${which}`, true);
}

/** Messages alone are written with the end. */
function isFurther(before: TransferCourse, after: TransferCourse): boolean {
  const { messages: _before, ...one } = before;
  const { messages: _after, ...other } = after;
  return JSON.stringify(one) !== JSON.stringify(other);
}

/** Those of a range in the order of their requests, behind the one with the id `after`. */
export async function listTransfers(
  storage: Storage,
  { from, to, after, limit }: TransferRange & { readonly after?: string | undefined; readonly limit: number },
): Promise<TransferRecord[]> {
  const begin = timeKey(from);
  const start = after !== undefined && after > begin ? after : begin;
  const records = await storage.read((tx) => tx.listRecords(TRANSFERS, { after: start, limit }));
  return records
    .filter(({ key }) => key < timeKey(to))
    .map(({ key, value }) => transferOf(key, transferRecordSchema.parse(value)));
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
    if (record !== undefined) records.push(record.value);
  }
  return records;
}

/** Takes the lead out of the records: the figures stay, and with them neither the lead nor what was said as the reason. Returns how many. */
export async function forgetTransfers(tx: Transaction, lane: string): Promise<number> {
  const keys = await keysOf(tx, lane);
  for (const { index, key } of keys) {
    const record = await tx.getRecord(TRANSFERS, key);
    await tx.deleteRecord(TRANSFERS, key);
    await tx.deleteRecord(TRANSFERS_OF, index);
    if (record === undefined) continue;
    const left = { ...transferRecordSchema.parse(record.value), userId: null, reason: null };
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
