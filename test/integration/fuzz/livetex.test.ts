import * as fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { FUZZ_TIMEOUT_MS, nastyJson, nastyText, runs } from './fuzz.ts';
import { startHttpServer, type TestReply } from '../../support/http-server.ts';
import { LEAD, startMinimalHost } from '../../support/minimal-host.ts';

const SENT = { status: 200, body: JSON.stringify({ success: true, message_id: 'm', destinations: [] }) };

const reply: fc.Arbitrary<TestReply> = fc.record(
  {
    status: fc.oneof(fc.constant(200), fc.integer({ min: 200, max: 599 })),
    body: fc.oneof(
      nastyJson.map((value) => JSON.stringify(value) ?? ''),
      nastyText,
      fc.uint8Array({ maxLength: 60 }),
      fc
        .record({ success: fc.constant(true), message_id: nastyJson, destinations: nastyJson })
        .map((value) => JSON.stringify(value)),
      fc
        .record({ success: fc.boolean(), error_code: nastyJson, error_message: nastyJson })
        .map((value) => JSON.stringify(value)),
    ),
  },
  { requiredKeys: ['status', 'body'] },
);

test(
  'whatever LiveTex answers, messages are accepted, and sent once it answers rightly',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(reply, { minLength: 1, maxLength: 6 }), fc.boolean(), async (replies, asks) => {
        const answers = [...replies];
        const server = await startHttpServer(() => answers.shift() ?? SENT);
        const host = await startMinimalHost({
          storage: 'memory:',
          bindings: [{ token: 'token', baseUrl: server.url, requestTimeoutMs: 1_000 }],
          // No waits between tries: the shortest back-off.
          random: () => 0,
        });
        onTestFinished(() => host.plugin.close());
        expect(await host.leadSays(LEAD, 'привет')).toMatchObject({ verdict: 'accepted' });
        const asked = asks ? await host.askForOperator(LEAD) : { verdict: 'accepted' };
        expect(asked).toMatchObject({ verdict: 'accepted' });
        await server.received(1);
        await host.plugin.idle();
        const { mode } = await host.plugin.dialog(LEAD);
        expect(['bot', 'transferring', 'waiting']).toContain(mode);
        await host.plugin.metrics();
        await host.plugin.ready();
        await host.plugin.close();
        await server.close();
      }),
      runs(60),
    );
  },
  FUZZ_TIMEOUT_MS,
);
