import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/** Writes a bot folder for one test: `bot.json` from a value or as text, other files by name. Removed afterwards. */
export async function botFolder(
  description: unknown,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'bot-folder-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeBotFiles(folder, description, files);
  return folder;
}

/** Writes into a bot folder that stands already, as an author's editor does. */
export async function writeBotFiles(
  folder: string,
  description: unknown,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
  }
  if (description === undefined) return;
  const text = typeof description === 'string' ? description : JSON.stringify(description, null, 2);
  await writeFile(join(folder, 'bot.json'), text);
}
