import { keyArgument, refuse } from './arguments.guest.ts';
import { describe } from '../../plugin/contract/describe.guest.ts';
import { fail } from './fail.guest.ts';
import { copyJson, hasOwn, isFinite, ordinary, toText } from './intrinsics.guest.ts';
import { messageAction } from './message.guest.ts';
import { collectAction, type RunState, STOP } from './run-state.guest.ts';
import { placeOfCall } from './stack.guest.ts';
import { createTextStore } from './text-store.guest.ts';

/** What this file puts into scope. */
export const names = ['bot'] as const;

/** The global `bot`: attributes of the whole bot, messages, other scripts. */
export function factory(
  state: RunState,
  libraryOf: (scriptName: string) => string | undefined,
): { bot: Record<string, unknown> } {
  const store = createTextStore('bot', state);
  /** Whether the bot has such a script is known outside only, when this one has ended: so the line goes with the request. */
  const runScript = (code: string, more?: { readonly leadId: string }): true => {
    const frame = placeOfCall();
    const at =
      frame === undefined
        ? undefined
        : { __proto__: null, library: libraryOf(frame.file) ?? null, line: frame.line, column: frame.column };
    collectAction(state, { __proto__: null, type: 'run_script', code, leadId: more?.leadId, at });
    return true;
  };
  const bot: Record<string, unknown> = {
    __proto__: null,
    getAttr: (key: unknown) => store.get(key),
    setAttr(key: unknown, value: unknown) {
      store.set(key, value);
      return bot;
    },
    getAllAttr: () => store.all(),
    isAttrExist: (key: unknown) => store.has(key),
    deleteAttr(key: unknown) {
      store.remove(key);
      return bot;
    },
    // The last three parameters steer how the platform's own channels send; the shim has nothing that they could change.
    sendMessage(text: unknown, buttons: unknown = null, attachments: unknown = null) {
      collectAction(state, messageAction(text, buttons, attachments));
      return true;
    },
    run(options: unknown) {
      if (typeof options !== 'object' || options === null) {
        refuse(`bot.run takes an object { script_code: "…" }, got ${describe(options)}`);
      }
      const code = (options as { script_code?: unknown }).script_code;
      if (typeof code !== 'string' || code === '') {
        refuse(`bot.run: script_code must be a non-empty string, got ${describe(code)}`);
      }
      return runScript(code);
    },
    runScriptByCodeForLead(code: unknown, leadId: unknown) {
      const script = keyArgument('bot.runScriptByCodeForLead', code, "script's code");
      const id = typeof leadId === 'number' && isFinite(leadId) ? toText(leadId) : leadId;
      if (typeof id !== 'string' || id === '') {
        refuse(`bot.runScriptByCodeForLead: the lead's id must be a string or a number, got ${describe(leadId)}`);
      }
      return runScript(script, { leadId: id });
    },
    stop() {
      collectAction(state, { __proto__: null, type: 'stop' });
      state.stopped = true;
      throw STOP;
    },
    getWebhookPayload: () =>
      hasOwn(state.input, 'webhookPayload') ? copyJson(state.input.webhookPayload ?? null) : null,
    scheduleScript: () => missing('bot.scheduleScript'),
    scheduleJob: () => missing('bot.scheduleJob'),
  };
  return { bot: ordinary(bot) };
}

/** What the platform has and the shim has not. */
function missing(call: string): never {
  return fail('script_unsupported', `${call} is not in the shim: it works on the platform only`);
}
