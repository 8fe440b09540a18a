import { spawn } from 'node:child_process';

/** How each system opens an address with what the user prefers. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  linux: ['xdg-open'],
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** Opens a page if the system knows how. A convenience: where it fails, the address is on the screen. */
export function openBrowser(url: string): void {
  const [program, ...rest] = OPENERS[process.platform] ?? [];
  if (program === undefined) return;
  const child = spawn(program, [...rest, url], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
