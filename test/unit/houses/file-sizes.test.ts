/** No file of the product has more than 400 lines. Lint counts those of TypeScript; what it does not read is counted here. */
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'vitest';
import { filesBelow, ROOT } from './documents.ts';

const MAX_LINES = 400;

test.for(['plugin', 'runtime-shim', 'bin', 'build'])(
  '%s: stylesheets, pages and scripts without types',
  (house, { expect }) => {
    const long = filesBelow(join(ROOT, house), ['.css', '.html', '.js'])
      .filter((file) => readFileSync(file, 'utf8').split('\n').length > MAX_LINES + 1)
      .map((file) => relative(ROOT, file));
    expect(long).toEqual([]);
  },
);
