/** The runtime with so many leads, in a process of its own. Arguments: how many leads, LiveTex's address; a schema of PostgreSQL (none: SQLite). */
import { answerParent } from '../child.ts';
import { percentile } from '../measure.ts';
import { acceptAll } from '../mirror/accept-all.ts';
import { leadNumber } from '../webhooks/event.ts';
import { startOurServer } from '../webhooks/our-server.ts';

/** Messages to mirror, or checks to make, by leads all over the table. */
export type GrowthQuestion =
  | 'url'
  | 'rest'
  | { readonly mirror: { readonly from: number; readonly count: number } }
  | { readonly checks: number };

const US_PER_MS = 1_000;

const [leads = '', baseUrl = '', schema] = process.argv.slice(2);
const server = await startOurServer({ leads: Number(leads), works: true, history: true, baseUrl, schema });
const hasOnlineOperators = server.plugin.guest.functions.get('hasOnlineOperators');

answerParent(
  async (question: GrowthQuestion) => {
    if (question === 'url') return server.url;
    if (question === 'rest') return server.rest();
    if ('checks' in question) return checks(question.checks);
    const startedAt = performance.timeOrigin + performance.now();
    await acceptAll(server.plugin, { ...question.mirror, leads: Number(leads) });
    return startedAt;
  },
  () => server.close(),
);

/** Median time of a cached availability check on the host, µs. */
async function checks(count: number): Promise<number> {
  const { signal } = new AbortController();
  const times: number[] = [];
  for (let number = 0; number < count; number += 1) {
    const lead = leadNumber(Math.floor(Math.random() * Number(leads)));
    const from = performance.now();
    await hasOnlineOperators?.({ lead, signal }, null);
    times.push((performance.now() - from) * US_PER_MS);
  }
  return percentile(
    times.sort((a, b) => a - b),
    50,
  );
}
