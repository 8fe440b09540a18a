import { z } from 'zod';
import { contentSchema } from './message.ts';
import { scriptTypeSchema } from './script-types.ts';

/** LiveTex's clock, Unix ms; `null` when the event had no usable time. */
const at = z.number().nullable();
const employee = z.object({ id: z.string(), name: z.string() });
export type Employee = z.infer<typeof employee>;

const transfer = z.int().positive();
const scriptType = scriptTypeSchema.optional();

/** `transfer`: LiveTex does not accept it. `pickup`: nobody opens it. `reply`: the operator is silent. */
export const timerNameSchema = z.enum(['transfer', 'pickup', 'reply']);
export type TimerName = z.infer<typeof timerNameSchema>;

/** What the dialog machine takes, as it stands in the dialog's lane. Stored, so a change must still read older jobs. */
export const dialogEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('LeadMessage'), content: contentSchema }),
  z.object({ type: z.literal('BotMessage'), content: contentSchema }),
  z.object({ type: z.literal('TransferRequested'), scriptType }),
  z.object({ type: z.literal('ReturnRequested'), scriptType }),
  /** LiveTex accepted the selection; `notBefore` as in the dialog's state. */
  z.object({ type: z.literal('Selected'), transfer, notBefore: at }),
  /** LiveTex refused it for good; `reason` is an error message of the catalogue. */
  z.object({ type: z.literal('SelectionRefused'), transfer, reason: z.string() }),
  z.object({ type: z.literal('TimerFired'), timer: timerNameSchema, transfer, number: z.int() }),
  /** LiveTex asks for a group. `receivedAt`: our clock. */
  z.object({ type: z.literal('SelectionAsked'), receivedAt: z.number(), groupId: z.string().nullable() }),
  z.object({ type: z.literal('EmployeeRead'), at, employee }),
  z.object({ type: z.literal('OperatorText'), at, employee: employee.nullable(), text: z.string() }),
  z.object({
    type: z.literal('OperatorFile'),
    at,
    employee: employee.nullable(),
    url: z.string(),
    name: z.string().nullable(),
    size: z.number().nullable(),
    comment: z.string().nullable(),
  }),
  z.object({ type: z.literal('HoldText'), at, text: z.string() }),
  z.object({ type: z.literal('Closed'), at }),
]);

export type DialogEvent = z.infer<typeof dialogEventSchema>;
export type EventOf<Type extends DialogEvent['type']> = Extract<DialogEvent, { readonly type: Type }>;
