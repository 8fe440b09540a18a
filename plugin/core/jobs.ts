import { z } from 'zod';
import { type LeadRef, userIdOf } from '../contract/lead.ts';
import { attachmentSchema } from '../contract/message.ts';
import { scriptRefSchema } from '../contract/script-types.ts';
import { type DialogEvent, selectionSchema } from '../contract/dialog.ts';
import type { Json, NewJob } from '../storage/contract.ts';
import { stamped } from './origin.ts';

/** One event of a dialog after another: lane `<binding>/<userId>`. */
export const DIALOG_QUEUE = 'livetex-dialog';
/** What the platform shall do for a lead, one after another: lane `<binding>/<userId>`. */
export const HOST_QUEUE = 'livetex-host';
/** What is to be done about a binding that is removed: lane `<binding>`. */
export const BINDINGS_QUEUE = 'livetex-bindings';
/** The dialogs' records, by the name of their lane. */
export const DIALOGS = 'livetex-dialogs';
/** How far a refused file's texts have come, by the name of the dialog's lane. */
export const REFUSED_FILES = 'livetex-refused-files';
/** When a transfer's selection was first tried: ids within `<scope>/<lane of the dialog>`. */
export const FIRST_TRY_SCOPE = 'livetex-selections';
/** Ids of the platform's events are its own per lead, so a lead's are remembered apart from another's: `<scope>/<userId>`. */
export const EVENT_SCOPE = 'livetex-events';
/** When LiveTex last posted an event, Unix ms, by binding; to the minute. */
export const LAST_EVENTS = 'livetex-last-events';
/** The dialogs that the bot does not have, by the name of their lane: few, so that they can be counted. */
export const OPEN_DIALOGS = 'livetex-open-dialogs';
/** What is kept of each transfer, by the time of its request; and their keys, by the name of the dialog's lane. */
export const TRANSFERS = 'livetex-transfers';
export const TRANSFERS_OF = 'livetex-transfers-of';
/** Stands for the binding of a lead whom no binding takes. Cannot be a binding's id, which is never empty. */
export const NO_BINDING = '';

const LIVETEX_PREFIX = 'livetex:';

/** Requests to LiveTex through one binding's token: lane `<userId>`. */
export function liveTexQueue(bindingId: string): string {
  return `${LIVETEX_PREFIX}${bindingId}`;
}

/** The prefixes of the lanes (`dialogLane`) that a node works on which knows these bindings. */
export function prefixesOf(bindings: ReadonlyArray<{ readonly id: string }>): string[] {
  return [NO_BINDING, ...bindings.map(({ id }) => id)];
}

/** A lane and a dialog belong to one lead in one binding: two bindings never share one. */
export function dialogLane(bindingId: string, userId: string): string {
  return `${bindingId}/${userId}`;
}

/** The opposite of `dialogLane`. A binding's id has no slash, a user id may have some. */
export function parseDialogLane(lane: string): { readonly bindingId: string; readonly userId: string } {
  const slash = lane.indexOf('/');
  return { bindingId: lane.slice(0, slash), userId: lane.slice(slash + 1) };
}

/**
 * The lanes in which work of a lead may wait, in those of the given queues that are the plugin's. The queues are what storage
 * has, so that work of a binding that is no longer configured is found too.
 */
export function lanesOf(
  lead: LeadRef,
  queues: readonly string[],
): Array<{ readonly queue: string; readonly lane: string }> {
  const userId = userIdOf(lead);
  const bindingIds = [NO_BINDING, ...queues.filter(isLiveTexQueue).map((queue) => queue.slice(LIVETEX_PREFIX.length))];
  return queues.flatMap((queue) => {
    if (isLiveTexQueue(queue)) return [{ queue, lane: userId }];
    if (queue !== DIALOG_QUEUE && queue !== HOST_QUEUE) return [];
    return bindingIds.map((bindingId) => ({ queue, lane: dialogLane(bindingId, userId) }));
  });
}

/** The binding that a job of the plugin belongs to; empty: none. */
export function bindingOfJob({ queue, lane }: { readonly queue: string; readonly lane: string }): string {
  return isLiveTexQueue(queue) ? queue.slice(LIVETEX_PREFIX.length) : parseDialogLane(lane).bindingId;
}

export function isLiveTexQueue(queue: string): boolean {
  return queue.startsWith(LIVETEX_PREFIX);
}

/** All of the plugin's queues. */
export function queuesOf(bindings: ReadonlyArray<{ readonly id: string }>): string[] {
  return [DIALOG_QUEUE, HOST_QUEUE, BINDINGS_QUEUE, ...bindings.map(({ id }) => liveTexQueue(id))];
}

const id = z.string();
const deliveryCommon = { id, at: z.number() };
/** LiveTex's clock; jobs of an earlier version have none. */
const sentAt = z.number().optional();

/** Jobs of the host queue, as stored. The ids in them were made with the job, so a repeat carries the same one. */
export const hostJobSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('deliver'),
    delivery: z.discriminatedUnion('kind', [
      z.object({ ...deliveryCommon, kind: z.literal('notice'), text: z.string() }),
      z.object({
        ...deliveryCommon,
        kind: z.literal('text'),
        text: z.string(),
        operator: z.string().optional(),
        sentAt,
      }),
      z.object({
        ...deliveryCommon,
        kind: z.literal('file'),
        attachment: attachmentSchema,
        text: z.string().optional(),
        operator: z.string().optional(),
        sentAt,
      }),
    ]),
  }),
  z.object({
    kind: z.literal('runScript'),
    id,
    script: scriptRefSchema,
    cause: z.enum(['no_operators', 'transfer_failed', 'returned', 'operator_command', 'operator_timeout', 'lead_exit']),
    duringTransfer: z.boolean(),
  }),
  z.object({ kind: z.literal('setForwarded'), id, forwarded: z.boolean() }),
  z.object({ kind: z.literal('authorLog'), level: z.enum(['info', 'warn', 'error']), text: z.string() }),
]);
export type HostJob = z.infer<typeof hostJobSchema>;

/** Jobs of a binding's queue, as stored; the `user_id` is the lane's name. A change must still read older jobs. */
export const liveTexJobSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sendText'), text: z.string() }),
  z.object({
    kind: z.literal('sendFile'),
    url: z.string(),
    name: z.string().optional(),
    size: z.number().optional(),
    comment: z.string().optional(),
  }),
  z.object({
    kind: z.literal('selectDestination'),
    /** The job is dropped when this is no longer the dialog's transfer. */
    transfer: z.int().positive(),
    /** LiveTex asked anew. */
    again: z.boolean(),
    ...selectionSchema.shape,
  }),
]);
export type LiveTexJob = z.infer<typeof liveTexJobSchema>;
export type LiveTexJobOf<Kind extends LiveTexJob['kind']> = Extract<LiveTexJob, { readonly kind: Kind }>;

/** Parsed values leave absent fields out, which the types of zod's `optional()` do not say. */
function asJson(value: DialogEvent | HostJob | LiveTexJob): Json {
  return stamped(value as unknown as Record<string, Json>);
}

export function dialogJob(lane: string, event: DialogEvent): NewJob {
  return { queue: DIALOG_QUEUE, lane, kind: event.type, payload: asJson(event) };
}

export function hostJob(lane: string, job: HostJob): NewJob {
  return { queue: HOST_QUEUE, lane, kind: job.kind, payload: asJson(job) };
}

export function liveTexJob(bindingId: string, userId: string, job: LiveTexJob): NewJob {
  return { queue: liveTexQueue(bindingId), lane: userId, kind: job.kind, payload: asJson(job) };
}

/** A look at a binding that was removed; `look` counts them. */
export function drainJob(bindingId: string, look: number): NewJob {
  return { queue: BINDINGS_QUEUE, lane: bindingId, kind: 'drain', payload: { look } };
}
