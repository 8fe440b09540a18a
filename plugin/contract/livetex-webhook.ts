/** LiveTex's webhook events on the wire: `livetex.github.io/messaging-api`, "Webhooks". Parsed tolerantly. */
import { z } from 'zod';
import { destinationSchema, employeeSchema } from './livetex-api.ts';

const common = {
  /** Unique per event, the same when LiveTex repeats it. */
  id: z.string().min(1).max(200),
  /** The key given to `setWebhook`. */
  webhook_key: z.string().optional(),
};
const userId = z.string().min(1);
/** Unix ms. */
const timestamp = z.number();

/** Who wrote it; `"User"` is our own echo. Undocumented values survive. */
const from = z.string().optional();

export const webhookEventSchemas = {
  MessageDelivered: z.looseObject({
    ...common,
    type: z.literal('MessageDelivered'),
    message_id: z.string(),
    user_id: userId,
    employee: employeeSchema.optional(),
    timestamp,
  }),
  TextMessage: z.looseObject({
    ...common,
    type: z.literal('TextMessage'),
    user_id: userId,
    employee: employeeSchema.optional(),
    timestamp,
    text: z.string(),
    from,
  }),
  FileMessage: z.looseObject({
    ...common,
    type: z.literal('FileMessage'),
    user_id: userId,
    employee: employeeSchema.optional(),
    timestamp,
    url: z.string(),
    name: z.string().optional(),
    size: z.number().optional(),
    comment: z.string().optional(),
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
    text: z.string(),
  }),
  Closed: z.looseObject({
    ...common,
    type: z.literal('Closed'),
    user_id: userId,
    touch_point_id: z.string().optional(),
    employee: employeeSchema.optional(),
    timestamp,
  }),
  DestinationSelected: z.looseObject({
    ...common,
    type: z.literal('DestinationSelected'),
    user_id: userId,
    destination_type: z.string(),
    destination_id: z.string(),
    timestamp,
  }),
  EmployeeAvailabilityChanged: z.looseObject({
    ...common,
    type: z.literal('EmployeeAvailabilityChanged'),
    touchPointId: z.string().optional(),
    employee: employeeSchema,
    online: z.boolean(),
    timestamp,
  }),
} as const;

export type WebhookEventType = keyof typeof webhookEventSchemas;

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
