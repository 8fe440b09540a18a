/** When the certificates end under which this server is reached: asked over the network, at most once an hour. */
import { connect } from 'node:tls';
import type { Clock } from '../../plugin/contract/host.ts';
import type { SystemView } from './records/state-records.ts';

const TIMEOUT_MS = 5_000;
const ASK_EVERY_MS = 3_600_000;

export class Certificates {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #known = new Map<string, { readonly askedAt: number; readonly endsAt: Promise<number | null> }>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  async of(urls: readonly string[]): Promise<SystemView['certificates']> {
    const hosts = new Map(
      urls.flatMap((url) => {
        const parsed = URL.parse(url);
        return parsed?.protocol === 'https:' ? [[parsed.host, parsed] as const] : [];
      }),
    );
    return await Promise.all(
      Array.from(hosts, async ([host, url]) => {
        const now = this.#clock.now();
        let known = this.#known.get(host);
        if (known === undefined || now - known.askedAt > ASK_EVERY_MS) {
          known = { askedAt: now, endsAt: endOf(url) };
          this.#known.set(host, known);
        }
        return { host, endsAt: await known.endsAt };
      }),
    );
  }
}

/** Whether it is trusted is the check of the address; here only its end is read. `null`: it could not be had. */
async function endOf({ hostname, port }: URL): Promise<number | null> {
  return await new Promise((resolve) => {
    const options = {
      host: hostname,
      port: port === '' ? 443 : Number(port),
      servername: hostname,
      rejectUnauthorized: false,
    };
    const socket = connect(options, () => {
      const end = Date.parse(socket.getPeerCertificate().valid_to);
      resolve(Number.isNaN(end) ? null : end);
      socket.end();
    });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
    socket.on('error', () => resolve(null)).on('close', () => resolve(null));
  });
}
