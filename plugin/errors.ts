/**
 * The error catalogue of the plugin: code, whose fault, retryable or not, message. `docs/errors.md` explains each row to
 * people; a test holds the two together. Storage has rows of its own (`plugin/storage/errors.ts`): of the plugin it knows only their form.
 */
import { type ErrorRow, errorsFrom } from './contract/coded-error.ts';

/** Types a row's facts without losing them in the catalogue. */
function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

interface RequestFacts {
  readonly method: string;
  readonly binding: string;
}
/** `detail` is LiveTex's own `error_message`, shortened and with the token taken out. */
interface AnswerFacts extends RequestFacts {
  readonly status: number;
  readonly detail: string;
}
/** `status` is `null` when we know the answer and do not ask. */
interface RefusalFacts extends RequestFacts {
  readonly status: number | null;
  readonly detail: string;
}
/** How long LiveTex asked to wait (`Retry-After`), bounded; absent when it did not say. */
interface RetryFacts {
  readonly retryAfterMs?: number;
}

/** A script may make a key of a million characters; a message repeats the beginning. */
const shownKey = (key: string): string => (key.length <= 100 ? key : `${key.slice(0, 100)}…`);

const answered = (status: number | null): string => (status === null ? 'not sent' : `HTTP ${status}`);

export const ERRORS = {
  config_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { problems: readonly string[] }) =>
      `The LiveTex configuration is not valid:\n${facts.problems.map((line) => `  ${line}`).join('\n')}`,
  }),
  event_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { problems: readonly string[] }) =>
      `The platform passed an event that is not valid: ${facts.problems.join('; ')}`,
  }),
  attr_key_invalid: row({
    fault: 'script',
    retryable: false,
    message: (facts: { got: string }) => `an attribute's key must be a non-empty string on one line, got ${facts.got}`,
  }),
  attr_value_invalid: row({
    fault: 'script',
    retryable: false,
    message: (facts: { key: string; got: string }) =>
      `the value of "${shownKey(facts.key)}" must be a string, a finite number, true, false or null, got ${facts.got}`,
  }),
  attr_argument_invalid: row({
    fault: 'script',
    retryable: false,
    message: (facts: { method: string; got: string }) =>
      `${facts.method} takes an object { key: value }, got ${facts.got}`,
  }),
  channel_excluded: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { channel: string }) =>
      `the channel "${facts.channel}" is excluded from LiveTex (excludedChannels), so its dialogs cannot be handed to an operator`,
  }),
  livetex_unreachable: row({
    fault: 'remote',
    retryable: true,
    message: (facts: RequestFacts & { reason: string }) =>
      `LiveTex could not be reached (${facts.method}): ${facts.reason}`,
  }),
  livetex_timeout: row({
    fault: 'remote',
    retryable: true,
    message: (facts: RequestFacts & { timeoutMs: number }) =>
      `LiveTex did not answer ${facts.method} within ${facts.timeoutMs} ms`,
  }),
  livetex_token_refused: row({
    fault: 'setup',
    retryable: false,
    message: (facts: AnswerFacts) =>
      `LiveTex refuses the token of binding "${facts.binding}" (HTTP ${facts.status}): copy the access key of the touch point anew`,
  }),
  livetex_method_forbidden: row({
    fault: 'setup',
    retryable: false,
    message: (facts: RefusalFacts) =>
      `LiveTex does not allow ${facts.method} for this account (${answered(facts.status)}, ${facts.detail}): the account's product or apiVersion does not have it`,
  }),
  livetex_refused: row({
    fault: 'remote',
    retryable: false,
    message: (facts: RefusalFacts) => `LiveTex refused ${facts.method} (${answered(facts.status)}): ${facts.detail}`,
  }),
  livetex_rate_limited: row({
    fault: 'remote',
    retryable: true,
    message: (facts: AnswerFacts & RetryFacts) => `LiveTex asks to slow down (${facts.method}, HTTP ${facts.status})`,
  }),
  livetex_failed: row({
    fault: 'remote',
    retryable: true,
    message: (facts: AnswerFacts & RetryFacts) =>
      `LiveTex failed at ${facts.method} (HTTP ${facts.status}): ${facts.detail}`,
  }),
  livetex_answer_invalid: row({
    fault: 'remote',
    retryable: true,
    message: (facts: RequestFacts & { status: number; problem: string }) =>
      `LiveTex's answer to ${facts.method} is not understood (HTTP ${facts.status}): ${facts.problem}`,
  }),
  livetex_no_group: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { binding: string }) =>
      `LiveTex returned no group of operators for binding "${facts.binding}": add one to the touch point`,
  }),
  bot_not_bound: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { botId: string }) =>
      `no LiveTex binding takes the bot "${facts.botId}" (bots), so its dialogs cannot be handed to an operator`,
  }),
  binding_unknown: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { binding: string }) => `there is no LiveTex binding "${facts.binding}" in the configuration`,
  }),
  binding_given: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { binding: string }) =>
      `the LiveTex binding "${facts.binding}" stands in the configuration, which goes before what is put: change it there`,
  }),
  secret_key_wrong: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { bindings: readonly string[] }) =>
      `stored LiveTex bindings cannot be read with this secretKey: ${facts.bindings.map((id) => `"${id}"`).join(', ')}`,
  }),
  webhook_not_configured: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { binding: string }) =>
      `the LiveTex binding "${facts.binding}" has no "webhook" (publicUrl and key) in the configuration`,
  }),
  action_unknown: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { action: string }) =>
      `the platform passed an action that the plugin does not know: ${facts.action}`,
  }),
  job_unreadable: row({
    fault: 'internal',
    retryable: false,
    message: (facts: { job: string }) =>
      `a stored job is not understood (${facts.job}): a newer version may have written it`,
  }),
  host_failed: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { port: string }) => `the platform's ${facts.port} failed`,
  }),
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** Makes an error of the catalogue. */
export const pluginError = errorsFrom(ERRORS);
