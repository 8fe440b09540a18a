/**
 * Learns each token that is sent to a LiveTex and each key that comes with a webhook in this process, and looks for them in every answer
 * of our HTTP servers. Imported, and so done, once in a process, in which several test files may run.
 */
import { channel } from 'node:diagnostics_channel';
import { type IncomingMessage, ServerResponse } from 'node:http';
import { watchOutput, watchSecret } from './watched-output.ts';

channel('undici:request:create').subscribe((message) => {
  const { request } = message as { readonly request: { readonly path?: string; readonly body?: unknown } };
  learnToken(request.path ?? '');
  if (typeof request.body === 'string') learnKey(request.body);
});
channel('http.server.request.start').subscribe((message) => {
  const { request } = message as { readonly request: IncomingMessage };
  learnToken(request.url ?? '');
});

function learnToken(path: string): void {
  // The token stands in the query of LiveTex's API, and nowhere else.
  const token = new URLSearchParams(path.split('?')[1] ?? '').get('key');
  if (token !== null) watchSecret(token);
}

function learnKey(body: string): void {
  const key = /"webhook_key":("(?:[^"\\]|\\.)*")/.exec(body)?.[1];
  if (key !== undefined) watchSecret(JSON.parse(key) as string);
}

/** Our servers and the simulator. The other paths belong to a LiveTex of the tests, which may show its own token. */
const OURS = /^\/(?:api|webhook|healthz|readyz|metrics|simulator|console|$|\?)/;
for (const method of ['end', 'write'] as const) {
  const original = Reflect.get(ServerResponse.prototype, method) as (...given: unknown[]) => unknown;
  Reflect.set(ServerResponse.prototype, method, function (this: ServerResponse, ...given: unknown[]): unknown {
    look(this, given[0]);
    return Reflect.apply(original, this, given);
  });
}

function look(response: ServerResponse, chunk: unknown): void {
  const url = response.req.url ?? '';
  if (!OURS.test(url)) return;
  const body = typeof chunk === 'string' ? chunk : chunk instanceof Uint8Array ? Buffer.from(chunk).toString() : '';
  watchOutput(`the answer to ${url}`, `${JSON.stringify(response.getHeaders())} ${body}`);
}
