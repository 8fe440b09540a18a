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

export function columnOf(row: Columns, column: string): Json {
  return Object.hasOwn(row, column) ? (row[column] ?? null) : null;
}

/** What a structure costs, which becomes text to be compared. */
const STRUCTURE_STEPS = 200;

/** How much has been looked at: what a hostile pattern may need is bounded by whoever asks. */
export interface Work {
  steps: number;
}

type RowTest = (row: Columns) => boolean;

/** A test for thousands of rows: do they fit all conditions? As in SQL nothing fits a missing value but `is` and `is not`. */
export function rowTest(conditions: readonly Condition[], work: Work): RowTest {
  const tests = conditions.map((condition) => conditionTest(condition, work));
  return (row) => {
    work.steps += 1;
    return tests.every((test) => test(row));
  };
}

function conditionTest({ column, operator, value }: Condition, work: Work): RowTest {
  if (operator === 'is') return (row) => isSame(columnOf(row, column), value);
  if (operator === 'is not') return (row) => !isSame(columnOf(row, column), value);
  const test = value === null ? undefined : valueTest(operator, value, work);
  return (row) => {
    const own = columnOf(row, column);
    if (own === null || test === undefined) return false;
    work.steps += typeof own === 'object' ? STRUCTURE_STEPS : 1;
    return test(own);
  };
}

function valueTest(
  operator: Exclude<Operator, 'is' | 'is not'>,
  value: Exclude<Json, null>,
  work: Work,
): (own: Exclude<Json, null>) => boolean {
  const key = keyOf(value);
  switch (operator) {
    case 'in':
      return listTest(value as readonly Json[]);
    case 'not in': {
      const isIn = listTest(value as readonly Json[]);
      return (own) => !isIn(own);
    }
    case 'like':
      return likeTest(textOf(value), work);
    case 'not like': {
      const isLike = likeTest(textOf(value), work);
      return (own) => !isLike(own);
    }
    case 'ilike': {
      const isLike = likeTest(textOf(value).toLowerCase(), work);
      return (own) => isLike(textOf(own).toLowerCase());
    }
    case '=':
      return (own) => compare(keyOf(own), key) === 0;
    case '<>':
    case '!=':
      return (own) => compare(keyOf(own), key) !== 0;
    case '<':
      return (own) => compare(keyOf(own), key) < 0;
    case '>':
      return (own) => compare(keyOf(own), key) > 0;
    case '<=':
      return (own) => compare(keyOf(own), key) <= 0;
    case '>=':
      return (own) => compare(keyOf(own), key) >= 0;
    default:
      return operator satisfies never;
  }
}

/** Is a value one of these, as `compare` sees it? By lookup: a thousand values for each of ten thousand rows were seconds. */
function listTest(values: readonly Json[]): (own: Exclude<Json, null>) => boolean {
  const present = values.filter((one) => one !== null);
  const numbers = new Set(present.map(numberOf));
  numbers.delete(undefined);
  const realNumbers = new Set(present.filter((one) => typeof one === 'number'));
  const texts = new Set(present.filter((one) => typeof one !== 'number').map(textOf));
  return (own) => {
    if (typeof own === 'number') return numbers.has(own);
    const number = realNumbers.size === 0 ? undefined : numberOf(own);
    return texts.has(textOf(own)) || (number !== undefined && realNumbers.has(number));
  };
}

/** `is null`, `is true`: the value itself. */
function isSame(own: Json, value: Json): boolean {
  return value === null ? own === null : own !== null && compare(keyOf(own), keyOf(value)) === 0;
}

/** What a value is compared by. Made once for a value that is compared thousands of times. */
interface Key {
  readonly isNumber: boolean;
  readonly number: number | undefined;
  readonly text: string;
}

function keyOf(value: Exclude<Json, null>): Key {
  return { isNumber: typeof value === 'number', number: numberOf(value), text: textOf(value) };
}

/**
 * As numbers when one is a number and the other can be one, since a script has `"7"` from a lead and 7 in the table; else as
 * texts, by code units.
 */
function compare(left: Key, right: Key): number {
  if ((left.isNumber || right.isNumber) && left.number !== undefined && right.number !== undefined) {
    return left.number - right.number;
  }
  return left.text === right.text ? 0 : left.text < right.text ? -1 : 1;
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
function likeTest(pattern: string, work: Work): (own: Json) => boolean {
  const parts = likeParts(pattern);
  return (own) => isLike(textOf(own), parts, work);
}

function isLike(text: string, parts: readonly LikePart[], work: Work): boolean {
  const characters = Array.from(text);
  work.steps += characters.length;
  let at = 0;
  let part = 0;
  /** Where to go on when what follows the last `%` does not fit here. */
  let again: { readonly part: number; at: number } | undefined;
  while (at < characters.length) {
    work.steps += 1;
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
  // A column that is named again changes nothing.
  const each = orders.filter(({ column }, index) => orders.findIndex((one) => one.column === column) === index);
  const keyed = rows.map((row) => ({
    row,
    keys: each.map(({ column }) => {
      const value = columnOf(row, column);
      return value === null ? null : keyOf(value);
    }),
  }));
  return keyed
    .toSorted((left, right) => {
      for (const [index, { descending }] of each.entries()) {
        const [first = null, second = null] = [left.keys[index], right.keys[index]];
        if (first === null || second === null) {
          if (first !== second) return first === null ? 1 : -1;
        } else {
          const difference = compare(first, second);
          if (difference !== 0) return descending ? -difference : difference;
        }
      }
      return 0;
    })
    .map(({ row }) => row);
}
