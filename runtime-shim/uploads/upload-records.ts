/** What is stored of uploaded files: whose they are, and how much room they take. The bytes are in a `FileStore`. */
import { z } from 'zod';
import { type LeadRef, leadRefSchema } from '../../plugin/contract/lead.ts';
import { ATTACHMENT_TYPES } from '../../plugin/contract/message.ts';
import type { Json, ReadTransaction, Transaction } from '../../plugin/storage/contract.ts';
import { leadKey } from '../leads/lead-keys.ts';

/** By id, in the order of time. */
const UPLOADS = 'uploads';
/** `<lead's key>/<id>`, so that a lead's files are found. */
const UPLOADS_OF = 'uploads_of';
/** Bytes that are taken, by the lead's key; of all leads at `ALL`; of an address at its mark behind `FROM`. */
const TOTALS = 'upload_totals';
/** No lead's key: those hold colons. */
const ALL = 'all';
const FROM = 'from ';
/** Records read at one time. */
const PAGE = 100;
/** Digits of a time, Unix ms, in an id: enough until the year 5138. */
const TIME_DIGITS = 14;
/** A slash ends the lead's key: an id of a lead may hold slashes itself, so what is behind it must have this form. */
const ID = /^\d{14}-[0-9a-f]{24}$/;

const uploadSchema = z.object({
  lead: leadRefSchema,
  /** A mark of the address that it came from, which does not tell it; none: the address could not be known. */
  from: z.string().exactOptional(),
  name: z.string(),
  type: z.enum(ATTACHMENT_TYPES),
  /** Bytes; 0 while it is being taken. */
  size: z.number(),
  /** Bytes that are counted for it. */
  room: z.number(),
  /** Unix ms. */
  at: z.number(),
  /** It is whole, and was found harmless. */
  ready: z.boolean(),
});
export type UploadRecord = z.infer<typeof uploadSchema>;
const totalSchema = z.object({ bytes: z.number() });

/** @param random 24 signs of hex */
export function uploadId(at: number, random: string): string {
  return `${String(Math.max(0, Math.floor(at))).padStart(TIME_DIGITS, '0')}-${random}`;
}

export async function readUpload(tx: ReadTransaction, id: string): Promise<UploadRecord | undefined> {
  if (!ID.test(id)) return undefined;
  const record = await tx.getRecord(UPLOADS, id);
  return record === undefined ? undefined : uploadSchema.parse(record.value);
}

/** Writes the record, and counts the room. `before`: as it was. @throws storage_conflict when another node counted meanwhile */
export async function writeUpload(
  tx: Transaction,
  id: string,
  upload: UploadRecord,
  before: UploadRecord | undefined,
): Promise<void> {
  await tx.putRecord(UPLOADS, id, upload);
  if (before === undefined) await tx.putRecord(UPLOADS_OF, `${leadKey(upload.lead)}/${id}`, true);
  await count(tx, upload, upload.room - (before?.room ?? 0));
}

/** @throws storage_conflict when another node counted meanwhile */
export async function removeUpload(tx: Transaction, id: string, upload: UploadRecord): Promise<void> {
  await tx.deleteRecord(UPLOADS, id);
  await tx.deleteRecord(UPLOADS_OF, `${leadKey(upload.lead)}/${id}`);
  await count(tx, upload, -upload.room);
}

/** Bytes that are taken by a lead, by all, and by what came from an address. */
export async function usedRoom(
  tx: ReadTransaction,
  { lead, from }: Pick<UploadRecord, 'lead' | 'from'>,
): Promise<{ readonly lead: number; readonly all: number; readonly address: number }> {
  const { bytes: own } = await total(tx, leadKey(lead));
  const { bytes: all } = await total(tx, ALL);
  const { bytes: address } = from === undefined ? { bytes: 0 } : await total(tx, `${FROM}${from}`);
  return { lead: own, all, address };
}

/** The oldest uploads, at most so many. */
export async function oldestUploads(
  tx: ReadTransaction,
  after: string | undefined,
): Promise<Array<{ readonly id: string; readonly upload: UploadRecord }>> {
  const page = await tx.listRecords(UPLOADS, { ...(after === undefined ? {} : { after }), limit: PAGE });
  return page.map(({ key, value }) => ({ id: key, upload: uploadSchema.parse(value) }));
}

/** Ids of a lead's files, oldest first. */
export async function uploadsOf(tx: ReadTransaction, lead: LeadRef): Promise<string[]> {
  const prefix = `${leadKey(lead)}/`;
  const ids: string[] = [];
  for (let after: string | undefined; ;) {
    const page = await tx.listRecords(UPLOADS_OF, { prefix, ...(after === undefined ? {} : { after }), limit: PAGE });
    ids.push(...page.map(({ key }) => key.slice(prefix.length)).filter((id) => ID.test(id)));
    if (page.length < PAGE) return ids;
    after = page.at(-1)?.key;
  }
}

/** A lead's files for whoever has a right to see what is kept. */
export async function uploadData(tx: ReadTransaction, lead: LeadRef): Promise<Json[]> {
  const data: Json[] = [];
  for (const id of await uploadsOf(tx, lead)) {
    const found = await readUpload(tx, id);
    if (found !== undefined) data.push({ id, name: found.name, type: found.type, size: found.size, at: found.at });
  }
  return data;
}

async function count(tx: Transaction, { lead, from }: UploadRecord, bytes: number): Promise<void> {
  if (bytes === 0) return;
  for (const key of [leadKey(lead), ALL, ...(from === undefined ? [] : [`${FROM}${from}`])]) {
    const { bytes: before, version } = await total(tx, key);
    const now = Math.max(0, before + bytes);
    if (now === 0 && key !== ALL) await tx.deleteRecord(TOTALS, key);
    else await tx.putRecord(TOTALS, key, { bytes: now }, version);
  }
}

async function total(tx: ReadTransaction, key: string): Promise<{ readonly bytes: number; readonly version: number }> {
  const record = await tx.getRecord(TOTALS, key);
  return record === undefined
    ? { bytes: 0, version: 0 }
    : { bytes: totalSchema.parse(record.value).bytes, version: record.version };
}
