import { defineConfig } from 'vitest/config';
import { builtParts } from './test/support/built-parts.ts';
import { LongestFirst } from './test/support/longest-first.ts';

/**
 * Files whose tests leave nothing behind in their process: no mock, no variable, no count of what the process holds or has used. Starting a
 * process for each of them, with all that it imports, would cost more than most of them.
 */
const ROOMS =
  'api,bot,channels,cli,client,console,contract,core,deploy,dialog,emulator,globals,guest,houses,http,leads,mirror,operations,outbound,runtime,simulator,tables,uploads,webhook,widget';
const SHARING = [
  `test/unit/{${ROOMS}}/**/*.test.ts`,
  'test/integration/{channels,cli,client,console,emulator,examples,fuzz,links,postgres,simulator,tenants,uploads}/**/*.test.ts',
  'test/contract/**/!(postgres|postgres-oldest).test.ts',
  // But files with a mock or a count.
  'test/unit/sandbox/!(fairness|runner-processes|second-wall).test.ts',
  'test/unit/storage/!(sqlite-folder|stall-guard|system-clock).test.ts',
  'test/integration/plugin/!(ten-thousand-scripts).test.ts',
  'test/integration/runtime/!(greedy-scripts|hostile-messages|monitoring).test.ts',
];
const ALL = ['test/**/*.test.ts'];

export default defineConfig({
  plugins: [builtParts()],
  test: {
    projects: [
      { extends: true, test: { name: 'own process', include: ALL, exclude: SHARING } },
      { extends: true, test: { name: 'shared process', include: SHARING, isolate: false } },
    ],
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
