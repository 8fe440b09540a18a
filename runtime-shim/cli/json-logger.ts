/** The log of `serve`: one JSON object a line, on stderr. */
import type { Logger } from '../../plugin/contract/host.ts';
import { LOG_LEVELS } from './config/config-schema.ts';
import { escapedJson } from './terminal.ts';

type Level = (typeof LOG_LEVELS)[number];

export interface JsonLoggerOptions {
  readonly write: (line: string) => void;
  /** Unix ms. */
  readonly now: () => number;
  readonly filter: LogFilter;
}

/** Looked at with each line, so that it may change while the logger is in use. */
export interface LogFilter {
  /** The least that is written. */
  level: Level;
  /** Texts that must never appear, such as tokens: each is replaced, whoever logged it. */
  secrets: readonly string[];
}

/** What stands in a secret's place. */
const HIDDEN = '***';

export function jsonLogger(options: JsonLoggerOptions): Logger {
  const { filter } = options;
  const at =
    (level: Level) =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}): void => {
      if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(filter.level)) return;
      const entry = { at: new Date(options.now()).toISOString(), level, message, ...facts };
      options.write(escapedJson(withoutSecrets(JSON.stringify(entry, plainValue), filter.secrets)));
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** Errors become code and message: a stack holds paths, and `cause` may hold a remote's text. */
function plainValue(_key: string, value: unknown): unknown {
  if (value instanceof Error) return { message: value.message, ...('code' in value ? { code: value.code } : {}) };
  if (typeof value === 'bigint') return String(value);
  return value;
}

function withoutSecrets(line: string, secrets: readonly string[]): string {
  let clean = line;
  for (const secret of secrets) {
    // A secret stands in the line as JSON writes it.
    clean = clean.replaceAll(JSON.stringify(secret).slice(1, -1), HIDDEN);
  }
  return clean;
}
