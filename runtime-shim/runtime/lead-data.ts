/** Everything that is kept of one lead: shown to whoever has a right to it, and forgotten when somebody asks for that. */
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { LeadData as PluginLeadData } from '../../plugin/contract/plugin.ts';
import type { Transaction } from '../../plugin/storage/contract.ts';
import { laneContents } from '../../plugin/storage/lane-contents.ts';
import { channelLeadData, channelQueue, forgetChannelLead } from '../channels/channel-records.ts';
import { readAuthorLog } from '../leads/transcript.ts';
import { idScopesOf, LEADS, leadKey, leadQueue } from '../leads/lead-keys.ts';
import { forgetLeadRecords, readLead } from '../leads/lead-store.ts';
import { type LeadRow, storeTableWrites } from '../tables/table-store.ts';
import { uploadData } from '../uploads/upload-records.ts';
import type { BackgroundWork } from './background-work.ts';
import type { LeadData, LeadForgotten, LeadLogEntry } from './contract.ts';
import { refOf } from './lead-queries.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** How long a forgetting waits for a script of the lead that is running, ms: longer than a scenario may take. */
const WAIT_MS = 60_000;
/** Pause before it is tried again, ms. */
const AGAIN_MS = 100;
/** Entries of the author's log that one call returns. One has 20 KB at most. */
const LOG_PAGE = 200;

/** `undefined`: nothing is kept of such a lead. @throws message_invalid */
export async function leadData(
  context: RuntimeContext,
  channel: string,
  externalId: string,
): Promise<LeadData | undefined> {
  const ref = refOf(context, channel, externalId);
  const lanes = [
    { queue: leadQueue(ref.botId), lane: leadKey(ref) },
    { queue: channelQueue(ref.channel), lane: leadKey(ref) },
  ];
  const record = await context.storage.read((tx) => tx.getRecord(LEADS, leadKey(ref)));
  const { jobs, jobsLeftOut } = await laneContents(context.storage, lanes);
  const tableRows = await tableRowsOf(context, ref);
  const atChannel = await context.storage.read((tx) => channelLeadData(tx, ref));
  const uploads = await context.storage.read((tx) => uploadData(tx, ref));
  const plugins: Record<string, PluginLeadData> = {};
  for (const plugin of context.plugins().list) {
    const kept = await plugin.leadData?.(ref);
    if (kept !== undefined) plugins[plugin.name] = kept;
  }
  const hasMore = Object.values(plugins).some(({ dialogs, jobs: waiting }) => dialogs.length + waiting.length > 0);
  const isNothing = record === undefined && jobs.length === 0 && atChannel === undefined && uploads.length === 0;
  if (isNothing && !hasMore) return undefined;
  const told = {
    ...(atChannel === undefined ? {} : { channel: atChannel }),
    ...(uploads.length === 0 ? {} : { uploads }),
  };
  return { lead: ref, record: record?.value ?? null, tableRows, jobs, jobsLeftOut, ...told, plugins };
}

async function tableRowsOf(context: RuntimeContext, ref: LeadRef): Promise<LeadRow[]> {
  const stored = await context.storage.read((tx) => readLead(tx, ref));
  return stored === undefined ? [] : context.tables.rowsOfLead(stored.lead.id);
}

/** Entries of the author's log about a lead with `seq > after`, in order. @throws message_invalid */
export async function leadLog(
  context: RuntimeContext,
  channel: string,
  externalId: string,
  after: number,
): Promise<LeadLogEntry[]> {
  const ref = refOf(context, channel, externalId);
  return context.storage.read((tx) => readAuthorLog(tx, ref, { after, limit: LOG_PAGE }));
}

/** See `Runtime.forgetLead`. @throws message_invalid */
export async function forgetLead(
  context: RuntimeContext,
  background: BackgroundWork,
  channel: string,
  externalId: string,
): Promise<LeadForgotten | undefined> {
  const ref = refOf(context, channel, externalId);
  const { clock, storage } = context;
  const until = clock.now() + WAIT_MS;
  let removed = 0;
  const atLiveTex = new Map<string, LeadForgotten['atLiveTex'][number]>();
  for (let isUnderWay = true; ;) {
    await background.ended();
    const scripts = await storage.transaction((tx) => tx.clearLane(leadQueue(ref.botId), leadKey(ref)));
    ({ underWay: isUnderWay } = scripts);
    removed += scripts.removed;
    for (const plugin of isUnderWay ? [] : context.plugins().list) {
      const pass = await plugin.forget?.(ref);
      if (pass === undefined) continue;
      removed += pass.removed;
      isUnderWay ||= pass.underWay;
      for (const place of pass.atLiveTex) atLiveTex.set(place.binding, place);
    }
    if (!isUnderWay) {
      const rows = await tableRowsOf(context, ref);
      const own = await storage.transaction((tx) => forgetOwn(tx, ref, rows));
      removed += own.removed;
      isUnderWay = own.underWay;
      if (!isUnderWay) removed += (await context.uploads?.forget(ref)) ?? 0;
    }
    if (!isUnderWay || clock.now() >= until) {
      if (removed === 0 && !isUnderWay) return undefined;
      await storage.scrub();
      return { removed, underWay: isUnderWay, atLiveTex: [...atLiveTex.values()] };
    }
    await new Promise<void>((resolve) => {
      clock.after(AGAIN_MS, resolve);
    });
  }
}

/** What is the platform's, if no script of the lead runs: one that does still needs its lead. */
async function forgetOwn(
  tx: Transaction,
  ref: LeadRef,
  rows: readonly LeadRow[],
): Promise<{ removed: number; underWay: boolean }> {
  const { removed: jobs, underWay } = await tx.clearLane(leadQueue(ref.botId), leadKey(ref));
  if (underWay) return { removed: jobs, underWay };
  // A message that is on its way to the lead's messenger ends first.
  const channel = await forgetChannelLead(tx, ref);
  if (channel.underWay) return { removed: jobs + channel.removed, underWay: true };
  let removed = jobs + rows.length + channel.removed + (await forgetLeadRecords(tx, ref));
  const gone = rows.map(({ table, id }) => ({ do: 'delete' as const, table, id }));
  await storeTableWrites(tx, ref.botId, gone);
  for (const scope of idScopesOf(ref)) removed += await tx.forgetIds(scope);
  return { removed, underWay };
}
