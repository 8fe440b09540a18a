/** The entry of a runner process: `dist/runner.js` in the package. Talks to its server over Node's IPC channel only. */
import './isolate-options.ts';
import { loadPlatformSources } from '../globals/bundles.ts';
import type { FromRunner, SentSettings, ToRunner } from './runner-protocol.ts';
import { Runner } from './runner/runner.ts';

let runner: Runner | undefined;

/** A stuck isolate keeps `process.exit()` from ending the process; the kernel asks nobody. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

function send(message: FromRunner, sent?: () => void): void {
  if (!process.connected) return;
  process.send?.(message, undefined, undefined, (error) => {
    if (error !== null) die();
    else sent?.();
  });
}

async function start(settings: SentSettings): Promise<void> {
  const platformSource = settings.platformSource ?? (await loadPlatformSources());
  runner = new Runner({ ...settings, platformSource }, { send, die });
}

process.on('message', (message) => {
  const received = message as ToRunner;
  // Nothing else comes before the runner has said that it is ready.
  if (received.t === 'start') void start(received.settings);
  else runner?.receive(received);
});
// The server is gone: nobody will ask for anything again.
process.on('disconnect', die);
