/**
 * How a command finds the process that holds a data folder: a file in it, readable by the folder's owner only. It names an
 * address of this machine and a word made anew at each start, so that whoever may read the data may ask, and nobody else.
 */
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../../plugin/contract/coded-error.ts';

const CONTROL_FILE = 'control.json';
/** Read and write for the owner alone. */
const OWNER_ONLY = 0o600;

const controlSchema = z.object({ url: z.url(), word: z.string().min(1) });
export type ControlAddress = z.infer<typeof controlSchema>;

export async function writeControlFile(folder: string, address: ControlAddress): Promise<void> {
  const path = join(folder, CONTROL_FILE);
  await writeFile(path, JSON.stringify(address), { mode: OWNER_ONLY });
  // `mode` counts only for a new file; one of an earlier process may have been opened up.
  await chmod(path, OWNER_ONLY);
}

/** `undefined` when there is none, or none that is understood. */
export async function readControlFile(folder: string): Promise<ControlAddress | undefined> {
  try {
    const parsed = controlSchema.safeParse(JSON.parse(await readFile(join(folder, CONTROL_FILE), 'utf8')));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function removeControlFile(folder: string): Promise<void> {
  await rm(join(folder, CONTROL_FILE), { force: true });
}
