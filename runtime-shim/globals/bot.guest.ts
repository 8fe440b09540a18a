import { keyArgument, leadIdArgument, mustBe, NOT_EMPTY, refuse, takes } from './arguments.guest.ts';
import type { Json } from '../../plugin/contract/guest-platform.ts';
import type { Text } from '../../plugin/contract/text.ts';
import { copyJson, hasOwn, toNumber, trim, truncate } from './intrinsics.guest.ts';
import { messageAction } from './message.guest.ts';
import { withPlatformOnly } from './platform-only.guest.ts';
import { callHost } from './plugin-platform.guest.ts';
import { collectAction, type HostReference, type RunState, STOP } from './run-state.guest.ts';
import { scheduleAction } from './schedule.guest.ts';
import { search } from './table.guest.ts';
import { placeOfCall } from './stack.guest.ts';
import { createTextStore } from './text-store.guest.ts';

const scriptCode = (): Text => ({ en: "script's code", ru: 'код скрипта' });

/** Leads that `findLeads` gives at most: the platform's bound. */
const MAX_LEADS_FOUND = 100;

/** What this file puts into scope. */
export const names = ['bot'] as const;

/** The global `bot`: attributes of the whole bot, messages, other scripts. */
export function factory(
  state: RunState,
  host: HostReference,
  libraryOf: (scriptName: string) => string | undefined,
): { bot: Record<string, unknown> } {
  const store = createTextStore('bot', state);
  /** Whether the bot has such a script is known outside only, when this one has ended: so the line goes with the request. */
  const place = (): object | undefined => {
    const frame = placeOfCall();
    return frame === undefined
      ? undefined
      : { __proto__: null, library: libraryOf(frame.file) ?? null, line: frame.line, column: frame.column };
  };
  const runScript = (code: string, more?: { readonly leadId: string }): true => {
    collectAction(state, { __proto__: null, type: 'run_script', code, leadId: more?.leadId, at: place() });
    return true;
  };
  const askScript = (by: 'code' | 'id', value: string | number): Json => {
    const asked = { __proto__: null, [by]: value } as unknown as Json;
    return callHost(state, host, 'metabot24', 'script', asked);
  };
  /** The code of a script by its number. */
  const codeOf = (call: string, id: unknown): string => askScript('id', scriptNumber(call, id)) as string;
  const schedule = (
    call: string,
    params: unknown,
    asked: { script?: string; leadId?: unknown; ticketId?: unknown },
  ): true => {
    const warn = (text: string): void => host.applyIgnored(undefined, ['log', 'warn', text]);
    collectAction(state, scheduleAction(call, params, { ...asked, at: place() }, warn));
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
    issetAttr: (key: unknown) => store.has(key),
    deleteAttr(key: unknown) {
      store.remove(key);
      return bot;
    },
    // The last two parameters steer how the platform's own channels send; the shim has nothing that they could change.
    sendMessage(text: unknown, buttons: unknown = null, attachments: unknown = null, params: unknown = null) {
      collectAction(state, messageAction(text, buttons, attachments, params));
      return true;
    },
    run(options: unknown) {
      if (typeof options !== 'object' || options === null) {
        refuse(takes('bot.run', { en: 'an object { script_code: "…" }', ru: 'объект { script_code: "…" }' }, options));
      }
      const { script_code: code, script_id: id } = options as { script_code?: unknown; script_id?: unknown };
      if (code === undefined && id !== undefined) return runScript(codeOf('bot.run', id));
      if (typeof code !== 'string' || code === '') {
        refuse(mustBe('bot.run', { en: 'script_code', ru: 'script_code' }, NOT_EMPTY, code));
      }
      return runScript(code);
    },
    runScriptByCodeForLead(code: unknown, leadId: unknown) {
      const script = keyArgument('bot.runScriptByCodeForLead', code, scriptCode);
      return runScript(script, { leadId: leadIdArgument('bot.runScriptByCodeForLead', leadId) });
    },
    stop() {
      collectAction(state, { __proto__: null, type: 'stop' });
      state.stopped = true;
      throw STOP;
    },
    getWebhookPayload: () =>
      hasOwn(state.input, 'webhookPayload') ? copyJson(state.input.webhookPayload ?? null) : null,
    getData: (key: unknown) => callHost(state, host, 'metabot24', 'bot_data', keyArgument('bot.getData', key)),
    findLeads(columns?: unknown, where?: unknown, orderBy?: unknown, limit?: unknown, offset?: unknown) {
      const query = { columns, where, orderBy, limit, offset };
      const ask = (asked: object): Json => callHost(state, host, 'metabot24', 'find_leads', asked as Json);
      return search('bot.findLeads', query, MAX_LEADS_FOUND, ask);
    },
    getScriptIdByCode(code: unknown) {
      return askScript('code', keyArgument('bot.getScriptIdByCode', code, scriptCode));
    },
    scheduleScript(script: unknown, leadId: unknown = null, ticketId: unknown = null, params: unknown = null) {
      const call = 'bot.scheduleScript';
      return schedule(call, params ?? { __proto__: null }, { script: codeOf(call, script), leadId, ticketId });
    },
    scheduleJob: (params: unknown) => schedule('bot.scheduleJob', params, {}),
    removeScheduledJobs(options: unknown = null) {
      const call = 'bot.removeScheduledJobs';
      if (options !== null && typeof options !== 'object') {
        refuse(takes(call, { en: 'an object { script_code: "…" }', ru: 'объект { script_code: "…" }' }, options));
      }
      const script = (options as { script_code?: unknown } | null)?.script_code ?? null;
      const code = script === null ? undefined : keyArgument(call, script, scriptCode);
      collectAction(state, { __proto__: null, type: 'unschedule', script: code });
      return true;
    },
  };
  return { bot: withPlatformOnly('bot', bot) };
}

/** A number that `bot.getScriptIdByCode` gave. */
function scriptNumber(call: string, value: unknown): number {
  const number = typeof value === 'string' && trim(value) !== '' ? toNumber(value) : value;
  if (typeof number === 'number' && number > 0 && truncate(number) === number) return number;
  const what = { en: "the script's id", ru: 'id скрипта' };
  return refuse(
    mustBe(
      call,
      what,
      { en: 'a number of bot.getScriptIdByCode', ru: 'нужно число, которое дал bot.getScriptIdByCode' },
      value,
    ),
  );
}
