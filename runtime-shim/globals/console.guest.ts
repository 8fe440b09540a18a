import {
  add,
  dict,
  type Dict,
  ErrorType,
  isArray,
  list,
  type List,
  now,
  ordinary,
  repeat,
  slice,
  toText,
} from './intrinsics.guest.ts';
import { entryKeys, inspect, ownValue, print } from './print.guest.ts';
import { enter, type HostReference, type RunState } from './run-state.guest.ts';

/** What this file puts into scope. */
export const names = ['console'] as const;

/** How deep groups are shown. Our choice: deeper ones are counted, and written at this depth. */
const MAX_SHOWN_GROUPS = 20;
/** Rows, columns and characters of a cell that `console.table` shows. Our choice: a person reads no more of it. */
const MAX_ROWS = 50;
const MAX_COLUMNS = 12;
const MAX_CELL = 40;
/** Labels that one run may count and time with, and the characters shown of one. Our choice. */
const MAX_LABELS = 1_000;
const MAX_LABEL = 200;

type Level = 'info' | 'debug' | 'warn' | 'error';

/** The global `console`: lines of the author's log. Beyond the cap lines are dropped, and one line says so. */
export function factory(state: RunState, host: HostReference): { console: Record<string, unknown> } {
  let lines = 0;
  let groups = 0;
  let labels = 0;
  const counts = dict<number>();
  const started = dict<number>();
  const { logLines, logLineChars } = state.limits;

  const write = (level: Level, given: string): void => {
    enter(state);
    lines += 1;
    if (lines > logLines + 1) return;
    if (lines === logLines + 1) {
      host.applyIgnored(undefined, ['log', 'warn', `… more than ${logLines} lines: the rest is left out`]);
      return;
    }
    let text = given;
    for (let depth = 0; depth < groups && depth < MAX_SHOWN_GROUPS; depth += 1) text = `  ${text}`;
    host.applyIgnored(undefined, [
      'log',
      level,
      text.length > logLineChars ? `${slice(text, 0, logLineChars)}…` : text,
    ]);
  };
  /** Values from an index on, as one line. Nothing is printed that would not be shown. */
  const textOf = (values: ArrayLike<unknown>, from = 0): string => {
    let text = '';
    if (lines > logLines) return text;
    for (let index = from; index < values.length && text.length <= logLineChars; index += 1) {
      text += (index > from ? ' ' : '') + print(values[index], logLineChars);
    }
    return text;
  };
  const writer =
    (level: Level) =>
    (...values: unknown[]): void =>
      write(level, textOf(values));
  const group = (...values: unknown[]): void => {
    if (values.length > 0) write('info', textOf(values));
    else enter(state);
    groups += 1;
  };
  /** A label as a key, or `undefined` when the run has too many. */
  const labelOf = (value: unknown, known: Readonly<Record<string, number>>): string | undefined => {
    enter(state);
    const label = value === undefined ? 'default' : slice(print(value, MAX_LABEL), 0, MAX_LABEL);
    if (label in known) return label;
    labels += 1;
    return labels > MAX_LABELS ? undefined : label;
  };
  const elapsed = (value: unknown, more: string): string | undefined => {
    const label = labelOf(value, started);
    if (label === undefined) return undefined;
    if (!(label in started)) {
      write('warn', `no timer "${label}" was begun`);
      return undefined;
    }
    write('info', `${label}: ${now() - (started[label] as number)} ms${more === '' ? '' : ` ${more}`}`);
    return label;
  };

  return {
    console: ordinary<Record<string, unknown>>({
      __proto__: null,
      log: writer('info'),
      info: writer('info'),
      debug: writer('debug'),
      warn: writer('warn'),
      error: writer('error'),
      dir: (value: unknown) => write('info', inspect(value, logLineChars)),
      dirxml: writer('info'),
      table(data: unknown, columns: unknown) {
        const rows = typeof data === 'object' && data !== null ? tableOf(data, columns) : undefined;
        if (rows === undefined) {
          write('info', textOf([data]));
          return;
        }
        for (let index = 0; index < rows.length; index += 1) write('info', rows[index] as string);
      },
      assert(condition: unknown, ...values: unknown[]) {
        if (condition) return;
        const text = textOf(values);
        write('error', text === '' ? 'Assertion failed' : `Assertion failed: ${text}`);
      },
      count(value: unknown) {
        const label = labelOf(value, counts);
        if (label === undefined) return;
        counts[label] = (counts[label] ?? 0) + 1;
        write('info', `${label}: ${counts[label]}`);
      },
      countReset(value: unknown) {
        const label = labelOf(value, counts);
        if (label !== undefined) delete counts[label];
      },
      time(value: unknown) {
        const label = labelOf(value, started);
        if (label === undefined) return;
        if (label in started) write('warn', `the timer "${label}" was begun already`);
        else started[label] = now();
      },
      timeLog(value: unknown, ...values: unknown[]) {
        elapsed(value, textOf(values));
      },
      timeEnd(value: unknown) {
        const label = elapsed(value, '');
        if (label !== undefined) delete started[label];
      },
      group,
      groupCollapsed: group,
      groupEnd() {
        if (groups > 0) groups -= 1;
      },
      trace(...values: unknown[]) {
        const text = textOf(values);
        // The stack of an error of ours: our own words, and the author's lines only.
        const stack = (new ErrorType() as { stack?: string }).stack ?? '';
        write('debug', `Trace${text === '' ? '' : `: ${text}`}${slice(stack, 'Error'.length)}`);
      },
    }),
  };
}

/** `undefined` for an object that cannot be read: a Proxy whose trap throws. */
function tableOf(data: object, columns: unknown): List<string> | undefined {
  try {
    return table(data, columns);
  } catch {
    return undefined;
  }
}

/** A row a line, cells padded with spaces: the parts of an object or a list by their own parts. */
function table(data: object, columns: unknown): List<string> {
  const names = list<string>();
  add(names, KEY);
  const isChosen = isArray(columns);
  if (isChosen) {
    for (let index = 0; index < columns.length && names.length <= MAX_COLUMNS; index += 1)
      add(names, cell(print(columns[index], MAX_CELL)));
  }
  const keys = entryKeys(data, MAX_ROWS + 1);
  const rows = list<Dict<string>>();
  for (let index = 0; index < keys.length && index < MAX_ROWS; index += 1) {
    const row = dict<string>();
    row[KEY] = cell(toText(keys[index]));
    const value = ownValue(data, keys[index] as string);
    const hasParts = typeof value === 'object' && value !== null;
    const inner = hasParts ? entryKeys(value, MAX_COLUMNS) : list<string>();
    if (!hasParts) row[VALUE] = cell(inspect(value, MAX_CELL));
    for (let at = 0; at < inner.length; at += 1) {
      const name = cell(toText(inner[at]));
      row[name] = cell(inspect(ownValue(value as object, inner[at] as string), MAX_CELL));
      if (!isChosen) addOnce(names, name);
    }
    if (!hasParts) addOnce(names, VALUE);
    add(rows, row);
  }
  const result = list<string>();
  add(result, '');
  for (let index = 0; index < rows.length; index += 1) add(result, '');
  for (let at = 0; at < names.length; at += 1) {
    const name = names[at] as string;
    let width = name.length;
    for (let index = 0; index < rows.length; index += 1) {
      const { length } = rows[index]?.[name] ?? '';
      if (length > width) width = length;
    }
    for (let index = 0; index < result.length; index += 1) {
      const text = index === 0 ? name : (rows[index - 1]?.[name] ?? '');
      result[index] = (result[index] as string) + (at > 0 ? ' | ' : '') + text + repeat(' ', width - text.length);
    }
  }
  if (keys.length > MAX_ROWS) add(result, `… more than ${MAX_ROWS} rows: the rest is left out`);
  return result;
}

const KEY = '(index)';
const VALUE = '(value)';

function addOnce(names: List<string>, name: string): void {
  for (let index = 0; index < names.length; index += 1) if (names[index] === name) return;
  if (names.length <= MAX_COLUMNS) add(names, name);
}

function cell(text: string): string {
  return text.length > MAX_CELL ? `${slice(text, 0, MAX_CELL)}…` : text;
}
