import { didYouMean } from '../../names.ts';
import { maskCode } from './mask-code.ts';
import { placeAt, type ScriptProblem } from './script-problem.ts';

/** What names in a script may lead to. */
export interface KnownNames {
  readonly scripts: ReadonlySet<string>;
  readonly libraries: ReadonlySet<string>;
}

/** Names of a browser's or a server's timers: the platform has none (`docs/platform.md`). */
const TIMERS = /(?<![\w$.])(?:setTimeout|setInterval|setImmediate|queueMicrotask)(?=\s*\()/gu;
const ASYNC = /(?<![\w$.])async(?=\s+function\b|\s*\(|\s+[\p{ID_Start}$_][\p{ID_Continue}$]*\s*(?:=>|\())/gu;
const AWAIT = /(?<![\w$.])(?:await\b(?!\s*[=:,)])|for\s+await\b)/gu;
const PROMISE = /(?<![\w$.])(?:new\s+Promise\b|Promise\s*\.)|\.then\s*\(/gu;
/** A literal name handed to something that takes a script's code; the quote is at the match's end. */
const SCRIPT_CODE = /(?:\bscript_code\s*:\s*|\brunScriptByCodeForLead\s*\(\s*)(?=['"])/gu;
const LIBRARY = /(?<![\w$.])(?:require|snippet)\s*\(\s*(?=['"])/gu;

const SYNCHRONOUS = 'the platform runs scripts synchronously';

/** What types cannot say: promises that nobody waits for, and names of scripts and libraries that do not exist. */
export function lintScript(file: string, code: string, known: KnownNames): ScriptProblem[] {
  const masked = maskCode(code);
  const problems: ScriptProblem[] = [];
  const add = (rule: string, offset: number, message: string): void => {
    problems.push({ file, ...placeAt(code, offset), rule, message });
  };
  for (const { index } of masked.matchAll(ASYNC))
    add('async', index, `${SYNCHRONOUS}: an async function would never end its work`);
  for (const { index } of masked.matchAll(AWAIT))
    add('async', index, `${SYNCHRONOUS}: await is not needed, calls return their value`);
  for (const { index } of masked.matchAll(PROMISE)) add('async', index, `${SYNCHRONOUS}: nothing waits for a promise`);
  for (const { index, 0: name } of masked.matchAll(TIMERS)) add('timer', index, `${SYNCHRONOUS}: there is no ${name}`);
  for (const { index, name } of literalsAfter(SCRIPT_CODE, masked, code)) {
    if (known.scripts.has(name)) continue;
    add('unknown-script', index, `there is no script "${name}" in this bot${didYouMean(name, known.scripts)}`);
  }
  for (const { index, name } of literalsAfter(LIBRARY, masked, code)) {
    if (known.libraries.has(name)) continue;
    add('unknown-library', index, `there is no library "${name}"${didYouMean(name, known.libraries)}`);
  }
  return problems;
}

/** The string literals that stand right after a pattern, with what they say. */
function literalsAfter(pattern: RegExp, masked: string, code: string): Array<{ index: number; name: string }> {
  return Array.from(masked.matchAll(pattern), (match) => {
    const index = match.index + match[0].length;
    const quote = code[index] ?? '';
    const end = masked.indexOf(quote, index + 1);
    // An escape in a name is too rare to be read here; it would be reported as unknown only if it were not one.
    return { index, name: code.slice(index + 1, end) };
  }).filter(({ name }) => !name.includes('\\'));
}
