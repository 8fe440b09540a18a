import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const nameSchema = z.looseObject({ name: z.string().min(1).max(200) });

/** What the bot is called in its `bot.json`; the runtime knows the file's mistakes, so here they only cost the name. */
export async function botName(folder: string | undefined): Promise<string | undefined> {
  if (folder === undefined) return undefined;
  try {
    const description: unknown = JSON.parse(await readFile(join(folder, 'bot.json'), 'utf8'));
    return nameSchema.safeParse(description).data?.name;
  } catch {
    return undefined;
  }
}
