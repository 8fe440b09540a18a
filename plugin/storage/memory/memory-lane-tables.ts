import type { JobRow, JobTable, LaneRow, LaneTable } from '../local/tables.ts';
import { createSortedList, fromTheStart, type SortedList, takeWhile } from './sorted-list.ts';
import { entryOf, type UndoLog } from './undo-log.ts';

interface Queue {
  readonly byName: Map<string, LaneRow>;
  readonly byReadiness: SortedList<LaneRow>;
  readonly byHead: SortedList<LaneRow>;
}

function createQueue(): Queue {
  return {
    byName: new Map(),
    byReadiness: createSortedList((a, b) => a.readyAt - b.readyAt || a.headId - b.headId),
    byHead: createSortedList((a, b) => a.headId - b.headId),
  };
}

export function createLaneTable(log: UndoLog): LaneTable {
  const queues = new Map<string, Queue>();
  const byId = new Map<number, LaneRow>();
  let lastId = 0;
  const of = (queue: string): Queue => entryOf(queues, queue, createQueue);

  function replace(before: LaneRow | undefined, after: LaneRow | undefined): void {
    if (before !== undefined) {
      const queue = of(before.queue);
      byId.delete(before.id);
      queue.byName.delete(before.name);
      queue.byReadiness.remove(before);
      queue.byHead.remove(before);
    }
    if (after !== undefined) {
      const queue = of(after.queue);
      byId.set(after.id, after);
      queue.byName.set(after.name, after);
      queue.byReadiness.add(after);
      queue.byHead.add(after);
    }
  }

  function change(before: LaneRow | undefined, after: LaneRow | undefined): void {
    replace(before, after);
    log.note(() => {
      replace(after, before);
    });
  }

  return {
    find: (queue, name) => queues.get(queue)?.byName.get(name),
    get: (id) => byId.get(id),
    insert(queue, name, headId, readyAt) {
      lastId += 1;
      change(undefined, { id: lastId, queue, name, headId, readyAt });
      return lastId;
    },
    update(lane, { headId, readyAt }) {
      change(lane, { id: lane.id, queue: lane.queue, name: lane.name, headId, readyAt });
    },
    remove(lane) {
      change(lane, undefined);
    },
    first: (queue, limit) => takeWhile(of(queue).byReadiness.from(fromTheStart), limit, () => true),
    oldestHead: (queue) => of(queue).byHead.first()?.headId,
  };
}

export function createJobTable(log: UndoLog): JobTable {
  const rows = new Map<number, JobRow>();
  /** Ids by lane, in order. */
  const lanes = new Map<number, SortedList<number>>();
  const failed = createSortedList<{ readonly at: number; readonly id: number }>((a, b) => a.at - b.at || a.id - b.id);
  let lastId = 0;
  const laneOf = (laneId: number) => entryOf(lanes, laneId, () => createSortedList<number>((a, b) => a - b));

  function place(job: JobRow): void {
    rows.set(job.id, job);
    laneOf(job.laneId).add(job.id);
    if (job.firstFailedAt !== null) failed.add({ at: job.firstFailedAt, id: job.id });
  }

  function takeOut(job: JobRow): void {
    rows.delete(job.id);
    const lane = laneOf(job.laneId);
    lane.remove(job.id);
    if (lane.size === 0) lanes.delete(job.laneId);
    if (job.firstFailedAt !== null) failed.remove({ at: job.firstFailedAt, id: job.id });
  }

  return {
    nextId() {
      lastId += 1;
      return lastId;
    },
    keepIds: () => undefined,
    insert(job) {
      place(job);
      log.note(() => {
        takeOut(job);
      });
    },
    get: (id) => rows.get(id),
    remove(job) {
      takeOut(job);
      log.note(() => {
        place(job);
      });
    },
    markFailed(job, failure) {
      const after = { ...job, ...failure };
      takeOut(job);
      place(after);
      log.note(() => {
        takeOut(after);
        place(job);
      });
    },
    nextInLane(laneId, afterId) {
      const [next] = laneOf(laneId).from((id) => id <= afterId);
      return next;
    },
    listInLane: (laneId, limit) =>
      takeWhile(laneOf(laneId).from(fromTheStart), limit, () => true).flatMap((id) => rows.get(id) ?? []),
    failed: (limit) => takeWhile(failed.from(fromTheStart), limit, () => true).flatMap(({ id }) => rows.get(id) ?? []),
  };
}
