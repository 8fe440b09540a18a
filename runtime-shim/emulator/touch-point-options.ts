import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../plugin/contract/host.ts';
import type { EmulatedOperator, EmulatorOptions } from './emulator-contract.ts';
import { assertValid, groupSchema, operatorSchema } from './option-schemas.ts';
import { systemClock } from '../../plugin/storage/system-clock.ts';
import type { WebhookRetry } from './webhooks/webhook-queue.ts';

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

const ms = z.number().nonnegative();
const optionsSchema = z.strictObject({
  port: z.int().min(0).max(65_535).optional(),
  token: z.string().min(1).optional(),
  groups: z.array(groupSchema).optional(),
  operators: z.array(operatorSchema).optional(),
  webhookRetry: z.strictObject({ firstMs: ms, longestMs: ms, giveUpAfterMs: ms.optional() }).optional(),
  webhookTimeoutMs: ms.positive().optional(),
  webhookInOrder: z.boolean().optional(),
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
    touchPointId: options.touchPointId ?? DEFAULT_TOUCH_POINT,
    clock: options.clock ?? systemClock,
    maxTextLength: options.maxTextLength ?? MAX_TEXT_LENGTH,
    remember: options.remember ?? REMEMBER,
  };
}
