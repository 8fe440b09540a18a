import type { z } from 'zod';
import { type BotDescription, botSchema, menuItemSchema, routeSchema, scriptSchema } from './bot-schema.ts';
import { fieldsOf, listOf } from './bot-outline.ts';
import { commandSchema } from './command-schema.ts';

/** In the place of what is wrong, so that the rest keeps its number: something of which nothing is reported. */
const COMMAND = { type: 'send_text', text: '…' } as const;
const ITEM = { code: '…', caption: '…', script: 'start' } as const;
const ROUTE = { regex: '…', script: 'start', enabled: false } as const;

/** What is right in a `bot.json` that is wrong elsewhere: for whoever looks at the rest of a bot, never to be run. */
export function readablePart(raw: unknown): BotDescription {
  const root = fieldsOf(raw);
  const scripts = listOf(root['scripts']).flatMap((script) => {
    const commands = listOf(script['commands']).map((one) => orElse(commandSchema, one, COMMAND));
    const menu = listOf(script['menu']).map((one) => orElse(menuItemSchema, one, ITEM));
    const { code, type = 'standard' } = script;
    const parsed = scriptSchema.safeParse({ code, type, commands, menu });
    return parsed.success ? [parsed.data] : [];
  });
  const routes = listOf(root['routes']).map((one) => orElse(routeSchema, one, ROUTE));
  return { ...botSchema.parse({ id: 'bot', scripts: [{ code: 'start' }] }), scripts, routes };
}

function orElse<Output>(schema: z.ZodType<Output>, value: unknown, other: unknown): Output {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : schema.parse(other);
}
