import { describe } from '../../plugin/contract/describe.guest.ts';
import type { Json } from '../../plugin/contract/guest-platform.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { keyArgument, listArgument, mustBe, refuse, takes } from './arguments.guest.ts';
import {
  hasOwn,
  add,
  isArray,
  joined,
  keysOf,
  type List,
  list,
  lowerCase,
  ordinary,
  RegExpType,
  testRegExp,
  toJson,
  toNumber,
  toText,
  trim,
  truncate,
} from './intrinsics.guest.ts';
import { callHost } from './plugin-platform.guest.ts';
import { enter, type HostReference, type RunState } from './run-state.guest.ts';
import { setOwn } from './text-store.guest.ts';

/** What this file puts into scope. */
export const names = ['table'] as const;

/** Rows that `find` gives: as it is, and at most. */
const DEFAULT_FOUND = 100;
const MAX_FOUND = 1_000;
/** Longest text of a condition: a row has no longer one. */
const MAX_VALUE_CHARS = 2_000;
/** Values of all `IN` of one question. */
const MAX_VALUES = 1_000;
const OPERATORS = ['=', '<', '>', '<=', '>=', '<>', '!=', 'like', 'not like', 'ilike', 'in', 'not in', 'is', 'is not'];
const TABLE_NAME = /^[\p{L}\p{N}_.-]{1,100}$/u;

interface Condition {
  readonly __proto__: null;
  readonly column: string;
  readonly operator: string;
  readonly value: unknown;
}

/** An expression of the script's: it is tried here, where its time is limited. */
interface Expression {
  readonly column: string;
  readonly expression: RegExp;
  readonly fits: boolean;
}

/** The global `table`: the bot's own tables. */
export function factory(state: RunState, host: HostReference): { table: Record<string, unknown> } {
  const ask = (request: object): Json => {
    enter(state);
    return callHost(state, host, 'metabot24', 'table', request as Json);
  };
  return {
    table: ordinary<Record<string, unknown>>({
      __proto__: null,
      find(code: unknown, columns?: unknown, where?: unknown, orderBy?: unknown, limit?: unknown, offset?: unknown) {
        const call = 'table.find';
        const table = tableName(call, code);
        const query = { columns, where, orderBy, limit, offset };
        return search(call, query, MAX_FOUND, (asked) => ask({ __proto__: null, do: 'find', table, ...asked }));
      },
      createItem(code: unknown, row: unknown) {
        const call = 'table.createItem';
        return ask({ __proto__: null, do: 'create', table: tableName(call, code), row: columnsOf(call, row) });
      },
      updateItem(code: unknown, id: unknown, row: unknown) {
        const call = 'table.updateItem';
        const table = tableName(call, code);
        return ask({ __proto__: null, do: 'update', table, id: idOf(call, id), row: columnsOf(call, row) });
      },
      deleteItem(code: unknown, id: unknown) {
        const call = 'table.deleteItem';
        return ask({ __proto__: null, do: 'delete', table: tableName(call, code), id: idOf(call, id) });
      },
    }),
  };
}

/** What `find` and `findLeads` are given. */
interface Query {
  readonly columns: unknown;
  readonly where: unknown;
  readonly orderBy: unknown;
  readonly limit: unknown;
  readonly offset: unknown;
}

/** Checks a query, has the host answer it, and tries the script's own expressions on the answer. */
export function search(call: string, query: Query, max: number, ask: (asked: object) => Json): unknown {
  const names = columnList(call, query.columns);
  const { conditions, expressions } = whereList(call, query.where);
  const orderBy = orderList(call, query.orderBy);
  const most = count(call, 'limit', query.limit, DEFAULT_FOUND);
  if (most > max) {
    return refuse({
      en: `${call} gives at most ${max} rows, asked for ${most}`,
      ru: `${call} даёт не больше ${max} строк, а запрошено: ${most}`,
    });
  }
  const offset = count(call, 'offset', query.offset, 0);
  const isOurs = expressions.length > 0;
  const asked = {
    __proto__: null,
    columns: isOurs ? list() : names,
    where: conditions,
    orderBy,
    limit: isOurs ? null : most,
    offset: isOurs ? 0 : offset,
  };
  const found = ask(asked) as unknown as Array<Record<string, unknown>>;
  return isOurs ? fitting(found, expressions, names, most, offset) : found;
}

const TABLE_CODE = (): Text => ({ en: "table's code", ru: 'код таблицы' });
const COLUMNS: Text = { en: 'the columns', ru: 'столбцы' };
const CONDITIONS: Text = { en: 'the conditions', ru: 'условия' };
const ORDER: Text = { en: 'the order', ru: 'порядок' };

function tableName(call: string, code: unknown): string {
  const name = keyArgument(call, code, TABLE_CODE);
  if (testRegExp(TABLE_NAME, name)) return name;
  return refuse({
    en: `${call}: a table's code has letters, digits, "_", "." and "-", at most 100 of them`,
    ru: `${call}: в коде таблицы могут быть буквы, цифры, "_", "." и "-", не больше 100 знаков`,
  });
}

function columnList(call: string, value: unknown): List<string> {
  const given = listArgument(call, COLUMNS, value);
  const names = list<string>();
  for (let index = 0; index < given.length; index += 1) {
    const number = index + 1;
    const name = keyArgument(call, given[index], () => ({ en: `column ${number}`, ru: `столбец ${number}` }));
    // All of them, as in SQL.
    if (name === '*') return list();
    add(names, name);
  }
  return names;
}

/** Of a part: `the column of condition 1`. */
function partOf(part: Text, where: Text): Text {
  return { en: `${part.en} of ${where.en}`, ru: `${part.ru} (${where.ru})` };
}

const COLUMN: Text = { en: 'column', ru: 'столбец' };

function whereList(call: string, value: unknown): { conditions: List<Condition>; expressions: List<Expression> } {
  const given = listArgument(call, CONDITIONS, value);
  const conditions = list<Condition>();
  const expressions = list<Expression>();
  let listed = 0;
  for (let index = 0; index < given.length; index += 1) {
    const where = { en: `condition ${index + 1}`, ru: `условие ${index + 1}` };
    const parts = listArgument(call, where, given[index]);
    if (parts.length !== 2 && parts.length !== 3) {
      refuse({
        en: `${call}: ${where.en} must be [column, operator, value], got ${parts.length} parts`,
        ru: `${call}: ${where.ru} — нужно [столбец, оператор, значение], а получено частей: ${parts.length}`,
      });
    }
    const column = keyArgument(call, parts[0], () => partOf(COLUMN, where));
    const operator = parts.length === 2 ? '=' : operatorOf(call, where, parts[1]);
    const last = parts[parts.length - 1];
    if (operator === 'regexp' || operator === 'not regexp') {
      add(expressions, { column, expression: expressionOf(call, where, last), fits: operator === 'regexp' });
      continue;
    }
    const isList = operator === 'in' || operator === 'not in';
    const value = isList ? values(call, where, last) : scalar(call, where, last);
    if (isList) listed += (value as List<unknown>).length;
    if (listed > MAX_VALUES) {
      refuse({
        en: `${call}: more than ${MAX_VALUES} values of IN in one question`,
        ru: `${call}: больше ${MAX_VALUES} значений IN в одном вопросе`,
      });
    }
    add(conditions, { __proto__: null, column, operator, value });
  }
  return { conditions, expressions };
}

function operatorOf(call: string, where: Text, value: unknown): string {
  const operator = typeof value === 'string' ? lowerCase(trim(value)) : '';
  if (operator === 'regexp' || operator === 'not regexp') return operator;
  for (let index = 0; index < OPERATORS.length; index += 1) if (OPERATORS[index] === operator) return operator;
  const known = list<string>();
  for (let index = 0; index < OPERATORS.length; index += 1) add(known, OPERATORS[index] as string);
  const words = `${joined(known, ', ')}, regexp, not regexp`;
  const got = typeof value === 'string' ? { en: `"${value}"`, ru: `"${value}"` } : describe(value);
  return refuse({
    en: `${call}: ${where.en} has the operator ${got.en}; known: ${words}`,
    ru: `${call}: ${where.ru}, оператор ${got.ru}; есть: ${words}`,
  });
}

function expressionOf(call: string, where: Text, value: unknown): RegExp {
  const what = partOf({ en: 'the expression', ru: 'выражение' }, where);
  if (typeof value !== 'string') return refuse(mustBe(call, what, { en: 'a string', ru: 'нужна строка' }, value));
  try {
    return new RegExpType(value, 'u');
  } catch {
    return refuse({ en: `${call}: ${what.en} is none: ${value}`, ru: `${call}: ${what.ru} неверно: ${value}` });
  }
}

const A_SCALAR: Text = {
  en: 'a string, a number, true, false or null',
  ru: 'нужна строка, число, true, false или null',
};

function scalar(call: string, where: Text, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string' && value.length > MAX_VALUE_CHARS) {
    return refuse({
      en: `${call}: ${where.en} has a text longer than ${MAX_VALUE_CHARS} characters, which no row can have`,
      ru: `${call}: ${where.ru}, текст длиннее ${MAX_VALUE_CHARS} знаков: такого нет ни в одной строке`,
    });
  }
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return refuse(mustBe(call, partOf({ en: 'the value', ru: 'значение' }, where), A_SCALAR, value));
}

function values(call: string, where: Text, value: unknown): List<unknown> {
  const given = listArgument(call, partOf({ en: 'the values', ru: 'значения' }, where), value);
  const result = list<unknown>();
  for (let index = 0; index < given.length; index += 1) add(result, scalar(call, where, given[index]));
  return result;
}

function orderList(call: string, value: unknown): List<object> {
  const given = listArgument(call, ORDER, value);
  const result = list<object>();
  for (let index = 0; index < given.length; index += 1) {
    const where = { en: `part ${index + 1} of the order`, ru: `часть ${index + 1} порядка` };
    const one = given[index];
    const parts: ArrayLike<unknown> = typeof one === 'string' ? [one] : listArgument(call, where, one);
    const column = keyArgument(call, parts[0], () => partOf(COLUMN, where));
    const direction = parts.length > 1 && typeof parts[1] === 'string' ? lowerCase(trim(parts[1])) : 'asc';
    if (direction !== 'asc' && direction !== 'desc') {
      const forms = {
        en: '[column, "asc"] or [column, "desc"]',
        ru: 'нужно [столбец, "asc"] или [столбец, "desc"]',
      };
      refuse(mustBe(call, where, forms, parts[1]));
    }
    add(result, { __proto__: null, column, descending: direction === 'desc' } as object);
  }
  return result;
}

function count(call: string, what: 'limit' | 'offset', value: unknown, absent: number): number {
  if (value === undefined || value === null) return absent;
  const number = typeof value === 'string' && trim(value) !== '' ? toNumber(value) : value;
  if (typeof number === 'number' && number >= 0 && truncate(number) === number) return number;
  const wanted = { en: 'a whole number from 0', ru: 'нужно целое число от 0' };
  return refuse(mustBe(call, { en: `the ${what}`, ru: what }, wanted, value));
}

function idOf(call: string, value: unknown): number {
  const number = typeof value === 'string' && trim(value) !== '' ? toNumber(value) : value;
  if (typeof number === 'number' && number > 0 && truncate(number) === number && number < 2 ** 53) return number;
  const wanted = { en: 'a number that the table gave', ru: 'нужен номер, который дала таблица' };
  return refuse(mustBe(call, { en: 'the id', ru: 'id' }, wanted, value));
}

/** The columns of a row, copied as JSON: `id` is the table's own. */
function columnsOf(call: string, row: unknown): unknown {
  if (typeof row !== 'object' || row === null || isArray(row)) {
    return refuse(takes(call, { en: 'an object { column: value }', ru: 'объект { столбец: значение }' }, row));
  }
  const columns = { __proto__: null } as unknown as Record<string, unknown>;
  const keys = keysOf(row);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keyArgument(call, keys[index], () => COLUMN);
    if (key === 'id') continue;
    const value = (row as Record<string, unknown>)[key];
    if (value === undefined) continue;
    if (jsonOf(value) === undefined) {
      const got = describe(value);
      return refuse({
        en: `${call}: the value of "${key}" cannot be written as JSON, got ${got.en}`,
        ru: `${call}: из значения "${key}" не сделать JSON, получено: ${got.ru}`,
      });
    }
    columns[key] = value;
  }
  return columns;
}

function jsonOf(value: unknown): string | undefined {
  try {
    return toJson(value);
  } catch {
    return undefined;
  }
}

/** Takes the rows that fit the script's expressions, and of these the columns asked for. */
function fitting(
  found: ArrayLike<Record<string, unknown>>,
  expressions: List<Expression>,
  names: List<string>,
  most: number,
  from: number,
): unknown[] {
  const result: unknown[] = [];
  let seen = 0;
  for (let index = 0; index < found.length && result.length < most; index += 1) {
    const row = found[index] as Record<string, unknown>;
    if (!fitsAll(row, expressions)) continue;
    seen += 1;
    if (seen <= from) continue;
    setOwn(result, toText(result.length), names.length === 0 ? row : picked(row, names));
  }
  return result;
}

function columnOf(row: Record<string, unknown>, column: string): unknown {
  return hasOwn(row, column) ? (row[column] ?? null) : null;
}

function fitsAll(row: Record<string, unknown>, expressions: List<Expression>): boolean {
  for (let index = 0; index < expressions.length; index += 1) {
    const { column, expression, fits } = expressions[index] as Expression;
    const value = columnOf(row, column);
    if (value === null) return false;
    const text = typeof value === 'string' ? value : (toJson(value) ?? '');
    if (testRegExp(expression, text) !== fits) return false;
  }
  return true;
}

function picked(row: Record<string, unknown>, names: List<string>): object {
  const result = {};
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string;
    setOwn(result, name, columnOf(row, name));
  }
  return result;
}
