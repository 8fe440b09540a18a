import { once } from 'node:events';
import { createServer } from 'node:net';
import { between } from './seeded-random.ts';

/**
 * Below the range from which Linux takes ports for outgoing connections (32768 to 60999, ip_local_port_range): between two
 * starts of a server nobody else gets it by chance, and nobody who tries to reach it is connected to himself.
 */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const TRIES = 50;

/** A free port of this machine for a server that is started again and again. */
export async function lastingPort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const port = between(Math.random, LOWEST, HIGHEST);
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`no free port found between ${LOWEST} and ${HIGHEST}`);
}
