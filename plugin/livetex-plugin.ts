import { webhookUrlOf } from './contract/binding-config.ts';
import type { DialogView } from './contract/dialog.ts';
import { type LeadRef, userIdOf } from './contract/lead.ts';
import type {
  Check,
  Forgotten,
  LeadData,
  OpenDialog,
  OpenDialogsPage,
  PluginBindings,
  RuntimePlugin,
} from './contract/plugin.ts';
import { definition } from './definition.ts';
import { viewOf } from './dialog/dialog-state.ts';
import { pluginError } from './errors.ts';
import { createAccept } from './inbound/accept-events.ts';
import { knownToScripts } from './runner/answer-scripts.ts';
import { afterScript, chooseTransfer } from './runner/choose-transfer.ts';
import { listOpenDialogs, readDialog } from './core/dialog-record.ts';
import { allTransfers, listTransfers } from './core/transfer-store.ts';
import { transferReport } from './operations/transfer-report.ts';
import { checkBinding } from './operations/check-binding.ts';
import { createPluginMetrics } from './operations/metrics.ts';
import { createHousekeeping } from './operations/housekeeping.ts';
import { forgetLead, leadData } from './operations/lead-data.ts';
import type { Binding, PluginContext } from './core/plugin-context.ts';
import { createReadiness, warnOfMissingWebhooks } from './operations/readiness.ts';
import { probeTokens, type TokenWatch } from './operations/tokens.ts';
import { createWebhookWatch } from './operations/webhook-watch.ts';
import { NO_BINDING, dialogLane, queuesOf } from './core/jobs.ts';
import { createReceiveWebhook } from './inbound/receive-webhook.ts';
import { createWorkers, waitUntilIdle } from './operations/workers.ts';
import type { BindingRegistry } from './operations/binding-registry.ts';
import type { ClaimedJob, ReadTransaction, SqlClient, Storage, Transaction } from './storage/contract.ts';
import type { JobOutcome } from './storage/lane-worker-contract.ts';

/** The plugin as `createLiveTexPlugin` returns it: what a platform needs, and what its maintainer needs beside it. */
export interface LiveTexPlugin extends RuntimePlugin<Transaction | SqlClient, ReadTransaction> {
  /** Registers a binding's webhook at LiveTex; returns the URL that it set. @throws webhook_not_configured, binding_unknown, livetex_… */
  setWebhook(bindingId: string): Promise<{ readonly url: string }>;
  /** Dialogs that the bot does not have. Fewer than `limit`: there are no more. */
  openDialogs(page: OpenDialogsPage): Promise<readonly OpenDialog[]>;
  /** Has LiveTex post a binding's events nowhere. With `webhook.keep` it is set again within `watchSeconds`. @throws binding_unknown, livetex_… */
  removeWebhook(bindingId: string): Promise<void>;
  check(bindingId: string): Promise<readonly Check[]>;
  leadData(lead: LeadRef): Promise<LeadData>;
  forget(lead: LeadRef): Promise<Forgotten>;
  transfers: NonNullable<RuntimePlugin<Transaction, ReadTransaction>['transfers']>;
  report: NonNullable<RuntimePlugin<Transaction, ReadTransaction>['report']>;
  /** The webhook's URL as LiveTex has it, empty when none is set. @throws binding_unknown, livetex_… */
  webhookSettings(bindingId: string): Promise<{ readonly url: string }>;
  /** Whoever knows that an operator's status has changed says so: the answer of the last 5 s is void, the next question asks LiveTex. */
  outdateAvailability(): void;
  /** Resolves when no work is waiting now (retries and timers of the future do not count), and at once when not running. */
  idle(): Promise<void>;
  readonly bindings: PluginBindings;
  /** Where the plugin keeps its work: `listStuck`, `listDead`, and in a transaction `resend` and `drop`. */
  readonly storage: Storage;
  /** The names of the plugin's queues in it. */
  readonly queues: readonly string[];
}

export interface PluginAssembly {
  readonly registry: BindingRegistry;
  /** Looks at a binding that was removed. */
  readonly drain: (job: ClaimedJob) => Promise<JobOutcome>;
  readonly context: PluginContext;
  readonly tokens: TokenWatch;
  readonly guestSource: string;
  readonly random: () => number;
  /** Called once the workers have ended: closes what the plugin owns. */
  readonly release: () => Promise<void>;
}

/** Most records of one answer. Our choice: one of a few hundred bytes each. */
const MAX_TRANSFERS_PAGE = 1_000;

function timeZoneOf(all: readonly Binding[]): string {
  const scheduled = all.find(({ config }) => config.schedule !== undefined)?.config.schedule;
  return scheduled?.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Wires the plugin. Nothing runs before `start()`. */
export function assemblePlugin(assembly: PluginAssembly): LiveTexPlugin {
  const { context, tokens, registry, drain, guestSource, random, release } = assembly;
  const { bindings, storage } = context;
  const receive = createReceiveWebhook(context);
  const workers = createWorkers(context, drain, random);
  const housekeeping = createHousekeeping(context);
  const webhooks = createWebhookWatch(context, random);
  const readiness = createReadiness(context, tokens, {
    ofBinding: (id) => webhooks.problemOf(id),
    ofProcess: () => registry.problems(),
  });
  const metrics = createPluginMetrics(context);
  const functions = Object.entries(definition.guestFunctions).map(([name, make]) => [name, make(context)] as const);
  registry.onChange((id, binding) => {
    tokens.forget(id);
    if (binding === undefined) workers.drop(id);
    else workers.use(binding);
    if (binding !== undefined && running) warnOfMissingWebhooks(context.logger, [binding]);
  });
  let running = false;
  let closing: Promise<void> | undefined;

  return {
    name: definition.name,
    guest: { source: guestSource, functions: new Map(functions), known: (lead) => knownToScripts(context, lead) },
    scriptTypes: definition.scriptTypes,
    accept: createAccept(context),
    webhook: receive,
    dialog,
    afterScript: (lead, actions) => afterScript(context, lead, actions),
    chooseTransfer: (lead) => chooseTransfer(context, lead),
    leadData: (lead) => leadData(context, lead),
    forget: (lead) => forgetLead(context, lead),
    transfers: ({ limit, ...page }) =>
      listTransfers(storage, { ...page, limit: Math.min(Math.max(1, Math.floor(limit)), MAX_TRANSFERS_PAGE) }),
    report: ({ timeZone, ...range }) =>
      transferReport(allTransfers(storage, range), range, timeZone ?? timeZoneOf(bindings.all)),
    check: async (bindingId) => checkBinding(context, bindingOf(bindingId)),
    metrics: async () => [...(await metrics()), ...workers.metrics(), ...webhooks.metrics()],
    ready: readiness,
    async start() {
      warnOfMissingWebhooks(context.logger, bindings.all);
      await probeTokens(context);
      if (closing !== undefined) return;
      // Refuses stored tokens that cannot be opened.
      registry.start();
      running = true;
      workers.start();
      housekeeping.start();
      webhooks.start();
    },
    close() {
      running = false;
      closing ??= (async () => {
        await registry.stop();
        await Promise.all([housekeeping.stop(), webhooks.stop(), workers.stop()]);
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
    openDialogs: (page) => listOpenDialogs(storage, page),
    async removeWebhook(bindingId) {
      const { config, client } = bindingOf(bindingId);
      await client.setWebhook({ url: '', webhook_key: config.webhook?.key ?? '' });
    },
    webhookSettings: async (bindingId) => bindingOf(bindingId).client.getWebhookSettings(),
    outdateAvailability() {
      for (const { client } of bindings.all) client.outdateAvailability?.();
    },
    idle: () => waitUntilIdle(context, workers, () => running),
    storage,
    get queues() {
      return queuesOf(bindings.all);
    },
    bindings: registry,
  };

  function bindingOf(bindingId: string) {
    const binding = bindings.get(bindingId);
    if (binding === undefined) throw pluginError('binding_unknown', { binding: bindingId });
    return binding;
  }

  async function dialog(lead: LeadRef, tx?: ReadTransaction): Promise<DialogView> {
    const binding = bindings.of(lead)?.id ?? null;
    const lane = dialogLane(binding ?? NO_BINDING, userIdOf(lead));
    const view = async (own: ReadTransaction): Promise<DialogView> =>
      viewOf((await readDialog(own, lane)).state, binding);
    return tx === undefined ? storage.read(view) : view(tx);
  }
}
