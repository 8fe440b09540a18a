/** How esbuild makes the chat on a site: what a site loads, and what that loads when it is needed. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildOptions, Plugin } from 'esbuild';

const FOLDER = join(import.meta.dirname, 'page');
/** `import()` and `adoptedStyleSheets` are as old; `light-dark()` and `findLast` are what decides. */
const TARGET = ['chrome123', 'firefox120', 'safari17.5'];
/** Stands in the launcher for what tells one chat from another: a browser may keep the chat for ever. */
const VERSION_PLACE = '__CHAT_VERSION__';

/** Stylesheets as short texts, which the shadow root adopts. */
const styles: Plugin = {
  name: 'styles',
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await build.esbuild.transform(await readFile(path, 'utf8'), {
        loader: 'css',
        minify: true,
        target: TARGET,
      });
      return { contents: code, loader: 'text' };
    });
  },
};

/** The launcher (a classic script) or the chat (a module), into this folder. */
export function widgetBuildOptions(part: 'launcher' | 'chat', outdir: string): BuildOptions {
  return {
    entryPoints: [join(FOLDER, part === 'launcher' ? 'launcher.ts' : 'chat.tsx')],
    outdir,
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: part === 'launcher' ? 'iife' : 'esm',
    target: TARGET,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { CHAT_VERSION: JSON.stringify(VERSION_PLACE) },
    plugins: [styles],
    legalComments: 'none',
    // The checkout's tsconfig is for the server.
    tsconfig: join(FOLDER, 'tsconfig.json'),
    logLevel: 'silent',
  };
}

export interface WidgetFiles {
  readonly launcher: Buffer;
  readonly chat: Buffer;
}

/** Where the package has them; in a checkout they are made from their sources. */
const BUILT = join(import.meta.dirname, 'widget');

/** The two files, as the package has them, or made from their sources, which needs esbuild. */
export async function loadWidget(): Promise<WidgetFiles> {
  const built = BUILT;
  const [launcher, chat] = existsSync(join(built, 'chat.js'))
    ? await Promise.all([readFile(join(built, 'launcher.js')), readFile(join(built, 'chat.js'))])
    : await Promise.all([fromSources('launcher'), fromSources('chat')]);
  const version = createHash('sha256').update(chat).digest('hex').slice(0, 12);
  return { launcher: Buffer.from(launcher.toString().replace(VERSION_PLACE, version)), chat };
}

async function fromSources(part: 'launcher' | 'chat'): Promise<Buffer> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({ ...widgetBuildOptions(part, 'page'), write: false });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`nothing was built of the ${part}`);
  return Buffer.from(file.contents);
}
