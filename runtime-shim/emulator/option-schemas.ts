import { z } from 'zod';
import { issueWords } from '../../plugin/contract/issue-words.ts';
import type { EmulatorFault } from './emulator-contract.ts';
import { emulatorError } from './emulator-errors.ts';

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
  throw emulatorError('emulator_option_invalid', { what: 'this fault', problems: problemsOf(parsed.error) });
}

/** One line per problem, with its path. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.map((issue) =>
    issue.path.length === 0 ? issueWords(issue) : `${issue.path.join('.')}: ${issueWords(issue)}`,
  );
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
  if (error) throw emulatorError('emulator_option_invalid', { what, problems: problemsOf(error) });
}
