/** Opens the SQLite folder named on the command line, says so, and keeps it until the process is killed. */
import { createSqliteStorage, systemClock } from '../../../plugin/storage/index.ts';

await createSqliteStorage(process.argv[2] ?? '', { clock: systemClock });
process.stdout.write('held\n');
process.stdin.resume();
