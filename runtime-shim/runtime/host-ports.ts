import {
  LIVETEX_ATTRS_KEY,
  LIVETEX_HIDDEN_ATTRS_KEY,
  type LiveTexAttrs,
  liveTexAttrsSchema,
} from '../../plugin/contract/attributes.ts';
import type { Delivery, LiveTexHost } from '../../plugin/contract/host.ts';
import type { LeadRef } from '../../plugin/contract/lead.ts';
import type { Transaction } from '../../plugin/storage/contract.ts';
import { type Bot, findScript, menuCodesOf } from '../bot/bot.ts';
import { appendAuthorLog, appendLine, type NewLine } from '../leads/transcript.ts';
import { idScope } from '../leads/lead-keys.ts';
import { readLead, writeForwarded } from '../leads/lead-store.ts';
import type { BackgroundWork } from './background-work.ts';
import type { TranscriptMessage } from './contract.ts';
import { newLeadJob } from './receive-message.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** What the shim offers a plugin as the platform (`docs/architecture.md`). `bots`: those that are run here, as they are now. */
export function hostPorts(
  context: Pick<RuntimeContext, 'storage' | 'clock' | 'activities' | 'logger' | 'channels'>,
  bots: () => readonly Bot[],
  background: BackgroundWork,
): LiveTexHost {
  const { storage, clock, activities } = context;
  return {
    attributes: {
      get: async (lead) => {
        const stored = await storage.read((tx) => readLead(tx, lead));
        const kept = (key: string): LiveTexAttrs =>
          liveTexAttrsSchema.safeParse(stored?.lead.systemAttributes[key] ?? {}).data ?? {};
        const name = stored?.lead.name ?? null;
        return {
          ...(name === null ? {} : { name }),
          attributes: kept(LIVETEX_ATTRS_KEY),
          hiddenAttributes: kept(LIVETEX_HIDDEN_ATTRS_KEY),
          tags: stored?.lead.tags ?? [],
        };
      },
    },
    hasScript: async ({ botId }, script) => {
      const bot = bots().find(({ id }) => id === botId);
      return bot !== undefined && findScript(bot, script) !== undefined;
    },
    runScript: (lead, request) =>
      storage.transaction(async (tx) => {
        if (!(await isFirst(tx, 'run', lead, request.id))) return;
        const { id, script, duringTransfer } = request;
        const cause = { code: request.cause };
        await tx.enqueue([newLeadJob({ kind: 'script', lead, id, script, cause, duringTransfer })]);
      }),
    deliver: async (lead, delivery) => {
      const message = await storage.transaction(async (tx): Promise<TranscriptMessage | undefined> => {
        if (!(await isFirst(tx, 'delivery', lead, delivery.id))) return undefined;
        const line = await appendLine(tx, lead, lineOf(delivery), delivery.at);
        await context.channels()?.said(tx, lead, line);
        return line;
      });
      if (message !== undefined) activities.emit({ kind: 'message', at: delivery.at, lead, message });
    },
    setForwarded: (lead, { forwarded }) => storage.transaction((tx) => writeForwarded(tx, lead, forwarded)),
    menuCodes: () => menuCodesOf(bots()),
    authorLog: (lead, { level, text }) => {
      const line = { level, text };
      const at = clock.now();
      activities.emit({ kind: 'author_log', at, lead, ...line });
      background.run('author log', () => storage.transaction((tx) => appendAuthorLog(tx, lead, line, at)));
    },
    observe: (activity) => activities.emit({ kind: 'plugin', at: activity.at, activity }),
    logger: context.logger,
    clock,
  };
}

async function isFirst(tx: Transaction, what: 'run' | 'delivery', lead: LeadRef, id: string): Promise<boolean> {
  return (await tx.remember(idScope(what, lead), id, true)) === undefined;
}

function lineOf(delivery: Delivery): NewLine {
  if (delivery.kind === 'notice') return { from: 'notice', text: delivery.text };
  const attachments = delivery.kind === 'file' ? [delivery.attachment] : undefined;
  const { text, operator, sentAt } = delivery;
  return { from: 'operator', text, attachments, operator, sentAt };
}
