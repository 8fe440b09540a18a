import type { RequestReport } from '../client/contract.ts';
import { isTokenProblem } from './classify-failure.ts';

/** Which bindings' tokens LiveTex refuses, by the latest request of each that it answered. In memory: the first request after a restart tells. */
export interface TokenWatch {
  observe(report: RequestReport): void;
  /** Why a binding cannot work: a sentence without the token; `undefined` when nothing is wrong. */
  problemOf(bindingId: string): string | undefined;
}

export function createTokenWatch(): TokenWatch {
  const problems = new Map<string, string>();
  return {
    observe(report) {
      if (isTokenProblem(report.error) && report.error !== undefined) {
        // A method that the account lacks does not make the token wrong: only what is needed for every message counts.
        const isNeeded = report.method.startsWith('send') || report.error.code === 'livetex_token_refused';
        if (isNeeded) problems.set(report.binding, report.error.message);
      } else if (report.error === undefined && report.aborted !== true) {
        problems.delete(report.binding);
      }
    },
    problemOf: (bindingId) => problems.get(bindingId),
  };
}
