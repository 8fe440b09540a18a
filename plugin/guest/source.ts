import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

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

/** A bundle's text: read from `dist/guest/`; in a checkout built, and kept as long as its files stay as they are. */
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
  return await kept(bundle);
}

/** A bundle as a checkout keeps it: making one takes a third of a second, which each process would spend again. */
interface KeptBundle {
  readonly text: string;
  /** The files of which it is made, by their paths from the folder of its entry, each with the hash of what it held. */
  readonly files: Readonly<Record<string, string>>;
}

/** A checkout's copy, as long as what it is made of stays the same. */
async function kept(bundle: GuestBundle): Promise<string> {
  const options = guestBuildOptions(bundle);
  const root = new URL('../../', import.meta.url);
  const folder = new URL('node_modules/.cache/metabot24-livetex/', root);
  // What else it depends on: its options, which stand in the source, and the bundler, whose version the project's package.json fixes.
  const maker = hashOf(JSON.stringify(options) + (await readFile(new URL('package.json', root), 'utf8')));
  const copy = new URL(`${bundle.name}-${maker.slice(0, 16)}.json`, folder);
  const found = await readFile(copy, 'utf8').catch(() => undefined);
  if (found !== undefined) {
    const { text, files } = JSON.parse(found) as KeptBundle;
    if (await areSame(files, options.absWorkingDir)) return text;
  }
  const made = await build(options);
  await mkdir(folder, { recursive: true });
  // Several processes may do this at the same time: none may read half a file.
  const own = new URL(`${process.pid}-${bundle.name}.json`, folder);
  await writeFile(own, JSON.stringify(made));
  await rename(own, copy);
  return made.text;
}

/** In one go: esbuild's `build` would leave its own process standing beside ours for as long as we live. */
async function build(options: ReturnType<typeof guestBuildOptions>): Promise<KeptBundle> {
  const { buildSync } = await import('esbuild');
  const { outputFiles, metafile } = buildSync({ ...options, metafile: true });
  const files = await hashesOf(Object.keys(metafile.inputs), options.absWorkingDir);
  return { text: outputFiles[0]?.text ?? '', files };
}

async function areSame(files: KeptBundle['files'], folder: string): Promise<boolean> {
  const now = await hashesOf(Object.keys(files), folder).catch(() => ({}));
  return isDeepStrictEqual(now, files);
}

async function hashesOf(files: readonly string[], folder: string): Promise<Record<string, string>> {
  const hashes = files.map(async (file) => [file, hashOf(await readFile(join(folder, file)))] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

function hashOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
