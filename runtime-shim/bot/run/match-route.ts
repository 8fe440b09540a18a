import { type BotRoute, DESCRIPTION_FILE } from '../bot.ts';
import { runOwnScript } from './author-script.ts';
import type { Play } from './play.ts';
import { MAX_ROUTED_LENGTH, ROUTE_FLAGS, routeExpression } from '../load/route-expression.ts';

/** So many expressions of one message may fail in the sandbox before the rest is taken as not matching: each may cost its whole CPU time. */
const MAX_FAILED_EXPRESSIONS = 2;
/**
 * Steps that the expressions of one message may take in the host process, some 10 ns each; those behind them run in the
 * sandbox. Our choice: hundreds of ordinary routes with an ordinary message stay below it.
 */
const MAX_HOST_STEPS = 500_000;
/** Characters that an expression counts even with the shortest text, for its being compiled. */
const COMPILING_CHARS = 20;

/**
 * The first enabled route that matches a text. Plain expressions are tried here, as long as they take few steps together;
 * any other one runs in the sandbox, all of them in one run: a lead chooses the text, and an expression such as `(а+)+$`
 * would hold up the whole process for ever with the right one, while a runner is stopped by its CPU limit.
 */
export async function matchRoute(play: Play, text: string, duringTransfer: boolean): Promise<BotRoute | undefined> {
  const routed = text.slice(0, MAX_ROUTED_LENGTH).toWellFormed();
  const routes = play.input.bot.routes.filter(
    (route) => route.enabled && (!duringTransfer || route.actsDuringTransfer),
  );
  return firstMatch(play, routes, routed);
}

/** Does a text fit an expression of the author's? One that is no expression, or that takes too long, fits nothing. */
export async function matchesExpression(play: Play, source: string, text: string): Promise<boolean> {
  const compiled = routeExpression(source);
  if (!compiled.ok) return false;
  const { regex: expression, stepsPerChar } = compiled;
  const place = { line: 1, column: 1 };
  const route = {
    regex: source,
    script: '',
    enabled: true,
    actsDuringTransfer: false,
    expression,
    stepsPerChar,
    place,
  };
  const routed = text.slice(0, MAX_ROUTED_LENGTH).toWellFormed();
  return (await firstMatch(play, [route], routed)) !== undefined;
}

async function firstMatch(play: Play, routes: readonly BotRoute[], routed: string): Promise<BotRoute | undefined> {
  const before: BotRoute[] = [];
  let steps = 0;
  let plain: BotRoute | undefined;
  for (const route of routes) {
    const cost = route.stepsPerChar * (routed.length + COMPILING_CHARS);
    if (steps + cost > MAX_HOST_STEPS) {
      before.push(route);
      continue;
    }
    steps += cost;
    if (!route.expression.test(routed)) continue;
    plain = route;
    break;
  }
  return (await firstInSandbox(play, before, routed)) ?? plain;
}

async function firstInSandbox(play: Play, routes: readonly BotRoute[], text: string): Promise<BotRoute | undefined> {
  let from = 0;
  for (let failed = 0; failed < MAX_FAILED_EXPRESSIONS && from < routes.length; failed += 1) {
    const rest = routes.slice(from);
    const result = await runOwnScript(play, 'routes', MATCHING_CODE, {
      sources: rest.map((route) => route.regex),
      text,
    });
    if (result.ok) return typeof result.returned === 'number' ? rest[result.returned] : undefined;
    // The log's last line tells which expression was being tried: nothing else comes back from a run that was stopped.
    const culprit = Number(result.log.at(-1)?.text ?? '0');
    const route = rest[culprit] ?? rest[0];
    const expression = JSON.stringify(route?.regex);
    from += culprit + 1;
    play.report({
      kind: 'script',
      script: route?.script ?? 'routes',
      cause: { code: 'route_not_tried', of: route?.name ?? route?.regex ?? '' },
      log: [],
      error: {
        code: result.error.code,
        message: `the expression ${expression} took too long on this text: ${result.error.message}`,
        ru: `выражение ${expression} слишком долго проверяло этот текст: ${result.error.ru ?? result.error.message}`,
        file: DESCRIPTION_FILE,
        line: route?.place.line ?? null,
        column: route?.place.column ?? null,
      },
      usage: result.usage,
    });
  }
  return undefined;
}

/** The expressions and the lead's text come as arguments: data are never part of a script's text, where they might be read as code. */
const MATCHING_CODE = `for (var index = 0; index < sources.length; index += 1) {
  console.log(index);
  if (new RegExp(sources[index], '${ROUTE_FLAGS}').test(text)) return index;
}
return null;`;
