/** `serve` as a maintainer runs it: a process of its own, a bot in a folder, an emulated LiveTex in the test's process. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { LiveTexEmulator } from '../../runtime-shim/emulator/emulator-contract.ts';
import { type CommandEnd, type RunningCommand, runCommand, startCommand, temporaryFolder } from './command.ts';
import { useEmulator } from './emulator.ts';

export const TOKEN = 'secret-token-of-the-touch-point';
export const KEY = 'secret-webhook-key';

const BOT = {
  id: 'support',
  scripts: [
    {
      code: 'start',
      commands: [{ type: 'send_text', text: 'Здравствуйте!' }, { type: 'forward_to_operator' }],
    },
  ],
};

export interface Served {
  readonly folder: string;
  readonly emulator: LiveTexEmulator;
  readonly env: Record<string, string>;
  /** More arguments of `serve`. */
  readonly start: (...more: string[]) => Promise<{ command: RunningCommand; url: string }>;
  /** Another command on the same configuration, to its end. */
  readonly run: (...argv: string[]) => Promise<CommandEnd>;
}

/** A configuration and a bot in a folder of their own, with LiveTex in this process. `files`: beside `bot.json`. */
export async function setUpServer(
  change: Record<string, unknown> = {},
  bot: unknown = BOT,
  files: Readonly<Record<string, string>> = {},
): Promise<Served> {
  const emulator = await useEmulator({
    token: TOKEN,
    operators: [{ id: 'anna', firstName: 'Анна', status: 'online' }],
  });
  const config = {
    bot: 'bot',
    http: { port: 0, drainSeconds: 0 },
    sandbox: { runners: 1, spares: 0 },
    livetex: [
      {
        token: { env: 'LIVETEX_TOKEN' },
        baseUrl: emulator.url,
        webhook: { publicUrl: 'http://127.0.0.1:1', key: { env: 'LIVETEX_KEY' } },
      },
    ],
    ...change,
  };
  const folder = await temporaryFolder({ 'livetex.json': JSON.stringify(config) });
  await mkdir(join(folder, 'bot'));
  await writeFile(join(folder, 'bot', 'bot.json'), typeof bot === 'string' ? bot : JSON.stringify(bot));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, 'bot', name), text);
  const env = { LIVETEX_TOKEN: TOKEN, LIVETEX_KEY: KEY };
  return {
    folder,
    emulator,
    env,
    start: async (...more) => {
      const command = startCommand(['serve', '--config', 'livetex.json', ...more], { cwd: folder, env });
      const [, url = ''] = await command.seen(/Listening on (\S+)/);
      return { command, url };
    },
    run: async (...argv) => await runCommand([...argv, '--config', 'livetex.json'], { cwd: folder, env }),
  };
}

/** A lead of the channel `telegram` writes. */
export async function say(url: string, text: string, lead: string = '42', name: string = 'Иван'): Promise<void> {
  const response = await fetch(`${url}/api/channels/telegram/leads/${lead}/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, text }),
  });
  expect(response.status).toBe(202);
}
