import { expect, test } from 'vitest';
import { rawConnection, statusesIn } from './raw-connection.ts';
import { eventBody, startWebhookRuntime, type WebhookRuntime } from '../../support/webhook-runtime.ts';

const LIMITS = { headersTimeoutMs: 500, requestTimeoutMs: 800, keepAliveTimeoutMs: 300, checkIntervalMs: 50 };
const PATH = '/webhook/livetex/main';

/** Sends bytes as they are; resolves with the statuses once the server has closed the connection. */
async function exchange({ url }: WebhookRuntime, text: string): Promise<number[]> {
  const connection = await rawConnection(url);
  connection.send(text);
  return statusesIn(await connection.closed);
}

const head = (lines: readonly string[]): string => `POST ${PATH} HTTP/1.1\r\nhost: x\r\n${lines.join('\r\n')}\r\n\r\n`;
const INNER = 'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n';

const NO_HTTP: ReadonlyArray<readonly [string, string, readonly number[]]> = [
  ['garbage', '\u0000\u0001\u0002\r\n\r\n', [400]],
  ['another protocol (TLS)', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001', [400]],
  ['HTTP/2 without agreement', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  ['no host', `POST ${PATH} HTTP/1.1\r\n\r\n`, [400]],
  ['a header without a name', head([': value', 'content-length: 0']), [400]],
  ['a folded header', head(['x: a', ' b', 'content-length: 0']), [400]],
  ['a NUL in a header', head(['x: a\u0000b', 'content-length: 0']), [400]],
  ['bare line feeds', `POST ${PATH} HTTP/1.1\nhost: x\ncontent-length: 0\n\n`, [400]],
  ['a length that is no number', head(['content-length: ten']), [400]],
  ['a negative length', head(['content-length: -1']), [400]],
  ['an endless length', head(['content-length: 99999999999999999999']), [400]],
  ['two lengths', head(['content-length: 5', 'content-length: 6']) + '{}   ', [400]],
  ['a length and chunks', head(['content-length: 5', 'transfer-encoding: chunked']) + '0\r\n\r\n', [400]],
  ['an unknown transfer coding last', head(['transfer-encoding: chunked, x']) + '0\r\n\r\n', [400]],
  ['a chunk size that is no number', head(['transfer-encoding: chunked']) + 'zz\r\n\r\n', [400]],
  ['a chunk that is longer than said', head(['transfer-encoding: chunked']) + '2\r\nabcd\r\n0\r\n\r\n', [400]],
  ['an endless chunk extension', head(['transfer-encoding: chunked']) + `1;${'x'.repeat(40_000)}\r\n`, [413]],
  ['a header larger than all', head([`x: ${'x'.repeat(40_000)}`]), [431]],
  ['a path longer than all', `GET /${'x'.repeat(40_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, [431]],
  ['many headers', head(Array.from({ length: 4_000 }, (_, n) => `x${n}: ${n}`)), [431]],
  ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nhost: x\r\n\r\n', []],
];

test('what is no HTTP ends with an error of the caller, and the server goes on', async () => {
  const stand = await startWebhookRuntime({ limits: LIMITS });
  for (const [name, text, statuses] of NO_HTTP) {
    const connection = await rawConnection(stand.url);
    connection.socket.write(Buffer.from(text, 'latin1'));
    expect.soft(statusesIn(await connection.closed), name).toEqual(statuses);
    expect.soft(await stand.works(), name).toBe(200);
  }
});

test('a body shorter than its length waits for the rest and is cut off: nothing of it is taken', async () => {
  const stand = await startWebhookRuntime({ limits: LIMITS });
  const body = eventBody();
  expect(await exchange(stand, head([`content-length: ${Buffer.byteLength(body) + 10}`]) + body)).toEqual([408]);
  expect(await stand.metrics()).not.toContain('livetex_webhooks_total{');
});

test('a body longer than its length: the surplus is the next request, which is none', async () => {
  const stand = await startWebhookRuntime({ limits: LIMITS });
  const body = eventBody();
  const text = head([`content-length: ${Buffer.byteLength(body)}`]) + body + 'surplus\r\n\r\n';
  // The error may overtake the answer to the first one, which LiveTex would then send again.
  expect((await exchange(stand, text)).at(-1)).toBe(400);
  expect(await stand.works()).toBe(200);
});

test('a request hidden in a body with two lengths is not served', async () => {
  const stand = await startWebhookRuntime({ limits: LIMITS });
  const lines = [`content-length: ${INNER.length}`, 'transfer-encoding: chunked'];
  expect(await exchange(stand, `${head(lines)}0\r\n\r\n${INNER}`)).toEqual([400]);
});

test('pipelined requests are answered in their order, each by itself', async () => {
  const stand = await startWebhookRuntime({ limits: LIMITS });
  const body = eventBody();
  const right = head([`content-length: ${Buffer.byteLength(body)}`]) + body;
  const texts = [right, INNER, head(['content-length: 2']) + '{}', 'GET /nowhere HTTP/1.1\r\nhost: x\r\n\r\n', right];
  const wanted = [200, 200, 401, 404, 200];
  expect(await exchange(stand, texts.join(''))).toEqual(wanted);
  expect(await exchange(stand, INNER.repeat(50))).toEqual(Array.from({ length: 50 }, () => 200));
});

test('a refused body in the middle of a pipeline is not taken for requests', async () => {
  const stand = await startWebhookRuntime({ limits: LIMITS });
  const inner = INNER.repeat(10);
  const filler = ' '.repeat(1_100_000 - inner.length);
  const [status, ...rest] = await exchange(stand, `${head(['content-length: 1100000'])}${inner}${filler}`);
  expect([status, ...rest]).toEqual([413]);
});

const METRICS = 'GET /metrics HTTP/1.1\r\nconnection: close\r\n';
const ODD: ReadonlyArray<readonly [string, string, number]> = [
  ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
  ['TRACE', 'TRACE / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 404],
  ['PROPFIND on the webhook', `PROPFIND ${PATH} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`, 405],
  ['DELETE on the API', 'DELETE /api/channels/a/leads/1 HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n', 405],
  ['an absolute target', 'GET http://other/healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
  [
    'a websocket',
    'GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n',
    200,
  ],
  ['broken percent-encoding', 'GET /api/channels/%zz/leads/1 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
  ['an overlong encoding', 'GET /webhook/livetex/%c0%af HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
  ['a NUL in the binding', `POST /webhook/livetex/%00 HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`, 404],
  ['two hosts', `${METRICS}host: 127.0.0.1\r\nhost: 127.0.0.1\r\n\r\n`, 400],
  ['a host with a user', `${METRICS}host: evil.example@127.0.0.1\r\n\r\n`, 400],
  ['a host with a fragment', `${METRICS}host: 127.0.0.1#.evil.example\r\n\r\n`, 400],
  ['a host with a path', `${METRICS}host: 127.0.0.1/evil.example\r\n\r\n`, 400],
  ['a second host in capitals', `${METRICS}host: 127.0.0.1\r\nHOST: evil.example\r\n\r\n`, 400],
  ['a host with a backslash', `${METRICS}host: evil.example\\127.0.0.1\r\n\r\n`, 400],
  ['two hosts in one header', `${METRICS}host: 127.0.0.1, evil.example\r\n\r\n`, 400],
  ['a host with an escape', `${METRICS}host: 127.0.0.1%2f.evil.example\r\n\r\n`, 400],
  ['a host behind a bracket', `${METRICS}host: [::1].evil.example\r\n\r\n`, 400],
  ['a foreign name that begins as ours', `${METRICS}host: 127.0.0.1.evil.example\r\n\r\n`, 403],
  ['metrics by a foreign name', `${METRICS}host: evil.example\r\n\r\n`, 403],
  ['health by a foreign name', 'GET /healthz HTTP/1.1\r\nconnection: close\r\nhost: evil.example\r\n\r\n', 403],
  ['dots in the path', 'GET /api/../metrics HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n', 404],
  [
    'a prototype name as a binding',
    `POST /webhook/livetex/__proto__ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
    404,
  ],
  [
    'a prototype name as a plugin',
    'POST /webhook/constructor/main HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    404,
  ],
  ['Expect', `${head(['expect: 100-continue', 'content-length: 2', 'connection: close'])}{}`, 401],
  ['an unknown expectation', head(['expect: the unexpected', 'content-length: 0', 'connection: close']), 417],
  [
    'a compressed body',
    `${head(['content-encoding: gzip', 'content-length: 2', 'connection: close'])}\u001f\u007f`,
    400,
  ],
];

test('odd but lawful requests are answered, each in its way', async () => {
  const stand = await startWebhookRuntime({ limits: LIMITS });
  for (const [name, text, status] of ODD) {
    const statuses = await exchange(stand, text);
    expect
      .soft(
        statuses.filter((one) => one >= 200),
        name,
      )
      .toEqual([status]);
    expect.soft(await stand.works(), name).toBe(200);
  }
});
