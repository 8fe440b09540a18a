import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** How deep they are looked for. */
const MAX_DEPTH = 3;

/** Files of a bot folder that look like scripts, whether anything names them or not; libraries and packages are none. */
export async function scriptFilesIn(folder: string): Promise<string[]> {
  const found: string[] = [];
  const look = async (inside: string, depth: number): Promise<void> => {
    const entries = await readdir(join(folder, inside), { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.name.startsWith('.') || path === 'libraries' || entry.name === 'node_modules') continue;
      if (entry.isDirectory() && depth > 0) await look(path, depth - 1);
      else if (entry.name.endsWith('.js')) found.push(path);
    }
  };
  await look('', MAX_DEPTH);
  return found;
}
