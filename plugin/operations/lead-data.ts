/** Everything that the plugin keeps of one lead: to be shown, and to be forgotten. */
import { type LeadRef, userIdOf } from '../contract/lead.ts';
import type { Forgotten, LeadData } from '../contract/plugin.ts';
import {
  DIALOGS,
  dialogLane,
  EVENT_SCOPE,
  FIRST_TRY_SCOPE,
  lanesOf,
  liveTexQueue,
  NO_BINDING,
  OPEN_DIALOGS,
  parseDialogLane,
  queuesOf,
  REFUSED_FILES,
} from '../core/jobs.ts';
import { forgetTransfers, transfersOf } from '../core/transfer-store.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import { type Lane, laneContents } from '../storage/lane-contents.ts';
import type { Json } from '../storage/contract.ts';

/** How long a forgetting waits for what is under way, ms: longer than any request to LiveTex and any call of the platform. */
const WAIT_MS = 90_000;
/** Pause before it is tried again, ms. */
const AGAIN_MS = 100;

type Context = Pick<PluginContext, 'storage' | 'bindings' | 'clock'>;

/** Where something of this lead may be, whichever bindings there are and were. */
interface Places {
  readonly bindingIds: readonly string[];
  readonly lanes: readonly Lane[];
}

async function placesOf({ storage, bindings }: Context, lead: LeadRef): Promise<Places> {
  const stored = (await storage.stats()).map(({ queue }) => queue);
  const withDialogs = await bindingsWithDialogs(storage);
  const queues = [...new Set([...stored, ...queuesOf(bindings.all), ...withDialogs.map(liveTexQueue)])];
  const bindingIds = new Set([NO_BINDING, ...bindings.all.map(({ id }) => id), ...withDialogs]);
  const lanes = lanesOf(lead, queues);
  for (const { lane } of lanes) if (lane.includes('/')) bindingIds.add(parseDialogLane(lane).bindingId);
  return { bindingIds: [...bindingIds], lanes };
}

/** The bindings that dialogs were ever mirrored through, also those that are in no configuration any more. */
async function bindingsWithDialogs(storage: Context['storage']): Promise<string[]> {
  const found: string[] = [];
  for (let after = ''; ;) {
    const [record] = await storage.read((tx) => tx.listRecords(DIALOGS, { after, limit: 1 }));
    if (record === undefined) return found;
    const { bindingId } = parseDialogLane(record.key);
    found.push(bindingId);
    // Behind all dialogs of this binding: "0" is the sign that follows the slash.
    after = `${bindingId}0`;
  }
}

/** The records that are named after a dialog's lane. */
const COLLECTIONS = [DIALOGS, OPEN_DIALOGS, REFUSED_FILES] as const;

export async function leadData(context: Context, lead: LeadRef): Promise<LeadData> {
  const userId = userIdOf(lead);
  const { bindingIds, lanes } = await placesOf(context, lead);
  const kept = await context.storage.read(async (tx) => {
    const dialogs: Array<{ readonly binding: string; readonly state: Json }> = [];
    const transfers: Json[] = [];
    for (const binding of bindingIds) {
      const lane = dialogLane(binding, userId);
      const record = await tx.getRecord(DIALOGS, lane);
      if (record !== undefined) dialogs.push({ binding, state: record.value });
      transfers.push(...(await transfersOf(tx, lane)));
    }
    return { dialogs, transfers };
  });
  return { ...kept, ...(await laneContents(context.storage, lanes)) };
}

/** Forgets a lead; see `RuntimePlugin.forget`. */
export async function forgetLead(context: Context, lead: LeadRef): Promise<Forgotten> {
  const { clock } = context;
  const until = clock.now() + WAIT_MS;
  let removed = 0;
  for (;;) {
    const pass = await forgetOnce(context, lead);
    removed += pass.removed;
    if (!pass.underWay || clock.now() >= until) {
      if (removed > 0) await context.storage.scrub();
      return { ...pass, removed };
    }
    await new Promise<void>((resolve) => {
      clock.after(AGAIN_MS, resolve);
    });
  }
}

/** The lanes first, and the records with the last of them: whoever works on a job of the lead still finds its dialog. */
async function forgetOnce(context: Context, lead: LeadRef): Promise<Forgotten> {
  const userId = userIdOf(lead);
  const { bindingIds, lanes } = await placesOf(context, lead);
  const mirrored = context.bindings.of(lead)?.id;
  return context.storage.transaction(async (tx) => {
    let removed = 0;
    let underWay = false;
    for (const { queue, lane } of lanes) {
      const cleared = await tx.clearLane(queue, lane);
      removed += cleared.removed;
      underWay ||= cleared.underWay;
    }
    const known = new Set(mirrored === undefined ? [] : [mirrored]);
    for (const binding of bindingIds) {
      const lane = dialogLane(binding, userId);
      if (!underWay) removed += await forgetTransfers(tx, lane);
      for (const collection of COLLECTIONS) {
        if ((await tx.getRecord(collection, lane)) === undefined) continue;
        if (binding !== NO_BINDING) known.add(binding);
        if (underWay) continue;
        await tx.deleteRecord(collection, lane);
        removed += 1;
      }
      if (underWay) continue;
      removed += await tx.forgetIds(`${FIRST_TRY_SCOPE}/${lane}`);
    }
    if (!underWay) removed += await tx.forgetIds(`${EVENT_SCOPE}/${userId}`);
    return { removed, underWay, atLiveTex: Array.from(known, (binding) => ({ binding, userId })) };
  });
}
