import { webhookUrlOf } from './contract/binding-config.ts';
import type { DialogView } from './contract/dialog.ts';
import type { LeadRef } from './contract/lead.ts';
import type { RuntimePlugin } from './contract/plugin.ts';
import { userIdOf } from './contract/lead.ts';
import { definition } from './definition.ts';
import { viewOf } from './dialog/dialog-state.ts';
import { pluginError } from './errors.ts';
import { createAccept } from './lanes/accept-events.ts';
import { afterScript, chooseTransfer, knownToScripts } from './lanes/choose-transfer.ts';
import { readDialog } from './lanes/dialog-record.ts';
import { pluginMetrics } from './lanes/metrics.ts';
import { createHousekeeping } from './lanes/housekeeping.ts';
import type { PluginParts } from './lanes/plugin-parts.ts';
import { probeTokens } from './lanes/probe-tokens.ts';
import { NO_BINDING, dialogLane, queuesOf } from './lanes/queue-names.ts';
import { readiness } from './lanes/readiness.ts';
import { createReceiveWebhook } from './lanes/receive-webhook.ts';
import type { TokenWatch } from './lanes/token-watch.ts';
import { createWorkers } from './lanes/workers.ts';
import type { WebhookInbox } from './lanes/webhook-inbox.ts';
import { waitUntilIdle } from './lanes/wait-until-idle.ts';
import type { ReadTransaction, Storage, Transaction } from './storage/contract.ts';

/** The plugin as `createLiveTexPlugin` returns it: what a platform needs, and what its maintainer needs beside it. */
export interface LiveTexPlugin extends RuntimePlugin<Transaction> {
  /** Registers a binding's webhook at LiveTex; returns the URL that it set. @throws webhook_not_configured, binding_unknown, livetex_… */
  setWebhook(bindingId: string): Promise<{ readonly url: string }>;
  /** The webhook's URL as LiveTex has it, empty when none is set. @throws binding_unknown, livetex_… */
  webhookSettings(bindingId: string): Promise<{ readonly url: string }>;
  /** Resolves when no work is waiting now (retries and timers of the future do not count), and at once when not running. */
  idle(): Promise<void>;
  /** Where the plugin keeps its work: `listStuck`, `listDead`, and in a transaction `resend` and `drop`. */
  readonly storage: Storage;
  /** The names of the plugin's queues in it. */
  readonly queues: readonly string[];
}

export interface PluginAssembly {
  readonly parts: PluginParts;
  /** Loaded. */
  readonly inbox: WebhookInbox;
  readonly tokens: TokenWatch;
  readonly guestSource: string;
  readonly random: () => number;
  /** Called once the workers have ended: closes what the plugin owns. */
  readonly release: () => Promise<void>;
}

/** Puts the parts together. Nothing runs before `start()`. */
export function assemblePlugin({ parts, inbox, tokens, guestSource, random, release }: PluginAssembly): LiveTexPlugin {
  const { bindings, storage } = parts;
  const receive = createReceiveWebhook(parts, inbox);
  const workers = createWorkers(parts, random);
  const housekeeping = createHousekeeping(parts);
  const functions = Object.entries(definition.guestFunctions).map(([name, make]) => [name, make(parts)] as const);
  let running = false;
  let closing: Promise<void> | undefined;

  return {
    name: definition.name,
    guest: { source: guestSource, functions: new Map(functions), known: (lead) => knownToScripts(parts, lead) },
    scriptTypes: definition.scriptTypes,
    accept: createAccept(parts, inbox),
    webhook: (bindingId, bytes, _headers, peer) => receive(bindingId, bytes, peer),
    dialog,
    afterScript: (lead, actions) => afterScript(parts, lead, actions),
    chooseTransfer: (lead) => chooseTransfer(parts, lead),
    metrics: () => pluginMetrics(parts, inbox),
    ready: () => readiness(parts, tokens),
    async start() {
      await probeTokens(parts);
      if (closing !== undefined) return;
      running = true;
      inbox.start();
      for (const worker of workers) worker.start();
      housekeeping.start();
    },
    close() {
      running = false;
      closing ??= (async () => {
        await Promise.all([inbox.stop(), housekeeping.stop(), ...workers.map((worker) => worker.stop())]);
        await release();
      })();
      return closing;
    },
    async setWebhook(bindingId) {
      const { config, client } = bindingOf(bindingId);
      const url = webhookUrlOf(config);
      if (config.webhook === undefined || url === undefined)
        throw pluginError('webhook_not_configured', { binding: bindingId });
      await client.setWebhook({ url, webhook_key: config.webhook.key });
      return { url };
    },
    webhookSettings: async (bindingId) => bindingOf(bindingId).client.getWebhookSettings(),
    idle: () => waitUntilIdle(parts, inbox, workers, () => running),
    storage,
    queues: queuesOf(bindings.all),
  };

  function bindingOf(bindingId: string) {
    const binding = bindings.get(bindingId);
    if (binding === undefined) throw pluginError('binding_unknown', { binding: bindingId });
    return binding;
  }

  /** With what LiveTex was told 200 for: an event that still waits for its dialog is taken first. */
  async function dialog(lead: LeadRef, tx?: Transaction): Promise<DialogView> {
    const binding = bindings.of(lead)?.id ?? null;
    const lane = dialogLane(binding ?? NO_BINDING, userIdOf(lead));
    const view = async (own: ReadTransaction): Promise<DialogView> =>
      viewOf((await readDialog(own, lane)).state, binding);
    const settled = async (own: Transaction): Promise<DialogView> => {
      await inbox.settle(own, lane);
      return view(own);
    };
    if (tx !== undefined) return settled(tx);
    return inbox.holds(lane) ? storage.transaction(settled) : storage.read(view);
  }
}
