import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { BuildOptions } from 'esbuild';

export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** The built page: these files, nothing else. */
const PAGE_FILES = ['index.html', 'page.js', 'page.css', 'icon.svg'] as const;

/** Where the page's sources are in a checkout. */
const SOURCE_FOLDER = join(import.meta.dirname, 'page');

/**
 * How esbuild makes the page: `build/build.ts` passes `dist/page` for the package; in a checkout it is made in memory
 * at the first request. The HTML and the icon are copied by esbuild as they are.
 */
export function pageBuildOptions(outdir: string): BuildOptions {
  return {
    entryPoints: [
      { in: join(SOURCE_FOLDER, 'main.tsx'), out: 'page' },
      { in: join(SOURCE_FOLDER, 'styles/page.css'), out: 'page' },
      { in: join(SOURCE_FOLDER, 'index.html'), out: 'index' },
      { in: join(SOURCE_FOLDER, 'icon.svg'), out: 'icon' },
    ],
    outdir,
    bundle: true,
    minify: true,
    charset: 'utf8',
    format: 'esm',
    // The first versions with `light-dark()`, on which both themes rest.
    target: ['chrome123', 'firefox120', 'safari17.5'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.html': 'copy', '.svg': 'copy' },
    legalComments: 'none',
    // The checkout's tsconfig is for the server; the page has its own beside its sources.
    tsconfig: join(SOURCE_FOLDER, 'tsconfig.json'),
    logLevel: 'silent',
  };
}

/** The page: the one built before, where there is one (in the package, `page/` beside the bundle), else made from its sources. */
export async function loadPage(folder = SOURCE_FOLDER): Promise<Map<string, PageFile>> {
  return existsSync(join(folder, 'page.js')) ? await builtPage(folder) : await pageFromSources();
}

async function builtPage(folder: string): Promise<Map<string, PageFile>> {
  const files = await Promise.all(
    PAGE_FILES.map(async (name): Promise<[string, PageFile]> => [
      name,
      fileOf(name, await readFile(join(folder, name))),
    ]),
  );
  return new Map(files);
}

/** Builds the page from its sources, in memory: needs esbuild, which only a checkout has. */
async function pageFromSources(): Promise<Map<string, PageFile>> {
  const { build } = await import('esbuild');
  const result = await build({ ...pageBuildOptions('page'), write: false });
  const files = result.outputFiles.map((file): [string, PageFile] => {
    const name = file.path.replaceAll('\\', '/').split('/').at(-1) ?? '';
    return [name, fileOf(name, Buffer.from(file.contents))];
  });
  return new Map(files);
}

function fileOf(name: string, bytes: Buffer): PageFile {
  return { type: TYPES[extname(name)] ?? 'application/octet-stream', bytes };
}
