import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../../..');

const SKIPPED = new Set(['node_modules', 'dist', '.git', 'coverage']);
const FENCE = /^(?:```|~~~)[\s\S]*?^(?:```|~~~)/gmu;
const HEADING = /^#{1,6}\s+(.+)$/gmu;

/** All files of the project below a folder whose name ends in one of these. */
export function filesBelow(folder: string, ends: readonly string[]): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesBelow(path, ends);
    return entry.isFile() && ends.some((end) => entry.name.endsWith(end)) ? [path] : [];
  });
}

/** A document without its blocks of code. */
export function proseOf(file: string): string {
  return readFileSync(file, 'utf8').replace(FENCE, '');
}

/** Is there such a file or folder, and in it the heading that the anchor names? */
export function leadsSomewhere(path: string, anchor?: string): boolean {
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return false;
  return anchor === undefined || anchorsOf(path).has(anchor);
}

const LINK = /\[[^\]]*\]\((<[^>]+>|[^)\s]+)\)/gu;

/** A document's relative links that lead nowhere. */
export function deadLinksIn(file: string): string[] {
  const targets = Array.from(proseOf(file).matchAll(LINK), ([, target = '']) => target.replace(/^<|>$/gu, ''));
  return targets.filter((link) => {
    if (/^[a-z]+:/iu.test(link)) return false;
    const [path = '', anchor] = decodeURI(link).split('#');
    return !leadsSomewhere(path === '' ? file : join(dirname(file), path), anchor);
  });
}

/** The names that a heading's link has, as GitHub makes them. */
function anchorsOf(file: string): Set<string> {
  return new Set(
    Array.from(proseOf(file).matchAll(HEADING), ([, heading = '']) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replace(/\s/gu, '-'),
    ),
  );
}
