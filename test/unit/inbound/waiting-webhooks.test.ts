import { expect, test } from 'vitest';
import { laneOf } from '../../../plugin/inbound/take-webhook.ts';
import { createWaitingWebhooks, waitingWebhook } from '../../../plugin/inbound/waiting-webhooks.ts';

function event(id: string, userId = 'support:telegram:42', bytes = 10) {
  return waitingWebhook(
    {
      bindingId: 'main',
      userId,
      receivedAt: 1,
      event: { id, type: 'HoldMessage', user_id: userId, timestamp: 1, text: id },
    },
    bytes,
  );
}
const ids = (events: ReadonlyArray<ReturnType<typeof event>>) => events.map(({ received }) => received.event.id);
const LANE = laneOf(event('any').received);

test('they go in the order of arrival, each dialog by itself too, and the last of a record says which', () => {
  const waiting = createWaitingWebhooks();
  waiting.add('1', [event('a'), event('b', 'support:telegram:43')]);
  waiting.add('2', [event('c'), event('d')]);
  expect(waiting).toMatchObject({ size: 4, bytes: 40 });
  expect(ids(waiting.first(3))).toEqual(['a', 'b', 'c']);
  expect(waiting.first(4).map(({ endsRecord }) => endsRecord)).toEqual([undefined, '1', undefined, '2']);
  expect(ids(waiting.ofLane(LANE))).toEqual(['a', 'c', 'd']);
  waiting.removeFirst(2);
  expect(waiting).toMatchObject({ size: 2, bytes: 20 });
  expect(waiting.holds(laneOf(event('b', 'support:telegram:43').received))).toBe(false);
  expect(ids(waiting.ofLane(LANE))).toEqual(['c', 'd']);
  waiting.removeFirst(2);
  expect(waiting).toMatchObject({ size: 0, bytes: 0 });
  expect(waiting.holds(LANE)).toBe(false);
});

test('whoever walks through a dialog while the first ones are removed misses none', () => {
  const waiting = createWaitingWebhooks();
  waiting.add('1', [event('a'), event('b'), event('c')]);
  const walked: string[] = [];
  for (const { received } of waiting.ofLane(LANE)) {
    walked.push(received.event.id);
    if (walked.length === 1) waiting.removeFirst(1);
  }
  expect(walked).toEqual(['a', 'b', 'c']);
});
