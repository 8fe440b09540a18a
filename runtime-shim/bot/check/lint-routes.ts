import type { Text } from '../../../plugin/contract/text.ts';
import { type BotRoute, DESCRIPTION_FILE } from '../bot.ts';
import { CHECK_TEXTS } from './check-texts.ts';
import type { ScriptProblem } from './script-problem.ts';

/** Routes that an earlier one always takes the text from, and expressions that are written as in JavaScript. */
export function routeProblems(routes: readonly BotRoute[]): ScriptProblem[] {
  return routes.flatMap((route, index) => [...written(route), ...shadowed(routes, route, index)]);
}

/** An expression that is written as in JavaScript, `/…/i`; without flags it may be meant to have slashes. */
export function slashesAround(regex: string): { readonly inside: string; readonly isHint: boolean } | undefined {
  const [, inside, flags = ''] = /^\/(.+)\/([dgimsuvy]*)$/su.exec(regex) ?? [];
  return inside === undefined || inside.includes('/') ? undefined : { inside, isHint: flags === '' };
}

function written(route: BotRoute): ScriptProblem[] {
  const slashes = slashesAround(route.regex);
  return slashes === undefined
    ? []
    : [at(route, 'route-slashes', CHECK_TEXTS.routeSlashes(slashes.inside), slashes.isHint)];
}

function shadowed(routes: readonly BotRoute[], route: BotRoute, index: number): ScriptProblem[] {
  if (!route.enabled) return [];
  const before = routes.slice(0, index).find((earlier) => takesAll(earlier, route));
  if (before === undefined) return [];
  const name = before.name ?? before.regex;
  return [at(route, 'route-unreachable', CHECK_TEXTS.routeUnreachable(name))];
}

function at(route: BotRoute, rule: string, { en: message, ru }: Text, isHint = false): ScriptProblem {
  const { line, column } = route.place;
  return { file: DESCRIPTION_FILE, line, column, rule, message, ru, ...(isHint ? { hint: true as const } : {}) };
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
const EVERYTHING = /^(?:\^|\^?(?:\((?:\?:)?)?(?:\.|\[\\s\\S\])[*+]\)?\$?)$/;

/** An alternative of an expression: texts that stand one behind the other, with anything between them. */
interface Words {
  readonly pieces: readonly string[];
  /** Only at the beginning, and only at the end. */
  readonly start: boolean;
  readonly end: boolean;
}

/** What may be between words. */
const BETWEEN = /\.[*+]|\\s[*+]/;
const SPECIAL = /[\\^$.*+?()[\]{}|]/;
/** More alternatives than this are nobody's routes. */
const MAX_ALTERNATIVES = 200;

/** The alternatives of an expression of plain words; `undefined` for any other. */
function wordsOf(regex: string): Words[] | undefined {
  const parts = alternativesOf(regex);
  const words = parts?.map((part): Words => {
    const start = part.startsWith('^');
    const end = part.endsWith('$');
    const inside = part.slice(start ? 1 : 0, end ? -1 : undefined).toLowerCase();
    return { pieces: inside.split(BETWEEN), start, end };
  });
  return words?.some(({ pieces }) => pieces.some((piece) => SPECIAL.test(piece))) === true ? undefined : words;
}

/** `a|(b|c) d` → `a`, `b d`, `c d`; groups of another kind stay as they are. `undefined`: too many. */
function alternativesOf(regex: string): string[] | undefined {
  const left = [regex];
  const done: string[] = [];
  for (let part = left.pop(); part !== undefined; part = left.pop()) {
    if (left.length + done.length > MAX_ALTERNATIVES) return undefined;
    const outermost = outermostOf(part);
    const group = GROUP.exec(part);
    if (outermost.length > 1) left.push(...outermost);
    else if (group === null) done.push(part);
    else {
      const [whole, inside = ''] = group;
      const [before, after] = [part.slice(0, group.index), part.slice(group.index + whole.length)];
      left.push(...inside.split('|').map((one) => before + one + after));
    }
  }
  return done;
}

/** What stands between the `|` outside of all groups. */
function outermostOf(regex: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const sign of regex) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (sign === '|' && depth === 0) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${sign}`);
  }
  return parts;
}

/** A group of plain words. */
const GROUP = /\((?:\?:)?([^()\\[\]{}*+?.^$]*)\)(?![*+?{])/;

function isWithin(narrow: Words, wide: Words): boolean {
  const [text = '', ...more] = wide.pieces;
  if (more.length > 0) return false;
  const { pieces } = narrow;
  if (wide.start && wide.end) return narrow.start && narrow.end && pieces.length === 1 && pieces[0] === text;
  if (wide.start) return narrow.start && pieces[0]?.startsWith(text) === true;
  if (wide.end) return narrow.end && pieces.at(-1)?.endsWith(text) === true;
  return pieces.some((piece) => piece.includes(text));
}
