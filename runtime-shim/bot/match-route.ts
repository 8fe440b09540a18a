import type { BotRoute } from './bot.ts';
import { runAuthorScript } from './author-script.ts';
import { DESCRIPTION_FILE } from './load-bot.ts';
import type { Play } from './play.ts';
import { MAX_ROUTED_LENGTH, ROUTE_FLAGS } from './route-expression.ts';

/** So many expressions of one message may fail in the sandbox before the rest is taken as not matching: each may cost its whole CPU time. */
const MAX_FAILED_EXPRESSIONS = 2;

/**
 * The first enabled route that matches a text. A plain expression is tried here; any other one runs in the sandbox,
 * all of them in one run: a lead chooses the text, and an expression such as `(а+)+$` would hold up the whole process for
 * ever with the right one, while a runner is stopped by its CPU limit.
 */
export async function matchRoute(play: Play, text: string, duringTransfer: boolean): Promise<BotRoute | undefined> {
  const routed = text.slice(0, MAX_ROUTED_LENGTH).toWellFormed();
  const routes = play.input.bot.routes.filter(
    (route) => route.enabled && (!duringTransfer || route.actsDuringTransfer),
  );
  const plain = routes.findIndex((route) => route.linear && route.expression.test(routed));
  const before = (plain < 0 ? routes : routes.slice(0, plain)).filter((route) => !route.linear);
  return (await firstInSandbox(play, before, routed)) ?? routes[plain];
}

async function firstInSandbox(play: Play, routes: readonly BotRoute[], text: string): Promise<BotRoute | undefined> {
  let from = 0;
  for (let failed = 0; failed < MAX_FAILED_EXPRESSIONS && from < routes.length; failed += 1) {
    const rest = routes.slice(from);
    const result = await runAuthorScript(play, 'routes', matchingCode(rest, text));
    if (result.ok) return typeof result.returned === 'number' ? rest[result.returned] : undefined;
    // The log's last line tells which expression was being tried: nothing else comes back from a run that was stopped.
    const culprit = Number(result.log.at(-1)?.text ?? '0');
    const route = rest[culprit] ?? rest[0];
    from += culprit + 1;
    play.reports.push({
      kind: 'script',
      script: route?.script ?? 'routes',
      cause: { code: 'route_not_tried', of: route?.name ?? route?.regex ?? '' },
      log: [],
      error: {
        code: result.error.code,
        message: `the expression ${JSON.stringify(route?.regex)} took too long on this text: ${result.error.message}`,
        file: DESCRIPTION_FILE,
        line: route?.place.line ?? null,
        column: route?.place.column ?? null,
      },
      usage: result.usage,
    });
  }
  return undefined;
}

/** Not an author's text: data go in as JSON, which is JavaScript since ES2019. */
function matchingCode(routes: readonly BotRoute[], text: string): string {
  const sources = JSON.stringify(routes.map((route) => route.regex));
  return `var sources = ${sources}, text = ${JSON.stringify(text)};
for (var index = 0; index < sources.length; index += 1) {
  console.log(index);
  if (new RegExp(sources[index], '${ROUTE_FLAGS}').test(text)) return index;
}
return null;`;
}
