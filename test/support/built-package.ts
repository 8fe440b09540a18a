import { cp, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildJavaScript } from '../../build/build-javascript.ts';
import { ROOT } from './command.ts';

export interface BuiltPackage {
  /** The command's launcher in it. */
  readonly launcher: string;
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * The package of this very source as an installed one: it starts in a third of the time that the source takes, and it is
 * what people run. In a folder of its own, since `dist/` may be older than the source.
 */
export async function buildPackage(): Promise<BuiltPackage> {
  const root = await mkdtemp(join(tmpdir(), 'built-package-'));
  // The launcher takes the built file when it lies in a folder of this name.
  const folder = join(root, 'node_modules', 'metabot24-livetex');
  await mkdir(folder, { recursive: true });
  await cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  await buildJavaScript(ROOT, join(folder, 'dist'));
  return {
    launcher: join(folder, 'bin', 'metabot-livetex.js'),
    folder,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
