import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** The entry of the plugin's bundle, relative to this file in the source tree. */
const SOURCE_ENTRY = './livetex-bundle.guest.ts';
/** The built bundle, relative to the flat `dist/`. */
const BUILT_FILE = './guest/livetex.js';

/**
 * How the bundle is made: a function body that returns the entry's `install`. `build/build.ts` calls esbuild with
 * these options and `write: true, outfile: 'dist/guest/livetex.js'`.
 */
export function liveTexGuestBuildOptions(entry: string = fileURLToPath(new URL(SOURCE_ENTRY, import.meta.url))) {
  return {
    entryPoints: [entry],
    bundle: true,
    write: false as const,
    format: 'iife' as const,
    // Strict, as modules are: a callback must not find out through `caller` who called it.
    banner: { js: "'use strict';\nconst guest = {};" },
    footer: { js: 'return guest.install;' },
    target: 'es2024',
    platform: 'neutral' as const,
    charset: 'utf8' as const,
    legalComments: 'none' as const,
    logLevel: 'silent' as const,
  };
}

let loading: Promise<string> | undefined;

/** The text for `PluginGuest.source`: read from `dist/`, or built once per process in a checkout. */
export function loadGuestSource(): Promise<string> {
  loading ??= load();
  return loading;
}

async function load(): Promise<string> {
  const built = new URL(BUILT_FILE, import.meta.url);
  if (existsSync(built)) return await readFile(built, 'utf8');
  const { buildSync } = await import('esbuild');
  // In one go: `build` would leave esbuild's own process standing beside ours for as long as we live.
  const result = buildSync(liveTexGuestBuildOptions());
  const text = result.outputFiles[0]?.text;
  if (text === undefined) throw new Error('esbuild made no guest bundle');
  return text;
}
