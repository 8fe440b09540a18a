import { join } from 'node:path';
import { build } from 'esbuild';
import { pageBuildOptions } from '../runtime-shim/simulator/page-files.ts';

/** The package's modules by the name that they have in `dist/`: three entrances, the command, the runner process. */
const ENTRIES = {
  index: 'plugin/index.ts',
  runtime: 'runtime-shim/runtime/index.ts',
  emulator: 'runtime-shim/emulator/index.ts',
  cli: 'runtime-shim/cli/main.ts',
  runner: 'runtime-shim/sandbox/runner.ts',
} as const;

/** Bundles for Node into a flat folder: what several entrances share stands in chunks beside them. */
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
    build(pageBuildOptions(join(outdir, 'page'))),
  ]);
}
