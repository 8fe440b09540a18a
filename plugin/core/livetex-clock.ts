import { z } from 'zod';
import type { RequestReport } from '../client/contract.ts';

/** Longest time, ms, over which our clock's progress stands for LiveTex's. Our choice: no clock drifts noticeably in ten minutes. */
const TRUSTED_PROGRESS_MS = 600_000;
/** A clock that is a day off is not a clock, ms. Our choice. */
const MAX_OFFSET_MS = 24 * 3_600_000;
/** Both clocks are read in whole milliseconds, so each reading may be off by one. */
const ROUNDING_MS = 2;

const stampSchema = z.looseObject({ timestamp: z.number() });

/** What LiveTex's clock shows at least. One per binding, in memory: after a restart it is unknown until the first answer. */
export interface LiveTexClock {
  observe(report: RequestReport): void;
  /** A time, Unix ms, that is certainly past at LiveTex; `null` when unknown. `now`: our clock. */
  earliest(now: number): number | null;
}

/** Answers of `sendText` and `sendFile` carry LiveTex's time of the message: it was that late there when we got them. */
export function createLiveTexClock(): LiveTexClock {
  let last: { readonly stamp: number; readonly receivedAt: number } | undefined;
  return {
    observe(report) {
      if (report.error !== undefined || (report.method !== 'sendText' && report.method !== 'sendFile')) return;
      const answer = stampSchema.safeParse(report.response);
      if (!answer.success) return;
      const receivedAt = report.at + report.durationMs;
      const stamp = answer.data.timestamp;
      if (Math.abs(stamp - receivedAt) <= MAX_OFFSET_MS) last = { stamp, receivedAt };
    },
    earliest(now) {
      if (last === undefined) return null;
      const passed = now - last.receivedAt;
      const counted = passed > 0 && passed <= TRUSTED_PROGRESS_MS ? passed : 0;
      return last.stamp + counted - ROUNDING_MS;
    },
  };
}
