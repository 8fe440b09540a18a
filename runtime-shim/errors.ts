/** The error catalogue of the runtime shim: what a bot's author or a maintainer may meet. Explained in `docs/errors.md`. */
import { type ErrorRow, errorsFrom } from '../plugin/contract/coded-error.ts';

function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

export const SHIM_ERRORS = {
  script_syntax: row({ fault: 'script', retryable: false, message: (facts: { detail: string }) => facts.detail }),
  script_error: row({ fault: 'script', retryable: false, message: (facts: { detail: string }) => facts.detail }),
  script_timeout: row({
    fault: 'script',
    retryable: false,
    message: (facts: { cpuMs: number }) =>
      `the script used more than ${facts.cpuMs} ms of CPU time and was stopped: look for a loop that never ends`,
  }),
  script_deadline: row({
    fault: 'script',
    retryable: false,
    message: (facts: { wallMs: number }) => `the script did not end within ${facts.wallMs} ms and was stopped`,
  }),
  script_memory: row({
    fault: 'script',
    retryable: false,
    message: (facts: { memoryMb: number }) =>
      `the script used more than ${facts.memoryMb} MiB of memory and was stopped`,
  }),
  script_crashed: row({
    fault: 'script',
    retryable: false,
    message: () => 'the script ended the process that ran it, where no other script was, and was stopped',
  }),
  script_host_calls: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number; what: string }) =>
      `the script made more than ${facts.limit} ${facts.what} and was stopped`,
  }),
  script_result_too_large: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) =>
      `what the script returned, wrote or sent is larger than ${facts.limit} characters`,
  }),
  script_attributes_full: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) =>
      `the attributes that are kept for a lead or a bot would together be larger than ${facts.limit} characters: delete what is not needed any more`,
  }),
  script_async: row({
    fault: 'script',
    retryable: false,
    message: () =>
      'a promise of the script was rejected and nobody caught it: the platform runs scripts synchronously, without async, await or timers',
  }),
  script_argument: row({ fault: 'script', retryable: false, message: (facts: { detail: string }) => facts.detail }),
  /** A part of the platform that the shim does not have (`bot.scheduleScript`). */
  script_unsupported: row({ fault: 'script', retryable: false, message: (facts: { detail: string }) => facts.detail }),
  /** `setting`: what an entry of `api.allow` would be. */
  api_not_allowed: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { address: string; setting: string }) =>
      `scripts may not ask ${facts.address}: add ${facts.setting} to "allow" of "api" in the configuration`,
  }),
  api_no_stub: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { method: string; address: string }) =>
      `nothing answers ${facts.method} ${facts.address}: add it to stubs.json of the bot folder, or let requests out with --live`,
  }),
  /** A host function failed with an error that has no code of a catalogue: its words may hold anything, so they stay on the host. */
  script_host_failed: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { call: string }) => `the platform could not perform ${facts.call}`,
  }),
  script_library_missing: row({
    fault: 'script',
    retryable: false,
    message: (facts: { name: string; known: string }) => `there is no library "${facts.name}"; known: ${facts.known}`,
  }),
  script_unknown: row({
    fault: 'script',
    retryable: false,
    message: (facts: { script: string; known: string }) =>
      `there is no script "${facts.script}" in this bot; known: ${facts.known}`,
  }),
  script_loop: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number } | { turns: number; circle: string }) =>
      'limit' in facts
        ? `one message ran more than ${facts.limit} scripts or commands: scripts call each other in a circle`
        : `scripts run each other in a circle, ${facts.circle}: it was ended after ${facts.turns} turns`,
  }),
  script_output_full: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) =>
      `one message made the bot say, log, keep and start more than ${facts.limit} characters: the rest was not done`,
  }),
  /** The job is not tried with the bot any more: it ran out of time, or ended its process, each time. */
  script_given_up: row({
    fault: 'script',
    retryable: false,
    message: (facts: { tries: number }) =>
      `the bot did not get to an end with this message in ${facts.tries} tries: the message is passed on without it`,
  }),
  lead_quota_full: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) =>
      `within an hour more than ${facts.limit} characters were stored for this lead: its bot says nothing until the hour is over`,
  }),
  bot_quota_full: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) =>
      `within an hour more than ${facts.limit} characters were stored for this bot: it says nothing until the hour is over`,
  }),
  sandbox_busy: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { botId: string; waiting: number }) =>
      `the bot "${facts.botId}" already has ${facts.waiting} scripts waiting for a free runner`,
  }),
  sandbox_killed: row({
    fault: 'internal',
    retryable: true,
    message: () =>
      'the process that ran the script was ended, from outside or because of another script in it; nothing of this run was kept',
  }),
  sandbox_closed: row({ fault: 'internal', retryable: true, message: () => 'the sandbox is closed' }),
  sandbox_unavailable: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { reason: string }) => `the script could not be run now and will be tried again: ${facts.reason}`,
  }),
  runtime_closed: row({
    fault: 'internal',
    retryable: true,
    message: () => 'the runtime is closing and takes no more messages: send it again',
  }),
  http_unprotected: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { host: string }) =>
      `http.host "${facts.host}" can be reached from other machines: set http.apiToken, or bind to 127.0.0.1`,
  }),
  bot_twice: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { id: string; folders: readonly string[] }) =>
      `two bot folders have the bot "${facts.id}": ${facts.folders.join(', ')}`,
  }),
  bot_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string; problems: readonly string[] }) =>
      `the bot folder "${facts.folder}" has ${facts.problems.length} problem(s):\n${facts.problems.map((line) => `  ${line}`).join('\n')}`,
  }),
  message_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { problems: readonly string[] }) => facts.problems.join('; '),
  }),
} as const;

export type ShimErrorCode = keyof typeof SHIM_ERRORS;
export const shimError = errorsFrom(SHIM_ERRORS);
