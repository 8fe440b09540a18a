/** LiveTex's webhook events on the wire: `livetex.github.io/messaging-api`, "Webhooks". Parsed tolerantly. */
import { z } from 'zod';
import { destinationSchema } from './livetex-api.ts';

/** A text, or a number that stands for one. */
const textLike = z.union([z.string(), z.number().transform(String)]);
/** What only decorates an event: whatever is no text is as if it were not there. */
const decoration = z
  .preprocess(
    (value) => (typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined),
    z.string().optional(),
  )
  .optional();
/** Who it was, as far as it is told: of an employee only the id is needed. */
const employee = z
  .preprocess(
    (value) => (typeof value === 'object' && value !== null && 'employee_id' in value ? value : undefined),
    z
      .looseObject({
        employee_id: textLike,
        first_name: decoration.transform((name) => name ?? ''),
        last_name: decoration,
        avatar_url: decoration,
        nick_name: decoration,
      })
      .optional()
      .catch(undefined),
  )
  .optional();

const common = {
  /** Unique per event, the same when LiveTex repeats it. */
  id: z.string().min(1).max(200),
  /** The key given to `setWebhook`. */
  webhook_key: z.string().optional(),
};
const userId = textLike.refine((id) => id !== '');
/** Unix ms; 0, which is no plausible time, when none is told. */
const timestamp = z.preprocess((value) => {
  const time = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof time === 'number' && Number.isFinite(time) ? time : 0;
}, z.number());

/** A number of bytes, also as a text. */
function sizeOf(value: unknown): number | undefined {
  const size = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof size === 'number' && Number.isFinite(size) && size >= 0 ? size : undefined;
}

/** Who wrote it; `"User"` is our own echo. Undocumented values survive. */
const from = decoration;

export const webhookEventSchemas = {
  MessageDelivered: z.looseObject({
    ...common,
    type: z.literal('MessageDelivered'),
    message_id: decoration,
    user_id: userId,
    employee,
    timestamp,
  }),
  TextMessage: z.looseObject({
    ...common,
    type: z.literal('TextMessage'),
    user_id: userId,
    employee,
    timestamp,
    text: textLike,
    from,
  }),
  FileMessage: z.looseObject({
    ...common,
    type: z.literal('FileMessage'),
    user_id: userId,
    employee,
    timestamp,
    url: z.string(),
    name: decoration,
    size: z.preprocess(sizeOf, z.number().optional()).optional(),
    comment: decoration,
    from,
  }),
  SelectDestination: z.looseObject({
    ...common,
    type: z.literal('SelectDestination'),
    user_id: userId,
    destinations: z.array(destinationSchema),
  }),
  HoldMessage: z.looseObject({
    ...common,
    type: z.literal('HoldMessage'),
    user_id: userId,
    timestamp,
    text: textLike,
  }),
  Closed: z.looseObject({
    ...common,
    type: z.literal('Closed'),
    user_id: userId,
    touch_point_id: decoration,
    employee,
    timestamp,
  }),
  DestinationSelected: z.looseObject({
    ...common,
    type: z.literal('DestinationSelected'),
    user_id: userId,
    destination_type: decoration,
    destination_id: decoration,
    timestamp,
  }),
  EmployeeAvailabilityChanged: z.looseObject({
    ...common,
    type: z.literal('EmployeeAvailabilityChanged'),
    touchPointId: decoration,
    employee,
    online: z.boolean(),
    timestamp,
  }),
} as const;

export type WebhookEventType = keyof typeof webhookEventSchemas;

/** What a webhook asks for where it can choose (from 1.1 on). `DestinationSelected` belongs to the history only. */
export const USED_EVENT_TYPES = [
  'MessageDelivered',
  'TextMessage',
  'FileMessage',
  'SelectDestination',
  'HoldMessage',
  'Closed',
  'EmployeeAvailabilityChanged',
] as const satisfies readonly WebhookEventType[];

export const webhookEventSchema = z.discriminatedUnion('type', [
  webhookEventSchemas.MessageDelivered,
  webhookEventSchemas.TextMessage,
  webhookEventSchemas.FileMessage,
  webhookEventSchemas.SelectDestination,
  webhookEventSchemas.HoldMessage,
  webhookEventSchemas.Closed,
  webhookEventSchemas.DestinationSelected,
  webhookEventSchemas.EmployeeAvailabilityChanged,
]);
export type WebhookEvent = z.infer<typeof webhookEventSchema>;

/** The least that makes a body an event: an unknown type is acknowledged all the same. */
export const anyWebhookEventSchema = z.looseObject({ ...common, type: z.string().min(1).max(100) });
