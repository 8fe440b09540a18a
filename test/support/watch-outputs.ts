/**
 * Runs before every test file (`vitest.config.ts`): each token and each key that the file uses (`watch-traffic.ts`) is looked for in every answer
 * of our HTTP servers and in every output of the command that tests start, and the file that showed one fails.
 * `startRuntime` and `startCommand` add logs and outputs. What helpers keep for a file ends before (`file-end.ts`).
 */
import './watch-traffic.ts';
import { afterAll } from 'vitest';
import { endFile } from './file-end.ts';
import { forgetSecrets, takeFound } from './watched-output.ts';

// Of the file before, in the same process.
forgetSecrets();

afterAll(async () => {
  await endFile();
  const found = takeFound();
  if (found.length > 0) throw new Error(`our software put out what it must keep to itself:\n${found.join('\n')}`);
});
