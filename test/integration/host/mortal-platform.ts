/** The example's platform in a process that kills itself at the first of its steps that `KILL_AT` names and no process before it died at. */
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder = '', port = '', url = '', token = ''] = process.argv.slice(2);
// Beside the package as an installed one, where its import leads to the package.
const platform = join(folder, 'platform.ts');
copyFileSync(join(import.meta.dirname, '../../../scripts-examples/host/platform.ts'), platform);
const { startPlatform } = (await import(pathToFileURL(platform).href)) as {
  startPlatform: (options: unknown) => Promise<unknown>;
};
const steps = join(folder, 'steps');
const deaths = join(folder, 'deaths');
for (const file of [steps, deaths]) appendFileSync(file, '');
const diedAt = readFileSync(deaths, 'utf8').split('\n');
const toDieAt = new Set(
  (process.env['KILL_AT'] ?? '').split('\n').filter((step) => step !== '' && !diedAt.includes(step)),
);

await startPlatform({
  database: join(folder, 'platform.db'),
  pluginData: join(folder, 'livetex-data'),
  port: Number(port),
  livetex: { token, baseUrl: url, publicUrl: `http://127.0.0.1:${port}`, key: 'key-of-the-platform' },
  at(step: string) {
    appendFileSync(steps, `${step}\n`);
    if (!toDieAt.has(step)) return;
    appendFileSync(deaths, `${step}\n`);
    process.kill(process.pid, 'SIGKILL');
    // The signal comes at once, but not within this turn of the engine.
    for (;;);
  },
});
