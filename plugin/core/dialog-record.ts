import type { DialogState } from '../contract/dialog.ts';
import { loadDialog } from '../dialog/dialog-state.ts';
import type { ReadTransaction, Transaction } from '../storage/contract.ts';
import { DIALOGS } from './jobs.ts';

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

/** Compare-and-set: a state that rests on an older version is never written. @throws storage_conflict */
export async function writeDialog(tx: Transaction, key: string, state: DialogState, version: number): Promise<void> {
  await tx.putRecord(DIALOGS, key, state, version);
}
