import { scriptCauseText } from '../bot/script-cause-text.ts';
import type { ScenarioReport } from '../bot/scenario-contract.ts';
import type { AuthorLogEntry } from '../leads/author-log.ts';

/** A script run as lines of the author's log: why it ran, what it printed, what went wrong and where. */
export function authorLogEntries(report: ScenarioReport): AuthorLogEntry[] {
  if (report.kind === 'remark') return [{ level: report.level, text: report.text }];
  const { script, file, error } = report;
  const where = { script, ...(file === undefined ? {} : { file }) };
  return [
    { level: 'info', text: scriptCauseText(report.cause), ...where },
    ...report.log.map((line) => ({ level: line.level, text: line.text, ...where })),
    ...(error === undefined
      ? []
      : [
          {
            level: 'error' as const,
            text: error.message,
            script,
            file: error.file,
            line: error.line,
            column: error.column,
            code: error.code,
          },
        ]),
  ];
}
