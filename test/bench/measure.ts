import { monitorEventLoopDelay } from 'node:perf_hooks';
import { processTree } from './process-tree.ts';

export interface Measurement {
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU of the whole tree of processes per piece of work, ms. */
  readonly cpuMs: number;
  /** The longest 1 % of this process's event-loop delays, ms, beyond the timer's own resolution. */
  readonly loopDelayP99Ms: number;
  readonly rssMb: number;
}

const NS_PER_MS = 1_000_000;
/** Sampling step of the event loop, ms; subtracted, as an idle loop shows about this much. */
const LOOP_RESOLUTION_MS = 1;

/** Runs `work` over and over, `concurrency` at a time, for about `forMs` after a warm-up. */
export async function measure(
  work: () => Promise<void>,
  options: { readonly concurrency: number; readonly forMs: number; readonly warmUpMs?: number },
): Promise<Measurement> {
  await drive(work, options.concurrency, options.warmUpMs ?? options.forMs / 4);
  const loop = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  const before = processTree();
  loop.enable();
  const started = performance.now();
  const latencies = await drive(work, options.concurrency, options.forMs);
  const elapsedMs = performance.now() - started;
  loop.disable();
  const after = processTree();
  latencies.sort((a, b) => a - b);
  return {
    count: latencies.length,
    perSecond: (latencies.length * 1_000) / elapsedMs,
    p50Ms: percentile(latencies, 50),
    p99Ms: percentile(latencies, 99),
    cpuMs: (after.cpuMs - before.cpuMs) / latencies.length,
    loopDelayP99Ms: Math.max(0, loop.percentile(99) / NS_PER_MS - LOOP_RESOLUTION_MS),
    rssMb: after.rssMb,
  };
}

async function drive(work: () => Promise<void>, concurrency: number, forMs: number): Promise<number[]> {
  const latencies: number[] = [];
  const endAt = performance.now() + forMs;
  const one = async (): Promise<void> => {
    while (performance.now() < endAt) {
      const from = performance.now();
      await work();
      latencies.push(performance.now() - from);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  return latencies;
}

/** Of sorted values. */
export function percentile(sorted: readonly number[], percent: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}
