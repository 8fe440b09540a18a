import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** A bundle of guest code: text that runs inside the sandbox, in which there is no `import`. */
export interface GuestBundle {
  /** Its file in `dist/guest/`, without `.js`. */
  readonly name: string;
  /** Its entry in the source tree. */
  readonly entry: URL;
  /** What the bundle's function returns: an expression over the record `guest`, which the entry fills in. */
  readonly returns: string;
  /** Further options of esbuild: what packages need that were not written for the sandbox. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** The plugin's own bundle: it gives the function that installs the LiveTex methods. */
export const LIVETEX_BUNDLE: GuestBundle = {
  name: 'livetex',
  entry: new URL('./livetex-bundle.guest.ts', import.meta.url),
  returns: 'guest.install',
};

/** The options of esbuild with which a bundle becomes the text of a function's body. */
export function guestBuildOptions({ entry, returns, options }: GuestBundle) {
  return {
    entryPoints: [fileURLToPath(entry)],
    bundle: true,
    write: false as const,
    format: 'iife' as const,
    // Strict, as modules are: a callback must not find out through `caller` who called it.
    banner: { js: "'use strict';\nconst guest = {};" },
    footer: { js: `return ${returns};` },
    target: 'es2024',
    platform: 'neutral' as const,
    charset: 'utf8' as const,
    legalComments: 'none' as const,
    logLevel: 'silent' as const,
    ...options,
  };
}

const loading = new Map<string, Promise<string>>();

/** A bundle's text: read from `dist/guest/`, or built once per process in a checkout. */
export function loadGuestBundle(bundle: GuestBundle): Promise<string> {
  let text = loading.get(bundle.name);
  if (text === undefined) {
    text = load(bundle);
    loading.set(bundle.name, text);
  }
  return text;
}

/** The text for `PluginGuest.source`. */
export function loadGuestSource(): Promise<string> {
  return loadGuestBundle(LIVETEX_BUNDLE);
}

async function load(bundle: GuestBundle): Promise<string> {
  // Relative to the flat `dist/`, where this module lies in the built package.
  const built = new URL(`./guest/${bundle.name}.js`, import.meta.url);
  if (existsSync(built)) return await readFile(built, 'utf8');
  const { buildSync } = await import('esbuild');
  // In one go: `build` would leave esbuild's own process standing beside ours for as long as we live.
  const text = buildSync(guestBuildOptions(bundle)).outputFiles[0]?.text;
  if (text === undefined) throw new Error(`esbuild made no guest bundle "${bundle.name}"`);
  return text;
}
