import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Logger } from '../../plugin/contract/host.ts';
import { authorLogOf, leadKey, transcriptOf } from '../leads/lead-keys.ts';
import type { RuntimeActivity } from './contract.ts';

/** Tells listeners what happened. What belongs to a transaction is told only when that transaction is seen to be committed. */
export class ActivityBus {
  private readonly listeners = new Set<(activity: RuntimeActivity) => void>();
  private readonly held = new Map<string, { jobs: Map<number, readonly RuntimeActivity[]> }>();
  private readonly leadOfStream = new Map<string, string>();
  private readonly logger: Logger;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  listen(listener: (activity: RuntimeActivity) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  emit(activity: RuntimeActivity): void {
    for (const listener of this.listeners) {
      try {
        listener(activity);
      } catch (error) {
        this.logger.error('a listener of activities failed', { error });
      }
    }
  }

  /** Keeps what a job's transaction will have done; the same job again replaces it, since its first try was not committed. */
  hold(lead: LeadRef, job: number, activities: readonly RuntimeActivity[]): void {
    if (activities.length === 0) return;
    const key = leadKey(lead);
    const held = this.held.get(key) ?? { jobs: new Map<number, readonly RuntimeActivity[]>() };
    held.jobs.set(job, activities);
    this.held.set(key, held);
    for (const stream of [transcriptOf(lead), authorLogOf(lead)]) this.leadOfStream.set(stream, key);
  }

  /** Storage saw a commit that appended to this stream. */
  committed(stream: string): void {
    const key = this.leadOfStream.get(stream);
    const held = key === undefined ? undefined : this.held.get(key);
    if (key === undefined || held === undefined) return;
    this.held.delete(key);
    this.leadOfStream.delete(`transcript:${key}`);
    this.leadOfStream.delete(`author_log:${key}`);
    for (const activities of held.jobs.values()) for (const activity of activities) this.emit(activity);
  }
}
