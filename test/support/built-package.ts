import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject } from 'vitest';
import type { TestProject } from 'vitest/node';
import { buildJavaScript } from '../../build/build-javascript.ts';
import { BUILT_PARTS, type BuiltPartsPlace } from './built-parts.ts';
import { ROOT } from './command.ts';
import { POSTGRES_KEPT } from './postgres.ts';

export interface BuiltPackage {
  /** The command's launcher in it. */
  readonly launcher: string;
  readonly folder: string;
  remove(): Promise<void>;
}

/** What the package has of its own, and what has nothing to do with it. */
const MADE: ReadonlySet<string> = new Set(['bin', 'dist', 'package.json', '.git']);

/** Where the launcher takes the built file: in a folder of this name. */
const IN_ROOT = ['node_modules', 'metabot24-livetex'] as const;

function packageIn(root: string): BuiltPackage {
  const folder = join(root, ...IN_ROOT);
  return {
    launcher: join(folder, 'bin', 'metabot-livetex.js'),
    folder,
    // A command that a test has left to its end may still write what the others shall find compiled.
    remove: () => rm(root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }),
  };
}

/** A copy of the built package for one file of tests: processes that run from it are its own. */
export async function copyPackage(): Promise<BuiltPackage> {
  const root = await mkdtemp(join(tmpdir(), 'built-package-copy-'));
  // Runners are another user where the tests are root.
  await chmod(root, 0o755);
  await cp(join(inject('launcher'), '..', '..'), join(root, ...IN_ROOT), { recursive: true, verbatimSymlinks: true });
  return packageIn(root);
}

/**
 * The package of this very source as an installed one: it starts in a third of the time that the source takes, and it is
 * what people run. In a folder of its own, since `dist/` may be older than the source.
 */
async function buildPackage(root: string): Promise<BuiltPackage> {
  const built = packageIn(root);
  const { folder } = built;
  await mkdir(folder, { recursive: true });
  // Runners are another user where the tests are root.
  await chmod(root, 0o755);
  await cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  // All else as it stands in the source.
  for (const name of (await readdir(ROOT)).filter((name) => !MADE.has(name))) {
    await symlink(join(ROOT, name), join(folder, name));
  }
  await buildJavaScript(ROOT, join(folder, 'dist'));
  return built;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The launcher of the built package that all tests share, for commands of which no test minds from where they run. */
    launcher: string;
  }
}

/** Before all tests (`vitest.config.ts`, "globalSetup"). */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const parts = project.vite.config.plugins.find(({ name }) => name === BUILT_PARTS);
  const place: BuiltPartsPlace | undefined = parts?.api;
  if (place === undefined) throw new Error('vitest.config.ts has no builtParts()');
  const built = await buildPackage(place.root);
  project.provide('launcher', built.launcher);
  // Its commands start hundreds of times: the first that ends in order leaves what V8 has made of its files to the others.
  process.env['NODE_COMPILE_CACHE'] = join(place.root, 'compile-cache');
  process.env[POSTGRES_KEPT] = join(place.root, 'postgres');
  // While somebody works (`npx vitest`): what was changed is built anew.
  project.onTestsRerun(async () => void (await buildJavaScript(ROOT, join(built.folder, 'dist'))));
  return () => built.remove();
}
