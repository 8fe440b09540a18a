import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { storageError } from '../errors.ts';
import type { StorageLogger } from '../open-options.ts';
import { logSuspects, type Suspect } from '../suspects.ts';

/** Which jobs this process is trying, for the next process to read should this one die. */
export interface TryMarks {
  /** Called with everything that is under way whenever that has grown, or when a job that stays has been given back. */
  write(jobIds: readonly number[]): void;
  /** An orderly end: nothing is under way. */
  close(): void;
}

/** Bytes of a job's number. */
const NUMBER_BYTES = 8;
/**
 * A job that was under way at two deaths waits so long for its next turn, ms. Our choice: what waits beside it gets
 * somewhere before the process may die again.
 */
const REPEATED_WAIT_MS = 5_000;

function pathOf(folder: string): string {
  return join(folder, 'trying');
}

/**
 * The numbers are written to a file without a flush. What a process has written survives the process; only a loss of
 * power takes it, and no job is to blame for that. So a claim costs a few microseconds and waits for no disk.
 *
 * A job that has ended is not taken out of the file: its number is never given to another one.
 */
export function openTryMarks(folder: string): TryMarks {
  const file = openSync(pathOf(folder), 'w', 0o600);
  let longest = 0;
  return {
    write(jobIds) {
      // What is left of a longer list is overwritten with zeros.
      longest = Math.max(longest, jobIds.length);
      const numbers = new Float64Array(longest);
      numbers.set(jobIds);
      writeSync(file, numbers, 0, numbers.byteLength, 0);
    },
    close() {
      ftruncateSync(file);
      closeSync(file);
    },
  };
}

/** What the process before was trying when it died; empty when it ended in order. */
function readTryMarks(folder: string): number[] {
  let bytes: Buffer;
  try {
    bytes = readFileSync(pathOf(folder));
  } catch {
    return [];
  }
  const whole = Math.floor(bytes.length / NUMBER_BYTES) * NUMBER_BYTES;
  const numbers = new Float64Array(Uint8Array.from(bytes.subarray(0, whole)).buffer);
  return [...new Set(numbers)].filter((id) => Number.isSafeInteger(id) && id > 0);
}

/** Counts a try, and a death, for each job that was under way when the process before died. */
export function countDeaths(database: DatabaseSync, folder: string, now: number, logger?: StorageLogger): void {
  const marked = readTryMarks(folder);
  if (marked.length === 0) return;
  const find = database.prepare(
    `SELECT lane.id, lane.queue, lane.name, lane.deaths, job.kind, job.first_failed_at FROM job
     JOIN lane ON lane.id = job.lane_id AND lane.head_id = job.id WHERE job.id = ?`,
  );
  const countDeath = database.prepare('UPDATE lane SET deaths = ?, ready_at = max(ready_at, ?) WHERE id = ?');
  const countTry = database.prepare(
    `UPDATE job SET attempts = attempts + 1, first_failed_at = coalesce(first_failed_at, ?), last_error = ? WHERE id = ?`,
  );
  const countRetrying = database.prepare('UPDATE queue_count SET retrying = retrying + 1 WHERE queue = ?');
  const suspects: Suspect[] = [];
  database.exec('BEGIN IMMEDIATE');
  for (const id of marked) {
    // One that has ended is not found.
    const row = find.get(id);
    if (row === undefined) continue;
    const deaths = Number(row['deaths']) + 1;
    const { message, code } = storageError('job_deadly', { deaths });
    countDeath.run(deaths, deaths > 1 ? now + REPEATED_WAIT_MS : now, Number(row['id']));
    countTry.run(now, `${code}: ${message}`, id);
    if (row['first_failed_at'] === null) countRetrying.run(String(row['queue']));
    suspects.push({ queue: String(row['queue']), lane: String(row['name']), job: String(row['kind']), id, deaths });
  }
  database.exec('COMMIT');
  logSuspects(suspects, logger);
}
