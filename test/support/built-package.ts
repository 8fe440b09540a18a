import { chmod, cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { buildJavaScript } from '../../build/build-javascript.ts';
import { ROOT } from './command.ts';

export interface BuiltPackage {
  /** The command's launcher in it. */
  readonly launcher: string;
  readonly folder: string;
  remove(): Promise<void>;
}

/** What the package has of its own, and what has nothing to do with it. */
const MADE: ReadonlySet<string> = new Set(['bin', 'dist', 'package.json', '.git']);

/**
 * The package of this very source as an installed one: it starts in a third of the time that the source takes, and it is
 * what people run. In a folder of its own, since `dist/` may be older than the source.
 */
export async function buildPackage(): Promise<BuiltPackage> {
  const root = await mkdtemp(join(tmpdir(), 'built-package-'));
  // Runners are another user where the tests are root.
  await chmod(root, 0o755);
  // The launcher takes the built file when it lies in a folder of this name.
  const folder = join(root, 'node_modules', 'metabot24-livetex');
  await mkdir(folder, { recursive: true });
  await cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  // All else as it stands in the source.
  for (const name of (await readdir(ROOT)).filter((name) => !MADE.has(name))) {
    await symlink(join(ROOT, name), join(folder, name));
  }
  await buildJavaScript(ROOT, join(folder, 'dist'));
  return {
    launcher: join(folder, 'bin', 'metabot-livetex.js'),
    folder,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The launcher of the built package that all tests share, for commands of which no test minds from where they run. */
    launcher: string;
  }
}

/** Before all tests (`vitest.config.ts`, "globalSetup"). */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = await buildPackage();
  project.provide('launcher', built.launcher);
  return () => built.remove();
}
