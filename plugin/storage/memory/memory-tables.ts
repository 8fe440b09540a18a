import type { CountTable, DeadRow, DeadTable, QueueCounts, Tables, TimerRow, TimerTable } from '../local/tables.ts';
import { createGateTable, createRecordTable, createRememberedTable, createStreamTable } from './memory-keyed-tables.ts';
import { createJobTable, createLaneTable } from './memory-lane-tables.ts';
import { createSortedList, fromTheStart, type SortedList, takeWhile } from './sorted-list.ts';
import { entryOf, setEntry, type UndoLog } from './undo-log.ts';

interface ScheduledTimer extends TimerRow {
  readonly order: number;
}

interface TimerQueue {
  readonly byId: Map<string, ScheduledTimer>;
  readonly byTime: SortedList<ScheduledTimer>;
}

function createTimerTable(log: UndoLog): TimerTable {
  const queues = new Map<string, TimerQueue>();
  let order = 0;
  const of = (queue: string): TimerQueue =>
    entryOf(queues, queue, () => ({
      byId: new Map(),
      byTime: createSortedList((a, b) => a.at - b.at || a.order - b.order),
    }));

  function change(queue: TimerQueue, before: ScheduledTimer | undefined, after: ScheduledTimer | undefined): void {
    const replace = (old: ScheduledTimer | undefined, young: ScheduledTimer | undefined): void => {
      if (old !== undefined) {
        queue.byTime.remove(old);
        queue.byId.delete(old.id);
      }
      if (young !== undefined) {
        queue.byTime.add(young);
        queue.byId.set(young.id, young);
      }
    };
    replace(before, after);
    log.note(() => {
      replace(after, before);
    });
  }

  return {
    put(timer) {
      const queue = of(timer.queue);
      const before = queue.byId.get(timer.id);
      order += 1;
      change(queue, before, { ...timer, order });
      return before === undefined;
    },
    remove(name, id) {
      const queue = of(name);
      const before = queue.byId.get(id);
      if (before !== undefined) change(queue, before, undefined);
      return before !== undefined;
    },
    due: (queue, now, limit) => takeWhile(of(queue).byTime.from(fromTheStart), limit, (timer) => timer.at <= now),
    earliest: (queue) => of(queue).byTime.first()?.at,
  };
}

function createDeadTable(log: UndoLog): DeadTable {
  const rows = new Map<number, DeadRow>();
  return {
    insert(job) {
      setEntry(log, rows, job.id, job);
    },
    get: (id) => rows.get(id),
    remove(id) {
      setEntry(log, rows, id, undefined);
    },
    list: (queue, after, limit) =>
      [...rows.values()]
        .filter((job) => job.id > after && (queue === undefined || job.queue === queue))
        .sort((a, b) => a.id - b.id)
        .slice(0, limit),
    diedBefore: (at, limit) => [...rows.values()].filter((job) => job.diedAt < at).slice(0, limit),
  };
}

function createCountTable(log: UndoLog): CountTable {
  const rows = new Map<string, QueueCounts>();
  return {
    add(queue, change) {
      const before = rows.get(queue) ?? { lanes: 0, jobs: 0, retrying: 0, dead: 0, timers: 0 };
      setEntry(log, rows, queue, {
        lanes: before.lanes + change.lanes,
        jobs: before.jobs + change.jobs,
        retrying: before.retrying + change.retrying,
        dead: before.dead + change.dead,
        timers: before.timers + change.timers,
      });
    },
    list: () => [...rows].map(([queue, counts]) => ({ queue, counts })).sort((a, b) => (a.queue < b.queue ? -1 : 1)),
  };
}

/** All tables in memory; each change notes in `log` how to undo it. */
export function createMemoryTables(log: UndoLog): Tables {
  const lanes = createLaneTable(log);
  const jobs = createJobTable(log);
  return {
    records: createRecordTable(log),
    streams: createStreamTable(log),
    remembered: createRememberedTable(log),
    lanes,
    jobs,
    timers: createTimerTable(log),
    dead: createDeadTable(log),
    gates: createGateTable(log),
    counts: createCountTable(log),
    laneWithHead(laneId) {
      const lane = lanes.get(laneId);
      const head = lane && jobs.get(lane.headId);
      return lane && head && { lane, head };
    },
    touch: () => undefined,
  };
}
