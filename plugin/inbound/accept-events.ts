import { z } from 'zod';
import type { DialogEvent } from '../contract/dialog.ts';
import { type EventVerdict, type PlatformEvent, platformEventSchema } from '../contract/events.ts';
import type { Origin } from '../contract/host.ts';
import { problemsOf } from '../contract/parse-tolerantly.ts';
import { userIdOf } from '../contract/lead.ts';
import { pluginError } from '../errors.ts';
import type { SqlClient, Transaction } from '../storage/contract.ts';
import { storageError } from '../storage/errors.ts';
import { fromOrigin } from '../core/origin.ts';
import { type DialogRecord, readDialog } from '../core/dialog-record.ts';
import { dialogJob, EVENT_SCOPE, NO_BINDING, dialogLane } from '../core/jobs.ts';
import type { Binding, PluginContext } from '../core/plugin-context.ts';
import { stepOrEnqueue } from '../runner/step-dialog.ts';

type Verdict = EventVerdict['verdict'];
/** Bots without a binding that are logged, at most. Our choice: a platform may have any number. */
const MAX_UNBOUND_BOTS = 100;
const eventsSchema = z.array(platformEventSchema);
const verdictSchema = z.enum(['accepted', 'suppressed', 'unbound']);

/** Stores the platform's events and answers each with its verdict; see `RuntimePlugin.accept`. @throws event_invalid */
export function createAccept(
  context: PluginContext,
): (events: readonly PlatformEvent[], tx?: Transaction | SqlClient) => Promise<EventVerdict[]> {
  const unboundBots = new Set<string>();
  return async (events, tx) => {
    const parsed = parse(events);
    const { verdicts, types } = await within(tx, (own) => store(own, parsed));
    for (const [index, { verdict, duplicate }] of verdicts.entries()) {
      const type = types[index] ?? '';
      context.counters.add('livetex_events_total', { type, verdict: duplicate ? 'duplicate' : verdict });
      const event = parsed[index];
      if (event === undefined) continue;
      if (verdict === 'unbound') logUnbound(event.lead.botId);
      // It has a binding by now: should it lose it, that is said again.
      else if (!duplicate && !asksOperators(event)) unboundBots.delete(event.lead.botId);
    }
    return verdicts;
  };

  /** In a transaction of its own, in one of the same storage, or in that of a platform on the same PostgreSQL. */
  function within<T>(tx: Transaction | SqlClient | undefined, work: (own: Transaction) => Promise<T>): Promise<T> {
    const { storage } = context;
    if (tx === undefined) return storage.transaction(work);
    if ('enqueue' in tx) return work(tx);
    if (storage.join !== undefined) return storage.join(tx, work);
    const problem = `needs the plugin's storage on the same PostgreSQL, and it is "${storage.driver}": leave the client out`;
    throw storageError('storage_join_refused', { problem });
  }

  function logUnbound(botId: string): void {
    if (unboundBots.has(botId) || unboundBots.size >= MAX_UNBOUND_BOTS) return;
    unboundBots.add(botId);
    context.logger.warn('no LiveTex binding takes this bot: its dialogs are mirrored nowhere', { botId });
  }

  /** A transfer is acted on in any case: its refusal is told to the author. */
  function verdictOf(event: PlatformEvent, binding: Binding | undefined, known: DialogRecord | undefined): Verdict {
    if (known !== undefined && known.state.mode !== 'bot') return 'suppressed';
    const isUnbound = binding === undefined && !asksOperators(event);
    const takesBot = context.bindings.all.some((one) => context.bindings.takesBot(one, event.lead.botId));
    return isUnbound && !takesBot ? 'unbound' : 'accepted';
  }

  async function store(tx: Transaction, events: readonly PlatformEvent[]) {
    const verdicts: EventVerdict[] = [];
    for (const event of events) {
      const binding = context.bindings.of(event.lead);
      verdicts.push(await fromOrigin(originFor(event, binding), () => storeOne(tx, event, binding)));
    }
    return { verdicts, types: events.map((event) => event.type) };
  }

  function originFor({ id, traceparent }: PlatformEvent, binding: Binding | undefined): Origin {
    return {
      ...(binding === undefined ? {} : { binding: binding.id }),
      platformEvent: id,
      ...(traceparent === undefined ? {} : { traceparent }),
    };
  }

  async function storeOne(tx: Transaction, event: PlatformEvent, binding: Binding | undefined): Promise<EventVerdict> {
    const { id } = event;
    const userId = userIdOf(event.lead);
    const lane = dialogLane(binding?.id ?? NO_BINDING, userId);
    const known = canBeSuppressed(event) ? await readDialog(tx, lane) : undefined;
    const verdict = verdictOf(event, binding, known);
    const seen = await tx.remember(`${EVENT_SCOPE}/${userId}`, id, verdict);
    if (seen !== undefined) return { id, verdict: verdictSchema.parse(seen.value), duplicate: true };
    if (verdict === 'suppressed') return { id, verdict, duplicate: false };
    if (binding !== undefined) {
      await stepOrEnqueue(tx, context, { binding, userId, event: dialogEventOf(event) }, known);
    } else if (asksOperators(event)) {
      // Without a binding nothing is mirrored; only who asks for operators has to be told that there are none.
      await tx.enqueue([dialogJob(lane, dialogEventOf(event))]);
    }
    return { id, verdict, duplicate: false };
  }
}

function asksOperators({ type }: PlatformEvent): boolean {
  return type === 'TransferRequested' || type === 'LeaveMessageRequested';
}

/**
 * May it be suppressed, as the committed mode says? A transfer that is only asked for has not silenced the bot
 * yet: the rest of the same script still speaks, and the lead may stay with the bot after all.
 */
function canBeSuppressed(event: PlatformEvent): boolean {
  return event.type === 'BotMessage' && event.duringTransfer !== true;
}

function parse(events: readonly PlatformEvent[]): PlatformEvent[] {
  const result = eventsSchema.safeParse(events);
  if (result.success) return result.data;
  const problems = problemsOf(result.error, 'events');
  throw pluginError('event_invalid', { problems });
}

function dialogEventOf(event: PlatformEvent): DialogEvent {
  switch (event.type) {
    case 'LeadMessage':
      return {
        type: event.type,
        content: event.content,
        ...(event.choice === undefined ? {} : { choice: event.choice }),
        ...(event.edits === undefined ? {} : { isEdit: true }),
      };
    case 'BotMessage':
      return { type: event.type, content: event.content };
    case 'OperatorNote':
      return { type: event.type, text: event.text };
    case 'TransferRequested':
    case 'LeaveMessageRequested':
    case 'ReturnRequested':
    case 'BotStumbled': {
      const { id: _id, lead: _lead, at: _at, traceparent: _trace, ...asked } = event;
      return asked;
    }
  }
}
