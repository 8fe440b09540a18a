import type { DialogMode } from '../../../plugin/contract/dialog.ts';
import type { PlatformEvent } from '../../../plugin/contract/events.ts';
import type { AfterScript, Json, KnownAnswer } from '../../../plugin/contract/guest.ts';
import type { LiveTexHost } from '../../../plugin/contract/host.ts';
import type { RuntimePlugin, WebhookHeaders } from '../../../plugin/contract/plugin.ts';
import { type LeadRef, userIdOf } from '../../../plugin/contract/lead.ts';
import type { Transaction } from '../../../plugin/storage/contract.ts';
import type { PluginFactory } from '../../../runtime-shim/runtime/contract.ts';

/** A plugin without LiveTex, to see what a runtime tells one and what it does with the answers. */
export interface TinyPlugin {
  readonly factory: PluginFactory;
  /** The host ports it was given. */
  host(): LiveTexHost;
  /** Committed events, in order. */
  readonly events: PlatformEvent[];
  /** Actions that scripts asked for. */
  readonly actions: Json[];
  readonly webhooks: Array<{ readonly bindingId: string; readonly body: string; readonly headers: WebhookHeaders }>;
  mode: DialogMode;
  afterScript: readonly AfterScript[];
  transfer: AfterScript;
  reasons: readonly string[];
  /** Makes the next `accept` calls fail. */
  failures: number;
  /** Makes the next `dialog` calls fail. */
  dialogFailures: number;
  /** What it knows beforehand. */
  known: () => readonly KnownAnswer[];
}

/** Its guest code: `tiny.ask()` calls the host, `tiny.wish(x)` asks for an action. */
const GUEST = `return function (platform) {
  platform.globals.tiny = {
    ask: function (value) { return platform.call('ask', { value: value }); },
    wish: function (value) { platform.request(value); },
  };
};`;

export function tinyPlugin(): TinyPlugin {
  let host: LiveTexHost | undefined;
  const tiny: TinyPlugin = {
    events: [],
    actions: [],
    webhooks: [],
    mode: 'bot',
    afterScript: [],
    transfer: { do: 'event', event: 'TransferRequested' },
    reasons: [],
    failures: 0,
    dialogFailures: 0,
    known: () => [],
    host: () => {
      if (host === undefined) throw new Error('the plugin was not made');
      return host;
    },
    factory: (given) => {
      host = given;
      return Promise.resolve(plugin);
    },
  };
  const seen = new Set<string>();
  const plugin: RuntimePlugin<Transaction> = {
    name: 'livetex',
    guest: {
      source: GUEST,
      functions: new Map([['ask', ({ lead }, args) => Promise.resolve({ lead: userIdOf(lead), args: args as Json })]]),
      known: () => tiny.known(),
    },
    scriptTypes: [{ code: 'transfer', name: 'Перевод на оператора', when: 'in a test' }],
    accept: async (events, tx) => {
      if (tiny.failures > 0) {
        tiny.failures -= 1;
        throw new Error('the plugin cannot take it now');
      }
      // In the runtime's transaction: what is kept here is there exactly if the rest is.
      for (const event of events) await tx?.appendStream(`tiny:${userIdOf(event.lead)}`, { id: event.id }, event.at);
      for (const event of events) if (!seen.has(event.id)) tiny.events.push(event);
      for (const event of events) seen.add(event.id);
      return events.map((event) => ({
        id: event.id,
        verdict:
          event.type === 'BotMessage' && tiny.mode !== 'bot' && event.duringTransfer !== true
            ? ('suppressed' as const)
            : ('accepted' as const),
        duplicate: false,
      }));
    },
    webhook: (bindingId, bytes, headers) => {
      if (bindingId !== 'main') return Promise.resolve({ status: 404, body: '{"error":"unknown binding"}' });
      tiny.webhooks.push({ bindingId, body: new TextDecoder().decode(bytes), headers });
      return Promise.resolve({ status: 200, body: '{"ok":true}' });
    },
    dialog: (_lead: LeadRef) => {
      tiny.dialogFailures -= 1;
      if (tiny.dialogFailures >= 0) return Promise.reject(new Error('the plugin does not know now'));
      return Promise.resolve({ mode: tiny.mode, transfer: 0, operator: null, forwarded: false, binding: 'main' });
    },
    afterScript: (_lead, actions) => {
      tiny.actions.push(...actions);
      return Promise.resolve([...tiny.afterScript]);
    },
    chooseTransfer: () => Promise.resolve(tiny.transfer),
    metrics: () =>
      Promise.resolve([
        {
          name: 'tiny_events_total',
          help: 'Events.',
          type: 'counter',
          samples: [{ labels: {}, value: tiny.events.length }],
        },
      ]),
    ready: () => Promise.resolve({ ready: tiny.reasons.length === 0, reasons: tiny.reasons }),
    start: () => Promise.resolve(),
    idle: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return tiny;
}
