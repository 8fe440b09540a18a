import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { startLiveTexEmulator } from '../../../runtime-shim/emulator/index.ts';
import { useWebhookReceiver } from './webhook-receiver.ts';
import { livetex } from './livetex-call.ts';

/** Each run starts a server of its own and sends up to 20 events over it. */
const RUNS = 25;
const PERSONS = ['u1', 'u2', 'u3'];

test('whatever the receiver answers, every event is acknowledged, and a person’s events in the order they happened', async () => {
  const receiver = await useWebhookReceiver();
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...PERSONS), { minLength: 1, maxLength: 20 }),
      fc.array(fc.constantFrom(200, 500, 404, 204, null), { maxLength: 30 }),
      fc.integer({ min: 1, max: 3 }),
      async (persons, answers, copies) => {
        const emulator = await startLiveTexEmulator({
          operators: [{ id: 'anna', firstName: 'Анна' }],
          webhookRetry: { firstMs: 1, longestMs: 2 },
        });
        try {
          const acknowledged: Array<{ readonly userId: unknown; readonly text: unknown }> = [];
          const left = [...answers];
          receiver.answer = (event) => {
            const status = left.length > 0 ? (left.shift() ?? null) : 200;
            if (status === 200) acknowledged.push({ userId: event['user_id'], text: event['text'] });
            return status;
          };
          await livetex(emulator, 'setWebhook', { body: { url: receiver.url, webhook_key: 'k' } });
          emulator.faults.add({ kind: 'webhook_duplicate', times: copies });
          for (const userId of PERSONS)
            await livetex(emulator, 'selectDestination', {
              body: { user_id: userId, destination_type: 'Department', destination_id: '54321' },
            });
          const written = persons.map((userId, index) => ({ userId, text: `№${index}` }));
          for (const { userId, text } of written) emulator.dialogs.reply(userId, 'anna', text);
          await emulator.webhooks.idle();
          for (const person of PERSONS) {
            const expected = written.filter(({ userId }) => userId === person);
            const seen = acknowledged.filter(({ userId }) => userId === person);
            expect(seen).toEqual(expected.flatMap((event) => Array.from({ length: copies }, () => event)));
          }
        } finally {
          await emulator.close();
        }
      },
    ),
    { numRuns: RUNS },
  );
});
