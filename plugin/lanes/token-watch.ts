import type { RequestReport } from '../client/contract.ts';
import { isTokenProblem } from './classify-failure.ts';

/** Which bindings' tokens LiveTex refuses, by the latest request of each that it answered. In memory: the first request after a restart tells. */
export interface TokenWatch {
  observe(report: RequestReport): void;
  /** Why a binding cannot work: a sentence without the token; `undefined` when nothing is wrong. */
  problemOf(bindingId: string): string | undefined;
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
    problemOf: (bindingId) => problems.get(bindingId),
    isKnown: (bindingId) => known.has(bindingId),
  };
}
