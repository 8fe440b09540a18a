import { messageOf } from '../contract/coded-error.ts';
import type { Readiness } from '../contract/plugin.ts';
import type { PluginParts } from './plugin-parts.ts';
import { liveTexQueue } from './queue-names.ts';
import type { TokenWatch } from './token-watch.ts';

/** A pause that LiveTex asked for ends by itself and needs nobody, so it does not make the plugin unready. */
const PASSING_REASON = 'livetex_rate_limited';

/** Can storage be written, and does LiveTex take each binding's token? */
export async function readiness(parts: PluginParts, tokens: TokenWatch): Promise<Readiness> {
  const reasons: string[] = [];
  try {
    await parts.storage.ping();
    for (const { id, client } of parts.bindings.all) {
      // After a start without traffic nobody has asked LiveTex yet. An outage is no reason: the lanes wait for its end.
      if (!tokens.isKnown(id)) await client.availability();
      const gate = await parts.storage.read((tx) => tx.getGate(liveTexQueue(id)));
      const paused =
        gate && !gate.reason.startsWith(PASSING_REASON) ? `its queue is paused: ${gate.reason}` : undefined;
      const problem = tokens.problemOf(id) ?? paused;
      if (problem !== undefined) reasons.push(`LiveTex binding "${id}": ${problem}`);
    }
  } catch (error) {
    reasons.push(`storage: ${messageOf(error)}`);
  }
  return { ready: reasons.length === 0, reasons };
}
