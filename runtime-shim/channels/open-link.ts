import { isIP } from 'node:net';
import { AllowList } from '../api/allow-list.ts';
import { createConnections, type Connections } from '../api/connections.ts';
import type { AllowedAddress } from '../api/contract.ts';
import { isPublicAddress } from '../api/public-address.ts';
import type { OpenedFile } from './contract.ts';
import { openUrl } from './messenger-http.ts';

const MAX_REDIRECTS = 3;

/**
 * Opens files by their links, to send them along. Links are written by scripts and come from LiveTex: to an address of a
 * private network they lead only where `api.allow` says so.
 */
export class LinkOpener {
  readonly #allow: AllowList;
  readonly #connections: Connections = createConnections();

  constructor(allow: readonly AllowedAddress[]) {
    this.#allow = new AllowList(allow);
  }

  /** @throws an error whose message says why the file cannot be had */
  async open(link: string, maxBytes: number, signal: AbortSignal): Promise<OpenedFile> {
    let url = new URL(link);
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const answer = await openUrl(this.#connectionFor(url), url, signal);
      if ('file' in answer) return boundedFile(answer.file, maxBytes);
      const next = answer.location === undefined ? null : URL.parse(answer.location, url);
      if (answer.status < 300 || answer.status >= 400 || next === null) {
        throw new Error(`its address answers with status ${answer.status}`);
      }
      if (next.protocol !== 'https:' && next.protocol !== 'http:')
        throw new Error('it is redirected to no web address');
      url = next;
    }
    throw new Error(`it is redirected more than ${MAX_REDIRECTS} times`);
  }

  async close(): Promise<void> {
    await Promise.all([this.#connections.guarded.destroy(), this.#connections.open.destroy()]);
  }

  #connectionFor(url: URL): Connections['open'] {
    if (this.#allow.find(url)?.private === true) return this.#connections.open;
    // A name is looked up when it is connected to; an address is not.
    const host = url.hostname.replaceAll(/[[\]]/g, '');
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw new Error('its address is a private one');
    return this.#connections.guarded;
  }
}

/** @throws when the file is larger, as soon as that shows */
export function boundedFile(file: OpenedFile, maxBytes: number): OpenedFile {
  const tooLarge = (): Error => new Error(`it has more than ${maxBytes} bytes`);
  if (file.size !== undefined && file.size > maxBytes) {
    void file.stream[Symbol.asyncIterator]().return?.();
    throw tooLarge();
  }
  async function* counted(): AsyncGenerator<Uint8Array> {
    let size = 0;
    for await (const chunk of file.stream) {
      size += chunk.byteLength;
      if (size > maxBytes) throw tooLarge();
      yield chunk;
    }
  }
  return { ...file, stream: counted() };
}
