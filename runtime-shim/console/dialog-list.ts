/** Dialogs in pages: those that the bot does not have, or all leads of a bot; and the search in them. */
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { DialogView } from '../../plugin/contract/dialog.ts';
import { type LeadRef, leadRefSchema, userIdOf } from '../../plugin/contract/lead.ts';
import type { OpenDialog } from '../../plugin/contract/plugin.ts';
import type { ReadTransaction, Storage, StreamEntry } from '../../plugin/storage/contract.ts';
import { LEADS, leadKey, transcriptOf } from '../leads/lead-keys.ts';
import { transcriptLineSchema } from '../leads/transcript.ts';
import type { ConsolePlugin } from './console-ports.ts';
import type { DialogRow } from './records/dialog-records.ts';

/** Leads that one question of a search looks through; the page asks on from there. Our choice: a fraction of a second. */
const LOOKED_AT = 2_000;
/** Lines of a lead that a search for a text reads, from the newest back. */
const SEARCHED_LINES = 20;
/** Leads read at one time: one may be large. */
const READ_LEADS = 100;
/** Channels in which a lead is looked for by its whole id. Ours: a server has a handful. */
const MAX_CHANNELS = 50;
/** Before all keys: those that have an id have come, the others are still to be looked through. */
const BEGINNING = '!';
/** How much of a text a list shows, UTF-16 units. */
const SHOWN_TEXT = 140;

const leadSchema = z.object({ ref: leadRefSchema, name: z.string().nullable() });
type FoundLead = z.infer<typeof leadSchema>;

export interface DialogQuery {
  readonly view: 'open' | 'all';
  readonly bot: string;
  /** Empty: no search. */
  readonly q: string;
  readonly after: string;
  readonly limit: number;
  /** May the texts of leads be shown and searched? */
  readonly texts: boolean;
}

interface ListPorts {
  readonly storage: Storage;
  readonly plugin: () => Pick<ConsolePlugin, 'openDialogs' | 'dialog'>;
}

type RowView = Pick<DialogView, 'mode' | 'binding' | 'operator'>;

interface Place {
  readonly key: string;
  readonly ref: LeadRef;
  readonly name: string | null;
  readonly open: OpenDialog | undefined;
}

/**
 * One page, and where the next one begins. A search begins with whoever has just this id, wherever it is among a million; else
 * it looks through some leads: it may find nothing in them and still have a next page. What leads have is read side by side, as
 * callers of one moment share their statements on PostgreSQL.
 */
export async function listDialogs(
  { storage, plugin }: ListPorts,
  query: DialogQuery,
): Promise<{ dialogs: DialogRow[]; next: string | null; looked: number }> {
  const { q, view, bot, limit } = query;
  const found: Place[] = q !== '' && query.after === '' ? await withId() : [];
  if (found.length > 0) return { dialogs: await rowsOf(found), next: BEGINNING, looked: found.length };
  let { after } = query;
  let looked = 0;
  for (let isLast = false; !isLast && looked < LOOKED_AT && found.length < limit;) {
    const most = q === '' ? limit : READ_LEADS;
    const page = view === 'open' ? await openPage(after, most) : await leadsPage(after, most);
    const wanted = q === '' ? page.places : await matching(page.places);
    const taken = wanted.slice(0, limit - found.length);
    found.push(...taken);
    isLast = page.isLast && taken.length === wanted.length;
    after = (taken.length < wanted.length ? taken.at(-1)?.key : page.end) ?? after;
    looked += page.places.length;
    if (isLast) return { dialogs: await rowsOf(found), next: null, looked };
    // Whoever writes meanwhile has its turn between two pages of a search.
    await setImmediate();
  }
  return { dialogs: await rowsOf(found), next: after, looked };

  async function openPage(from: string, most: number): Promise<PlacePage> {
    const page = await plugin().openDialogs({ limit: most, ...(from === '' ? {} : { after: from }) });
    const places = page.map(async (open) => ({ key: open.id, ref: open.lead, name: await nameOf(open.lead), open }));
    return { places: await Promise.all(places), end: page.at(-1)?.id, isLast: page.length < most };
  }

  async function leadsPage(from: string, most: number): Promise<PlacePage> {
    const page = { prefix: `${bot}:`, limit: most, ...(from === '' ? {} : { after: from }) };
    const records = await storage.read((tx) => tx.listRecords(LEADS, page));
    const places = records.flatMap(({ key, value }) => {
      const { data: lead } = leadSchema.safeParse(value);
      return lead === undefined ? [] : [{ key, ...lead, open: undefined }];
    });
    return { places, end: records.at(-1)?.key, isLast: records.length < most };
  }

  async function nameOf(ref: LeadRef): Promise<string | null> {
    return (await readLead(leadKey(ref)))?.name ?? null;
  }

  async function readLead(key: string): Promise<FoundLead | undefined> {
    const record = await storage.read((tx) => tx.getRecord(LEADS, key));
    return leadSchema.safeParse(record?.value).data;
  }

  /** Those whose id at their channel is `q`, or whose id at LiveTex is. */
  async function withId(): Promise<Place[]> {
    const channels = await storage.read((tx) => channelsOf(tx, bot));
    const keys = [q, ...channels.map((channel) => `${bot}:${channel}:${q}`)];
    const leads = await Promise.all(keys.map(async (key) => ({ key, lead: await readLead(key) })));
    const places = leads.flatMap(({ key, lead }) => (lead === undefined ? [] : [{ key, ...lead, open: undefined }]));
    if (view === 'all') return places.filter(({ ref }) => ref.botId === bot);
    const open = await Promise.all(places.map(async (place) => ({ ...place, open: await openOf(place.ref) })));
    return open.filter((place) => place.open !== undefined);
  }

  /** `undefined`: the bot has the dialog. */
  async function openOf(lead: LeadRef, view?: RowView): Promise<OpenDialog | undefined> {
    const { mode, binding } = view ?? (await plugin().dialog(lead));
    if (mode === 'bot' || binding === null) return undefined;
    return (await plugin().openDialogs({ binding, lead, limit: 1 }))[0];
  }

  /** What of them is searched for, but those that came first. */
  async function matching(places: readonly Place[]): Promise<Place[]> {
    const wanted = q.toLocaleLowerCase();
    const has = (text: string): boolean => text.toLocaleLowerCase().includes(wanted);
    const matches = await Promise.all(
      places.map(async ({ ref, name }) => {
        if (ref.externalId === q || userIdOf(ref) === q) return false;
        if (has(name ?? '') || has(userIdOf(ref))) return true;
        return query.texts && (await storage.read((tx) => lastTexts(tx, ref))).some(has);
      }),
    );
    return places.filter((_place, index) => matches[index]);
  }

  async function rowsOf(places: readonly Place[]): Promise<DialogRow[]> {
    return await Promise.all(
      places.map(async ({ ref, name, open: known }) => {
        const [view, line] = await Promise.all([
          known === undefined ? (plugin().dialog(ref) as Promise<RowView>) : viewOf(known),
          storage.read((tx) => lastLine(tx, ref, query.texts)),
        ]);
        const open = known ?? (await openOf(ref, view));
        return { ...rowFrom(ref, name, view), group: open?.group ?? null, since: open?.since ?? null, ...line };
      }),
    );
  }
}

interface PlacePage {
  readonly places: Place[];
  /** The key of the last one that was read. */
  readonly end: string | undefined;
  readonly isLast: boolean;
}

/** The channels that leads of a bot came from: one look each, however many leads there are. */
async function channelsOf(tx: ReadTransaction, bot: string): Promise<string[]> {
  const channels: string[] = [];
  for (let after = ''; channels.length < MAX_CHANNELS;) {
    const [first] = await tx.listRecords(LEADS, { prefix: `${bot}:`, limit: 1, ...(after === '' ? {} : { after }) });
    const channel = first?.key.slice(bot.length + 1).split(':', 1)[0];
    if (channel === undefined) break;
    channels.push(channel);
    // A semicolon comes next behind a colon: all keys of this channel lie before it.
    after = `${bot}:${channel};`;
  }
  return channels;
}

function viewOf({ mode, binding, operator }: OpenDialog): RowView {
  return { mode, binding, operator: operator === null ? null : { id: '', name: operator } };
}

/** A row of which nothing more is known than who it is about. */
export function rowFrom(ref: LeadRef, name: string | null, { mode, binding, operator }: RowView): DialogRow {
  return {
    bot: ref.botId,
    channel: ref.channel,
    externalId: ref.externalId,
    name,
    mode,
    binding,
    operator: operator?.name ?? null,
    group: null,
    since: null,
    lastAt: null,
    lastFrom: null,
    lastText: null,
  };
}

async function lastLine(
  tx: ReadTransaction,
  ref: LeadRef,
  texts: boolean,
): Promise<Pick<DialogRow, 'lastAt' | 'lastFrom' | 'lastText'>> {
  const [entry] = await lastEntries(tx, ref, 1);
  const { data: line } = transcriptLineSchema.safeParse(entry?.value);
  const text = line?.text ?? line?.attachments?.[0]?.url ?? null;
  return {
    lastAt: entry?.at ?? null,
    lastFrom: line?.from ?? null,
    lastText: texts && text !== null ? text.slice(0, SHOWN_TEXT).toWellFormed() : null,
  };
}

async function lastTexts(tx: ReadTransaction, ref: LeadRef): Promise<string[]> {
  const entries = await lastEntries(tx, ref, SEARCHED_LINES);
  return entries.map(({ value }) => transcriptLineSchema.safeParse(value).data?.text ?? '');
}

async function lastEntries(tx: ReadTransaction, ref: LeadRef, limit: number): Promise<StreamEntry[]> {
  const end = await tx.streamEnd(transcriptOf(ref));
  return end === 0 ? [] : await tx.readStream(transcriptOf(ref), { after: Math.max(0, end - limit), limit });
}
