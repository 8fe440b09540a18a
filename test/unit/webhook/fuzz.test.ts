import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { webhookEventSchema, webhookEventSchemas } from '../../../plugin/contract/livetex-webhook.ts';
import { readWebhook } from '../../../plugin/webhook/read-webhook.ts';

const KEYS = { key: 'right-key', previousKey: 'before' };
const types = Object.keys(webhookEventSchemas);
const employee = fc.record(
  { employee_id: fc.string(), first_name: fc.string(), nick_name: fc.string() },
  { requiredKeys: ['employee_id'] },
);

/** Any UTF-16 units, lone surrogates and NUL among them. */
const anyUnits = fc.string({
  unit: fc
    .oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0, 0xd83d, 0xde42))
    .map((unit) => String.fromCharCode(unit)),
});

/** Near an event: right and wrong fields mixed, texts of any code units. */
const body = fc.record(
  {
    type: fc.oneof({ arbitrary: fc.constantFrom(...types), weight: 8 }, fc.string(), fc.anything()),
    id: fc.oneof({ arbitrary: fc.uuid(), weight: 8 }, fc.anything()),
    webhook_key: fc.oneof({ arbitrary: fc.constantFrom('right-key', 'before'), weight: 8 }, fc.anything()),
    user_id: fc.oneof({ arbitrary: fc.constant('b:c:1'), weight: 8 }, fc.anything()),
    timestamp: fc.oneof(fc.integer(), fc.double(), fc.anything()),
    text: fc.oneof(anyUnits, fc.anything()),
    employee: fc.oneof(employee, fc.anything()),
    destinations: fc.oneof(fc.array(fc.object()), fc.anything()),
    message_id: fc.string(),
    url: fc.oneof(fc.webUrl(), fc.constant('javascript:alert(1)')),
    online: fc.boolean(),
    extra: fc.oneof(fc.dictionary(anyUnits, anyUnits), fc.anything()),
  },
  { requiredKeys: ['type', 'id', 'webhook_key'] },
);
const asJson = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item)) ?? 'null';
const anyBytes = fc.oneof(
  body.map((value) => new TextEncoder().encode(asJson(value))),
  fc.json().map((text) => new TextEncoder().encode(text)),
  fc.uint8Array({ maxLength: 500 }),
);

test('whatever is posted, the reading is one of the three and holds nothing that storage cannot keep', () => {
  const outcomes = new Set<string>();
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const reading = readWebhook(bytes, KEYS);
      outcomes.add(reading.outcome);
      const text = JSON.stringify(reading);
      // JSON writes both as escapes, so a text that holds neither shows neither.
      expect(/(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/.test(text)).toBe(false);
      expect(text).not.toContain('right-key');
      const parsed = reading.outcome === 'event' ? webhookEventSchema.safeParse(reading.event).success : true;
      expect(parsed).toBe(true);
    }),
    { numRuns: 3_000 },
  );
  expect(outcomes).toEqual(new Set(['event', 'unknown_type', 'refused']));
});

test('without the key every body is 400 or 401, never more', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      const reading = readWebhook(bytes, { key: 'nobody has this one' });
      expect(reading).toMatchObject({ outcome: 'refused' });
      expect([400, 401]).toContain('status' in reading ? reading.status : 0);
    }),
    { numRuns: 1_000 },
  );
});
