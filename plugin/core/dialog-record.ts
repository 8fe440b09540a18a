import type { DialogState } from '../contract/dialog.ts';
import { loadDialog } from '../dialog/dialog-state.ts';
import type { ReadTransaction, Transaction } from '../storage/contract.ts';
import { dialogLane, DIALOGS } from './jobs.ts';

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
export async function writeDialog(tx: Transaction, key: string, state: DialogState, version: number): Promise<void> {
  await tx.putRecord(DIALOGS, key, state, version);
}
