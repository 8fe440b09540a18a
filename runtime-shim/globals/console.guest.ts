import type { HostReference } from './run-state.guest.ts';
import { ordinary, slice } from './intrinsics.guest.ts';
import { print } from './print.guest.ts';
import { enter, type RunState } from './run-state.guest.ts';

/** What this file puts into scope. */
export const names = ['console'] as const;

/** The global `console`: lines of the author's log. Beyond the cap lines are dropped, and one line says so. */
export function factory(state: RunState, host: HostReference): { console: Record<string, unknown> } {
  let lines = 0;
  const { logLines, logLineChars } = state.limits;
  const write =
    (level: string) =>
    (...values: unknown[]): void => {
      enter(state);
      lines += 1;
      if (lines > logLines + 1) return;
      if (lines === logLines + 1) {
        host.applyIgnored(undefined, ['log', 'warn', `… more than ${logLines} lines: the rest is left out`]);
        return;
      }
      let text = '';
      for (let index = 0; index < values.length && text.length <= logLineChars; index += 1) {
        text += (index > 0 ? ' ' : '') + print(values[index], logLineChars);
      }
      host.applyIgnored(undefined, [
        'log',
        level,
        text.length > logLineChars ? `${slice(text, 0, logLineChars)}…` : text,
      ]);
    };
  return {
    console: ordinary<Record<string, unknown>>({
      __proto__: null,
      log: write('info'),
      info: write('info'),
      debug: write('debug'),
      warn: write('warn'),
      error: write('error'),
    }),
  };
}
