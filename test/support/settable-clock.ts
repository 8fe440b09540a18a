/**
 * Loaded into a process before its program (`node --import`): its clock can be set from outside. `Date.now()` is ahead of the
 * machine's clock by the ms that the file `TEST_CLOCK_FILE` has at this moment; the time that passes (timers,
 * `performance.now()`) stays the machine's, as when somebody sets the clock of a real one.
 */
import { readFileSync } from 'node:fs';

const machine = Date.now.bind(Date);
const file = process.env['TEST_CLOCK_FILE'] ?? '';

function ahead(): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

Date.now = () => machine() + ahead();
