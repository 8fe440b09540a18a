import { z } from 'zod';
import { BINDINGS_QUEUE, dialogJob, DIALOG_QUEUE, drainJob, liveTexQueue } from '../core/jobs.ts';
import { listDialogs } from '../core/dialog-record.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import type { ClaimedJob, Transaction } from '../storage/contract.ts';
import type { JobOutcome } from '../storage/lane-worker-contract.ts';
import type { BindingStore } from './binding-store.ts';

/** Between two looks at what a removed binding still has, ms; longer each time up to a minute, as LiveTex may be away for long. */
const LOOK_EVERY_MS = 5_000;
const LOOK_AT_LEAST_EVERY_MS = 60_000;
/** Looks before it is forgotten, also when nothing is left: until then every node knows that it takes no new dialog. */
const LEAST_LOOKS = 3;
/** Dialogs read at one time. */
const PAGE = 200;

const jobSchema = z.object({ look: z.int().positive() });

/**
 * What is left of a binding that was removed: dialogs that an operator has go back to the bot, what waits for LiveTex is still
 * sent, and then the binding is forgotten. One job that comes again until that is so; any node may do it.
 */
export function createDrainHandler(
  context: Pick<PluginContext, 'storage' | 'clock' | 'logger'>,
  store: BindingStore,
): (job: ClaimedJob) => Promise<JobOutcome> {
  const { storage, clock, logger } = context;
  return async (job) => {
    const { look } = jobSchema.parse(job.payload);
    const id = job.lane;
    const known = await storage.read((tx) => store.get(tx, id));
    // Put again meanwhile, or forgotten.
    if (known === undefined || known.leavingSince === null) return {};
    const open = await openDialogs(id);
    const isEmpty = open.length === 0 && (await storage.nextWork(liveTexQueue(id))) === undefined;
    if (isEmpty && look >= LEAST_LOOKS) {
      logger.info('LiveTex binding is gone: it has no dialog and nothing to send', { binding: id });
      return { commit: (tx) => store.forget(tx, id, clock.now()) };
    }
    return {
      async commit(tx) {
        for (const lane of open) await giveBack(tx, id, lane);
        const at = clock.now() + Math.min(LOOK_EVERY_MS * look, LOOK_AT_LEAST_EVERY_MS);
        await tx.schedule({ id: `${BINDINGS_QUEUE}/${id}`, at, job: drainJob(id, look + 1) });
      },
    };
  };

  /** The lanes of the dialogs that are not with the bot. */
  async function openDialogs(id: string): Promise<string[]> {
    const lanes: string[] = [];
    for (let after: string | undefined; ;) {
      const page = { limit: PAGE, ...(after === undefined ? {} : { after }) };
      const dialogs = await storage.read((tx) => listDialogs(tx, id, page));
      for (const { lane, state } of dialogs) if (state.mode !== 'bot') lanes.push(lane);
      after = dialogs.at(-1)?.lane;
      if (dialogs.length < PAGE) return lanes;
    }
  }
}

/** Behind what waits in the dialog already; asked once, as a dialog that is stuck would be asked at each look. */
async function giveBack(tx: Transaction, id: string, lane: string): Promise<void> {
  const reason = `Подключение LiveTex «${id}» удалено: диалог вернулся к боту`;
  const waiting = await tx.listJobs(DIALOG_QUEUE, lane, PAGE);
  if (waiting.some(({ payload }) => givesBack.safeParse(payload).success)) return;
  await tx.enqueue([dialogJob(lane, { type: 'ReturnRequested', reason })]);
}

const givesBack = z.looseObject({ type: z.literal('ReturnRequested'), reason: z.string() });
