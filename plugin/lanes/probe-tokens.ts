import { messageOf } from '../contract/coded-error.ts';
import type { PluginParts } from './plugin-parts.ts';
import { liveTexQueue } from './queue-names.ts';

const REASON = 'livetex_token_refused';

/**
 * Lets one job of each queue that a refused token holds back go at once: whoever has just mended the token and started again
 * should not have to wait for the next probe. A pause that LiveTex asked for stays in force.
 */
export async function probeTokens({ storage, bindings, clock, logger }: PluginParts): Promise<void> {
  try {
    await storage.transaction(async (tx) => {
      for (const { id } of bindings.all) {
        const gate = await tx.getGate(liveTexQueue(id));
        if (gate?.reason !== REASON || gate.until <= clock.now()) continue;
        await tx.setGate(liveTexQueue(id), { until: clock.now(), reason: REASON });
      }
    });
  } catch (error) {
    // The probe comes by itself, only later; the workers tell what is wrong with the storage.
    logger.warn('a queue that is held back could not be tried at once', { error: messageOf(error) });
  }
}
