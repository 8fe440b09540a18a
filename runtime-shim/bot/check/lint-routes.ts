import { type Bot, type BotRoute, DESCRIPTION_FILE } from '../bot.ts';
import type { ScriptProblem } from './script-problem.ts';

/** Routes that an earlier one always takes the text from, and expressions that are written as in JavaScript. */
export function shadowedRoutes(bot: Bot): ScriptProblem[] {
  return bot.routes.flatMap((route, index) => [...written(route), ...shadowed(bot.routes, route, index)]);
}

function written(route: BotRoute): ScriptProblem[] {
  const [, inside, flags = ''] = /^\/(.+)\/([dgimsuvy]*)$/su.exec(route.regex) ?? [];
  if (inside === undefined || inside.includes('/')) return [];
  const message = `the expression stands in bot.json without slashes and flags: "${inside}"; now only a text with "/" fits`;
  return [at(route, 'route-slashes', message, flags === '')];
}

function shadowed(routes: readonly BotRoute[], route: BotRoute, index: number): ScriptProblem[] {
  if (!route.enabled) return [];
  const before = routes.slice(0, index).find((earlier) => takesAll(earlier, route));
  if (before === undefined) return [];
  const name = before.name ?? before.regex;
  return [at(route, 'route-unreachable', `whatever fits here fits the route "${name}" before it: this one never acts`)];
}

function at(route: BotRoute, rule: string, message: string, isHint = false): ScriptProblem {
  const { line, column } = route.place;
  return { file: DESCRIPTION_FILE, line, column, rule, message, ...(isHint ? { hint: true as const } : {}) };
}

/** Does an earlier route act on everything that this one acts on? In doubt it does not. */
function takesAll(earlier: BotRoute, route: BotRoute): boolean {
  if (!earlier.enabled || (route.actsDuringTransfer && !earlier.actsDuringTransfer)) return false;
  if (earlier.regex === route.regex || EVERYTHING.test(earlier.regex)) return true;
  const wide = wordsOf(earlier.regex);
  const narrow = wordsOf(route.regex);
  if (wide === undefined || narrow === undefined) return false;
  return narrow.every((one) => wide.some((other) => isWithin(one, other)));
}

/** Expressions that fit every text. */
const EVERYTHING = /^(?:\^|\^?(?:\(\?:)?\.\*\)?\$?|\^?\[\\s\\S\][*]\$?)$/;

interface Words {
  readonly text: string;
  /** Only at the beginning, and only at the end. */
  readonly start: boolean;
  readonly end: boolean;
}

/** The alternatives of an expression of plain words; `undefined` for any other. */
function wordsOf(regex: string): Words[] | undefined {
  const words = regex.split('|').map((part) => {
    const start = part.startsWith('^');
    const end = part.endsWith('$');
    return { text: part.slice(start ? 1 : 0, end ? -1 : undefined).toLowerCase(), start, end };
  });
  return words.some(({ text }) => /[\\^$.*+?()[\]{}|]/.test(text)) ? undefined : words;
}

function isWithin(narrow: Words, wide: Words): boolean {
  if (wide.start && wide.end) return narrow.start && narrow.end && narrow.text === wide.text;
  if (wide.start) return narrow.start && narrow.text.startsWith(wide.text);
  if (wide.end) return narrow.end && narrow.text.endsWith(wide.text);
  return narrow.text.includes(wide.text);
}
