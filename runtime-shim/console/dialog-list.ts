/** Dialogs in pages: those that the bot does not have, or all leads of a bot; and the search in them. */
import { z } from 'zod';
import type { DialogView } from '../../plugin/contract/dialog.ts';
import { type LeadRef, leadRefSchema, userIdOf } from '../../plugin/contract/lead.ts';
import type { OpenDialog } from '../../plugin/contract/plugin.ts';
import type { ReadTransaction, Storage } from '../../plugin/storage/contract.ts';
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

export async function listDialogs(
  { storage, plugin }: ListPorts,
  query: DialogQuery,
): Promise<{ dialogs: DialogRow[]; next: string | null }> {
  const dialogs: DialogRow[] = [];
  let { after } = query;
  for (let looked = 0; looked < LOOKED_AT;) {
    const limit = query.q === '' ? query.limit : READ_LEADS;
    const page = query.view === 'open' ? await openPage(after, limit) : await leadsPage(after, limit);
    for (const { key, ...one } of page) {
      after = key;
      looked += 1;
      const row = await storage.read((tx) => rowOf(tx, one, query));
      if (row !== undefined) dialogs.push(row);
      if (dialogs.length === query.limit) return { dialogs, next: after };
    }
    if (page.length < limit) return { dialogs, next: null };
  }
  return { dialogs, next: after };

  interface Place {
    readonly key: string;
    readonly ref: LeadRef;
    readonly lead?: FoundLead;
    readonly open?: OpenDialog;
  }

  async function openPage(from: string, limit: number): Promise<Place[]> {
    const page = await plugin().openDialogs({ limit, ...(from === '' ? {} : { after: from }) });
    return page.map((open) => ({ key: open.id, ref: open.lead, open }));
  }

  async function leadsPage(from: string, limit: number): Promise<Place[]> {
    const page = { prefix: `${query.bot}:`, limit, ...(from === '' ? {} : { after: from }) };
    const records = await storage.read((tx) => tx.listRecords(LEADS, page));
    return records.flatMap(({ key, value }) => {
      const { data: lead } = leadSchema.safeParse(value);
      return lead === undefined ? [] : [{ key, ref: lead.ref, lead }];
    });
  }

  /** `undefined`: it is not what is searched for. */
  async function rowOf(
    tx: ReadTransaction,
    { ref, lead, open }: Omit<Place, 'key'>,
    { q, texts }: DialogQuery,
  ): Promise<DialogRow | undefined> {
    const name = (lead ?? leadSchema.safeParse((await tx.getRecord(LEADS, leadKey(ref)))?.value).data)?.name ?? null;
    const end = await tx.streamEnd(transcriptOf(ref));
    if (q !== '' && !(await matches(tx, ref, name, { q, texts, end }))) return undefined;
    const view: Pick<DialogView, 'mode' | 'binding' | 'operator'> =
      open === undefined
        ? await plugin().dialog(ref, tx)
        : {
            mode: open.mode,
            binding: open.binding,
            operator: open.operator === null ? null : { id: '', name: open.operator },
          };
    return {
      ...rowFrom(ref, name, view),
      group: open?.group ?? null,
      since: open?.since ?? null,
      ...(await lastLine(tx, ref, end, texts)),
    };
  }
}

/** A row of which nothing more is known than who it is about. */
export function rowFrom(
  ref: LeadRef,
  name: string | null,
  { mode, binding, operator }: Pick<DialogView, 'mode' | 'binding' | 'operator'>,
): DialogRow {
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
  end: number,
  texts: boolean,
): Promise<Pick<DialogRow, 'lastAt' | 'lastFrom' | 'lastText'>> {
  const [entry] = end === 0 ? [] : await tx.readStream(transcriptOf(ref), { after: end - 1, limit: 1 });
  const { data: line } = transcriptLineSchema.safeParse(entry?.value);
  const text = line?.text ?? line?.attachments?.[0]?.url ?? null;
  return {
    lastAt: entry?.at ?? null,
    lastFrom: line?.from ?? null,
    lastText: texts && text !== null ? text.slice(0, SHOWN_TEXT).toWellFormed() : null,
  };
}

async function matches(
  tx: ReadTransaction,
  ref: LeadRef,
  name: string | null,
  { q, texts, end }: { readonly q: string; readonly texts: boolean; readonly end: number },
): Promise<boolean> {
  const wanted = q.toLocaleLowerCase();
  const has = (text: string): boolean => text.toLocaleLowerCase().includes(wanted);
  if (has(name ?? '') || has(userIdOf(ref))) return true;
  if (!texts || end === 0) return false;
  const page = { after: Math.max(0, end - SEARCHED_LINES), limit: SEARCHED_LINES };
  const lines = await tx.readStream(transcriptOf(ref), page);
  return lines.some(({ value }) => has(transcriptLineSchema.safeParse(value).data?.text ?? ''));
}
