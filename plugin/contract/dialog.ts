import { z } from 'zod';
import { groupNameSchema, groupSchema, wantedGroupsSchema } from './groups.ts';
import { contentSchema } from './message.ts';
import { scriptTypeSchema } from './script-types.ts';

/** Who answers the lead. `transferring`: LiveTex has not yet accepted the dialog. `waiting`: no operator has opened it yet. */
export type DialogMode = 'bot' | 'transferring' | 'waiting' | 'operator';

/** A dialog as others may see it (`plugin.dialog(lead)`, HTTP API, simulator). */
export interface DialogView {
  readonly mode: DialogMode;
  /** The number of the latest transfer, 0 before the first one. */
  readonly transfer: number;
  /** The connected operator, or `null`. */
  readonly operator: { readonly id: string; readonly name: string } | null;
  /** The flag "Переведён на оператора". */
  readonly forwarded: boolean;
  /** The binding that this dialog is mirrored through, or `null` when every binding excludes its channel. */
  readonly binding: string | null;
  /** What waits for an operator: the lead (modes `transferring` and `waiting`), or a message that was left; left out: nothing. */
  readonly pending?: PendingTransfer;
}

export interface PendingTransfer {
  /** The bot has the dialog: operators have a message that nobody has opened. */
  readonly messageLeft: boolean;
  readonly reason: string | null;
  /** Name of the group; `null`: LiveTex has not told one. */
  readonly group: string | null;
  /** When it was asked for: our clock, Unix ms; `null`: under a version that kept no course. */
  readonly since: number | null;
  /** How many texts of the binding's `waiting` the lead has read. */
  readonly textsRead: number;
}

/** The format that this version writes. A changed format gets the next number and a step in `STEPS`. */
export const STATE_FORMAT = 1;

const employeeSchema = z.object({
  id: z.string(),
  name: z.string(),
  /** LiveTex's clock, Unix ms: the newest event that named this employee; `null` when it had no usable time. */
  at: z.number().nullable(),
});

/** What the operators see of the lead; fixed at the decision, so that every try and every repeat says the same. */
export const selectionSchema = z.object({
  /** `null`: chosen when the selection is sent, as LiveTex's groups are not known. */
  groupId: z.string().nullable(),
  groupName: z.string().exactOptional(),
  name: z.string().nullable(),
  attributes: z.record(z.string(), z.string()),
  /** For LiveTex's history and exports only. */
  hidden: z.record(z.string(), z.string()).default({}),
  /** What whoever asked wanted, for a choice that is made later: LiveTex did not answer, or the group is gone. */
  wanted: wantedGroupsSchema.exactOptional(),
});
export type Selection = z.infer<typeof selectionSchema>;

/**
 * Who or what ended a transfer. `operator`: closed it, or typed `/bot`. `lead`: left. `script`: the bot's side took the dialog back.
 * `pickup_timeout`: nobody opened it. `reply_timeout`: the operator was silent. `refused`: LiveTex did not take it.
 */
export const TRANSFER_ENDS = ['operator', 'lead', 'script', 'pickup_timeout', 'reply_timeout', 'refused'] as const;
export type TransferEnd = (typeof TRANSFER_ENDS)[number];

/** Somebody or something at LiveTex; `name` is `null` when LiveTex did not tell one. */
const namedSchema = z.object({ id: z.string(), name: z.string().nullable() });
/** Our clock, Unix ms; `null`: it has not come to that. */
const moment = z.number().nullable();

/** How a transfer went, as far as it has come. */
export const transferCourseSchema = z.object({
  number: z.int().positive(),
  /** What the script or command that asked gave as the reason. */
  reason: z.string().nullable(),
  /** The script that asked, as the platform named it. */
  script: z.string().nullable().default(null),
  /** `null`: the first that LiveTex returned, unknown at the decision. */
  group: namedSchema.nullable(),
  /** The operator who connected last. */
  operator: namedSchema.nullable(),
  /** Were operators online when it was asked for? */
  operators: z.enum(['online', 'none', 'unknown']),
  requestedAt: moment,
  acceptedAt: moment,
  connectedAt: moment,
  answeredAt: moment,
  endedAt: moment,
  endedBy: z.enum(TRANSFER_ENDS).nullable(),
  /** Messages while it lasted. */
  messages: z.object({ lead: z.int().nonnegative(), operator: z.int().nonnegative() }),
});
export type TransferCourse = z.infer<typeof transferCourseSchema>;

/** A transfer as scripts see it (`livetex.getLastTransfer()`). Names where LiveTex told one, else ids. */
export type LastTransfer = {
  readonly group: string | null;
  readonly operator: string | null;
} & Pick<
  TransferCourse,
  'number' | 'reason' | 'requestedAt' | 'acceptedAt' | 'connectedAt' | 'answeredAt' | 'endedAt' | 'endedBy'
>;

export const dialogStateSchema = z.object({
  format: z.literal(STATE_FORMAT),
  mode: z.enum(['bot', 'transferring', 'waiting', 'operator']),
  /** The number of the latest transfer, 0 before the first one. */
  transfer: z.int().nonnegative(),
  forwarded: z.boolean(),
  employee: employeeSchema.nullable(),
  /** `null` in mode `bot`, unless a message was left. */
  selection: selectionSchema.nullable(),
  /** A selection of the current transfer is in the LiveTex lane. */
  selecting: z.boolean(),
  /** Our clock, Unix ms: when LiveTex last accepted a selection of the current transfer. */
  selectedAt: z.number().nullable(),
  /**
   * LiveTex's clock, Unix ms: the current transfer was certainly not selected before it, so what LiveTex stamped earlier
   * belongs to an older one. `null`: unknown.
   */
  notBefore: z.number().nullable(),
  /** The number of the running reply timer, `null` when none runs. */
  replyTimer: z.int().nullable(),
  /** How many reply timers there have been: a timer that was replaced is told apart by its number. */
  replyTimers: z.int().nonnegative(),
  /** Has an operator answered what the lead said last? */
  answered: z.boolean(),
  /** Has an operator answered anything in this transfer? Of an older version: unknown, and so not yet. */
  hasAnswered: z.boolean().default(false),
  /** The script of type `Возврат` was started in this transfer by an operator's `/bot`. */
  returnScriptRan: z.boolean(),
  /** The script of type `Нет доступных операторов` was started, and the lead has said nothing since. */
  noOperatorsScriptRan: z.boolean(),
  /** Mode `bot`: LiveTex has the dialog, or is to get it, as a message for whoever comes; `selection` is what it was told. */
  messageLeft: z.boolean().default(false),
  /** Mode `waiting`: the texts that the lead reads meanwhile. `number`: of the timer, which may have been replaced. `saidAt`: our clock, Unix ms. */
  waits: z.object({ number: z.int(), told: z.int(), saidAt: z.number().nullable() }).nullable().default(null),
  /**
   * Mode `bot`: messages in a row that the bot could not help with, kept only with `safetyNet`; `null`: none. `isLatest`: the lead's
   * last message is one of them.
   */
  stumbles: z
    .object({ errors: z.int().nonnegative(), misunderstandings: z.int().nonnegative(), isLatest: z.boolean() })
    .nullable()
    .default(null),
  /** What the lead wrote last, its beginning; kept only where the binding's `header` names it. */
  lastLeadMessage: z.string().nullable().default(null),
  /** The latest transfer, also once it has ended; `null`: none, or it began under a version that kept no course. */
  lastTransfer: transferCourseSchema.nullable().default(null),
});

/** A dialog as it is stored. */
export type DialogState = z.infer<typeof dialogStateSchema>;

/** LiveTex's clock, Unix ms; `null` when the event had no usable time. */
const at = z.number().nullable();
const employee = z.object({ id: z.string(), name: z.string() });
export type Employee = z.infer<typeof employee>;

const transfer = z.int().positive();
const scriptType = scriptTypeSchema.optional();

/** `transfer`: LiveTex does not accept it. `pickup`: nobody opens it. `reply`: the operator is silent. `waiting`: time for a text to the lead. */
const timerNameSchema = z.enum(['transfer', 'pickup', 'reply', 'waiting']);
export type TimerName = z.infer<typeof timerNameSchema>;

/** `script_error`: a script failed. `misunderstanding`: nothing in the bot fits, so its Fallback script answers, or nobody. */
export const stumbleKindSchema = z.enum(['script_error', 'misunderstanding']);

/** What the dialog machine takes, as it stands in the dialog's lane. Stored, so a change must still read older jobs. */
export const dialogEventSchema = z.discriminatedUnion('type', [
  /** `choice`: caption of the menu item. `isEdit`: the corrected text of an earlier message. */
  z.object({
    type: z.literal('LeadMessage'),
    content: contentSchema,
    choice: z.string().optional(),
    isEdit: z.literal(true).optional(),
  }),
  z.object({ type: z.literal('BotMessage'), content: contentSchema }),
  z.object({ type: z.literal('OperatorNote'), text: z.string() }),
  /** The bot could not help with the lead's last message. */
  z.object({ type: z.literal('BotStumbled'), kind: stumbleKindSchema, script: z.string().optional() }),
  z.object({
    type: z.literal('TransferRequested'),
    scriptType,
    script: z.string().optional(),
    ...wantedGroupsSchema.shape,
    ignoreOffline: z.boolean().optional(),
    reason: z.string().optional(),
  }),
  /** A message for whoever comes, the bot keeps the dialog. */
  z.object({
    type: z.literal('LeaveMessageRequested'),
    scriptType,
    script: z.string().optional(),
    group: groupNameSchema.exactOptional(),
    reason: z.string().optional(),
  }),
  /** `reason`: a sentence for the bot's author; left out when the bot's own side asks. `by`: the lead wanted it. */
  z.object({
    type: z.literal('ReturnRequested'),
    scriptType,
    reason: z.string().optional(),
    by: z.literal('lead').optional(),
  }),
  /**
   * LiveTex accepted the selection; `notBefore` as in the dialog's state. `groupId`: which group it was, when that was chosen only
   * then, and `note`, what the bot's author should read of that.
   */
  z.object({
    type: z.literal('Selected'),
    transfer,
    notBefore: at,
    groupId: z.string().optional(),
    groupName: z.string().optional(),
    note: z.string().optional(),
  }),
  /** LiveTex refused it for good; `reason` is an error message of the catalogue. */
  z.object({ type: z.literal('SelectionRefused'), transfer, reason: z.string() }),
  z.object({ type: z.literal('TimerFired'), timer: timerNameSchema, transfer, number: z.int() }),
  /** LiveTex asks for a group, and says which there are. `receivedAt`: our clock. `groupId`: the first, all that older versions stored. */
  z.object({
    type: z.literal('SelectionAsked'),
    receivedAt: z.number(),
    groups: z.array(groupSchema).optional(),
    groupId: z.string().nullable().optional(),
  }),
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
