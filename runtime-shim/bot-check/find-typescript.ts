import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const manifestSchema = z.looseObject({
  version: z.string(),
  bin: z.union([z.string(), z.looseObject({ tsc: z.string() })]),
});

export interface TypeScript {
  readonly version: string;
  /** The JavaScript file of the command `tsc`. */
  readonly tsc: string;
}

/** The TypeScript that is installed for the bot folder, or else for us; `undefined` when there is none. */
export async function findTypeScript(botFolder: string): Promise<TypeScript | undefined> {
  for (const from of [pathToFileURL(join(botFolder, 'bot.json')), new URL(import.meta.url)]) {
    try {
      const manifest = createRequire(from).resolve('typescript/package.json');
      const { version, bin } = manifestSchema.parse(JSON.parse(await readFile(manifest, 'utf8')));
      return { version, tsc: join(dirname(manifest), typeof bin === 'string' ? bin : bin.tsc) };
    } catch {
      // Not installed there; the next place is asked.
    }
  }
  return undefined;
}
