import type { LiveTexPlugin } from '../../../plugin/index.ts';
import type { Order } from './senders.ts';
import { leadMessage } from './texts.ts';

/** Callers that hand over messages at one time, each waiting until its own is durable. */
const CALLERS = 64;

/** Does something with each number of the order, so many at one time. */
export async function together(
  { from, count }: Order,
  act: (number: number) => Promise<void>,
  atOnce: number = CALLERS,
): Promise<void> {
  let next = from;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < from + count) {
        const number = next;
        next += 1;
        await act(number);
      }
    }),
  );
}

/** Hands messages to the plugin. */
export function acceptAll(plugin: Pick<LiveTexPlugin, 'accept'>, order: Order): Promise<void> {
  return together(order, async (number) => {
    await plugin.accept([leadMessage(number, order.leads)]);
  });
}
