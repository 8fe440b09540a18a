import type { Text } from '../../../plugin/contract/text.ts';
import { expressionText } from '../../sandbox/engine-words.ts';
import { LOAD_TEXTS } from './load-texts.ts';

/**
 * Flags of a route's expression. Our choice: a lead who writes "Бот" means what the author wrote as "бот", and `u` makes
 * Cyrillic and emoji whole characters and an unknown escape a mistake instead of a letter.
 */
export const ROUTE_FLAGS = 'iu';

/**
 * Longest text that an expression is held against, in UTF-16 units; of a longer message, the beginning.
 * Our choice: routes look for words and commands, and the bound keeps even a plain expression cheap.
 */
export const MAX_ROUTED_LENGTH = 4_000;

export type RouteExpression =
  | {
      readonly ok: true;
      readonly regex: RegExp;
      /**
       * Steps for each character of a text at most, if the expression may run in the host process at all; `Infinity` when it
       * may not.
       */
      readonly stepsPerChar: number;
    }
  | { readonly ok: false; readonly reason: Text };

const EXPRESSION_ERROR = /^Invalid regular expression: (\/[\s\S]*\/\w*): (.*)$/;

/** Compiles a route's expression. */
export function routeExpression(source: string): RouteExpression {
  try {
    return { ok: true, regex: new RegExp(source, ROUTE_FLAGS), stepsPerChar: stepsPerChar(source) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // V8: "Invalid regular expression: /(/iu: Unterminated group".
    const [, expression = source, words = message] = EXPRESSION_ERROR.exec(message) ?? [];
    return { ok: false, reason: LOAD_TEXTS.invalidExpression(expression, expressionText(words)) };
  }
}

/** Dots, classes and escapes of one expression that may run in the host process: V8 takes 0.1 ms to compile each. */
const MAX_WIDE_PARTS = 20;
/** What such a part counts beside a letter. */
const WIDE_PART_STEPS = 4;

/**
 * Without groups and quantifiers there is nothing to try again: an alternation of plain sequences, as most routes are
 * (`^бот$`, `оператор|помощь`), takes at most as many steps for each character of the text as it is long itself. Everything
 * else can backtrack for as long as the text and the expression please, and no analysis of an expression is complete; it
 * runs in the sandbox under its CPU limit instead.
 */
function stepsPerChar(source: string): number {
  const withoutEscapes = source.replace(/\\./gu, '.');
  if (/[(*+?{]/u.test(withoutEscapes)) return Infinity;
  const wide = withoutEscapes.match(/[.[]/gu)?.length ?? 0;
  return wide > MAX_WIDE_PARTS ? Infinity : withoutEscapes.length + wide * WIDE_PART_STEPS;
}
