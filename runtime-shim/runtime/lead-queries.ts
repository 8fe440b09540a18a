import { problemsOf } from '../../plugin/contract/parse-tolerantly.ts';
import { type LeadRef, leadRefSchema } from '../../plugin/contract/lead.ts';
import { same } from '../../plugin/contract/text.ts';
import { shimError } from '../errors.ts';
import { listLeads, readForwarded, readLead } from '../leads/lead-store.ts';
import { readTranscript } from '../leads/transcript.ts';
import type { LeadView, TranscriptMessage, TranscriptPage } from './contract.ts';
import type { RuntimeContext } from './runtime-context.ts';

/** Most of a transcript that one call returns. Our choice: it bounds an answer's memory, and ten screens of text fit well. */
const MAX_LINES = 10_000;
const MAX_SIZE = 4 * 1_024 * 1_024;

/** Who is meant. @throws message_invalid */
export function refOf(context: RuntimeContext, channel: string, externalId: string): LeadRef {
  const parsed = leadRefSchema.safeParse({ botId: context.botId, channel, externalId });
  if (parsed.success) return parsed.data;
  throw shimError('message_invalid', { problems: problemsOf(parsed.error, '').map(same) });
}

interface LeadPage extends TranscriptPage {
  readonly channel: string;
  readonly externalId: string;
  readonly after: number;
}

export async function leadMessages(
  context: RuntimeContext,
  { channel, externalId, after, maxLines = MAX_LINES, maxSize = MAX_SIZE }: LeadPage,
): Promise<TranscriptMessage[]> {
  const ref = refOf(context, channel, externalId);
  const page = { after, maxLines: Math.min(maxLines, MAX_LINES), maxSize: Math.min(maxSize, MAX_SIZE) };
  return context.storage.read((tx) => readTranscript(tx, ref, page));
}

export async function leadView(
  context: RuntimeContext,
  channel: string,
  externalId: string,
): Promise<LeadView | undefined> {
  const ref = refOf(context, channel, externalId);
  const found = await context.storage.read(async (tx) => {
    const stored = await readLead(tx, ref);
    return stored === undefined
      ? undefined
      : {
          lead: stored.lead,
          // The flag is the platform's: a script may flip it without any plugin (`lead.setForwarded`).
          dialog: { ...(await context.plugins().dialog(ref, tx)), forwarded: await readForwarded(tx, ref) },
        };
  });
  if (found === undefined) return undefined;
  const { id, name, tags, attributes, systemAttributes, scheduled = [] } = found.lead;
  return {
    lead: { ...ref, id: String(id), name, tags },
    attributes: Object.fromEntries(Object.entries(attributes).map(([key, { value }]) => [key, value])),
    systemAttributes,
    dialog: found.dialog,
    scheduled: scheduled
      .filter(({ question }) => question !== true)
      .toSorted((one, other) => one.at - other.at)
      .map(({ n, script, at, everyMs }) => ({
        n,
        script,
        at,
        ...(everyMs === undefined ? {} : { everySec: everyMs / 1_000 }),
      })),
  };
}

export function leadPage(
  context: RuntimeContext,
  page: { readonly after?: string; readonly limit: number },
): Promise<LeadRef[]> {
  return context.storage.read((tx) => listLeads(tx, context.botId, page));
}
