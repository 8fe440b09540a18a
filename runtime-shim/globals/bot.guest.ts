import { keyArgument, mustBe, NOT_EMPTY, refuse, takes } from './arguments.guest.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { fail } from './fail.guest.ts';
import { copyJson, hasOwn, isFinite, ordinary, toText } from './intrinsics.guest.ts';
import { messageAction } from './message.guest.ts';
import { collectAction, type RunState, STOP } from './run-state.guest.ts';
import { placeOfCall } from './stack.guest.ts';
import { createTextStore } from './text-store.guest.ts';

const scriptCode = (): Text => ({ en: "script's code", ru: 'код скрипта' });

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
        refuse(takes('bot.run', { en: 'an object { script_code: "…" }', ru: 'объект { script_code: "…" }' }, options));
      }
      const code = (options as { script_code?: unknown }).script_code;
      if (typeof code !== 'string' || code === '') {
        refuse(mustBe('bot.run', { en: 'script_code', ru: 'script_code' }, NOT_EMPTY, code));
      }
      return runScript(code);
    },
    runScriptByCodeForLead(code: unknown, leadId: unknown) {
      const script = keyArgument('bot.runScriptByCodeForLead', code, scriptCode);
      const id = typeof leadId === 'number' && isFinite(leadId) ? toText(leadId) : leadId;
      if (typeof id !== 'string' || id === '') {
        const idOfLead = { en: "the lead's id", ru: 'id лида' };
        const wanted = { en: 'a string or a number', ru: 'нужна строка или число' };
        refuse(mustBe('bot.runScriptByCodeForLead', idOfLead, wanted, leadId));
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
  return fail('script_unsupported', {
    en: `${call} is not in the shim: it works on the platform only`,
    ru: `${call} здесь нет: он работает только на платформе`,
  });
}
