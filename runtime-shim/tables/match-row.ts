import type { Json } from '../../plugin/contract/guest.ts';

/** Operators of the platform. `regexp` and `not regexp` are the sandbox's (`../globals/table.guest.ts`): the script chooses the expression. */
export const OPERATORS = [
  '=',
  '<',
  '>',
  '<=',
  '>=',
  '<>',
  '!=',
  'like',
  'not like',
  'ilike',
  'in',
  'not in',
  'is',
  'is not',
] as const;
type Operator = (typeof OPERATORS)[number];

export interface Condition {
  readonly column: string;
  readonly operator: Operator;
  readonly value: Json;
}

type Columns = Readonly<Record<string, Json>>;

function columnOf(row: Columns, column: string): Json {
  return Object.hasOwn(row, column) ? (row[column] ?? null) : null;
}

/** Does a row fit? As in SQL nothing fits a missing value but `is` and `is not`. */
export function matches(row: Columns, { column, operator, value }: Condition): boolean {
  const own = columnOf(row, column);
  if (operator === 'is') return isSame(own, value);
  if (operator === 'is not') return !isSame(own, value);
  if (own === null) return false;
  if (operator === 'in' || operator === 'not in') {
    const isIn = (value as readonly Json[]).some((one) => one !== null && compare(own, one) === 0);
    return isIn === (operator === 'in');
  }
  if (value === null) return false;
  switch (operator) {
    case 'like':
      return isLike(textOf(own), textOf(value));
    case 'not like':
      return !isLike(textOf(own), textOf(value));
    case 'ilike':
      return isLike(textOf(own).toLowerCase(), textOf(value).toLowerCase());
    case '=':
      return compare(own, value) === 0;
    case '<>':
    case '!=':
      return compare(own, value) !== 0;
    case '<':
      return compare(own, value) < 0;
    case '>':
      return compare(own, value) > 0;
    case '<=':
      return compare(own, value) <= 0;
    case '>=':
      return compare(own, value) >= 0;
    default:
      return operator satisfies never;
  }
}

/** `is null`, `is true`: the value itself. */
function isSame(own: Json, value: Json): boolean {
  return value === null ? own === null : own !== null && compare(own, value) === 0;
}

/**
 * As numbers when one is a number and the other can be one, since a script has `"7"` from a lead and 7 in the table; else as
 * texts, by code units.
 */
function compare(left: Json, right: Json): number {
  if (typeof left === 'number' || typeof right === 'number') {
    const [first, second] = [numberOf(left), numberOf(right)];
    if (first !== undefined && second !== undefined) return first - second;
  }
  const [first, second] = [textOf(left), textOf(right)];
  return first === second ? 0 : first < second ? -1 : 1;
}

function numberOf(value: Json): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** SQL's pattern: `%` any text, `_` one character, `\` before a character that stands for itself. In one pass, whatever the pattern. */
export function isLike(text: string, pattern: string): boolean {
  const parts = likeParts(pattern);
  const characters = Array.from(text);
  let at = 0;
  let part = 0;
  /** Where to go on when what follows the last `%` does not fit here. */
  let again: { readonly part: number; at: number } | undefined;
  while (at < characters.length) {
    const wanted = parts[part];
    if (wanted === ANY_TEXT) {
      again = { part: part + 1, at };
      part += 1;
    } else if (wanted !== undefined && (wanted === ANY_CHARACTER || wanted.character === characters[at])) {
      at += 1;
      part += 1;
    } else if (again === undefined) {
      return false;
    } else {
      again.at += 1;
      ({ part, at } = again);
    }
  }
  return parts.slice(part).every((rest) => rest === ANY_TEXT);
}

const ANY_TEXT = Symbol('%');
const ANY_CHARACTER = Symbol('_');
type LikePart = typeof ANY_TEXT | typeof ANY_CHARACTER | { readonly character: string };

function likeParts(pattern: string): LikePart[] {
  const parts: LikePart[] = [];
  let isEscaped = false;
  for (const character of pattern) {
    if (!isEscaped && character === '\\') {
      isEscaped = true;
      continue;
    }
    parts.push(
      isEscaped ? { character } : character === '%' ? ANY_TEXT : character === '_' ? ANY_CHARACTER : { character },
    );
    isEscaped = false;
  }
  return isEscaped ? [...parts, { character: '\\' }] : parts;
}

export interface Order {
  readonly column: string;
  readonly descending: boolean;
}

/** Rows in this order; those that are alike keep theirs, and a missing value comes last. */
export function sorted<Found extends Columns>(rows: readonly Found[], orders: readonly Order[]): Found[] {
  return rows.toSorted((left, right) => {
    for (const { column, descending } of orders) {
      const [first, second] = [columnOf(left, column), columnOf(right, column)];
      if (first === null || second === null) {
        if (first !== second) return first === null ? 1 : -1;
      } else {
        const difference = compare(first, second);
        if (difference !== 0) return descending ? -difference : difference;
      }
    }
    return 0;
  });
}
