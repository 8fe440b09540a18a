import type {
  BindingClient,
  LiveTexClient,
  LiveTexClientOptions,
  RequestReport,
} from '../../../plugin/client/contract.ts';
import { pluginError } from '../../../plugin/errors.ts';
import type { Life } from './life.ts';

/** LiveTex's clock runs ahead of ours by this, ms: no rule may compare the two. */
export const CLOCK_AHEAD_MS = 97_000;

/** What comes with each of its webhooks. */
export const SIMULATED_KEY = 'a-key-of-some-length';

/** How the next requests end. `lost`: the request takes effect, its answer does not arrive. `refused`: for good, a selection or a file. */
type Trouble = 'down' | 'lost' | 'refused' | 'forbidden';

interface SimulatedWebhook {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * LiveTex without HTTP, for properties: it takes thousands of requests a second and fails where it is told to. It keeps
 * what arrived, per user, and the webhooks that it would post.
 */
export interface SimulatedLiveTex {
  readonly texts: Map<string, string[]>;
  /** Users with a destination selected. */
  readonly selected: Set<string>;
  readonly webhooks: SimulatedWebhook[];
  online: boolean;
  /** Consumed one per request. */
  readonly troubles: Trouble[];
  /** Every request fails until it is over. */
  outage: boolean;
  /** Requests whose effect may come twice: their answer was lost. */
  lost: number;
  inFlight: number;
  maxInFlight: number;
  /** LiveTex's time. */
  now(): number;
  client(life: Life): (options: LiveTexClientOptions) => LiveTexClient;
  post(type: string, userId: string, fields?: Readonly<Record<string, unknown>>): string;
}

const GROUP = { destination_type: 'Department', destination_id: 'g1', name: 'Группа' };

export function simulateLiveTex(ourNow: () => number): SimulatedLiveTex {
  let counter = 0;
  const sim: SimulatedLiveTex = {
    texts: new Map(),
    selected: new Set(),
    webhooks: [],
    online: true,
    troubles: [],
    outage: false,
    lost: 0,
    inFlight: 0,
    maxInFlight: 0,
    now: () => ourNow() + CLOCK_AHEAD_MS,
    client: (life) => (options) => ({ binding: ({ id }) => bindingClient(id, life, options), close: async () => {} }),
    post(type, userId, fields = {}) {
      const id = `w${(counter += 1)}`;
      const body = { type, id, webhook_key: SIMULATED_KEY, user_id: userId, timestamp: sim.now(), ...fields };
      sim.webhooks.push({ id, body });
      return id;
    },
  };
  return sim;

  function bindingClient(binding: string, life: Life, { onRequest }: LiveTexClientOptions): BindingClient {
    const ask = <T>(method: RequestReport['method'], request: unknown, act: () => T, answer: (value: T) => unknown) =>
      life.guard(async () => {
        sim.inFlight += 1;
        sim.maxInFlight = Math.max(sim.maxInFlight, sim.inFlight);
        const at = ourNow();
        // A request takes a turn of the loop, so that others may overtake it.
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        sim.inFlight -= 1;
        const report = { binding, method, at, durationMs: ourNow() - at, request };
        try {
          const value = perform(method, act);
          onRequest?.({ ...report, status: 200, response: answer(value) });
          return value;
        } catch (error) {
          onRequest?.({ ...report, status: null, response: undefined, error: error as never });
          throw error;
        }
      });

    function perform<T>(method: RequestReport['method'], act: () => T): T {
      const facts = { method, binding };
      if (sim.outage) throw pluginError('livetex_failed', { ...facts, status: 503, detail: 'down' });
      const trouble = sim.troubles.shift();
      if (trouble === 'down') throw pluginError('livetex_unreachable', { ...facts, reason: 'down' });
      if (trouble === 'refused' && (method === 'selectDestination' || method === 'sendFile')) {
        throw pluginError('livetex_refused', { ...facts, status: 400, detail: 'no' });
      }
      if (trouble === 'forbidden') throw pluginError('livetex_token_refused', { ...facts, status: 401, detail: 'no' });
      const value = act();
      if (trouble === 'lost') {
        sim.lost += 1;
        throw pluginError('livetex_timeout', { ...facts, timeoutMs: 1 });
      }
      return value;
    }

    const take = (userId: string, text: string) => {
      const texts = sim.texts.get(userId) ?? [];
      sim.texts.set(userId, [...texts, text]);
      if (!sim.selected.has(userId)) {
        sim.post('SelectDestination', userId, { destinations: [GROUP], timestamp: undefined });
      }
      return { messageId: `m${(counter += 1)}` };
    };
    const sent = () => ({ success: true, message_id: 'm', timestamp: sim.now() });
    const destinations = () => [{ ...GROUP, has_online: sim.online }];
    return {
      getDestinations: () => ask('getDestinations', undefined, destinations, () => ({ success: true })),
      sendText: (request) => ask('sendText', request, () => take(request.user_id, request.text), sent),
      sendFile: (request) => ask('sendFile', request, () => take(request.user_id, request.url), sent),
      selectDestination: (request) =>
        ask(
          'selectDestination',
          request,
          () => void sim.selected.add(request.user_id),
          () => ({ success: true }),
        ),
      setWebhook: async () => {},
      getWebhookSettings: async () => ({ url: '' }),
      getCurrentDestination: async () => undefined,
      getHistory: async () => [],
      availability: () =>
        life.guard(async () =>
          sim.outage
            ? { state: 'unknown', groups: [], at: null }
            : {
                state: sim.online ? 'online' : 'none',
                groups: [{ ...GROUP, has_online: sim.online }],
                at: ourNow(),
              },
        ),
    };
  }
}
