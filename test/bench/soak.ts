/**
 * `node test/bench/soak.ts --minutes 10`: the real server under mixed load with random faults. Memory, handles and the ages
 * of the lanes must be flat at the end; exits with 1 when they are not. `--seed N` repeats a run's choices, `--json`.
 */
import { parseArgs } from 'node:util';
import { startLiveTexEmulator } from '../../runtime-shim/emulator/index.ts';
import { describeMachine } from './machine.ts';
import { printTable } from './print-table.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { startLoad } from './soak/soak-load.ts';
import { meanOf, type Sample, takeSample } from './soak/soak-sample.ts';
import { startSoakServer } from './soak/soak-server.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    json: { type: 'boolean' },
  },
});
const forSeconds = Number(values.minutes) * 60;
const SAMPLE_EVERY_SECONDS = Math.max(2, forSeconds / 120);
/** After the load everything that waits must be done within so long, s: back-off waits 30 s at most after a fault. */
const DRAIN_SECONDS = 90;
/** The last quarter against the second one: the first is warm-up. */
const FLAT = 1.25;

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const wait = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1_000));

say(`seed ${values.seed}, ${values.minutes} min`);
const emulator = await startLiveTexEmulator({
  operators: [{ firstName: 'Анна' }, { firstName: 'Борис' }, { firstName: 'Вера' }].map((one) => ({
    ...one,
    status: 'online',
  })),
  remember: 2_000,
  webhookRetry: { firstMs: 200, longestMs: 2_000 },
});
const server = await startSoakServer(emulator);
const samples: Sample[] = [];
const started = performance.now();
const elapsed = (): number => (performance.now() - started) / 1_000;
const load = startLoad(server.url, emulator, seededRandom(Number(values.seed)));
while (elapsed() < forSeconds && !server.hasEnded()) {
  await wait(SAMPLE_EVERY_SECONDS);
  const sample = await takeSample(server, elapsed());
  samples.push(sample);
  say(
    `${sample.atSeconds.toFixed(0)} s: ${load.sent()} messages, ${sample.serverMb.toFixed(0)} MB, ${sample.handles} handles, ${sample.jobs} jobs, oldest ${sample.oldestSeconds.toFixed(1)} s`,
  );
}
load.stop();
const drainFrom = elapsed();
let last = await takeSample(server, elapsed());
while (last.jobs > 0 && elapsed() - drainFrom < DRAIN_SECONDS) {
  await wait(1);
  last = await takeSample(server, elapsed());
}
const drainedAfter = elapsed() - drainFrom;
const exitCode = await server.stop();
await emulator.close();

const grew = (key: 'serverMb' | 'handles'): number => meanOf(samples, key, 0.75, 1) / meanOf(samples, key, 0.25, 0.5);
const problems = [
  ...(exitCode === 0 ? [] : [`the server ended with ${String(exitCode)}`]),
  ...(last.jobs === 0 ? [] : [`${last.jobs} jobs still wait ${DRAIN_SECONDS} s after the load`]),
  ...(load.refused() === 0 ? [] : [`${load.refused()} messages were not accepted`]),
  ...(grew('serverMb') < FLAT ? [] : [`memory grew ${grew('serverMb').toFixed(2)}×`]),
  ...(grew('handles') < FLAT ? [] : [`handles grew ${grew('handles').toFixed(2)}×`]),
];
const report = {
  machine: describeMachine(),
  minutes: Number(values.minutes),
  seed: values.seed,
  messages: load.sent(),
  notAccepted: load.refused(),
  requestsToLiveTex: emulator.requests.count(),
  memoryGrowth: grew('serverMb'),
  handleGrowth: grew('handles'),
  drainedAfterSeconds: drainedAfter,
  dead: last.dead,
  log: Object.fromEntries([...server.log].sort((a, b) => b[1] - a[1]).slice(0, 12)),
  problems,
  samples,
};
if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
else process.stdout.write(`${printTable(tableOf())}\n${JSON.stringify({ ...report, samples: undefined }, null, 2)}\n`);
process.exit(problems.length === 0 ? 0 : 1);

function tableOf() {
  const quarters = [0, 0.25, 0.5, 0.75];
  const row = (name: string, key: keyof Sample): [string, ...number[]] => [
    name,
    ...quarters.map((from) => meanOf(samples, key, from, from + 0.25)),
    last[key],
  ];
  return {
    title: `Soak, ${values.minutes} min: ${load.sent()} messages of leads, faults at LiveTex every 4 s (means of each quarter)`,
    columns: ['', '1st', '2nd', '3rd', '4th', 'after'],
    rows: [
      row('server memory, MB', 'serverMb'),
      row('whole tree (PSS), MB', 'treeMb'),
      row('handles of the server', 'handles'),
      row('processes', 'processes'),
      row('jobs waiting', 'jobs'),
      row('oldest job, s', 'oldestSeconds'),
      row('jobs given up', 'dead'),
    ],
    notes: [
      `Drained ${drainedAfter.toFixed(1)} s after the load.`,
      problems.length === 0 ? 'Flat.' : problems.join('; '),
    ],
  };
}
