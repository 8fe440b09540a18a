import { z } from 'zod';
import { emulatorError } from './errors.ts';
import { problemsOf } from './fault-schema.ts';

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
