import { join } from 'node:path';
import { build } from 'esbuild';
import { guestBuildOptions, LIVETEX_BUNDLE } from '../plugin/guest/source.ts';
import { PLATFORM_BUNDLES } from '../runtime-shim/globals/bundles.ts';
import { widgetBuildOptions } from '../runtime-shim/widget/widget-files.ts';
import { pageBuildOptions } from '../runtime-shim/page/page-files.ts';

/** The package's modules by the name that they have in `dist/`: three entrances, the command, the runner process, the thread of checkpoints. */
const ENTRIES = {
  index: 'plugin/index.ts',
  runtime: 'runtime-shim/runtime/index.ts',
  emulator: 'runtime-shim/emulator/index.ts',
  cli: 'runtime-shim/cli/main.ts',
  runner: 'runtime-shim/sandbox/runner-main.ts',
  checkpoint: 'plugin/storage/sqlite/checkpoint-thread.ts',
} as const;

/** Bundles for Node into a flat folder, what several entrances share in chunks beside them; for the sandbox; for the browser. */
export async function buildJavaScript(root: string, outdir: string): Promise<void> {
  await Promise.all([
    build({
      entryPoints: Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, join(root, path)])),
      outdir,
      bundle: true,
      splitting: true,
      chunkNames: 'shared-[hash]',
      format: 'esm',
      platform: 'node',
      // The oldest Node of package.json, "engines".
      target: 'node24',
      // isolated-vm is native, undici and zod are fixed by the lock file of whoever installs the package.
      packages: 'external',
      legalComments: 'none',
      logLevel: 'warning',
    }),
    ...[LIVETEX_BUNDLE, ...PLATFORM_BUNDLES].map((bundle) =>
      build({ ...guestBuildOptions(bundle), write: true, outfile: join(outdir, 'guest', `${bundle.name}.js`) }),
    ),
    build(pageBuildOptions('simulator', join(outdir, 'page'))),
    build(pageBuildOptions('console', join(outdir, 'console'))),
    build(widgetBuildOptions('launcher', join(outdir, 'widget'))),
    build(widgetBuildOptions('chat', join(outdir, 'widget'))),
  ]);
}
