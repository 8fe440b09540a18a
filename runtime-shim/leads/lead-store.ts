import { z } from 'zod';
import { codeOf } from '../../plugin/contract/coded-error.ts';
import { type LeadRef, leadRefSchema, userIdOf } from '../../plugin/contract/lead.ts';
import type { ReadTransaction, Transaction } from '../../plugin/storage/contract.ts';
import { type LeadRecord, leadRecordSchema, NEW_POSITION } from './lead-record.ts';
import { authorLogOf, BOTS, LEADS, LEAD_FLAGS, LEAD_IDS, leadKey, transcriptOf } from './lead-keys.ts';
import { createHash } from 'node:crypto';

/** Our choice: so many that all of them meet another writer are no accident. */
const MAX_TRIES = 5;

/** Somebody else, another node perhaps, made or wrote the lead between reading and writing: then all of it is done again. */
export async function again<Value>(work: () => Promise<Value>): Promise<Value> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== 'storage_conflict' || tries === MAX_TRIES) throw error;
    }
  }
}

/** A lead and the version to compare with when it is written. */
export interface StoredLead {
  readonly lead: LeadRecord;
  readonly version: number;
}

export async function readLead(tx: ReadTransaction, ref: LeadRef): Promise<StoredLead | undefined> {
  const record = await tx.getRecord(LEADS, leadKey(ref));
  return record === undefined ? undefined : { lead: leadRecordSchema.parse(record.value), version: record.version };
}

/** The lead, made when it is not there yet: a lead exists from its first message on. */
export async function ensureLead(tx: Transaction, ref: LeadRef, name: string | null, at: number): Promise<StoredLead> {
  const known = await readLead(tx, ref);
  if (known !== undefined) return known;
  const lead: LeadRecord = {
    ref,
    id: await freeNumber(tx, ref),
    name,
    status: null,
    tags: [],
    attributes: {},
    systemAttributes: {},
    position: NEW_POSITION,
    createdAt: at,
  };
  return { lead, version: await addLead(tx, lead) };
}

/** Stores a lead that is not there yet, with its number. Returns its version. @throws storage_conflict when it is there */
export async function addLead(tx: Transaction, lead: LeadRecord): Promise<number> {
  await tx.putRecord(LEAD_IDS, String(lead.id), lead.ref, 0);
  return writeLead(tx, lead, 0);
}

/** Two leads whose numbers fall together, one in a thousand million, take neighbours. */
async function freeNumber(tx: ReadTransaction, ref: LeadRef): Promise<number> {
  let number = leadNumber(ref);
  while ((await tx.getRecord(LEAD_IDS, String(number))) !== undefined) number += 1;
  return number;
}

/** @throws storage_conflict when somebody else wrote the lead after `version` */
export function writeLead(tx: Transaction, lead: LeadRecord, version: number): Promise<number> {
  return tx.putRecord(LEADS, leadKey(lead.ref), lead, version);
}

/** Who has this number; `undefined` when nobody does. */
export async function leadWithNumber(tx: ReadTransaction, number: string): Promise<LeadRef | undefined> {
  // What a script gives as a number may be any text; a key must be short and without NUL.
  if (!/^\d{1,16}$/.test(number)) return undefined;
  const record = await tx.getRecord(LEAD_IDS, number);
  return record === undefined ? undefined : leadRefSchema.parse(record.value);
}

/** A bot's leads by key, after `after` (a key: LiveTex's user id). */
export async function listLeads(
  tx: ReadTransaction,
  botId: string,
  page: { readonly after?: string; readonly limit: number },
): Promise<LeadRef[]> {
  const records = await tx.listRecords(LEADS, { prefix: `${botId}:`, ...page });
  return records.map((record) => leadRecordSchema.parse(record.value).ref);
}

const flagsSchema = z.object({ forwarded: z.boolean() });

/** The flag "Переведён на оператора". */
export async function readForwarded(tx: ReadTransaction, ref: LeadRef): Promise<boolean> {
  const record = await tx.getRecord(LEAD_FLAGS, leadKey(ref));
  return record !== undefined && flagsSchema.parse(record.value).forwarded;
}

export async function writeForwarded(tx: Transaction, ref: LeadRef, forwarded: boolean): Promise<void> {
  await tx.putRecord(LEAD_FLAGS, leadKey(ref), { forwarded });
}

/** Everything of a lead but its jobs and ids; how many rows went. */
export async function forgetLeadRecords(tx: Transaction, ref: LeadRef): Promise<number> {
  let removed = 0;
  const gone = async (collection: string, key: string): Promise<void> => {
    if ((await tx.getRecord(collection, key)) === undefined) return;
    await tx.deleteRecord(collection, key);
    removed += 1;
  };
  const stored = await tx.getRecord(LEADS, leadKey(ref));
  const number = z.object({ id: z.int() }).safeParse(stored?.value);
  if (number.success) await gone(LEAD_IDS, String(number.data.id));
  await gone(LEADS, leadKey(ref));
  await gone(LEAD_FLAGS, leadKey(ref));
  return removed + (await tx.deleteStream(transcriptOf(ref))) + (await tx.deleteStream(authorLogOf(ref)));
}

const botRecordSchema = z.object({ attributes: z.record(z.string(), z.string()) });

/** The attributes of a bot itself, the same for all its leads, as they were read last: a thousand runs at one time hold one copy of what may be a megabyte. */
export class SharedBotAttributes {
  #last: { readonly version: number; readonly attributes: Readonly<Record<string, string>> } | undefined;

  async read(tx: ReadTransaction, botId: string): Promise<Readonly<Record<string, string>>> {
    const record = await tx.getRecord(BOTS, botId);
    if (record === undefined) return {};
    if (this.#last?.version !== record.version) {
      this.#last = { version: record.version, attributes: botRecordSchema.parse(record.value).attributes };
    }
    return this.#last.attributes;
  }
}

/**
 * Merges a script's writes key by key: of two leads that write the same key, the later one wins.
 * @throws storage_conflict when another lead's run wrote between; the run is then repeated
 */
export async function writeBotAttributes(
  tx: Transaction,
  botId: string,
  writes: ReadonlyMap<string, string | null>,
): Promise<void> {
  if (writes.size === 0) return;
  const record = await tx.getRecord(BOTS, botId);
  const present = record === undefined ? {} : botRecordSchema.parse(record.value).attributes;
  const attributes = new Map(Object.entries(present));
  for (const [key, value] of writes) {
    if (value === null) attributes.delete(key);
    else attributes.set(key, value);
  }
  await tx.putRecord(BOTS, botId, { attributes: Object.fromEntries(attributes) }, record?.version ?? 0);
}

/** Bits of a lead's number: below 2⁵³, so that scripts may keep it as a number. */
const NUMBER_BITS = 52;

/**
 * The number that a lead starts with: made from who it is, so that no counter is the place where all new leads of all
 * nodes wait for each other.
 */
export function leadNumber(ref: LeadRef): number {
  const hash = createHash('sha256').update(userIdOf(ref)).digest();
  return Number(hash.readBigUInt64BE(0) >> BigInt(64 - NUMBER_BITS)) + 1;
}
