import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastingPort } from '../../support/lasting-port.ts';
import type { Front } from './front.ts';

const CADDYFILE = fileURLToPath(new URL('../../../deploy/Caddyfile', import.meta.url));
/** Where Caddy keeps the certificate of its own authority, under its data folder. */
const AUTHORITY = 'caddy/pki/authorities/local/root.crt';
/** Between two looks whether it is there, ms. */
const LOOK_EVERY_MS = 50;

/**
 * The reverse proxy of `deploy/` before the nodes: that very Caddyfile, with other names and ports and a certificate of
 * Caddy's own authority. For a run by hand: Caddy does not come from npm.
 */
export async function startCaddyFront(program: string, ports: readonly number[]): Promise<Front> {
  const folder = mkdtempSync(join(tmpdir(), 'caddy-'));
  const outside = await lastingPort();
  const inside = await lastingPort();
  const file = join(folder, 'Caddyfile');
  const authority = join(folder, AUTHORITY);
  writeFileSync(file, adapted(readFileSync(CADDYFILE, 'utf8'), outside, inside, ports));
  const caddy = spawn(program, ['run', '--config', file, '--adapter', 'caddyfile'], {
    env: { ...process.env, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output: string[] = [];
  caddy.stderr.setEncoding('utf8').on('data', (text: string) => void output.push(text));
  while (!(existsSync(authority) && (await isThere(outside)) && (await isThere(inside)))) {
    if (caddy.exitCode !== null) throw new Error(`Caddy did not start:\n${output.join('')}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return {
    url: `http://127.0.0.1:${inside}`,
    publicUrl: `https://localhost:${outside}`,
    authority,
    async close() {
      await end(caddy);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function adapted(text: string, outside: number, inside: number, ports: readonly number[]): string {
  const nodes = ports.map((port) => `127.0.0.1:${port}`).join(' ');
  const changes = [
    ['node1:8024 node2:8024', nodes],
    ['bot.example.com {', `https://localhost:${outside} {\n\ttls internal`],
    ['http://:8025 {', `http://:${inside} {`],
  ] as const;
  let changed = `{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n${text}`;
  for (const [from, to] of changes) {
    if (!changed.includes(from)) throw new Error(`the Caddyfile no longer holds "${from}"`);
    changed = changed.replace(from, to);
  }
  return changed;
}

async function isThere(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
