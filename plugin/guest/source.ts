import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A bundle of guest code: text that runs inside the sandbox, in which there is no `import`. */
export interface GuestBundle {
  /** Its file in `dist/guest/`, without `.js`. */
  readonly name: string;
  /** Its entry in the source tree. */
  readonly entry: URL;
  /** What the bundle's function returns: an expression over the record `guest`, which the entry fills in. */
  readonly returns: string;
  /**
   * It is made of packages and of these files beside its entry, so that a checkout may keep it until one of them changes:
   * making it takes a third of a second.
   */
  readonly keptWhileSame?: readonly URL[];
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
    // esbuild looks for the packages of `alias` from here; left out, from the folder that somebody starts in.
    absWorkingDir: dirname(fileURLToPath(entry)),
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
  return bundle.keptWhileSame === undefined ? await build(bundle) : await kept(bundle, bundle.keptWhileSame);
}

/** In one go: esbuild's `build` would leave its own process standing beside ours for as long as we live. */
async function build(bundle: GuestBundle): Promise<string> {
  const { buildSync } = await import('esbuild');
  const text = buildSync(guestBuildOptions(bundle)).outputFiles[0]?.text;
  if (text === undefined) throw new Error(`esbuild made no guest bundle "${bundle.name}"`);
  return text;
}

/** A checkout's copy, as long as what it is made of stays the same. */
async function kept(bundle: GuestBundle, files: readonly URL[]): Promise<string> {
  const root = new URL('../../', import.meta.url);
  const hash = createHash('sha256').update(JSON.stringify(bundle));
  for (const file of [new URL('package-lock.json', root), bundle.entry, ...files]) hash.update(await readFile(file));
  const folder = new URL('node_modules/.cache/metabot24-livetex/', root);
  const copy = new URL(`${bundle.name}-${hash.digest('hex').slice(0, 16)}.js`, folder);
  if (existsSync(copy)) return await readFile(copy, 'utf8');
  const text = await build(bundle);
  await mkdir(folder, { recursive: true });
  // Several processes may do this at the same time: none may read half a file.
  const own = new URL(`${process.pid}-${bundle.name}.js`, folder);
  await writeFile(own, text);
  await rename(own, copy);
  return text;
}
