import { join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { guestBuildOptions, LIVETEX_BUNDLE } from '../plugin/guest/source.ts';
import { PLATFORM_BUNDLES } from '../runtime-shim/globals/bundles.ts';
import { widgetBuildOptions } from '../runtime-shim/widget/widget-files.ts';
import { pageBuildOptions } from '../runtime-shim/page/page-files.ts';
import { OUTSIDE, quickToLoad } from './packages.ts';

/** The package's modules by the name that they have in `dist/`: three entrances, the command, the runner process, the thread of checkpoints. */
const ENTRIES = {
  index: 'plugin/index.ts',
  runtime: 'runtime-shim/runtime/index.ts',
  emulator: 'runtime-shim/emulator/index.ts',
  cli: 'runtime-shim/cli/main.ts',
  runner: 'runtime-shim/sandbox/runner-main.ts',
  checkpoint: 'plugin/storage/sqlite/checkpoint-thread.ts',
} as const;

/**
 * Bundles for Node into a flat folder, what several entrances share in chunks beside them; for the sandbox; for the browser.
 * Resolves with the files of which they are made.
 */
export async function buildJavaScript(root: string, outdir: string): Promise<readonly string[]> {
  const options: BuildOptions[] = [
    {
      entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(root, path)])),
      outdir,
      bundle: true,
      splitting: true,
      chunkNames: 'shared-[hash]',
      format: 'esm',
      platform: 'node',
      // The oldest Node of package.json, "engines".
      target: 'node24',
      external: [...OUTSIDE],
      mainFields: ['module', 'main'],
      plugins: [quickToLoad],
      legalComments: 'none',
      logLevel: 'warning',
    },
    ...[LIVETEX_BUNDLE, ...PLATFORM_BUNDLES].map((bundle) => ({
      ...guestBuildOptions(bundle),
      write: true,
      outfile: join(outdir, 'guest', `${bundle.name}.js`),
    })),
    pageBuildOptions('simulator', join(outdir, 'page')),
    pageBuildOptions('console', join(outdir, 'console')),
    widgetBuildOptions('launcher', join(outdir, 'widget')),
    widgetBuildOptions('chat', join(outdir, 'widget')),
  ];
  const made = options.map(async (one) => {
    const { metafile } = await build({ ...one, metafile: true });
    return Object.keys(metafile.inputs).map((path) => resolve(one.absWorkingDir ?? '.', path));
  });
  return [...new Set((await Promise.all(made)).flat())];
}
