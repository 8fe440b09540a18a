/** `npm run build`: what the package holds beside the sources of the examples. Flat `dist/`, packages left outside. */
import { execFile } from 'node:child_process';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildJavaScript } from './build-javascript.ts';
import { licensesOf } from './packages.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

const execute = promisify(execFile);

/** A relative import of a TypeScript file, as tsc leaves it in a declaration: `from './x.ts'`, `import('./x.ts')`. */
const TYPESCRIPT_IMPORT = /((?:from|import)\s*\(?\s*['"]\.{1,2}\/[^'"]*?)(?<!\.d)\.ts(['"])/g;

const started = performance.now();
await rm(dist, { recursive: true, force: true });
const [files] = await Promise.all([buildJavaScript(root, dist), buildDeclarations(root, join(dist, 'types'))]);
await writeFile(join(dist, 'licenses.txt'), await licensesOf(files));
console.log(`dist/ built in ${((performance.now() - started) / 1_000).toFixed(1)} s`);

/** Writes the declarations of the package's entrances and of all they name. */
async function buildDeclarations(root: string, outdir: string): Promise<void> {
  const tsc = join(root, 'node_modules', '.bin', 'tsc');
  await execute(tsc, ['-p', join(root, 'build', 'tsconfig.declarations.json'), '--outDir', outdir], { cwd: root });
  const files = await readdir(outdir, { recursive: true });
  await Promise.all(
    files.filter((name) => name.endsWith('.d.ts')).map(async (name) => await nameJavaScript(join(outdir, name))),
  );
}

/**
 * Declarations import `./x.js`, which every consumer's TypeScript resolves to `x.d.ts`; `./x.ts` would need
 * `allowImportingTsExtensions` or a rewriting tool at the consumer's.
 */
async function nameJavaScript(file: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(TYPESCRIPT_IMPORT, '$1.js$2'));
}
