/**
 * LiveTex's Messaging API on the wire, requests and answers: `livetex.github.io/messaging-api`, `…-v1.1`, `…-v1.2`.
 * Requests are strict, as ours must be right; answers are tolerant: what LiveTex adds later must not break us.
 */
import { z } from 'zod';

export const API_VERSIONS = ['1.0', '1.1', '1.2'] as const;
export type ApiVersion = (typeof API_VERSIONS)[number];
/** `auto`: the highest that the account has. */
export type VersionSetting = ApiVersion | 'auto';

/** The only destination type there is. */
export const DESTINATION_TYPE = 'Department';

export const destinationSchema = z.looseObject({
  destination_type: z.string(),
  destination_id: z.string(),
  name: z.string().optional(),
  /** Some employee of the group has the status "Доступен". */
  has_online: z.boolean().optional(),
  /** 1.2: some employee can take a new conversation, slots counted. */
  is_available: z.boolean().optional(),
});
export type Destination = z.infer<typeof destinationSchema>;

export const employeeSchema = z.looseObject({
  employee_id: z.string(),
  first_name: z.string(),
  last_name: z.string().optional(),
  /** 1.2 */
  avatar_url: z.string().optional(),
  /** 1.1 */
  nick_name: z.string().optional(),
});
export type Employee = z.infer<typeof employeeSchema>;

/** What the lead reads as the operator's name: `nick_name`, else `first_name last_name`. */
export function employeeName(employee: Employee): string {
  if (employee.nick_name) return employee.nick_name;
  return [employee.first_name, employee.last_name].filter(Boolean).join(' ');
}

const userIdSchema = z.string().min(1);
const attributeMapSchema = z.record(z.string(), z.string());

/** Bodies of the methods that take one. */
export const requestSchemas = {
  selectDestination: z.strictObject({
    user_id: userIdSchema,
    destination_type: z.literal(DESTINATION_TYPE),
    destination_id: z.string().min(1),
    name: z.string().optional(),
    attributes: attributeMapSchema.optional(),
    hidden_attributes: attributeMapSchema.optional(),
  }),
  sendText: z.strictObject({ user_id: userIdSchema, text: z.string().min(1) }),
  sendFile: z.strictObject({
    user_id: userIdSchema,
    url: z.string().min(1),
    file_name: z.string().optional(),
    size: z.number().nonnegative().optional(),
    comment: z.string().optional(),
  }),
  setWebhook: z.strictObject({
    /** Empty: none any more. LiveTex documents the word only as an answer of `getWebhookSettings`, so it is read back. */
    url: z.string(),
    webhook_key: z.string(),
    webhook_event_types: z.array(z.string()).optional(),
  }),
  getCurrentDestination: z.strictObject({ user_id: userIdSchema }),
  getHistory: z.strictObject({
    user_id: userIdSchema,
    limit: z.int().positive().optional(),
    message_id: z.string().optional(),
    chunk: z.enum(['Before', 'After']).optional(),
  }),
} as const;

export type SelectDestinationRequest = z.infer<typeof requestSchemas.selectDestination>;
export type SendTextRequest = z.infer<typeof requestSchemas.sendText>;
export type SendFileRequest = z.infer<typeof requestSchemas.sendFile>;
export type SetWebhookRequest = z.infer<typeof requestSchemas.setWebhook>;
export type GetHistoryRequest = z.infer<typeof requestSchemas.getHistory>;

/** Every answer has these. `success: false` on HTTP 200 is a failure too. */
export const answerSchema = z.looseObject({
  success: z.boolean(),
  error_message: z.string().optional(),
  error_code: z.int().optional(),
});

const sentSchema = answerSchema.extend({ message_id: z.string(), timestamp: z.number().optional() });

/** Answers of the methods, beside `success`. */
export const answerSchemas = {
  getDestinations: answerSchema.extend({ destinations: z.array(destinationSchema) }),
  selectDestination: answerSchema,
  sendText: sentSchema,
  sendFile: sentSchema,
  setWebhook: answerSchema,
  getWebhookSettings: answerSchema.extend({ url: z.string() }),
  getCurrentDestination: answerSchema.extend({ destination: destinationSchema.optional() }),
  getHistory: answerSchema.extend({ messages: z.array(z.looseObject({ type: z.string() })) }),
} as const;

export type LiveTexMethod = keyof typeof answerSchemas;

/** The first API version that has a method; an older one answers 403, code 8. */
export const METHOD_SINCE: Record<LiveTexMethod, ApiVersion> = {
  getDestinations: '1.0',
  selectDestination: '1.0',
  sendText: '1.0',
  sendFile: '1.0',
  setWebhook: '1.0',
  getWebhookSettings: '1.0',
  getCurrentDestination: '1.1',
  getHistory: '1.1',
};
