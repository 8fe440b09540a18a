import type { LiveTexPlugin } from '../../../plugin/index.ts';
import { leadMessage } from './texts.ts';

/** Callers that hand over messages at one time, each waiting until its own is durable. */
const CALLERS = 64;

/** Hands messages `from … from + count - 1` to the plugin. */
export async function acceptAll(
  plugin: Pick<LiveTexPlugin, 'accept'>,
  messages: { readonly from: number; readonly count: number; readonly leads: number },
): Promise<void> {
  let next = messages.from;
  const end = messages.from + messages.count;
  await Promise.all(
    Array.from({ length: CALLERS }, async () => {
      while (next < end) {
        const number = next;
        next += 1;
        await plugin.accept([leadMessage(number, messages.leads)]);
      }
    }),
  );
}
