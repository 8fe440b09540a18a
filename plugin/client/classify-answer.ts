import type { z } from 'zod';
import { type BoundedJson, parseBoundedJson } from '../contract/bounded-json.ts';
import type { CodedError } from '../contract/coded-error.ts';
import type { LiveTexMethod } from '../contract/livetex-api.ts';
import { parseTolerantly, problemsOf } from '../contract/parse-tolerantly.ts';
import { pluginError } from '../errors.ts';
import { type HttpAnswer, MAX_ANSWER_BYTES } from './exchange.ts';
import type { Redactor } from './redactor.ts';

/** Longest part of a foreign text in an error message, UTF-16 units. Our choice: a log line stays readable. */
const MAX_DETAIL_LENGTH = 300;

/** LiveTex's error codes that say more than the HTTP status does ("Error codes" of its documentation). */
const CODE_KEY_MISSING = 1;
const CODE_KEY_INVALID = 2;
const CODE_INTERNAL = 7;
const CODE_METHOD_FORBIDDEN = 8;
/** The documented codes that refuse one request for good: body, JSON, URL, path, data. */
const REFUSAL_CODES: ReadonlySet<number> = new Set([3, 4, 5, 6, 9]);

export interface AnswerContext {
  readonly binding: string;
  readonly method: LiveTexMethod;
  readonly now: number;
  readonly redactor: Redactor;
}

export type Classified<Value> =
  | { readonly ok: true; readonly value: Value; readonly json: unknown }
  | { readonly ok: false; readonly error: CodedError; readonly json: unknown };

/** What LiveTex's answer means: the parsed value, or a row of the error catalogue. */
export function classifyAnswer<Schema extends z.ZodType>(
  schema: Schema,
  answer: HttpAnswer,
  context: AnswerContext,
): Classified<z.output<Schema>> {
  const parsedText = answer.text === null ? undefined : parseBoundedJson(answer.text);
  const json = parsedText?.ok ? parsedText.value : undefined;
  const succeeded = answer.status >= 200 && answer.status < 300;
  if (succeeded && isRecord(json) && json['success'] === true) {
    const parsed = parseTolerantly(schema, json);
    if (parsed.success) return { ok: true, value: parsed.data, json };
    return { ok: false, error: invalid(problemsOf(parsed.error).join('; ')), json };
  }
  return { ok: false, error: failure(), json };

  function failure(): CodedError {
    const said = sayingOf(json);
    const facts = {
      binding: context.binding,
      method: context.method,
      status: answer.status,
      detail: clean(said?.message ?? 'no reason given', context.redactor),
    };
    const wait = retryAfterMs(answer.retryAfter, context.now);
    const retryFacts = wait === undefined ? facts : { ...facts, retryAfterMs: wait };

    switch (kindOf(answer.status, said)) {
      case 'token':
        return pluginError('livetex_token_refused', facts);
      case 'forbidden':
        return pluginError('livetex_method_forbidden', facts);
      case 'refused':
        return pluginError('livetex_refused', facts);
      case 'rate':
        return pluginError('livetex_rate_limited', retryFacts);
      case 'failed':
        return pluginError('livetex_failed', retryFacts);
      case 'invalid':
        return invalid(whyInvalid(answer, parsedText));
    }
  }

  function invalid(problem: string): CodedError {
    const { binding, method } = context;
    return pluginError('livetex_answer_invalid', {
      binding,
      method,
      status: answer.status,
      problem: clean(problem, context.redactor),
    });
  }
}

type Kind = 'token' | 'forbidden' | 'refused' | 'rate' | 'failed' | 'invalid';

/** `said` is there only when the answer is LiveTex's own: a JSON object with `success` or an error. */
function kindOf(status: number, said: Saying | undefined): Kind {
  const code = said?.code;
  if (status >= 500) return 'failed';
  if (status === 429) return 'rate';
  // 408 and 425 (RFC 9110, RFC 8470) ask for another try, whoever says it.
  if (status === 408 || status === 425) return 'failed';
  if (status === 413) return 'refused';
  if (status === 401) return 'token';
  if (code === CODE_METHOD_FORBIDDEN) return 'forbidden';
  if (status === 403 || code === CODE_KEY_MISSING || code === CODE_KEY_INVALID) return 'token';
  if (said === undefined || (status >= 300 && status < 400)) {
    // A page of some proxy, as during a restart of LiveTex: nobody has refused our message, so it is tried again.
    return 'invalid';
  }
  if (status >= 400) return 'refused';
  // `success: false` on HTTP 200, which the documentation does not rule out.
  if (code !== undefined && REFUSAL_CODES.has(code)) return 'refused';
  // Code 7, or no code that we know: giving up a message needs a better reason than this.
  return code === CODE_INTERNAL || said.success === false ? 'failed' : 'invalid';
}

interface Saying {
  readonly success: boolean | undefined;
  readonly code: number | undefined;
  readonly message: string | undefined;
}

function sayingOf(json: unknown): Saying | undefined {
  if (!isRecord(json)) return undefined;
  const { success, error_code: code, error_message: message } = json;
  const saying = {
    success: typeof success === 'boolean' ? success : undefined,
    code: Number.isInteger(code) ? Number(code) : undefined,
    message: typeof message === 'string' ? message : undefined,
  };
  const saysNothing = saying.success === undefined && saying.code === undefined && saying.message === undefined;
  return saysNothing ? undefined : saying;
}

function whyInvalid(answer: HttpAnswer, parsed: BoundedJson | undefined): string {
  if (answer.status >= 300 && answer.status < 400) return 'a redirect, which is not followed: check baseUrl';
  if (answer.text === null || parsed === undefined) return `longer than ${MAX_ANSWER_BYTES} bytes`;
  if (answer.text.trim() === '') return 'empty';
  if (!parsed.ok) return `${parsed.problem} (${answer.contentType ?? 'no content type'}), begins with: ${answer.text}`;
  return '"success" is missing or not a boolean';
}

/** A foreign text made fit for one line of a log: without the token, control characters and length. */
export function clean(text: string, redactor: Redactor): string {
  const line = redactor
    .text(text)
    .toWellFormed()
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.length <= MAX_DETAIL_LENGTH ? line : `${line.slice(0, MAX_DETAIL_LENGTH).toWellFormed()}…`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Longest pause that LiveTex may ask for, ms. Our choice: a mad value must not hold a binding for days, and an hour is soon enough to look again. */
export const MAX_RETRY_AFTER_MS = 3_600_000;

/**
 * The header `Retry-After` in ms: seconds or an HTTP date (RFC 9110, section 10.2.3). `undefined` when absent or not
 * understood. A date is measured by our clock: the two may differ by seconds, and the bound limits the harm of more.
 */
export function retryAfterMs(header: string | undefined, now: number): number | undefined {
  const value = header?.trim();
  if (!value) return undefined;
  const ms = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1_000 : httpDate(value) - now;
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(Math.ceil(ms), 0), MAX_RETRY_AFTER_MS);
}

/** `Date.parse` takes much that is no date, such as "-1": an HTTP date begins with the name of a day. */
function httpDate(value: string): number {
  return /^[A-Z][a-z]{2,8},? /.test(value) ? Date.parse(value) : Number.NaN;
}
