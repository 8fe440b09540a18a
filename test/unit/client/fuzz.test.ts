import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ERRORS } from '../../../plugin/errors.ts';
import { startHttpServer, startRawServer, type TestReply } from '../../support/http-server.ts';
import { createTestClient } from '../../support/livetex-client.ts';

/** How a call may end: well, or with a row of the catalogue. */
const ENDS = ['well', ...Object.keys(ERRORS)];

async function endOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
    return 'well';
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}

const jsonLike = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc
    .record(
      {
        success: fc.oneof(fc.boolean(), fc.anything()),
        error_code: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.anything()),
        error_message: fc.oneof(fc.string(), fc.anything()),
        destinations: fc.array(
          fc.oneof(fc.record({ destination_id: fc.string(), destination_type: fc.string() }), fc.object()),
        ),
        message_id: fc.anything(),
        url: fc.anything(),
        messages: fc.anything(),
        destination: fc.anything(),
        ['__proto__']: fc.object(),
      },
      { requiredKeys: [] },
    )
    .map((value) => JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item))),
);
const reply: fc.Arbitrary<TestReply> = fc.record({
  status: fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 599 })),
  body: fc.oneof({ arbitrary: jsonLike, weight: 4 }, fc.string(), fc.uint8Array({ maxLength: 200 })),
  headers: fc.record(
    {
      'content-type': fc.constantFrom('application/json', 'text/html', 'x'),
      'retry-after': fc.oneof(fc.string({ unit: 'grapheme-ascii' }), fc.integer().map(String)),
      location: fc.constant('/x'),
    },
    { requiredKeys: [] },
  ),
});

test('whatever a server answers, each method ends well or with a row of the catalogue', async () => {
  let next: TestReply = {};
  const server = await startHttpServer(() => next);
  const { binding } = createTestClient(server.url);
  await fc.assert(
    fc.asyncProperty(reply, async (answer) => {
      next = answer;
      expect(ENDS).toContain(await endOf(binding.getDestinations()));
      expect(ENDS).toContain(await endOf(binding.sendText({ user_id: 'u', text: 'a' })));
      expect(ENDS).toContain(await endOf(binding.getHistory({ user_id: 'u' })));
      expect(ENDS).toContain(await endOf(binding.getCurrentDestination('u')));
      expect(ENDS).toContain(await endOf(binding.getWebhookSettings()));
      expect(['online', 'none', 'unknown']).toContain((await binding.availability({ fresh: true })).state);
    }),
    { numRuns: 200 },
  );
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('whatever bytes come back, the request ends with a row of the catalogue', async () => {
  let next: Uint8Array = new Uint8Array();
  const server = await startRawServer((socket) => socket.end(next));
  const { binding } = createTestClient(server.url);
  const head = fc.constantFrom(
    '',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
    'HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"success":true}',
  );
  await fc.assert(
    fc.asyncProperty(head, fc.uint8Array({ maxLength: 100 }), async (start, rest) => {
      next = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
      expect(ENDS).toContain(await endOf(binding.sendText({ user_id: 'u', text: 'a' })));
    }),
    { numRuns: 200 },
  );
});
