/**
 * The least LiveTex: takes any request, answers that it was sent. It counts, and tells when so many have come. What the
 * contenders are compared by is their own cost, so this side has as little of one as a `node:http` server can have.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from '../child.ts';

const SENT = JSON.stringify({ success: true, message_id: '11111111-2222-3333-4444-555555555555', timestamp: 1 });
const GROUPS = JSON.stringify({
  success: true,
  destinations: [{ destination_type: 'Department', destination_id: 'g-1', name: 'Группа', has_online: true }],
});

export interface Received {
  readonly messages: number;
  readonly availability: number;
  /** `performance.timeOrigin + performance.now()` of the newest message. */
  readonly lastAt: number;
}

let messages = 0;
let availability = 0;
let lastAt = 0;
let awaited: { readonly count: number; readonly resolve: () => void } | undefined;

const server = createServer((request, response) => {
  request.on('data', () => undefined);
  request.on('end', () => {
    const asksForGroups = request.url?.includes('getDestinations') === true;
    const answer = asksForGroups ? GROUPS : SENT;
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
    if (asksForGroups) {
      availability += 1;
      return;
    }
    messages += 1;
    lastAt = performance.timeOrigin + performance.now();
    if (awaited !== undefined && messages >= awaited.count) awaited.resolve();
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');

answerParent(
  async (question: 'url' | 'reset' | 'seen' | { readonly until: number }) => {
    if (question === 'url') return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (question === 'reset') {
      messages = 0;
      availability = 0;
    } else if (question !== 'seen' && messages < question.until) {
      await new Promise<void>((resolve) => {
        awaited = { count: question.until, resolve };
      });
    }
    return { messages, availability, lastAt } satisfies Received;
  },
  async () => server.closeAllConnections(),
);
