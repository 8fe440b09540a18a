import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { storageError } from '../errors.ts';
import type { Logger } from '../contract.ts';
import { logSuspects, quietBefore, type Suspect } from '../suspects.ts';
import { createLaneTable } from './sqlite-lane-tables.ts';

/** Which jobs this process is trying, for the next process to read should this one die. */
export interface TryMarks {
  /** Called with everything that is under way whenever that has grown, or when a job that stays has been given back. */
  write(jobIds: readonly number[]): void;
  /** The process before died, and no suspect was under way: something else has ended it, if all that was under way ends in order. */
  readonly mayBeOthers: boolean;
  /** An orderly end: nothing is under way. */
  close(): void;
}

/** Bytes of a job's number. */
const NUMBER_BYTES = 8;
function pathOf(folder: string): string {
  return join(folder, 'trying');
}

/**
 * Counts what the process before has left, and begins anew. The numbers are written to a file without a flush. What a process has written survives the process; only a loss of
 * power takes it, and no job is to blame for that. So a claim costs a few microseconds and waits for no disk.
 *
 * A job that has ended is not taken out of the file: its number is never given to another one.
 */
export function openTryMarks(database: DatabaseSync, folder: string, now: number, logger?: Logger): TryMarks {
  const marked = readTryMarks(folder);
  // Before they are counted: a process that dies in between must not leave them for the next one to count once more.
  const file = openSync(pathOf(folder), 'w', 0o600);
  // A zero, which is no job: the file is empty only after an orderly end.
  let longest = 1;
  writeSync(file, new Float64Array(longest));
  const mayBeOthers = countDeaths(database, marked, now, logger);
  return {
    mayBeOthers,
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

/** What the process before was trying when it died; `undefined`: it ended in order. */
function readTryMarks(folder: string): number[] | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(pathOf(folder));
  } catch {
    return undefined;
  }
  if (bytes.length === 0) return undefined;
  const whole = Math.floor(bytes.length / NUMBER_BYTES) * NUMBER_BYTES;
  const numbers = new Float64Array(Uint8Array.from(bytes.subarray(0, whole)).buffer);
  return [...new Set(numbers)].filter((id) => Number.isSafeInteger(id) && id > 0);
}

/**
 * Counts a try, and a death, for each job that was under way when the process before died (`marked`; `undefined`: it ended in order).
 * Whether nobody who was under way had been a suspect before: then, once all of them have ended in order, something else has ended it.
 */
function countDeaths(
  database: DatabaseSync,
  marked: readonly number[] | undefined,
  now: number,
  logger: Logger | undefined,
): boolean {
  if (marked === undefined) return false;
  const find = database.prepare(
    `SELECT lane.id, lane.queue, lane.name, lane.deaths, job.id AS job, job.kind, job.attempts, job.first_failed_at FROM job
     JOIN lane ON lane.id = job.lane_id AND lane.head_id = job.id WHERE job.id = ?`,
  );
  const countDeath = database.prepare('UPDATE lane SET deaths = ?, ready_at = ? WHERE id = ?');
  const countTry = database.prepare(
    `UPDATE job SET attempts = attempts + 1, first_failed_at = coalesce(first_failed_at, ?), last_error = ? WHERE id = ?`,
  );
  const countRetrying = database.prepare('UPDATE queue_count SET retrying = retrying + 1 WHERE queue = ?');
  // One that has ended is not found.
  const underWay = marked.map((id) => find.get(id)).filter((row) => row !== undefined);
  const lanes = createLaneTable((sql) => database.prepare(sql));
  const suspects: Suspect[] = [];
  database.exec('BEGIN IMMEDIATE');
  lanes.beginQuiet(now);
  for (const row of underWay) {
    const deaths = Number(row['deaths']) + 1;
    const { message, code } = storageError('job_deadly', { deaths });
    countDeath.run(deaths, now + quietBefore(deaths), row['id'] ?? null);
    countTry.run(now, `${code}: ${message}`, row['job'] ?? null);
    if (row['first_failed_at'] === null) countRetrying.run(row['queue'] ?? null);
    suspects.push({
      queue: String(row['queue']),
      lane: String(row['name']),
      job: String(row['kind']),
      id: Number(row['job']),
      deaths,
    });
  }
  const mayBeOthers = underWay.every((row) => row['deaths'] === 0);
  if (mayBeOthers && !lanes.hasFirstDeath()) lanes.clearSuspects(now);
  database.exec('COMMIT');
  logSuspects(suspects, logger);
  return mayBeOthers;
}
