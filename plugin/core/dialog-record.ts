import { z } from 'zod';
import { leadOf, userIdOf } from '../contract/lead.ts';
import type { OpenDialog, OpenDialogsPage } from '../contract/plugin.ts';
import type { DialogMode, DialogState } from '../contract/dialog.ts';
import { loadDialog } from '../dialog/dialog-state.ts';
import type { ReadTransaction, Storage, Transaction } from '../storage/contract.ts';
import { dialogLane, DIALOGS, OPEN_DIALOGS, parseDialogLane } from './jobs.ts';

export interface DialogRecord {
  readonly state: DialogState;
  /** 0: not stored yet. */
  readonly version: number;
}

/** The dialog with this key (the name of its lane). */
export async function readDialog(tx: ReadTransaction, key: string): Promise<DialogRecord> {
  const record = await tx.getRecord(DIALOGS, key);
  return { state: loadDialog(record?.value), version: record?.version ?? 0 };
}

/** Dialogs of a binding, by the names of their lanes, after the lane `after`: at most `limit`. */
export async function listDialogs(
  tx: ReadTransaction,
  bindingId: string,
  page: { readonly after?: string; readonly limit: number },
): Promise<Array<{ readonly lane: string; readonly state: DialogState }>> {
  const records = await tx.listRecords(DIALOGS, { ...page, prefix: dialogLane(bindingId, '') });
  return records.map(({ key, value }) => ({ lane: key, state: loadDialog(value) }));
}

/** Compare-and-set: a state that rests on an older version is never written. @throws storage_conflict */
export async function writeDialog(
  tx: Transaction,
  key: string,
  state: DialogState,
  { state: before, version }: DialogRecord,
): Promise<void> {
  await tx.putRecord(DIALOGS, key, state, version);
  if (state.mode !== before.mode) await noteMode(tx, key, state.mode);
}

async function noteMode(tx: Transaction, key: string, mode: DialogMode): Promise<void> {
  if (mode === 'bot') await tx.deleteRecord(OPEN_DIALOGS, key);
  else await tx.putRecord(OPEN_DIALOGS, key, { mode });
}

/** Dialogs read at one time. Our choice: they are counted beside other work. */
const PAGE = 500;
/** Stands in the collection of open dialogs once all that an older version had left are in it. No dialog's key: those have a slash. */
const COMPLETE = 'complete';
const openSchema = z.object({ mode: z.enum(['transferring', 'waiting', 'operator']) });

/**
 * Finds the open dialogs that a version before 0.2 has left, once; a dialog whose mode changes meanwhile finds its own way. Stops when
 * `goesOn` says so, and starts over the next time.
 */
export async function findOpenDialogs(storage: Storage, goesOn: () => boolean): Promise<void> {
  if ((await storage.read((tx) => tx.getRecord(OPEN_DIALOGS, COMPLETE))) !== undefined) return;
  for (let after = ''; goesOn();) {
    const page = await storage.read((tx) => tx.listRecords(DIALOGS, { after, limit: PAGE }));
    const open = page.filter(({ value }) => loadDialog(value).mode !== 'bot');
    if (open.length > 0) {
      await storage.transaction(async (tx) => {
        for (const { key } of open) await noteMode(tx, key, (await readDialog(tx, key)).state.mode);
      });
    }
    after = page.at(-1)?.key ?? after;
    if (page.length < PAGE) return void (await storage.transaction((tx) => tx.putRecord(OPEN_DIALOGS, COMPLETE, {})));
  }
}

/** Dialogs that the bot does not have, in the order of their lanes. Fewer than `limit`: there are no more. */
export async function listOpenDialogs(
  storage: Storage,
  { binding, lead, after = '', limit }: OpenDialogsPage,
): Promise<OpenDialog[]> {
  const lane = binding === undefined ? undefined : dialogLane(binding, lead === undefined ? '' : userIdOf(lead));
  const prefix = lane === undefined ? {} : { prefix: lane };
  const dialogs: OpenDialog[] = [];
  for (let from = after; dialogs.length < limit;) {
    const page = { ...prefix, after: from, limit: limit - dialogs.length };
    const records = await storage.read((tx) => tx.listRecords(OPEN_DIALOGS, page));
    const keys = records.map(({ key }) => key).filter((key) => lead === undefined || key === lane);
    // Callers of one moment share their statements: on PostgreSQL this is one question.
    const found = await Promise.all(keys.map((key) => storage.read((tx) => openDialog(tx, key))));
    dialogs.push(...found.filter((one) => one !== undefined));
    from = records.at(-1)?.key ?? from;
    if (records.length < page.limit || lead !== undefined) break;
  }
  return dialogs;
}

/** `undefined`: no dialog has this key, or the bot has got it meanwhile. */
async function openDialog(tx: ReadTransaction, key: string): Promise<OpenDialog | undefined> {
  const { bindingId, userId } = parseDialogLane(key);
  const lead = leadOf(userId);
  if (key === COMPLETE || lead === undefined) return undefined;
  const { mode, employee, lastTransfer } = (await readDialog(tx, key)).state;
  if (mode === 'bot') return undefined;
  return {
    id: key,
    lead,
    binding: bindingId,
    mode,
    operator: mode === 'operator' ? (employee?.name ?? null) : null,
    group: lastTransfer?.group?.name ?? null,
    since: (mode === 'operator' ? lastTransfer?.connectedAt : lastTransfer?.requestedAt) ?? null,
  };
}

/** How many dialogs the bot does not have, by binding and mode. */
export async function countOpenDialogs(
  storage: Storage,
): Promise<Array<{ readonly binding: string; readonly mode: DialogMode; readonly count: number }>> {
  const counts = new Map<string, { binding: string; mode: DialogMode; count: number }>();
  for (let after = ''; ;) {
    const page = await storage.read((tx) => tx.listRecords(OPEN_DIALOGS, { after, limit: PAGE }));
    for (const { key, value } of page) {
      const mode = openSchema.safeParse(value).data?.mode;
      if (mode === undefined) continue;
      const binding = parseDialogLane(key).bindingId;
      const known = counts.get(`${binding}/${mode}`) ?? { binding, mode, count: 0 };
      known.count += 1;
      counts.set(`${binding}/${mode}`, known);
    }
    after = page.at(-1)?.key ?? after;
    if (page.length < PAGE) return [...counts.values()];
  }
}
