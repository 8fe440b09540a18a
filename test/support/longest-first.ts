/**
 * The order of test files (`vitest.config.ts`, "sequence"). Who begins a file of minutes last waits for it with one core; and what waits most of its
 * time costs nothing beside what keeps both cores busy.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const TESTS = join(import.meta.dirname, '..');

/** Begins the run: servers and emulators in a dozen processes. */
const BUSY = ['integration/kill/kill.test.ts'];

/** Files that wait for longer than they compute (a reading comes every five seconds), and whose own limits are long. */
const WAITING = [
  'integration/kill/sigterm.test.ts',
  'integration/cli/webhook-watch.test.ts',
  'integration/postgres/bindings-on-nodes.test.ts',
];

/** Files of half a minute and more, but hostile-scripts.test.ts, whose limits are short: not beside these. Vitest goes by the size of a file where it has not run it yet, and these are small. */
const LONG = [
  'browser/simulator.test.ts',
  'integration/clock/clock.test.ts',
  'integration/nodes/nodes.test.ts',
  'integration/host/platform.test.ts',
  'integration/kill/deadly-jobs.test.ts',
  'contract/storage/postgres.test.ts',
  'contract/storage/postgres-oldest.test.ts',
  'browser/console.test.ts',
  'integration/simulator/replay.test.ts',
  'integration/cli/backup.test.ts',
];

const FIRST = [...BUSY, ...WAITING, ...LONG].map((name) => join(TESTS, name));

for (const file of FIRST)
  if (!existsSync(file)) throw new Error(`longest-first.ts names a file that is not there: ${file}`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = FIRST.indexOf(moduleId);
      return at === -1 ? FIRST.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
