/** When a folder's last good backup was begun: a file beside the data, so that it can be left by whoever made it and read by the server. */
import { chownSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Backup } from '../contract.ts';
import { codeOf } from '../errors.ts';

export const NOTE_FILE = 'backup.json';
const OWNER_ONLY = 0o600;

const noteSchema = z.object({ at: z.int().positive(), bytes: z.int().nonnegative() });

/** It appears whole. @throws what the system says about the folder */
export function noteBackup(folder: string, { at, bytes }: Backup): void {
  const file = join(folder, NOTE_FILE);
  const part = `${file}.part`;
  try {
    rmSync(part, { force: true });
    writeFileSync(part, JSON.stringify({ at, bytes }), { flag: 'wx', mode: OWNER_ONLY });
    const { uid, gid } = statSync(folder);
    // The system's own user makes backups too, and the server must be able to read it.
    if (process.getuid?.() !== uid) chownSync(part, uid, gid);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** `null`: none, or none that is understood. @throws what the system says about the file */
export async function readBackupNote(folder: string): Promise<Backup | null> {
  try {
    return noteSchema.safeParse(JSON.parse(await readFile(join(folder, NOTE_FILE), 'utf8'))).data ?? null;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}
