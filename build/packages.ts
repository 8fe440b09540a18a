/** What the bundles for Node hold of other packages (docs/decisions/0024-packages-in-the-bundles.md). */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Plugin } from 'esbuild';

/**
 * What stays a package of its own: isolated-vm is native; undici and pg speak to the network, and pg is loaded where PostgreSQL is; acorn is loaded
 * when a script is checked; esbuild is the checkout's. All others are in the bundles: finding and reading the 180 files that they are takes a start longer
 * than running them.
 */
export const OUTSIDE = ['isolated-vm', 'undici', 'pg', 'acorn', 'esbuild'] as const;

/** What its `index.js` does and we use: it would load 80 files more, for its own `fetch`, WebSockets, mocks and caches. */
const UNDICI = `
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import api from 'undici/lib/api/index.js';
import 'undici/lib/global.js';
Object.assign(Dispatcher.prototype, api);
export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as Pool } from 'undici/lib/dispatcher/pool.js';
export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';
`;
const EMULATOR = /[\\/]runtime-shim[\\/]emulator[\\/]/;

export const quickToLoad: Plugin = {
  name: 'quick-to-load',
  setup(build) {
    // The emulator uses more of it, and no server for leads loads the emulator.
    build.onResolve({ filter: /^undici$/ }, ({ importer, resolveDir }) =>
      EMULATOR.test(importer) ? undefined : { path: 'undici', namespace: 'undici-in-part', pluginData: resolveDir },
    );
    build.onLoad({ filter: /^undici$/, namespace: 'undici-in-part' }, ({ pluginData }) => ({
      contents: UNDICI,
      resolveDir: String(pluginData),
    }));
    // Words of zod in 50 languages: ours are our own (plugin/contract/issue-words.ts), and its English ones stand behind them.
    build.onResolve({ filter: /[\\/]locales[\\/]index\.js$/ }, ({ importer, path }) =>
      /[\\/]zod[\\/]v4[\\/]/.test(importer) ? { path: join(dirname(importer), dirname(path), 'en.js') } : undefined,
    );
  },
};

/** A package's folder in the path of one of its files. */
const PACKAGE_FOLDER = /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/;

interface Manifest {
  readonly name: string;
  readonly version: string;
  /** Its name: one package has no file with its text. */
  readonly license: string;
}

/** Whose code the bundles hold, and on which terms: their licenses ask for that. `files`: of which the bundles are made. */
export async function licensesOf(files: readonly string[]): Promise<string> {
  const folders = new Set(files.flatMap((file) => PACKAGE_FOLDER.exec(file)?.[0] ?? []));
  const texts = await Promise.all(
    [...folders].map(async (folder) => {
      const { name, version, license } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
      const file = (await readdir(folder)).find((one) => /^licen[cs]e/i.test(one));
      const text = file === undefined ? license : await readFile(join(folder, file), 'utf8');
      return `${name} ${version}\n\n${text.trim()}\n`;
    }),
  );
  return texts.toSorted().join(`\n${'-'.repeat(80)}\n\n`);
}
