import { defineConfig } from 'vitest/config';
import { builtParts } from './test/support/built-parts.ts';
import { LongestFirst } from './test/support/longest-first.ts';

export default defineConfig({
  plugins: [builtParts()],
  test: {
    include: ['test/**/*.test.ts'],
    // The package as people run it: a command of it starts in a fraction of the time that the source takes.
    globalSetup: ['test/support/built-package.ts'],
    // Every file: no token and no key in what our software puts out.
    setupFiles: ['test/support/watch-outputs.ts'],
    // Real isolates, servers and disks on two noisy cores: a test waits for an event, never for a time, so the bound only ends a hang.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 120_000 } },
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    maxWorkers: 2,
  },
});
