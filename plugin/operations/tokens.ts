import type { RequestReport } from '../client/contract.ts';
import { isTokenProblem } from '../outbound/classify-failure.ts';
import { messageOf } from '../contract/coded-error.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import { liveTexQueue } from '../core/jobs.ts';
import { pauseOf } from '../storage/index.ts';

/** Which bindings' tokens LiveTex refuses, by the latest request of each that it answered. In memory: the first request after a restart tells. */
export interface TokenWatch {
  observe(report: RequestReport): void;
  /** Why a binding cannot work: a sentence without the token; `undefined` when nothing is wrong. */
  problemOf(bindingId: string): string | undefined;
  /** The binding has another token, or is gone. */
  forget(bindingId: string): void;
  /** Has LiveTex said anything about the token yet? */
  isKnown(bindingId: string): boolean;
}

export function createTokenWatch(): TokenWatch {
  const problems = new Map<string, string>();
  const known = new Set<string>();
  return {
    observe(report) {
      if (isTokenProblem(report.error) && report.error !== undefined) {
        // A method that the account lacks does not make the token wrong: only what is needed for every message counts.
        const isNeeded = report.method === 'sendText' || report.error.code === 'livetex_token_refused';
        if (isNeeded) problems.set(report.binding, report.error.message);
        known.add(report.binding);
      } else if (report.error === undefined && report.aborted !== true) {
        problems.delete(report.binding);
        known.add(report.binding);
      }
    },
    forget(bindingId) {
      problems.delete(bindingId);
      known.delete(bindingId);
    },
    problemOf: (bindingId) => problems.get(bindingId),
    isKnown: (bindingId) => known.has(bindingId),
  };
}

const REASON = 'livetex_token_refused';

/**
 * Lets one job of each queue that a refused token holds back go at once: whoever has just mended the token and started again
 * should not have to wait for the next probe. A pause that LiveTex asked for stays in force.
 */
export async function probeTokens({ storage, bindings, clock, logger }: PluginContext): Promise<void> {
  try {
    await storage.transaction(async (tx) => {
      const own = new Set(bindings.all.map(({ id }) => liveTexQueue(id)));
      for (const pause of await tx.listPauses()) {
        const { queue, until, reason } = pause;
        if (!own.has(queue) || pauseOf(pause).code !== REASON || until <= clock.now()) continue;
        await tx.setPause(queue, { until: clock.now(), reason });
      }
    });
  } catch (error) {
    // The probe comes by itself, only later; the workers tell what is wrong with the storage.
    logger.warn('a queue that is held back could not be tried at once', { error: messageOf(error) });
  }
}
