import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildJavaScript } from '../../../build/build-javascript.ts';
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import { percentile } from '../measure.ts';
import { processTree } from '../process-tree.ts';
import type { Section, Table } from '../section.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const STARTS = 7;
const QUICK_STARTS = 1;
/** After the first message nothing is left to do; a garbage collection more or less is not waited for, ms. */
const SETTLE_MS = 2_000;

interface Start {
  readonly listeningMs: number;
  readonly handledMs: number;
  readonly pssMb: number;
  readonly rssMb: number;
  readonly processes: number;
}

/** From the process's start to the bot's answer to a lead's first message, and the memory of what then stands idle. */
export const startSection: Section = {
  name: 'start',
  async run({ progress, quick }) {
    const emulator = await startLiveTexEmulator();
    const installed = temporaryFolder();
    try {
      await installInto(installed.path);
      const count = quick ? QUICK_STARTS : STARTS;
      const measured: Array<{ name: string; starts: Start[] }> = [];
      for (const [name, root] of [
        ['the package', installed.path],
        ['the checkout (sources, guest code bundled at the start)', ROOT],
      ] as const) {
        const starts: Start[] = [];
        for (let number = 1; number <= count; number += 1) {
          progress(`   ${name}, start ${number}`);
          starts.push(await startOnce(root, emulator));
        }
        measured.push({ name, starts });
      }
      return [tableOf(measured)];
    } finally {
      await emulator.close();
      installed.remove();
    }
  },
};

function tableOf(measured: ReadonlyArray<{ readonly name: string; readonly starts: readonly Start[] }>): Table {
  return {
    title: 'Start of `serve`: 2 runners, SQLite, the support bot (medians)',
    columns: [
      '',
      'listening, ms',
      'first message answered, ms',
      'slowest, ms',
      'idle tree PSS, MB',
      'RSS, MB',
      'processes',
    ],
    rows: measured.map(({ name, starts }) => {
      const of = (key: keyof Start, percent: number): number => {
        const sorted = starts.map((start) => start[key]).sort((a, b) => a - b);
        return percentile(sorted, percent);
      };
      const [listening, handled, slowest] = [of('listeningMs', 50), of('handledMs', 50), of('handledMs', 99)];
      return [name, listening, handled, slowest, of('pssMb', 50), of('rssMb', 50), of('processes', 50)];
    }),
    notes: [
      'Aims: first message answered within 1,000 ms of the process start; 200 MB for the idle tree.',
      'PSS counts a page that several processes share once (proc(5), smaps_rollup); RSS counts it for each.',
    ],
  };
}

/** What `npm install` puts on a disk: launcher and built files; dependencies are those of this checkout. */
async function installInto(folder: string): Promise<void> {
  await buildJavaScript(ROOT, join(folder, 'dist'));
  await cp(join(ROOT, 'bin'), join(folder, 'bin'), { recursive: true });
  await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

async function startOnce(root: string, emulator: { readonly url: string; readonly token: string }): Promise<Start> {
  const folder = temporaryFolder();
  const config = join(folder.path, 'config.json');
  await writeFile(
    config,
    JSON.stringify({
      bot: join(ROOT, 'scripts-examples', '08-support-bot'),
      storage: 'sqlite:./data',
      http: { port: 0 },
      logLevel: 'error',
      livetex: [{ token: emulator.token, baseUrl: emulator.url }],
    }),
  );
  const from = performance.now();
  const child = spawn(process.execPath, [join(root, 'bin', 'metabot-livetex.js'), 'serve', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const lines = createInterface({ input: child.stdout });
    const [line] = (await once(lines, 'line')) as [string];
    const listeningMs = performance.now() - from;
    const url = /http:\S+/.exec(line)?.[0] ?? '';
    await firstAnswer(`${url}/api/channels/telegram/leads/1/messages`);
    const handledMs = performance.now() - from;
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    const { rssMb, pssMb, processes } = processTree(child.pid);
    return { listeningMs, handledMs, rssMb, pssMb, processes };
  } finally {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    folder.remove();
  }
}

/** Sends a lead's first message and reads the transcript's stream until the bot has answered. */
async function firstAnswer(address: string): Promise<void> {
  const sent = await fetch(address, { method: 'POST', body: JSON.stringify({ id: 'first', text: 'Здравствуйте' }) });
  if (sent.status !== 202) throw new Error(`the message was not taken: ${sent.status}`);
  const left = new AbortController();
  const stream = await fetch(address, { headers: { accept: 'text/event-stream' }, signal: left.signal });
  let text = '';
  for await (const chunk of stream.body ?? []) {
    text += Buffer.from(chunk).toString('utf8');
    if (text.includes('"from":"bot"')) break;
  }
  left.abort();
}
