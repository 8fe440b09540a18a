import { readdirSync } from 'node:fs';
import { processTree } from '../process-tree.ts';

/** One look at the server. */
export interface Sample {
  readonly atSeconds: number;
  /** The server process alone, and with its runners. */
  readonly serverMb: number;
  readonly treeMb: number;
  readonly handles: number;
  readonly processes: number;
  /** Jobs waiting in all lanes, and the age of the oldest, s. */
  readonly jobs: number;
  readonly oldestSeconds: number;
  readonly dead: number;
}

export async function takeSample(
  server: { readonly url: string; readonly pid: number },
  atSeconds: number,
): Promise<Sample> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const values = (pattern: RegExp): number[] =>
    [...text.matchAll(pattern)].map((match) => Number(match[1])).filter((value) => Number.isFinite(value));
  const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0);
  const own = processTree(server.pid, { alone: true });
  const tree = processTree(server.pid);
  return {
    atSeconds,
    serverMb: own.rssMb,
    treeMb: tree.pssMb,
    handles: readdirSync(`/proc/${server.pid}/fd`).length,
    processes: tree.processes,
    jobs: sum(values(/^(?:livetex_queue_jobs|metabot_lead_jobs)(?:\{[^}]*\})? (\S+)$/gm)),
    oldestSeconds: Math.max(
      0,
      ...values(/^(?:livetex_queue_oldest_seconds|metabot_lead_oldest_job_seconds)(?:\{[^}]*\})? (\S+)$/gm),
    ),
    dead: sum(values(/^(?:livetex_queue_dead|metabot_lead_jobs_dead)(?:\{[^}]*\})? (\S+)$/gm)),
  };
}

/** Mean of one figure over a share of the samples, from `from` to `to` (0 … 1). */
export function meanOf(samples: readonly Sample[], key: keyof Sample, from: number, to: number): number {
  const part = samples.slice(Math.floor(samples.length * from), Math.ceil(samples.length * to));
  return part.reduce((sum, sample) => sum + sample[key], 0) / part.length;
}
