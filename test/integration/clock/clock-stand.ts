import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveTexEmulator } from '../../../runtime-shim/emulator/emulator-contract.ts';
import {
  type CommandEnd,
  type RunningCommand,
  runCommand,
  settableClock,
  startCommand,
  temporaryFolder,
} from '../../support/command.ts';
import { useEmulator } from '../../support/emulator.ts';

const BOT = { id: 'support', scripts: [{ code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] }] };

/** `serve` in a process of its own, with a clock that the test sets and a LiveTex in the test's process. */
export interface ClockStand {
  readonly emulator: LiveTexEmulator;
  /** Starts the server; resolves with its address when it listens. */
  start(): Promise<{ readonly command: RunningCommand; readonly url: string }>;
  /** The server's clock, and that of its commands, is so many ms ahead of the machine's from now on. */
  setClock(ms: number): Promise<void>;
  say(url: string, lead: string, text: string): Promise<void>;
  /** What LiveTex has of a lead's dialog. */
  texts(lead: string): string[];
  run(...argv: string[]): Promise<CommandEnd>;
}

export async function clockStand(storage: string, change: Record<string, unknown> = {}): Promise<ClockStand> {
  const emulator = await useEmulator({ operators: [{ id: 'anna', firstName: 'Анна', status: 'online' }] });
  const binding = {
    token: emulator.token,
    baseUrl: emulator.url,
    webhook: { publicUrl: 'http://127.0.0.1:1', key: 'webhook-key-of-the-clock' },
    leadMessageHeader: '',
    botMessageHeader: '',
  };
  const config = {
    bot: 'bot',
    storage,
    http: { port: 0 },
    sandbox: { runners: 1, spares: 0 },
    livetex: [binding],
    ...change,
  };
  const folder = await temporaryFolder({ 'livetex.json': JSON.stringify(config), clock: '0' });
  await mkdir(join(folder, 'bot'));
  await writeFile(join(folder, 'bot', 'bot.json'), JSON.stringify(BOT));
  const env = settableClock(join(folder, 'clock'));
  return {
    emulator,
    async start() {
      const command = startCommand(['serve', '--config', 'livetex.json'], { cwd: folder, env });
      const [, url = ''] = await command.seen(/Listening on (\S+)/);
      return { command, url };
    },
    async setClock(ms) {
      // At once: a reader never sees half of a number.
      await writeFile(join(folder, 'clock.new'), String(ms));
      await rename(join(folder, 'clock.new'), join(folder, 'clock'));
    },
    async say(url, lead, text) {
      const response = await fetch(`${url}/api/channels/telegram/leads/${lead}/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      });
      if (response.status !== 202) throw new Error(`the message was answered with ${response.status}`);
    },
    texts: (lead) => emulator.dialogs.get(`support:telegram:${lead}`)?.messages.map(({ text }) => text ?? '') ?? [],
    run: (...argv) => runCommand([...argv, '--config', 'livetex.json'], { cwd: folder, env }),
  };
}
