/** Why a script ran, as a code: whoever shows it says it in words of their own (`script-cause-text.ts`). */
import { z } from 'zod';

export const SCRIPT_CAUSE_CODES = [
  'new_lead',
  'menu_item',
  'route',
  'fallback',
  'run_sentence',
  'run_javascript',
  'bot_run',
  'runs_unknown',
  'other_lead',
  'no_operators',
  'transfer_failed',
  'returned',
  'operator_command',
  'operator_timeout',
  'lead_exit',
  'script_failed',
  'not_sent',
  'answer_not_kept',
  'route_not_tried',
  'condition_failed',
  'stopped',
  'not_performed',
  'command_line',
  'endpoint',
  'scheduled',
  'question_cancelled',
  'question_failed',
  'question_timeout',
  'told',
] as const;
export type ScriptCauseCode = (typeof SCRIPT_CAUSE_CODES)[number];

/** `of` is what the code is about: the menu item, the route, the script that asked. */
const causeSchema = z.object({ code: z.enum(SCRIPT_CAUSE_CODES), of: z.string().exactOptional() });
export type ScriptCause = z.infer<typeof causeSchema>;

/** A stored cause. What was stored before there were codes is a sentence, which is told as it is. */
export const scriptCauseSchema = z.union([
  causeSchema,
  z.string().transform((of): ScriptCause => ({ code: 'told', of })),
]);
