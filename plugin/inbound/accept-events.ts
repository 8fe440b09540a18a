import { z } from 'zod';
import type { DialogEvent } from '../contract/dialog.ts';
import { type EventVerdict, type PlatformEvent, platformEventSchema } from '../contract/events.ts';
import { problemsOf } from '../contract/parse-tolerantly.ts';
import { userIdOf } from '../contract/lead.ts';
import { pluginError } from '../errors.ts';
import type { Transaction } from '../storage/contract.ts';
import { readDialog } from '../core/dialog-record.ts';
import { dialogJob, NO_BINDING, dialogLane } from '../core/jobs.ts';
import type { PluginContext } from '../core/plugin-context.ts';
import { stepOrEnqueue } from '../runner/step-dialog.ts';

/** Ids of the platform's events are its own per lead, so a lead's are remembered apart from another's. */
const EVENT_SCOPE = 'livetex-events';

type Verdict = EventVerdict['verdict'];
const eventsSchema = z.array(platformEventSchema);
const verdictSchema = z.enum(['accepted', 'suppressed']);

/** Stores the platform's events and answers each with its verdict; see `RuntimePlugin.accept`. @throws event_invalid */
export function createAccept(
  context: PluginContext,
): (events: readonly PlatformEvent[], tx?: Transaction) => Promise<EventVerdict[]> {
  return async (events, tx) => {
    const parsed = parse(events);
    const { verdicts, types } = await (tx
      ? store(tx, parsed)
      : context.storage.transaction((own) => store(own, parsed)));
    for (const [index, { verdict, duplicate }] of verdicts.entries()) {
      const type = types[index] ?? '';
      context.counters.add('livetex_events_total', { type, verdict: duplicate ? 'duplicate' : verdict });
    }
    return verdicts;
  };

  async function store(tx: Transaction, events: readonly PlatformEvent[]) {
    const verdicts: EventVerdict[] = [];
    for (const event of events) {
      const userId = userIdOf(event.lead);
      const binding = context.bindings.of(event.lead);
      const lane = dialogLane(binding?.id ?? NO_BINDING, userId);
      const known = isGated(event) ? await readDialog(tx, lane) : undefined;
      const verdict: Verdict = known === undefined || known.state.mode === 'bot' ? 'accepted' : 'suppressed';
      const seen = await tx.remember(`${EVENT_SCOPE}/${userId}`, event.id, verdict);
      verdicts.push({
        id: event.id,
        verdict: seen === undefined ? verdict : verdictSchema.parse(seen.value),
        duplicate: seen !== undefined,
      });
      if (seen !== undefined || verdict === 'suppressed') continue;
      if (binding !== undefined) {
        await stepOrEnqueue(tx, context, { binding, userId, event: dialogEventOf(event) }, known);
      } else if (event.type === 'TransferRequested') {
        // Without a binding nothing is mirrored; only a transfer has somebody to tell that there is none.
        await tx.enqueue([dialogJob(lane, dialogEventOf(event))]);
      }
    }
    return { verdicts, types: events.map((event) => event.type) };
  }
}

/**
 * Must it pass the silence gate, which is the committed mode? A transfer that is only asked for has not silenced the bot
 * yet: the rest of the same script still speaks, and the lead may stay with the bot after all.
 */
function isGated(event: PlatformEvent): boolean {
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
    case 'BotMessage':
      return { type: event.type, content: event.content };
    case 'TransferRequested':
    case 'ReturnRequested':
      return { type: event.type, ...(event.scriptType === undefined ? {} : { scriptType: event.scriptType }) };
  }
}
