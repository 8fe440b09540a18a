import { CLAIM } from '../../../plugin/storage/postgres/claim.ts';
import { COMMIT_MARK } from '../../../plugin/storage/postgres/commit-mark.ts';
import { INSPECT, STATS } from '../../../plugin/storage/postgres/inspection.ts';
import { WATCH } from '../../../plugin/storage/postgres/node-watch.ts';
import { MANY } from '../../../plugin/storage/postgres/many.ts';
import { READ } from '../../../plugin/storage/postgres/read-transaction.ts';
import type { Statement } from '../../../plugin/storage/postgres/session.ts';
import { WRITE } from '../../../plugin/storage/postgres/transaction.ts';
import { DIALOGS, LANE, PREFIXES, QUEUE, SESSION } from './large-schema.ts';

/** A statement of the PostgreSQL driver as it is sent to a large schema. */
export interface SentStatement {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

const sent = (statement: Statement, ...values: readonly unknown[]): SentStatement => ({ statement, values });

/** Every statement that is sent while nodes are at work, but those that end a claimed job. */
export const HOT_STATEMENTS: readonly SentStatement[] = [
  sent(CLAIM.take, null, QUEUE, 64, 60_000, null, 'node/token', false, 10_000, null),
  sent(CLAIM.take, null, QUEUE, 64, 60_000, 8, 'node/token', true, 10_000, null),
  sent(CLAIM.take, null, DIALOGS, 64, 60_000, null, 'node/token', false, 10_000, PREFIXES),
  sent(CLAIM.nextWork, null, QUEUE, null),
  sent(CLAIM.nextWork, null, DIALOGS, PREFIXES),
  sent(MANY.getRecords, ['leads', 'leads'], [LANE, 'nobody']),
  sent(MANY.getRecordsForUpdate, ['leads', 'leads'], [LANE, 'nobody']),
  sent(MANY.putRecords, ['leads', 'leads'], [LANE, 'one more'], ['1', '1']),
  sent(MANY.insertRecords, ['leads', 'leads'], [LANE, 'another'], ['1', '1']),
  sent(MANY.updateRecords, ['leads', 'leads'], [LANE, 'nobody'], ['1', '1'], [1, 1]),
  sent(MANY.nextSeqs, ['transcript:1000', 'transcript:new']),
  sent(MANY.appendEntries, ['transcript:1000', 'transcript:new'], [1_001, 1_001], ['1', '1'], [1, 1]),
  sent(MANY.rememberMany, null, ['scope', 'scope'], ['1000', 'a new one'], ['1', '1']),
  sent(MANY.listJobsOfMany, [QUEUE, QUEUE], [LANE, 'nobody'], [1, 100], [0, 0]),
  sent(READ.getRecord, 'leads', LANE),
  sent(READ.listRecords, 'leads', LANE, '', 100),
  sent(READ.listRecordsBefore, 'leads', 'support:telegram:9', 'support:', 100, 'support;'),
  sent(READ.readStream, 'transcript:1000', 0, 100),
  sent(READ.streamEnd, 'transcript:1000'),
  sent(READ.listJobs, QUEUE, LANE, 1, 0),
  sent(READ.getPause, null, QUEUE),
  sent(READ.readLane, null, QUEUE, LANE, 500),
  sent(WRITE.getRecord, 'leads', LANE),
  sent(WRITE.putRecord, 'leads', LANE, '1'),
  sent(WRITE.insertRecord, 'leads', 'new', '1'),
  sent(WRITE.updateRecord, 'leads', LANE, '1', 1),
  sent(WRITE.deleteRecord, 'leads', LANE),
  sent(WRITE.nextSeq, 'transcript:1000'),
  sent(WRITE.appendEntry, 'transcript:1000', 1_000, '1', 1),
  sent(WRITE.remember, null, 'scope', '1000', '1'),
  sent(WRITE.remembered, 'scope', '1000'),
  sent(WRITE.enqueue, null, [QUEUE, QUEUE], [LANE, 'a new lane'], ['k', 'k'], ['1', '1']),
  sent(WRITE.schedule, null, QUEUE, '1000', 1, LANE, 'k', '1'),
  sent(WRITE.unschedule, QUEUE, '1000'),
  sent(WRITE.takeDead, -1_000),
  sent(WRITE.hastenJob, null, 2_000),
  sent(WRITE.dropJob, null, 1_000),
  sent(WRITE.lockPause, QUEUE),
  sent(WRITE.setPause, null, QUEUE, 1, 'busy'),
  sent(WRITE.liftPause, QUEUE),
  sent(WRITE.lockLane, null, QUEUE, LANE),
  sent(WRITE.clearJobs, QUEUE, LANE, true),
  sent(WRITE.clearLane, QUEUE, LANE),
  sent(WRITE.deleteStream, 'transcript:1000'),
  sent(WRITE.deleteEntries, 'transcript:1000'),
  sent(WRITE.forgetIds, 'a scope of a few'),
  sent(COMMIT_MARK.open, null, 'node/new'),
  sent(COMMIT_MARK.mark, null, SESSION, 1),
  sent(COMMIT_MARK.settle, SESSION),
  sent({ name: 'beat', text: WATCH.beat }, null, 'node'),
  sent({ name: 'free', text: WATCH.free }, null, 10_000, 'node'),
  sent(INSPECT.dead, QUEUE, -5_000, 100),
  sent(INSPECT.stuck, 100, 0, 0),
  sent(INSPECT.lockPrune),
  sent(INSPECT.pruneRemembered, 10_000, 1),
  sent(INSPECT.pruneStreams, 10_000, 1),
  sent(INSPECT.pruneDead, 10_000, 1),
  sent(STATS.areMany, 2_000),
];

/** The others, by name: what they read does not grow with leads, or they are not sent again and again. */
export const OTHER_STATEMENTS: Readonly<Record<string, string>> = {
  [WRITE.completeJob.name]: 'needs a claimed job: has a test of its own',
  [WRITE.completeJobs.name]: 'needs a claimed job: has a test of its own',
  [WRITE.deadLetterJob.name]: 'needs a claimed job: has a test of its own',
  [WRITE.returnJob.name]: 'needs a claimed job: has a test of its own',
  [WRITE.clearDead.name]: 'when a lead is forgotten: looks through all dead jobs of a queue',
  [WRITE.clearTimers.name]: 'when a lead is forgotten: looks through all timers of a queue',
  [READ.listPauses.name]: 'a row per queue that is held back',
  [COMMIT_MARK.close.name]: 'once, when a node closes; a row per connection',
  [INSPECT.waiting.name]: 'when a person asks for "outbox list --waiting": looks through what waits',
  [INSPECT.pruneSessions.name]: 'a row per connection of the last day',
  [STATS.count.name]: 'counts everything, so it is sent twice a minute at most when there is much',
};

/** Names of all statements that the driver sends by name. */
export const STATEMENT_NAMES: readonly string[] = [CLAIM, READ, WRITE, MANY, COMMIT_MARK, INSPECT, STATS]
  .flatMap((group) => Object.values<Statement>(group))
  .map(({ name = '' }) => name);
