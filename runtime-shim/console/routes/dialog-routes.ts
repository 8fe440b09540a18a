/** «Диалоги»: lists, one dialog, and what can be done with it. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { groupNameSchema } from '../../../plugin/contract/groups.ts';
import { MAX_REASON_LENGTH, type PlatformEvent } from '../../../plugin/contract/events.ts';
import { transferRecordSchema } from '../../../plugin/contract/transfer-record.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import type { OutboxEntry } from '../../cli/maintenance/outbox-records.ts';
import type { Route } from '../../http/routes.ts';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import { transcriptOf } from '../../leads/lead-keys.ts';
import type { BotRuntime, Runtime } from '../../runtime/contract.ts';
import type { ConsolePlugin } from '../console-ports.ts';
import { consoleError } from '../console-errors.ts';
import { consoleRoute, type RoutePorts } from '../console-route.ts';
import { listDialogs, rowFrom } from '../dialog-list.ts';
import { dialogPageSchema, dialogSchema } from '../records/dialog-records.ts';

/** Lines of one page of a transcript. */
const LINES = 100;
const MAX_LINES_SIZE = 1024 * 1024;

const listQuery = z.object({
  view: z.enum(['open', 'all']).default('open'),
  /** Left out: the first one. */
  bot: z.string().max(200).default(''),
  q: z.string().max(200).default(''),
  after: z.string().max(600).default(''),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
const leadParams = z.object({ bot: z.string(), channel: z.string(), externalId: z.string() });
const detailQuery = z.object({
  /** Lines before this one; left out: the newest. */
  before: z.coerce.number().int().positive().optional(),
});
const doneSchema = z.object({ verdict: z.string() });

export interface DialogRoutesOptions {
  readonly storage: Storage;
  readonly runtime: () => Runtime;
  readonly plugin: () => ConsolePlugin;
  /** What waits for a lead, and what was given up. */
  readonly waiting: (lead: LeadRef) => Promise<OutboxEntry[]>;
  readonly now: () => number;
}

export function dialogRoutes(ports: RoutePorts, options: DialogRoutesOptions): Route[] {
  const { storage, runtime, plugin, waiting, now } = options;
  const path = '/dialogs/{bot}/{channel}/{externalId}';
  const of = async ({ bot, channel = '', externalId = '' }: Readonly<Record<string, string>>) => {
    const found: BotRuntime | undefined = runtime().bots.find(({ botId }) => botId === bot);
    const view = await found?.lead(channel, externalId);
    if (found === undefined || view === undefined) throw consoleError('console_nothing_there', undefined);
    const { botId } = found;
    return { bot: found, view, lead: { botId, channel, externalId } satisfies LeadRef };
  };
  const tell = async (event: PlatformEvent): Promise<{ verdict: string }> => {
    const [verdict] = await plugin().accept([event]);
    return { verdict: verdict?.verdict ?? 'accepted' };
  };
  const eventOf = (lead: LeadRef) => ({ id: `console-${randomUUID()}`, lead, at: now() });
  return [
    consoleRoute(ports, {
      method: 'GET',
      path: '/dialogs',
      role: 'viewer',
      summary:
        'Dialogs in pages: those that the bot does not have, or all leads of a bot; searched by name, id, last texts',
      query: listQuery,
      answer: dialogPageSchema,
      async act({ query, person }) {
        const bots = runtime().bots.map(({ botId }) => botId);
        const bot = query.bot === '' ? (bots[0] ?? '') : query.bot;
        const page = await listDialogs({ storage, plugin }, { ...query, bot, texts: person.role === 'admin' });
        return { ...page, bots };
      },
    }),
    consoleRoute(ports, {
      method: 'GET',
      path,
      role: 'viewer',
      summary: 'One dialog: what was said, its transfers, attributes, what waits; texts and attributes for admins only',
      params: leadParams,
      query: detailQuery,
      answer: dialogSchema,
      async act({ params, query: { before }, person }) {
        const { bot, view, lead } = await of(params);
        const isAdmin = person.role === 'admin';
        const end = await storage.read((tx) => tx.streamEnd(transcriptOf(lead)));
        const last = Math.min(before === undefined ? end : before - 1, end);
        const from = Math.max(0, last - LINES);
        const page = { maxLines: Math.max(1, last - from), maxSize: MAX_LINES_SIZE };
        const messages = last === 0 ? [] : await bot.messages(lead.channel, lead.externalId, from, page);
        const { transfers } = await plugin().leadData(lead);
        const newest = messages.at(-1);
        return {
          dialog: {
            ...rowFrom(lead, view.lead.name, view.dialog),
            lastAt: newest?.at ?? null,
            lastFrom: newest?.from ?? null,
          },
          attributes: isAdmin ? view.attributes : null,
          systemAttributes: isAdmin ? view.systemAttributes : null,
          // Only these: what a run brings along may be a lead's own words.
          scheduled: view.scheduled.map(({ n, script, at, everySec }) => ({ n, script, at, everySec })),
          messages: isAdmin ? messages : null,
          earlier: from,
          transfers: transfers.flatMap((record) => {
            const { data } = transferRecordSchema.safeParse(record);
            if (data === undefined) return [];
            const { userId: _userId, reason, ...rest } = data;
            return [{ ...rest, reason: isAdmin ? reason : null }];
          }),
          waiting: (await waiting(lead)).map((entry) => (isAdmin ? entry : { ...entry, text: '', error: null })),
        };
      },
    }),
    consoleRoute(ports, {
      method: 'POST',
      path: `${path}/return`,
      role: 'admin',
      summary: 'Takes a dialog back to the bot',
      params: leadParams,
      answer: doneSchema,
      async act({ params, note }) {
        const { lead } = await of(params);
        const done = await tell({ type: 'ReturnRequested', ...eventOf(lead) });
        await note('dialog_returned', { ...lead });
        return done;
      },
    }),
    consoleRoute(ports, {
      method: 'POST',
      path: `${path}/transfer`,
      role: 'admin',
      summary: 'Gives a dialog to an operator, also when nobody is online: then it waits',
      params: leadParams,
      body: z.strictObject({
        group: groupNameSchema.optional(),
        reason: z.string().trim().min(1).max(MAX_REASON_LENGTH).optional(),
      }),
      answer: doneSchema,
      async act({ params, body: { group, reason }, note }) {
        const { lead } = await of(params);
        const wishes = { ...(group === undefined ? {} : { group }), ...(reason === undefined ? {} : { reason }) };
        const done = await tell({ type: 'TransferRequested', ...eventOf(lead), ...wishes, ignoreOffline: true });
        await note('dialog_transferred', { ...lead, ...(group === undefined ? {} : { group }) });
        return done;
      },
    }),
  ];
}
