import type { Command } from '../../commands/command-schema.ts';

/** How long to wait before asking again while the runtime is being restarted. */
const RETRY_AFTER_MS = 500;
/** Give up after about half a minute, and let the person decide. */
const MAX_TRIES = 60;
const UNAVAILABLE = 503;

export type CommandAnswer =
  | { readonly ok: true; readonly userId?: string }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Asks the server to do something; asks again while it cannot. Commands carry ids where a repeat would matter. */
export async function sendCommand(command: Command): Promise<CommandAnswer> {
  let problems: readonly string[] = [];
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (tries > 0) await new Promise((resolve) => setTimeout(resolve, RETRY_AFTER_MS));
    try {
      const response = await fetch('/simulator/do', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(command),
      });
      const answer = (await response.json()) as { userId?: string; error?: string; problems?: string[] };
      if (response.ok) return { ok: true, ...(answer.userId === undefined ? {} : { userId: answer.userId }) };
      problems = answer.problems ?? [answer.error ?? `HTTP ${response.status}`];
      if (response.status !== UNAVAILABLE) return { ok: false, problems };
    } catch (error) {
      problems = [error instanceof Error ? error.message : String(error)];
      // The answer may have been lost after the action: only a message with an id of its own can be sent twice.
      if (command.do !== 'lead_say') return { ok: false, problems };
    }
  }
  return { ok: false, problems };
}

/** Reads one thing that the stream leaves out; `undefined` when it is not there (any more). */
export async function readValue<Value>(
  what: 'entry' | 'file',
  query: Record<string, string>,
): Promise<Value | undefined> {
  const response = await fetch(`/simulator/${what}?${new URLSearchParams(query).toString()}`);
  if (!response.ok) return undefined;
  return ((await response.json()) as { value: Value }).value;
}
