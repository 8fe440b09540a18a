import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../plugin/contract/host.ts';
import { API_VERSIONS, type ApiVersion } from '../../plugin/contract/livetex-api.ts';
import { problemsOf } from '../../plugin/contract/parse-tolerantly.ts';
import { systemClock } from '../../plugin/storage/system-clock.ts';
import type { EmulatedOperator, EmulatorFault, EmulatorOptions } from './emulator-contract.ts';
import { emulatorError } from './emulator-errors.ts';
import type { WebhookRetry } from './webhooks/webhook-queue.ts';

/** A day: a fault that lasts longer is a mistake in the unit. */
const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;
/** A receiver that gets an event more often than this tests nothing new. */
const MOST_COPIES = 1000;

const ms = z.number().nonnegative().max(LONGEST_WAIT_MS);
const limits = { methods: z.array(z.string()).optional(), times: z.int().positive().optional() };

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latency'), ms, methods: limits.methods }),
  z.strictObject({
    kind: z.literal('status'),
    status: z.int().min(200).max(599),
    code: z.int().optional(),
    retryAfter: z.string().optional(),
    body: z.string().optional(),
    contentType: z.string().optional(),
    effect: z.boolean().optional(),
    ...limits,
  }),
  z.strictObject({ kind: z.literal('reset'), when: z.enum(['before', 'after']), ...limits }),
  z.strictObject({ kind: z.literal('html'), ...limits }),
  z.strictObject({ kind: z.literal('token') }),
  z.strictObject({ kind: z.literal('webhook_duplicate'), times: z.int().min(1).max(MOST_COPIES) }),
  z.strictObject({ kind: z.literal('webhook_late'), ms }),
  z.strictObject({ kind: z.literal('webhook_reorder'), group: z.int().min(2), waitMs: ms.optional() }),
  z.strictObject({ kind: z.literal('echo') }),
]);

/** Checks a fault from outside. @throws emulator_option_invalid with every problem */
export function parseFault(value: unknown): EmulatorFault {
  const parsed = faultSchema.safeParse(value);
  if (parsed.success) return value as EmulatorFault;
  throw emulatorError('emulator_option_invalid', { what: 'this fault', problems: problemsOf(parsed.error, '') });
}

export const operatorStatusSchema = z.enum(['online', 'pause', 'away', 'offline']);

export const operatorSchema = z.strictObject({
  id: z.string().min(1).optional(),
  firstName: z.string().min(1),
  lastName: z.string().optional(),
  nickName: z.string().optional(),
  avatarUrl: z.string().optional(),
  groupId: z.string().optional(),
  status: operatorStatusSchema.optional(),
  slots: z.int().nonnegative().optional(),
});

export const groupSchema = z.strictObject({ id: z.string().min(1), name: z.string() });

/** Checks what a caller without types may pass. @throws emulator_option_invalid with every problem */
export function assertValid(schema: z.ZodType, value: unknown, what: string): void {
  const { error } = schema.safeParse(value);
  if (error) throw emulatorError('emulator_option_invalid', { what, problems: problemsOf(error, '') });
}

/** The ids of LiveTex's own "Hello World" (see its documentation), so that its worked example runs here as printed. */
const DEFAULT_GROUP = { id: '54321', name: 'Группа для Messaging API' };
const DEFAULT_OPERATOR = { firstName: 'Анна', lastName: 'Смирнова' };
const DEFAULT_TOUCH_POINT = 'touch-point-1';
/** Short, as tests like it; LiveTex's own steps are not documented. */
const DEFAULT_RETRY = { firstMs: 20, longestMs: 500 };
/** LiveTex repeats an event "for up to 24 hours". */
const GIVE_UP_AFTER_MS = 24 * 60 * 60 * 1000;
/** LiveTex waits 60 s for the receiver's 200. */
const WEBHOOK_TIMEOUT_MS = 60_000;
/** Undocumented at LiveTex; above what the plugin sends (4,000), so that a mistake in the splitting shows. */
const MAX_TEXT_LENGTH = 10_000;
const REMEMBER = 100_000;

const duration = z.number().nonnegative();
const optionsSchema = z.strictObject({
  port: z.int().min(0).max(65_535).optional(),
  token: z.string().min(1).optional(),
  groups: z.array(groupSchema).optional(),
  operators: z.array(operatorSchema).optional(),
  webhookRetry: z
    .strictObject({ firstMs: duration, longestMs: duration, giveUpAfterMs: duration.optional() })
    .optional(),
  webhookTimeoutMs: duration.positive().optional(),
  webhookInOrder: z.boolean().optional(),
  versions: z.array(z.enum(API_VERSIONS)).min(1).optional(),
  touchPointId: z.string().min(1).optional(),
  clock: z.custom<Clock>((value) => typeof value === 'object' && value !== null, 'must be a clock').optional(),
  maxTextLength: z.int().positive().optional(),
  remember: z.int().positive().optional(),
});

/** A touch point's options with every default in place. */
export interface TouchPointOptions {
  readonly token: string;
  readonly groups: ReadonlyArray<{ readonly id: string; readonly name: string }>;
  readonly operators: ReadonlyArray<Partial<EmulatedOperator> & { readonly firstName: string }>;
  readonly webhookRetry: WebhookRetry;
  readonly webhookTimeoutMs: number;
  readonly webhookInOrder: boolean;
  readonly versions: readonly ApiVersion[];
  readonly touchPointId: string;
  readonly clock: Clock;
  readonly maxTextLength: number;
  readonly remember: number;
}

/** Checks the options and fills in the defaults. @throws emulator_option_invalid with every problem */
export function parseTouchPointOptions(options: EmulatorOptions): TouchPointOptions {
  assertValid(optionsSchema, options, 'these options');
  const groups = options.groups ?? [DEFAULT_GROUP];
  return {
    token: options.token ?? randomUUID(),
    groups,
    operators: options.operators ?? (groups.length > 0 ? [DEFAULT_OPERATOR] : []),
    webhookRetry: { giveUpAfterMs: GIVE_UP_AFTER_MS, ...DEFAULT_RETRY, ...options.webhookRetry },
    webhookTimeoutMs: options.webhookTimeoutMs ?? WEBHOOK_TIMEOUT_MS,
    webhookInOrder: options.webhookInOrder ?? true,
    versions: options.versions ?? API_VERSIONS,
    touchPointId: options.touchPointId ?? DEFAULT_TOUCH_POINT,
    clock: options.clock ?? systemClock,
    maxTextLength: options.maxTextLength ?? MAX_TEXT_LENGTH,
    remember: options.remember ?? REMEMBER,
  };
}
