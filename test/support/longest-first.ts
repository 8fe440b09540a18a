/** The order of test files. Who begins a file of minutes last waits for it with one core (`vitest.config.ts`, "sequence"). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const TESTS = join(import.meta.dirname, '..');

/** Files of half a minute and more, but hostile-scripts.test.ts, whose limits are short: not beside these. Vitest goes by the size of a file where it has not run it yet, and these are small. */
const LONG = [
  'integration/kill/kill.test.ts',
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
  'integration/kill/sigterm.test.ts',
].map((name) => join(TESTS, name));

for (const file of LONG)
  if (!existsSync(file)) throw new Error(`longest-first.ts names a file that is not there: ${file}`);

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = LONG.indexOf(moduleId);
      return at === -1 ? LONG.length : at;
    };
    return (await super.sort(files)).toSorted((one, other) => rank(one) - rank(other));
  }
}
