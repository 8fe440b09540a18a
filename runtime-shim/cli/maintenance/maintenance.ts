/** What a maintainer may ask of the data, whoever holds it: a running server or nobody. */
import { z } from 'zod';
import type { Check } from '../../../plugin/contract/plugin.ts';
import type { TransferRange, TransferRecord, TransferReport } from '../../../plugin/contract/transfer-record.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { systemClock } from '../../../plugin/storage/index.ts';
import { createSandbox } from '../../sandbox/index.ts';
import type { Config } from '../config/config-schema.ts';
import type {
  BotRuntime,
  LeadData,
  LeadForgotten,
  LeadLogEntry,
  Runtime,
  TranscriptMessage,
} from '../../runtime/contract.ts';
import { createRuntimeOf, uploadsFolderOf } from '../create-runtime-of.ts';
import { type DialogReport, dialogReport } from './dialog-report.ts';
import { dropBefore, dropJobs, listOutbox, listWaiting, resendDead, retryJobs } from './outbox.ts';
import { type DroppedJobs, type Outbox, type WaitingJobs } from './outbox-records.ts';

/** What one answer of a running server carries of a transcript, UTF-16 units of its JSON. */
const LINES_PAGE = { maxLines: 1_000, maxSize: 1_024 * 1_024 };

const whichSchema = z.union([z.int().positive(), z.literal('all')]);

/** Of whose leads is asked; left out: the first bot's. */
const botSchema = z.string().optional();

/** The requests, as they cross to a running server. */
export const requestSchema = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('outbox') }),
  z.strictObject({ do: z.literal('resend'), which: whichSchema }),
  z.strictObject({ do: z.literal('retry'), which: whichSchema }),
  z.strictObject({ do: z.literal('drop'), which: whichSchema }),
  z.strictObject({
    do: z.literal('dialog'),
    bot: botSchema,
    channel: z.string(),
    externalId: z.string(),
    last: z.int().positive().max(1_000),
  }),
  z.strictObject({ do: z.literal('leadData'), bot: botSchema, channel: z.string(), externalId: z.string() }),
  z.strictObject({
    do: z.literal('leadLines'),
    bot: botSchema,
    channel: z.string(),
    externalId: z.string(),
    of: z.enum(['messages', 'authorLog']),
    after: z.int().nonnegative(),
  }),
  z.strictObject({ do: z.literal('waiting'), before: z.number().optional() }),
  z.strictObject({ do: z.literal('dropBefore'), before: z.number() }),
  z.strictObject({ do: z.literal('release') }),
  z.strictObject({ do: z.literal('check'), binding: z.string() }),
  z.strictObject({
    do: z.literal('transfers'),
    from: z.number(),
    to: z.number(),
    after: z.string().exactOptional(),
    limit: z.int().positive(),
  }),
  z.strictObject({ do: z.literal('report'), from: z.number(), to: z.number(), timeZone: z.string() }),
  z.strictObject({ do: z.literal('forget'), bot: botSchema, channel: z.string(), externalId: z.string() }),
]);
export type MaintenanceRequest = z.infer<typeof requestSchema>;

export interface Maintenance {
  outbox(): Promise<Outbox>;
  /** Returns how many were put back. */
  resend(which: number | 'all'): Promise<number>;
  /** Has a waiting message, or all that are stuck or held back, tried at once. Returns how many. */
  retry(which: number | 'all'): Promise<number>;
  /** Returns how many were forgotten. */
  drop(which: number | 'all'): Promise<number>;
  /** `undefined`: there is no such lead. */
  dialog(channel: string, externalId: string, last: number): Promise<DialogReport | undefined>;
  /** `undefined`: nothing is kept of such a lead. */
  leadData(channel: string, externalId: string): Promise<LeadData | undefined>;
  /** Lines with `seq > after` of what the lead saw, or of what authors read about it; none: there are no more. */
  leadLines(channel: string, externalId: string, of: LeadLines, after: number): Promise<readonly LeadLine[]>;
  /** What is still to be done, all of it or what was stored before a time (Unix ms). */
  waiting(before?: number): Promise<WaitingJobs>;
  dropBefore(before: number): Promise<DroppedJobs>;
  /** Begins the work of a server that was started with `--hold`. False: there is none. */
  release(): Promise<boolean>;
  /** Every check of a binding; see `RuntimePlugin.check`. */
  check(binding: string): Promise<readonly Check[]>;
  /** The records of transfers, and their figures; see `RuntimePlugin`. */
  transfers(
    page: TransferRange & { readonly after?: string; readonly limit: number },
  ): Promise<readonly TransferRecord[]>;
  report(range: TransferRange & { readonly timeZone: string }): Promise<TransferReport>;
  /** `undefined`: nothing was there. */
  forget(channel: string, externalId: string): Promise<LeadForgotten | undefined>;
}

export type LeadLines = 'messages' | 'authorLog';
export type LeadLine = TranscriptMessage | LeadLogEntry;

/** Answers a request that came as JSON. `maintenanceFor`: for a bot by its id. */
export async function answerRequest(
  maintenanceFor: (bot: string | undefined) => Maintenance,
  request: MaintenanceRequest,
): Promise<unknown> {
  const maintenance = maintenanceFor('bot' in request ? request.bot : undefined);
  switch (request.do) {
    case 'outbox':
      return await maintenance.outbox();
    case 'resend':
      return await maintenance.resend(request.which);
    case 'retry':
      return await maintenance.retry(request.which);
    case 'drop':
      return await maintenance.drop(request.which);
    case 'dialog':
      return (await maintenance.dialog(request.channel, request.externalId, request.last)) ?? null;
    case 'leadData':
      return (await maintenance.leadData(request.channel, request.externalId)) ?? null;
    case 'leadLines':
      return await maintenance.leadLines(request.channel, request.externalId, request.of, request.after);
    case 'waiting':
      return await maintenance.waiting(request.before);
    case 'dropBefore':
      return await maintenance.dropBefore(request.before);
    case 'check':
      return await maintenance.check(request.binding);
    case 'transfers': {
      const { do: _, ...page } = request;
      return await maintenance.transfers(page);
    }
    case 'report': {
      const { do: _, ...range } = request;
      return await maintenance.report(range);
    }
    case 'release':
      return await maintenance.release();
    case 'forget':
      return (await maintenance.forget(request.channel, request.externalId)) ?? null;
  }
}

/**
 * On an open storage: one that nobody else works on or that several may share, or that of a `running` runtime. `close` before
 * the storage; neither the storage nor a runtime that is `running` is closed by it.
 */
export function maintenanceOf(
  storage: Storage,
  config: Config,
  { running, bot }: { readonly running?: Runtime; readonly bot?: string | undefined } = {},
): Maintenance & { close(): Promise<void> } {
  let made: Promise<Runtime> | undefined;
  /** Without a running one: never started, so nothing is sent. Made when it is needed: the outbox is looked after without the bot folder. */
  const theRuntime = async (): Promise<Runtime> => running ?? (await (made ??= withoutScripts(storage, config)));

  /** The plugin that keeps transfers. */
  async function livetex(): Promise<Runtime['plugins'][number]> {
    const { plugins } = await theRuntime();
    const found = plugins.find((plugin) => plugin.report !== undefined);
    if (found === undefined) throw new TypeError('no plugin keeps transfers');
    return found;
  }

  /** `undefined`: there is no such bot, so it has no such lead. */
  async function withBot<T>(use: (runtime: BotRuntime) => Promise<T>): Promise<T | undefined> {
    const runtime = await theRuntime();
    const one = bot === undefined ? runtime : runtime.bots.find(({ botId }) => botId === bot);
    return one === undefined ? undefined : await use(one);
  }

  return {
    outbox: async () => await listOutbox(storage),
    resend: async (which) => await resendDead(storage, which),
    retry: async (which) => await retryJobs(storage, which, systemClock.now()),
    drop: async (which) => await dropJobs(storage, which),
    waiting: async (before) => await listWaiting(storage, before),
    dropBefore: async (before) => await dropBefore(storage, before),
    check: async (binding) => {
      const { plugins } = await theRuntime();
      const checks: Check[] = [];
      for (const plugin of plugins) checks.push(...((await plugin.check?.(binding)) ?? []));
      return checks;
    },
    transfers: async (page) => (await (await livetex()).transfers?.(page)) ?? [],
    report: async (range) => {
      const made = await (await livetex()).report?.(range);
      if (made === undefined) throw new TypeError('the plugin has no report');
      return made;
    },
    release: async () => (await running?.release()) ?? false,
    dialog: (channel, externalId, last) =>
      withBot((runtime) => dialogReport(runtime, storage, { channel, externalId, last })),
    leadData: (channel, externalId) => withBot((runtime) => runtime.leadData(channel, externalId)),
    leadLines: async (channel, externalId, of, after) =>
      (await withBot<readonly LeadLine[]>((runtime) =>
        of === 'messages'
          ? runtime.messages(channel, externalId, after, LINES_PAGE)
          : runtime.leadLog(channel, externalId, after),
      )) ?? [],
    forget: (channel, externalId) => withBot((runtime) => runtime.forgetLead(channel, externalId)),
    close: async () => {
      // Why it could not be made was told to whoever asked.
      await (await made?.catch(() => undefined))?.close();
    },
  };
}

/** A runtime that plays nothing, so it has a sandbox without a single process. */
async function withoutScripts(storage: Storage, config: Config): Promise<Runtime> {
  const sandbox = createSandbox();
  await sandbox.close();
  return await createRuntimeOf(config, { storage, parts: { sandbox }, uploadsFolder: uploadsFolderOf(config) });
}
