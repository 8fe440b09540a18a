import type { LaneWorkerEvent } from '../../plugin/storage/lane-worker-contract.ts';
import type { RuntimeParts } from './runtime-parts.ts';

/** Counts what happened to the jobs of the leads' lanes, and tells the log and the timeline. */
export class JobCounters {
  retried = 0;
  dead = 0;
  private readonly parts: RuntimeParts;

  constructor(parts: RuntimeParts) {
    this.parts = parts;
  }

  readonly note = (event: LaneWorkerEvent): void => {
    const { type, job, error } = event;
    if (type !== 'retry' && type !== 'dead') return;
    const { logger, clock, activities } = this.parts;
    if (type === 'retry') this.retried += 1;
    else this.dead += 1;
    const facts = { queue: job.queue, lane: job.lane, job: job.id, error };
    if (type === 'retry') logger.warn('a job of a lead failed and will be tried again', facts);
    else logger.error('a job of a lead was given up', facts);
    const at = clock.now();
    const { queue, lane, kind, attempts } = job;
    const nextAt = event.nextAt === undefined ? {} : { nextAt: event.nextAt };
    const activity = { kind: type, at, queue, lane, job: kind, attempt: attempts + 1, error, ...nextAt };
    activities.emit({ kind: 'plugin', at, activity });
  };
}
