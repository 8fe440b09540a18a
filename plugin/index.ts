/** The one entrance of the plugin: `createLiveTexPlugin`, and every type that a platform needs. Wiring only. */
import { randomUUID } from 'node:crypto';
import { createLiveTexClient } from './client/index.ts';
import type { LiveTexClient, LiveTexClientOptions } from './client/contract.ts';
import { type BindingInput, secretKeyOf } from './contract/binding-config.ts';
import type { LiveTexHost, Logger } from './contract/host.ts';
import { loadGuestSource } from './guest/source.ts';
import { logWithOrigin } from './core/origin.ts';
import {
  createBindings,
  createCounters,
  createMeasures,
  type LiveTexClock,
  type PluginRetention,
} from './core/plugin-context.ts';
import { createObserver } from './operations/metrics.ts';
import { createBindingRegistry } from './operations/binding-registry.ts';
import { createBindingStore } from './operations/binding-store.ts';
import { createDrainHandler } from './operations/drain-binding.ts';
import { createTokenWatch } from './operations/tokens.ts';
import { drainInbox } from './inbound/drain-inbox.ts';
import { assemblePlugin, type LiveTexPlugin } from './livetex-plugin.ts';
import type { MenuCodes } from './contract/exit-phrases.ts';
import { parseBinding, parseBindings, parseOptions, refuseMenuPhrases } from './parse-options.ts';
import type { Storage } from './storage/contract.ts';
import { openStorage, systemClock } from './storage/index.ts';

/** What `createLiveTexPlugin` needs of a platform. */
export interface LiveTexPluginOptions {
  /** The `livetex` part of the configuration file, `{ "env": … }` already replaced. Parsed strictly. */
  readonly bindings: readonly BindingInput[];
  /** `memory:`, `sqlite:<folder>` or a `postgres://` URL: opened, and closed with the plugin. An open storage is shared, and stays open. */
  readonly storage: string | Storage;
  readonly host: LiveTexHost;
  /**
   * Seals the tokens and webhook keys of bindings that are put while the plugin runs (AES-256-GCM): 32 random bytes in base64 or
   * hex, the same on all nodes. Left out: they are stored as they are.
   */
  readonly secretKey?: string;
  /** How long finished things are kept: remembered ids (at least a day, as LiveTex repeats events for so long), streams, dead jobs. */
  readonly retention?: PluginRetention;
  /** For tests: another client, and a random source for the jitter of retries. */
  readonly createClient?: (options: LiveTexClientOptions) => LiveTexClient;
  readonly random?: () => number;
}

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * Makes the plugin on a platform's host ports. Nothing is sent before `start()`; events are accepted at once.
 * @throws config_invalid with every problem and its path; what opening the storage throws
 */
export async function createLiveTexPlugin(options: LiveTexPluginOptions): Promise<LiveTexPlugin> {
  const configs = parseOptions(options);
  const { host } = options;
  const menuCodes = (): MenuCodes => host.menuCodes?.() ?? new Map();
  refuseMenuPhrases(configs, menuCodes(), (index) => ['bindings', index]);
  const clock = host.clock ?? systemClock;
  const logger = logWithOrigin(host.logger ?? SILENT);
  const guestSource = await loadGuestSource();

  const bindings = createBindings();
  const tokens = createTokenWatch();
  const counters = createCounters();
  const clockOf = (id: string): LiveTexClock | undefined => bindings.get(id)?.clock;
  const measures = createMeasures();
  const observer = createObserver({ host, logger, counters, measures, tokens, clockOf });
  const client = (options.createClient ?? createLiveTexClient)({ clock, logger, onRequest: observer.request });

  const isOwned = typeof options.storage === 'string';
  const storage =
    typeof options.storage === 'string'
      ? await openStorage(options.storage, { clock, logger, checkFile: true })
      : options.storage;
  const context = {
    bindings,
    storage,
    host,
    clock,
    logger,
    counters,
    measures,
    newId: randomUUID,
    observe: observer.activity,
    ...(options.retention === undefined ? {} : { retention: options.retention }),
  };
  const release = async (): Promise<void> => {
    await client.close();
    if (isOwned) await storage.close();
  };
  const store = createBindingStore(options.secretKey === undefined ? undefined : secretKeyOf(options.secretKey));
  const parse = {
    all: (inputs: readonly BindingInput[]) => parseBindings(inputs, menuCodes()),
    one: (input: BindingInput, others: readonly BindingInput[]) => parseBinding(input, others, menuCodes()),
  };
  const registry = createBindingRegistry({ context, store, client, given: configs, parse });
  try {
    await registry.load();
    await drainInbox(context);
  } catch (error) {
    await release();
    throw error;
  }
  return assemblePlugin({
    context,
    tokens,
    registry,
    drain: createDrainHandler(context, store),
    guestSource,
    random: options.random ?? Math.random,
    release,
  });
}

export { lanesOf } from './core/jobs.ts';
export { openStorage } from './storage/index.ts';
export { definition } from './definition.ts';
export { ERRORS, type ErrorCode } from './errors.ts';
export type { LiveTexPlugin } from './livetex-plugin.ts';
export type { Activity } from './contract/host.ts';
export type { LiveTexAttrs, LiveTexAttrValue } from './contract/attributes.ts';
export type { BindingConfig, BindingInput } from './contract/binding-config.ts';
export { CodedError, codeOf, type ErrorRow, type Fault } from './contract/coded-error.ts';
export type { DialogMode, DialogView, LastTransfer, PendingTransfer, TransferEnd } from './contract/dialog.ts';
export type {
  BotMessageEvent,
  EventVerdict,
  LeadMessageEvent,
  PlatformEvent,
  TransferWishes,
} from './contract/events.ts';
export type {
  AfterScript,
  GuestCallContext,
  GuestFunction,
  GuestPlatform,
  InstallGuest,
  Json,
  KnownAnswer,
  PluginGuest,
} from './contract/guest.ts';
export type { JobTry } from './core/diagnostics.ts';
export type { Clock, Delivery, LeadProfile, LiveTexHost, Logger, Origin, ScriptRequest } from './contract/host.ts';
export { leadOf, type LeadRef, userIdOf } from './contract/lead.ts';
export type { Attachment, Button, Content } from './contract/message.ts';
export type {
  Check,
  Forgotten,
  LeadData,
  LeadJobView,
  BindingInfo,
  BindingToPut,
  Metric,
  OpenDialog,
  OpenDialogsPage,
  PluginBindings,
  PutOptions,
  Readiness,
  RuntimePlugin,
  WebhookAnswer,
  WebhookHeaders,
  WebhookPeer,
} from './contract/plugin.ts';
export type { TransferOutcome, TransferRange, TransferRecord, TransferReport } from './contract/transfer-record.ts';
export { SCRIPT_TYPE_NAMES, type ScriptRef, type ScriptType } from './contract/script-types.ts';
export type {
  ClaimedJob,
  ClaimRequest,
  DeadJob,
  NewJob,
  QueuePause,
  QueueStats,
  ReadTransaction,
  OpenStorageOptions,
  Retention,
  SqlClient,
  Storage,
  StoredJob,
  StreamEntry,
  Timer,
  Transaction,
  VersionedRecord,
} from './storage/contract.ts';
export type {
  Availability,
  BindingAccess,
  BindingClient,
  LiveTexClient,
  LiveTexClientOptions,
  RequestReport,
  SentMessage,
} from './client/contract.ts';
export type {
  ApiVersion,
  Destination,
  GetHistoryRequest,
  LiveTexMethod,
  SelectDestinationRequest,
  SendFileRequest,
  SendTextRequest,
  SetWebhookRequest,
  VersionSetting,
} from './contract/livetex-api.ts';
