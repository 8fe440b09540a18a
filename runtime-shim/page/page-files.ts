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

/** A built page: these files, nothing else. */
const PAGE_FILES = ['index.html', 'page.js', 'page.css', 'icon.svg'] as const;

/** A page: where its sources are in a checkout. The package has it built, in a folder of `dist/`. */
export type PageName = 'simulator' | 'console';

function sourceFolder(name: PageName): string {
  return join(import.meta.dirname, '..', name, 'page');
}

/**
 * How esbuild makes a page: `build/build-javascript.ts` passes a folder of `dist/` for the package; in a checkout it is made in
 * memory at the first request. The HTML and the icon are copied by esbuild as they are.
 */
export function pageBuildOptions(name: PageName, outdir: string): BuildOptions {
  const folder = sourceFolder(name);
  return {
    entryPoints: [
      { in: join(folder, 'main.tsx'), out: 'page' },
      { in: join(folder, 'styles/page.css'), out: 'page' },
      { in: join(folder, 'index.html'), out: 'index' },
      { in: join(import.meta.dirname, 'parts/icon.svg'), out: 'icon' },
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
    tsconfig: join(folder, 'tsconfig.json'),
    logLevel: 'silent',
  };
}

/** A page: the one built before into `built`, where there is one (in the package), else made from its sources. */
export async function loadPage(name: PageName, built: string | undefined): Promise<Map<string, PageFile>> {
  return built !== undefined && existsSync(join(built, 'page.js'))
    ? await builtPage(built)
    : await pageFromSources(name);
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
async function pageFromSources(name: PageName): Promise<Map<string, PageFile>> {
  const { build } = await import('esbuild');
  const result = await build({ ...pageBuildOptions(name, 'page'), write: false });
  const files = result.outputFiles.map((file): [string, PageFile] => {
    const name = file.path.replaceAll('\\', '/').split('/').at(-1) ?? '';
    return [name, fileOf(name, Buffer.from(file.contents))];
  });
  return new Map(files);
}

function fileOf(name: string, bytes: Buffer): PageFile {
  return { type: TYPES[extname(name)] ?? 'application/octet-stream', bytes };
}
