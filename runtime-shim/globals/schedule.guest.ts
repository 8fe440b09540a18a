import type { Text } from '../../plugin/contract/text.ts';
import { describe } from '../../plugin/contract/describe.guest.ts';
import {
  keyArgument,
  leadIdArgument,
  mustBe,
  NOT_EMPTY,
  refuse,
  TAGS,
  takes,
  tooLong,
  wordList,
} from './arguments.guest.ts';
import { contains, isArray, keysOf, slice, testRegExp, toJson, toNumber, trim, truncate } from './intrinsics.guest.ts';
import { platformOnlyName, unsupported } from './platform-only.guest.ts';
import type { Action } from './run-state.guest.ts';

/** Shortest interval of a periodic job, s: that of the example in the platform's reference (`bot.scheduleJob`). */
const MIN_INTERVAL_SEC = 10;
/** Longest wait and interval, s: five years. Our choice. */
const MAX_WAIT_SEC = 157_680_000;
/** Characters of a condition and of the parameters as JSON. Our choice: they are kept with the lead. */
const MAX_CONDITION_CHARS = 2_000;
const MAX_PARAMS_CHARS = 2_000;

const KNOWN =
  'script_code, lead_id, condition_script_code, add_tags, remove_tags, is_periodic, repeat_interval_sec, script_request_params, run_at, run_after_sec';
const KNOWN_KEYS = ` ${KNOWN}, ticket_id, trigger_code,`;

const PARAMS: Text = { en: 'an object { script_code: "…", … }', ru: 'объект { script_code: "…", … }' };
const RUN_AT = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?$/;

/** Checks the parameters of a scheduled job and makes its action. `warn`: for a key that nobody knows. */
export function scheduleAction(
  call: string,
  given: unknown,
  asked: {
    readonly script?: string;
    readonly leadId?: unknown;
    readonly ticketId?: unknown;
    readonly at: object | undefined;
  },
  warn: (text: string) => void,
): Action {
  // PHP's empty array is an empty object, too.
  const isObject = typeof given === 'object' && given !== null && !(isArray(given) && given.length > 0);
  if (!isObject) return refuse(takes(call, PARAMS, given));
  const params = given as Readonly<Record<string, unknown>>;
  const keys = keysOf(params);
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as string;
    if (!contains(KNOWN_KEYS, ` ${key},`)) warn(`${call}: "${key}" is not known here; known: ${KNOWN}`);
  }
  refuseOther(call, 'trigger_code', params['trigger_code'], 'trigger');
  refuseOther(call, 'ticket_id', asked.ticketId ?? params['ticket_id'], 'ticket');
  const script = asked.script ?? keyArgument(call, params['script_code'], () => name('script_code'));
  const leadId = asked.leadId ?? params['lead_id'];
  const condition = params['condition_script_code'];
  const isPeriodic = isYes(params['is_periodic']);
  return {
    __proto__: null,
    type: 'schedule',
    call,
    script,
    leadId: isGiven(leadId) ? leadIdArgument(call, leadId) : undefined,
    runAt: isGiven(params['run_at']) ? momentOf(call, params['run_at']) : undefined,
    afterSec: isGiven(params['run_after_sec']) ? seconds(call, 'run_after_sec', params['run_after_sec'], 0) : undefined,
    everySec: isPeriodic
      ? seconds(call, 'repeat_interval_sec', params['repeat_interval_sec'], MIN_INTERVAL_SEC)
      : undefined,
    condition: isGiven(condition) ? textOf(call, 'condition_script_code', condition, MAX_CONDITION_CHARS) : undefined,
    addTags: wordList(call, TAGS, params['add_tags']),
    removeTags: wordList(call, TAGS, params['remove_tags']),
    params: isGiven(params['script_request_params']) ? jsonOf(call, params['script_request_params']) : undefined,
    at: asked.at,
  };
}

/** What names something of a part of the platform that the shim has not. */
function refuseOther(call: string, key: string, value: unknown, part: string): void {
  const works = platformOnlyName(part);
  if (works !== undefined && isGiven(value)) unsupported(`${call}: ${key}`, works);
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function isYes(value: unknown): boolean {
  return value === true || value === 1 || value === '1' || value === 'true';
}

function name(key: string): Text {
  return { en: key, ru: key };
}

function seconds(call: string, key: string, value: unknown, from: number): number {
  const number = typeof value === 'string' && trim(value) !== '' ? toNumber(value) : value;
  if (typeof number === 'number' && number >= from && number <= MAX_WAIT_SEC && truncate(number) === number)
    return number;
  const wanted = {
    en: `a whole number of seconds from ${from} to ${MAX_WAIT_SEC}`,
    ru: `нужно целое число секунд от ${from} до ${MAX_WAIT_SEC}`,
  };
  return refuse(mustBe(call, name(key), wanted, value));
}

/** `2027-01-15 09:30:00`: a day that there is, and a time of it. In which zone is the platform's affair. */
function momentOf(call: string, value: unknown): string {
  const text = typeof value === 'string' ? trim(value) : '';
  if (testRegExp(RUN_AT, text)) {
    const part = (from: number): number => toNumber(slice(text, from, from + 2));
    const day = part(8);
    const isDay = part(5) >= 1 && part(5) <= 12 && day >= 1 && day <= daysOf(toNumber(slice(text, 0, 4)), part(5));
    if (isDay && part(11) < 24 && part(14) < 60 && part(17) < 60) {
      return `${slice(text, 0, 10)} ${slice(text, 11)}${text.length === 16 ? ':00' : ''}`;
    }
  }
  const got = typeof value === 'string' ? { en: `"${value}"`, ru: `"${value}"` } : describe(value);
  return refuse({
    en: `${call}: run_at must be a time such as "2027-01-15 09:30:00", got ${got.en}`,
    ru: `${call}: run_at — нужно время вида "2027-01-15 09:30:00", а получено: ${got.ru}`,
  });
}

function daysOf(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function textOf(call: string, key: string, value: unknown, limit: number): string {
  if (typeof value !== 'string') return refuse(mustBe(call, name(key), NOT_EMPTY, value));
  return value.length > limit ? refuse(tooLong(call, name(key), limit)) : value;
}

/** What will be `request.json`, as JSON text. */
function jsonOf(call: string, value: unknown): string {
  const key = name('script_request_params');
  let text: string | undefined;
  try {
    text = toJson(value);
  } catch {
    // It holds itself, or what JSON has not.
  }
  if (text === undefined) {
    return refuse(mustBe(call, key, { en: 'an object', ru: 'нужен объект' }, value));
  }
  if (text.length > MAX_PARAMS_CHARS) return refuse(tooLong(call, key, MAX_PARAMS_CHARS));
  return text;
}
