/** `npm run build`: what the package holds beside the sources of the examples. Flat `dist/`, packages left outside. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildDeclarations } from './build-declarations.ts';
import { buildJavaScript } from './build-javascript.ts';

const root = join(import.meta.dirname, '..');
const dist = join(root, 'dist');

const started = performance.now();
await rm(dist, { recursive: true, force: true });
await Promise.all([buildJavaScript(root, dist), buildDeclarations(root, join(dist, 'types'))]);
console.log(`dist/ built in ${((performance.now() - started) / 1_000).toFixed(1)} s`);
