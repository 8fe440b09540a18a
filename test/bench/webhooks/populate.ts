import { NEW_DIALOG } from '../../../plugin/dialog/dialog-state.ts';
import { userIdOf } from '../../../plugin/contract/lead.ts';
import { DIALOGS, dialogLane } from '../../../plugin/core/jobs.ts';
import type { Json, Storage, Transaction } from '../../../plugin/storage/index.ts';
import { NEW_POSITION } from '../../../runtime-shim/leads/lead-record.ts';
import { LEADS, leadKey, transcriptOf } from '../../../runtime-shim/leads/lead-keys.ts';
import { leadNumber as numberOf } from '../../../runtime-shim/leads/lead-store.ts';
import { BINDING, leadNumber } from './event.ts';

/** Leads written in one transaction. Ours: a transaction may hold others up for 5 s at most. */
const BATCH = 5_000;

const WITH_OPERATOR: Json = {
  ...NEW_DIALOG,
  mode: 'operator',
  transfer: 1,
  forwarded: true,
  employee: { id: 'e-1', name: 'Анна Котова', at: 1 },
  selection: { groupId: null, name: null, attributes: {} },
  selectedAt: 1,
  notBefore: 1,
};

/** Writes so many leads whose dialogs an operator has; with `history`, all that storage keeps of a lead who has said something. */
export async function populate(storage: Storage, leads: number, options: { readonly history: boolean }): Promise<void> {
  for (let from = 0; from < leads; from += BATCH) {
    await storage.transaction(async (tx) => {
      for (let number = from; number < Math.min(leads, from + BATCH); number += 1) {
        const userId = userIdOf(leadNumber(number));
        await tx.putRecord(DIALOGS, dialogLane(BINDING, userId), WITH_OPERATOR);
        if (options.history) await writeHistory(tx, number, userId);
      }
    });
  }
}

async function writeHistory(tx: Transaction, number: number, userId: string): Promise<void> {
  const lead = leadNumber(number);
  const record = {
    ref: lead,
    id: numberOf(lead),
    name: `Лид ${number}`,
    status: null,
    tags: [],
    attributes: { city: { kind: 'text', value: 'Казань' } },
    systemAttributes: {},
    position: { ...NEW_POSITION, started: true },
    createdAt: 1,
  };
  await tx.putRecord(LEADS, leadKey(lead), record);
  await tx.appendStream(transcriptOf(lead), { from: 'lead', text: 'Здравствуйте!' }, Date.now());
  await tx.remember(`livetex-events/${userId}`, `first-${number}`, 'accepted');
}
