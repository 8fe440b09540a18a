import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The typings of what a script sees, from the folder of the package: `package.json`, "files". */
const TYPINGS = ['plugin/guest/livetex.d.ts'] as const;

/** Absolute paths of the typings, from the sources and from the built package alike. */
export function authorTypings(): string[] {
  let root = import.meta.dirname;
  while (!existsSync(join(root, TYPINGS[0])) && dirname(root) !== root) root = dirname(root);
  return TYPINGS.map((path) => join(root, path));
}
