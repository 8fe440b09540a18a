import { isText, same, type Text } from './text.ts';

/** Who has to act: the script's author, who set the system up, LiveTex or the network, or we. */
export type Fault = 'script' | 'setup' | 'remote' | 'internal';

/** One row of an error catalogue. The message is made of typed facts, so that no secret can slip in with a pasted text. */
export interface ErrorRow<Facts> {
  readonly fault: Fault;
  /** May the same thing succeed later without anybody acting? */
  readonly retryable: boolean;
  readonly message: (facts: Facts) => Text;
}

/**
 * An error with a stable code. Its message is the English text. Compare codes, never classes: errors cross isolates, processes and package copies.
 * `cause` stays on the host.
 */
export class CodedError extends Error {
  override readonly name = 'CodedError';
  readonly code: string;
  readonly fault: Fault;
  readonly retryable: boolean;
  /** The facts the message was made of, and such as `retryAfterMs`. Without secrets. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The message in every language. */
  readonly text: Text;

  constructor(
    code: string,
    row: { readonly fault: Fault; readonly retryable: boolean; readonly text: Text },
    facts: Readonly<Record<string, unknown>>,
    cause?: unknown,
  ) {
    super(row.text.en, cause === undefined ? undefined : { cause });
    this.code = code;
    this.fault = row.fault;
    this.retryable = row.retryable;
    this.facts = facts;
    this.text = row.text;
  }
}

/** A maker of coded errors from a catalogue: `const fail = errorsFrom(CATALOGUE); throw fail('livetex_timeout', {…})`. */
export function errorsFrom<Catalogue extends Record<string, ErrorRow<never>>>(catalogue: Catalogue) {
  return <Code extends keyof Catalogue & string>(
    code: Code,
    facts: Parameters<Catalogue[Code]['message']>[0],
    cause?: unknown,
  ): CodedError => {
    const row = catalogue[code] as unknown as ErrorRow<unknown>;
    return new CodedError(code, { fault: row.fault, retryable: row.retryable, text: row.message(facts) }, facts, cause);
  };
}

/** The stable code of any thrown value; `undefined` when it has none. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Longest message that is stored or logged, UTF-16 units. Our choice: room for a list of problems; a platform may throw anything. */
const MAX_MESSAGE_LENGTH = 10_000;

/** A thrown value's message for a log, of bounded length. */
export function messageOf(error: unknown): string {
  return bounded(error instanceof Error ? error.message : String(error));
}

/** A thrown value's message for a person, of bounded length; the same in every language when it is none of ours. */
export function textOf(error: unknown): Text {
  const text = typeof error === 'object' && error !== null && 'text' in error ? error.text : undefined;
  return isText(text) ? { en: bounded(text.en), ru: bounded(text.ru) } : same(messageOf(error));
}

function bounded(message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()}…`;
}
