/**
 * What is built is built once for all tests. Some files of the product look beside themselves for a built part (`const BUILT = …`)
 * and take its source where there is none: the runner process, the thread of checkpoints, guest code, the widget. Within the tests they
 * find those of the package that all tests share (`built-package.ts`). A runner starts in less than half of the time, and it is
 * the one that people run.
 */
import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Plugin } from 'vitest/config';

export const BUILT_PARTS = 'built-parts';

export interface BuiltPartsPlace {
  /** The folder in which the package is built, as an installed one. It is not there yet. */
  readonly root: string;
}

const PRODUCT = /\/(?:plugin|runtime-shim)\/.*\.ts$/;
/** The line that says where a built part is. */
const LINE = /^( *const built = .*)\bimport\.meta\.(url|dirname)/gim;

/** Vite's plugin, for `vitest.config.ts`. */
export function builtParts(): Plugin<BuiltPartsPlace> {
  const root = join(tmpdir(), `built-package-${randomUUID()}`);
  const dist = join(root, 'node_modules', 'metabot24-livetex', 'dist');
  return {
    name: BUILT_PARTS,
    api: { root },
    enforce: 'pre',
    transform(code, id) {
      if (!PRODUCT.test(id)) return undefined;
      const changed = code.replace(LINE, (_, before: string, kind: string) => {
        return before + JSON.stringify(kind === 'url' ? pathToFileURL(join(dist, '/')).href : dist);
      });
      return changed === code ? undefined : { code: changed, map: null };
    },
  };
}
