import { messageOf } from '../contract/coded-error.ts';
import type {
  ClaimRequest,
  QueueStats,
  ReadTransaction,
  Retention,
  Storage,
  StorageClock,
  StorageFailures,
  Transaction,
} from './contract.ts';
import { codeOf, STORAGE_ERRORS, type StorageErrorCode } from './errors.ts';
import { steadyTime } from './system-clock.ts';

/**
 * A failure is told for this long, ms. Our choice: a damaged page or a full disk fails now and then, at whatever touches it,
 * and a check that looks in between must not find all well.
 */
const TOLD_FOR_MS = 60_000;

/** Over when the server answers again: what it answers proves it. A file that answers proves nothing of its other pages. */
const PASSING: ReadonlySet<StorageErrorCode> = new Set([
  'storage_unreachable',
  'storage_connections',
  'storage_outcome_unknown',
]);

/** Says that the place itself does not work: not a caller's mistake, nor that another writer was first. */
function failureOf(error: unknown): { readonly code: StorageErrorCode; readonly message: string } | undefined {
  const code = codeOf(error);
  if (code === undefined || !isStorageCode(code) || STORAGE_ERRORS[code].fault === 'internal') return undefined;
  return { code, message: messageOf(error) };
}

function isStorageCode(code: string): code is StorageErrorCode {
  return Object.hasOwn(STORAGE_ERRORS, code);
}

/**
 * Counts what fails at a storage, whoever asked for it, and has its ages grow whatever the clock does. `damage`: what a check
 * of its file has found by now.
 */
export function watchStorage(
  storage: Omit<Storage, 'failures'>,
  clock: StorageClock,
  damage: () => string | undefined = () => undefined,
): Storage {
  const steady = steadyTime(clock);
  const totals = new Map<string, number>();
  let last: { readonly code: StorageErrorCode; readonly message: string; readonly at: number } | undefined;

  /** By queue: the time of its oldest job, and since when it has been the oldest, by steady time. */
  const oldest = new Map<string, { readonly at: number; readonly since: number }>();

  /** A job that was stored before the clock was set back seems to come from the future: it is as old as it was seen waiting. */
  function aged(stats: QueueStats): QueueStats {
    const { queue, oldestAt } = stats;
    if (oldestAt === null) {
      oldest.delete(queue);
      return stats;
    }
    const before = oldest.get(queue);
    const seen = before?.at === oldestAt ? before : { at: oldestAt, since: steady() };
    oldest.set(queue, seen);
    return { ...stats, oldestAt: Math.min(oldestAt, clock.now() - (steady() - seen.since)) };
  }

  function note(error: unknown): void {
    const failure = failureOf(error);
    if (failure === undefined) return;
    totals.set(failure.code, (totals.get(failure.code) ?? 0) + 1);
    last = { ...failure, at: steady() };
  }

  /** The same promise: what fails is noted before whoever waits for it goes on. */
  function watched<Value>(work: Promise<Value>): Promise<Value> {
    work.catch(note);
    return work;
  }

  return {
    ...storage,
    transaction: <T>(work: (tx: Transaction) => Promise<T>) => watched(storage.transaction(work)),
    read: <T>(work: (tx: ReadTransaction) => Promise<T>) => watched(storage.read(work)),
    claim: (request: ClaimRequest) => watched(storage.claim(request)),
    nextWork: (queue: string, prefixes?: readonly string[]) => watched(storage.nextWork(queue, prefixes)),
    stats: async () => (await watched(storage.stats())).map(aged),
    prune: (retention: Retention) => watched(storage.prune(retention)),
    async ping() {
      await watched(storage.ping());
      if (last !== undefined && PASSING.has(last.code)) last = undefined;
    },
    failures(): StorageFailures {
      const isRecent = last !== undefined && steady() - last.at < TOLD_FOR_MS;
      return {
        totals: Object.fromEntries(totals),
        damage: damage() ?? null,
        recent: isRecent && last !== undefined ? { code: last.code, message: last.message } : null,
      };
    },
  };
}
