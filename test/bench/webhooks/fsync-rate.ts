import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../temporary-folder.ts';

/** A page of SQLite's log: what one small commit writes. */
const BLOCK_BYTES = 4_096;

/** How often a second this disk makes one written block durable: what a server would do that commits each webhook alone. */
export function fsyncRate(forMs: number): number {
  const folder = temporaryFolder();
  const file = openSync(join(folder.path, 'log'), 'w');
  try {
    const block = Buffer.alloc(BLOCK_BYTES, 1);
    const started = performance.now();
    let count = 0;
    while (performance.now() - started < forMs) {
      writeSync(file, block);
      fdatasyncSync(file);
      count += 1;
    }
    return (count * 1_000) / (performance.now() - started);
  } finally {
    closeSync(file);
    folder.remove();
  }
}
