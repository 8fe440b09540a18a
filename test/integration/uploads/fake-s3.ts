/** The least of S3 over HTTP: puts, gets with a range, deletes; and it checks each signature by AWS's own description of it. */
import { createHash, createHmac } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';

export interface FakeS3 {
  readonly url: string;
  /** By `<bucket>/<key>`. */
  readonly files: Map<string, Buffer>;
  /** Answers the next request so. */
  fail(status: number): void;
}

const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

export async function startFakeS3(keys: { readonly id: string; readonly secret: string }): Promise<FakeS3> {
  const files = new Map<string, Buffer>();
  const failing: number[] = [];
  const server = http.createServer((request, response) => {
    void (async (): Promise<unknown> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks);
      const status = failing.shift() ?? (isSigned(request, body, keys) ? 200 : 403);
      const code = status === 403 ? 'SignatureDoesNotMatch' : 'InternalError';
      if (status !== 200) return response.writeHead(status).end(`<Error><Code>${code}</Code></Error>`);
      // Without it S3 refuses: it takes no body whose end it does not know.
      if (request.method === 'PUT' && request.headers['content-length'] === undefined)
        return response.writeHead(411).end();
      const name = (request.url ?? '').slice(1);
      const file = files.get(name);
      if (request.method === 'PUT') files.set(name, body);
      if (request.method === 'DELETE') files.delete(name);
      if (request.method !== 'GET') return response.writeHead(request.method === 'DELETE' ? 204 : 200).end();
      if (file === undefined) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
      if (from === undefined) return response.writeHead(200, { 'content-length': file.length }).end(file);
      return response.writeHead(206).end(file.subarray(Number(from), Number(to) + 1));
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    files,
    fail: (status) => void failing.push(status),
  };
}

/** docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html */
function isSigned(
  { method = '', url = '', headers }: http.IncomingMessage,
  body: Buffer,
  { id, secret }: { readonly id: string; readonly secret: string },
): boolean {
  const [, who, scope = '', names = '', signature] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)$/.exec(
      headers.authorization ?? '',
    ) ?? [];
  const [day = '', region = '', service = '', end = ''] = scope.split('/');
  const bodyHash = String(headers['x-amz-content-sha256']);
  if (who !== id || bodyHash !== sha256(body)) return false;
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const [path = '', query = ''] = url.split('?');
  const canonical = [method, path, query, lines.join(''), names, bodyHash].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [day, region, service, end].reduce<string | Buffer>((key, part) => hmac(key, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex') === signature;
}
