/**
 * Flags of a route's expression. Ours: a lead who writes "Бот" means what the author wrote as "бот", and `u` makes
 * Cyrillic and emoji whole characters and an unknown escape a mistake instead of a letter.
 */
export const ROUTE_FLAGS = 'iu';

/**
 * Longest text that an expression is held against, in UTF-16 units; of a longer message, the beginning.
 * Ours: routes look for words and commands, and the bound keeps even a linear expression cheap.
 */
export const MAX_ROUTED_LENGTH = 4_000;

export type RouteExpression =
  | {
      readonly ok: true;
      readonly regex: RegExp;
      /** Its time grows with the text's length and no faster, so that it may run in the host process. */
      readonly linear: boolean;
    }
  | { readonly ok: false; readonly reason: string };

/** Compiles a route's expression. */
export function routeExpression(source: string): RouteExpression {
  try {
    return { ok: true, regex: new RegExp(source, ROUTE_FLAGS), linear: isLinear(source) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ok: false, reason: message.replace(/^Invalid regular expression: /, 'invalid regular expression ') };
  }
}

/**
 * Without groups and quantifiers there is nothing to try again: an alternation of plain sequences, as most routes are
 * (`^бот$`, `оператор|помощь`). Everything else can backtrack for as long as the text and the expression please, and no
 * analysis of an expression is complete; it runs in the sandbox under its CPU limit instead.
 */
function isLinear(source: string): boolean {
  const withoutEscapes = source.replace(/\\./gu, 'x');
  return !/[(*+?{]/u.test(withoutEscapes);
}
