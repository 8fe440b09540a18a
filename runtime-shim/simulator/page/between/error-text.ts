import type { Texts } from '../texts/ru.ts';

/** What the author of a script may do about its error; nothing for an error that is new to the page. */
export function scriptHint(code: string, texts: Texts): string | undefined {
  const hints: Readonly<Record<string, string>> = texts.scriptHints;
  return Object.hasOwn(hints, code) ? hints[code] : undefined;
}

/** A request's error in the page's language: `<code>`, or `<code>: <message>`, which is shown where the code is new to the page. */
export function requestError(error: string, texts: Texts): string {
  const known: Readonly<Record<string, string>> = texts.requestErrors;
  const code = /^\w+/u.exec(error)?.[0] ?? '';
  return (Object.hasOwn(known, code) ? known[code] : undefined) ?? error;
}
