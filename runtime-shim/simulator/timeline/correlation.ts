import type { EntryFacts, EntryKind, OperatorAction } from '../records.ts';
import type { EntryDraft } from './entry-draft.ts';

/** Messages of a lead that a LiveTex request or a webhook may still belong to. An outage can hold back many. */
const REMEMBERED_TEXTS = 500;
/** Leads whose latest entries are remembered. */
const REMEMBERED_LEADS = 1_000;
/** A request that names no lead (`getDestinations`) belongs to what happened within this time before it. */
const NEAR_MS = 3_000;

interface LeadMemory {
  /** The latest entry of each kind. */
  readonly latest: Map<EntryKind, number>;
  /** The latest of an operator's actions, by action. */
  readonly actions: Map<OperatorAction, number>;
  /** Where each script last began: its files' runs belong there. */
  readonly begun: Map<string, number>;
  /** The latest message that went to LiveTex. */
  mirror: number | undefined;
  /** Texts that have not been seen at LiveTex yet, oldest first: [entry, text]. */
  unmirrored: Array<[id: number, text: string]>;
}

/** What may have led to an entry of a kind: the latest of these is its cause. None: it begins a chain. */
const CAUSES: Partial<Record<EntryKind, readonly EntryKind[]>> = {
  script: ['lead_message', 'webhook', 'mode'],
  message: ['lead_message', 'script', 'webhook', 'mode'],
  suppressed: ['lead_message', 'script'],
  api: ['script', 'lead_message', 'webhook', 'mode'],
  author_log: ['lead_message', 'script', 'webhook', 'mode'],
  request: ['lead_message', 'message', 'script', 'webhook', 'mode'],
  mode: ['lead_message', 'script', 'webhook', 'request'],
  retry: ['request', 'webhook', 'lead_message', 'message'],
  dead: ['retry', 'request', 'webhook'],
};

/**
 * Finds what an entry was caused by. The outside systems carry no correlation ids, so this goes by the lead, the order
 * of events and their texts: a mirrored text belongs to the message it repeats, however long it was held back.
 */
export class Correlation {
  readonly #leads = new Map<string, LeadMemory>();
  #lastBeginning: { readonly id: number; readonly at: number } | undefined;

  /** The id of the entry that led to this one. */
  parentOf(draft: EntryDraft): number | undefined {
    const { facts } = draft;
    if (draft.userId === undefined) return facts.kind === 'request' ? this.#near(draft.at) : undefined;
    const lead = this.#leads.get(draft.userId);
    if (lead === undefined) return undefined;
    if (facts.kind === 'request' && isMirror(facts)) {
      return mirrored(lead, draft.match ?? '', facts.error === undefined) ?? latest(lead, facts);
    }
    if (facts.kind === 'webhook' || facts.kind === 'webhook_failed') return causeOfWebhook(lead, facts.type);
    if (facts.kind === 'message' && facts.from !== 'bot') return latestOf(lead, ['webhook', 'mode', 'request']);
    if ((facts.kind === 'retry' || facts.kind === 'dead') && facts.job.startsWith('send')) {
      return lead.mirror ?? latest(lead, facts);
    }
    if (facts.kind === 'script' && facts.file !== undefined) return causeOfFile(lead, facts);
    return latest(lead, facts);
  }

  /** Takes note of an entry that now has an id. */
  remember(id: number, draft: EntryDraft): void {
    const { facts } = draft;
    if (facts.kind === 'lead_message' || facts.kind === 'script') this.#lastBeginning = { id, at: draft.at };
    if (draft.userId === undefined) return;
    let lead = this.#leads.get(draft.userId);
    if (lead === undefined) {
      lead = { latest: new Map(), actions: new Map(), begun: new Map(), mirror: undefined, unmirrored: [] };
      this.#leads.set(draft.userId, lead);
      const oldest = this.#leads.keys().next().value;
      if (this.#leads.size > REMEMBERED_LEADS && oldest !== undefined) this.#leads.delete(oldest);
    }
    noteLatest(lead, id, facts);
    if (facts.kind === 'operator') lead.actions.set(facts.action, id);
    if (facts.kind === 'script' && facts.file === undefined) lead.begun.set(facts.script, id);
    const isMirrored = facts.kind === 'lead_message' || (facts.kind === 'message' && facts.from === 'bot');
    if (isMirrored && draft.match) {
      lead.unmirrored.push([id, draft.match]);
      if (lead.unmirrored.length > REMEMBERED_TEXTS) lead.unmirrored.shift();
    }
  }

  #near(at: number): number | undefined {
    const last = this.#lastBeginning;
    return last !== undefined && at - last.at <= NEAR_MS ? last.id : undefined;
  }
}

/**
 * A file runs because its script began. A script that had asked the lead (`value_input`) goes on because of the answer, which
 * is newer than its beginning.
 */
function causeOfFile(lead: LeadMemory, facts: Extract<EntryFacts, { kind: 'script' }>): number | undefined {
  const begun = lead.begun.get(facts.script);
  const said = lead.latest.get('lead_message');
  if (begun === undefined) return latest(lead, facts);
  return said !== undefined && said > begun ? said : begun;
}

/** A mirrored message and LiveTex's question that follows each of them lead to nothing but themselves. */
function noteLatest(lead: LeadMemory, id: number, facts: EntryFacts): void {
  if (facts.kind === 'request' && isMirror(facts)) lead.mirror = id;
  else if (facts.kind !== 'webhook' || facts.type !== 'SelectDestination') lead.latest.set(facts.kind, id);
}

function isMirror(facts: Extract<EntryFacts, { kind: 'request' }>): boolean {
  return facts.method === 'sendText' || facts.method === 'sendFile';
}

/** The message that a request repeats. One that failed comes again with the same text, so only success forgets it. */
function mirrored(lead: LeadMemory, sent: string, succeeded: boolean): number | undefined {
  const index = lead.unmirrored.findIndex(([, text]) => sent.includes(text));
  const found = lead.unmirrored[index];
  if (found !== undefined && succeeded) lead.unmirrored = lead.unmirrored.slice(index + 1);
  return found?.[0];
}

/** The operator's action that LiveTex reports with an event of this type. */
const REPORTED: Readonly<Record<string, OperatorAction>> = {
  MessageDelivered: 'read',
  TextMessage: 'reply',
  FileMessage: 'file',
  HoldMessage: 'hold',
  Closed: 'close',
};

function causeOfWebhook(lead: LeadMemory, type: string): number | undefined {
  if (type === 'SelectDestination') return lead.mirror;
  const action = REPORTED[type];
  return (action === undefined ? undefined : lead.actions.get(action)) ?? lead.latest.get('operator');
}

function latest(lead: LeadMemory, facts: EntryFacts): number | undefined {
  return latestOf(lead, CAUSES[facts.kind] ?? []);
}

function latestOf(lead: LeadMemory, kinds: readonly EntryKind[]): number | undefined {
  const ids = kinds.map((kind) => lead.latest.get(kind)).filter((id) => id !== undefined);
  return ids.length === 0 ? undefined : Math.max(...ids);
}
