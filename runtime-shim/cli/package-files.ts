/** Where the package lies, and what it brings with it, from the sources and from the built file alike. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version in the package.json above this file: two folders up in the sources, one in the built package. */
export function packageVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(join(packageRoot(), 'package.json'), 'utf8'));
  const version = typeof parsed === 'object' && parsed !== null && 'version' in parsed ? parsed.version : undefined;
  return typeof version === 'string' ? version : 'unknown';
}

/** The package's folder, from the sources and from the built file alike. */
export function packageRoot(): string {
  const here = import.meta.dirname;
  return here.endsWith(join('runtime-shim', 'cli')) ? dirname(dirname(here)) : dirname(here);
}

/** The command's launcher, which any Node from 20 on runs. */
export const LAUNCHER = 'bin/metabot-livetex.js';

/** How the command is started in a folder: by `npx` where that finds this package; elsewhere it would ask the registry for one. */
export function commandIn(folder: string): readonly [string, string] {
  const root = packageRoot();
  for (let at = folder; ; at = dirname(at)) {
    if (at === root || existsSync(join(at, 'node_modules', '.bin', 'metabot-livetex')))
      return ['npx', 'metabot-livetex'];
    if (dirname(at) === at) return ['node', join(root, LAUNCHER)];
  }
}

/** The bot of `npm start`, and what `new` copies. */
export const MAIN_EXAMPLE = join('scripts-examples', '08-support-bot');

/** Where the package keeps a page; `undefined` in a checkout, where it is made from its sources. */
export function builtPage(name: 'page' | 'console'): string | undefined {
  const inSources = import.meta.dirname.endsWith(join('runtime-shim', 'cli'));
  return inSources ? undefined : join(import.meta.dirname, name);
}
