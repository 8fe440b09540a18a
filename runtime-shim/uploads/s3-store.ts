import { createReadStream } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { AwsV4Signer } from 'aws4fetch';
import { Agent } from 'undici';
import { exchange } from '../api/exchange.ts';
import type { FilePart, FileStore } from './contract.ts';

/** For a request that carries no file, and for one that does, ms. */
const CALL_MS = 30_000;
const FILE_MS = 300_000;
/** Of an answer that is no file: S3 says what is wrong in some hundreds of bytes of XML. */
const MAX_ANSWER_BYTES = 64 * 1024;
const CONNECT_MS = 10_000;
/** What SHA-256 makes of nothing. */
const EMPTY = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

export interface S3Options {
  /** Such as `https://s3.example.com`. The bucket stands in the path, which every S3-compatible store takes. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Default `us-east-1`. */
  readonly region?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Stands before each key. Default `uploads/`. */
  readonly prefix?: string;
  /**
   * A folder for files that are not whole yet, which the next process looks through for what one that died has left. Default: one of
   * this user in the system's temporary folder.
   */
  readonly incoming?: string;
}

/** Files in an S3-compatible store. */
export function s3Store(options: S3Options): FileStore {
  return new S3Store(options);
}

class S3Store implements FileStore {
  readonly incoming: string;
  readonly #options: S3Options;
  readonly #agent = new Agent({ connect: { timeout: CONNECT_MS }, headersTimeout: CALL_MS, bodyTimeout: CALL_MS });

  constructor(options: S3Options) {
    this.#options = options;
    this.incoming = options.incoming ?? join(tmpdir(), `metabot-uploads-${process.getuid?.() ?? ''}`);
  }

  async put(
    key: string,
    { path, size, sha256 }: { readonly path: string; readonly size: number; readonly sha256: string },
  ): Promise<void> {
    const body = createReadStream(path);
    const { status, why } = await this.#ask('PUT', key, { body, headers: { 'content-length': String(size) }, sha256 });
    if (status !== 200) throw new Error(`the store answers PUT with status ${status}${why}`);
  }

  async open(
    key: string,
    part: FilePart | undefined,
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array> | undefined> {
    const range = part === undefined ? {} : { range: `bytes=${part.from}-${part.to}` };
    const { url, headers } = await this.#signed('GET', key, range, EMPTY);
    const path = `${url.pathname}${url.search}`;
    const answer = await this.#agent.request({ origin: url.origin, path, method: 'GET', headers, signal });
    // A store that does not know ranges would answer with the whole.
    if (answer.statusCode === (part === undefined ? 200 : 206)) return answer.body;
    answer.body.on('error', () => undefined).destroy();
    if (answer.statusCode === 404) return undefined;
    throw new Error(`the store answers GET with status ${answer.statusCode}`);
  }

  async delete(key: string): Promise<void> {
    const { status, why } = await this.#ask('DELETE', key, {});
    if (![200, 204, 404].includes(status)) throw new Error(`the store answers DELETE with status ${status}${why}`);
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #ask(
    method: 'PUT' | 'DELETE',
    key: string,
    {
      body,
      headers: given = {},
      sha256 = EMPTY,
    }: { readonly body?: Readable; readonly headers?: Readonly<Record<string, string>>; readonly sha256?: string },
  ): Promise<{ readonly status: number; readonly why: string }> {
    const { url, headers } = await this.#signed(method, key, given, sha256);
    const { status, bytes } = await exchange({
      dispatcher: this.#agent,
      url,
      method,
      headers,
      body: body ?? null,
      maxBytes: MAX_ANSWER_BYTES,
      signal: AbortSignal.timeout(body === undefined ? CALL_MS : FILE_MS),
    });
    // docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html: `NoSuchBucket`, `SignatureDoesNotMatch`, …
    const code = /<Code>(\w{1,64})<\/Code>/.exec(String(bytes ?? ''))?.[1];
    return { status, why: code === undefined ? '' : ` (${code})` };
  }

  /** The request with its signature, which covers the bytes: what was changed on the way is refused by the store. */
  async #signed(
    method: string,
    key: string,
    given: Readonly<Record<string, string>>,
    sha256: string,
  ): Promise<{ readonly url: URL; readonly headers: Record<string, string> }> {
    const { endpoint, bucket, region = 'us-east-1', prefix = 'uploads/', ...keys } = this.#options;
    const { accessKeyId, secretAccessKey } = keys;
    const signer = new AwsV4Signer({
      method,
      url: `${endpoint.replace(/\/+$/, '')}/${bucket}/${prefix}${key}`,
      headers: { ...given, 'x-amz-content-sha256': sha256 },
      accessKeyId,
      secretAccessKey,
      service: 's3',
      region,
    });
    const { url, headers } = await signer.sign();
    return { url, headers: Object.fromEntries(headers) };
  }
}
