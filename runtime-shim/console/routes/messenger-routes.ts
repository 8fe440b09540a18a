/** «Каналы»: the messengers and chats of the configuration file: how each is, what it says itself, and its webhook. */
import { z } from 'zod';
import type { Readiness } from '../../../plugin/contract/plugin.ts';
import type { Storage } from '../../../plugin/storage/contract.ts';
import { channelQueue } from '../../channels/channel-records.ts';
import type { Route } from '../../http/routes.ts';
import type { Messengers } from '../console-ports.ts';
import { consoleError } from '../console-errors.ts';
import { consoleRoute, type RoutePorts } from '../console-route.ts';
import { inspectionSchema, messengerSchema } from '../records/messenger-records.ts';

/** Our choice: a messenger that has not answered by then is not asked on while a person waits. */
const ASK_FOR_MS = 20_000;
const codeParams = z.object({ code: z.string() });

export interface MessengerRoutesOptions {
  readonly messengers: Messengers;
  readonly storage: Storage;
  readonly ready: () => Promise<Readiness>;
}

export function messengerRoutes(ports: RoutePorts, { messengers, storage, ready }: MessengerRoutesOptions): Route[] {
  const of = (code: string) => {
    const found = messengers.list.find((one) => one.code === code);
    if (found === undefined) throw consoleError('console_nothing_there', undefined);
    return found;
  };
  return [
    consoleRoute(ports, {
      method: 'GET',
      path: '/channels',
      role: 'viewer',
      summary: 'The messengers and chats of the configuration file, with their state, without their secrets',
      answer: z.object({ channels: z.array(messengerSchema) }),
      async act() {
        const [{ channels: states = {} }, stats, pauses] = await Promise.all([
          ready(),
          storage.stats(),
          storage.read((tx) => tx.listPauses()),
        ]);
        const channels = messengers.list.map(({ code, ...one }) => {
          const queue = channelQueue(code);
          const pause = pauses.find((held) => held.queue === queue);
          return {
            code,
            ...one,
            ready: states[code]?.ready ?? true,
            reasons: states[code]?.reasons ?? [],
            waiting: stats.find((held) => held.queue === queue)?.jobs ?? 0,
            paused: pause === undefined ? null : { until: pause.until, reason: pause.reason },
          };
        });
        return { channels };
      },
    }),
    consoleRoute(ports, {
      method: 'POST',
      path: '/channels/{code}/check',
      role: 'admin',
      summary: 'Asks a messenger what it knows of the bot, as `channel check` does; sends no message',
      params: codeParams,
      answer: inspectionSchema,
      act: async ({ params: { code = '' } }) =>
        await messengers.inspect(of(code).code, AbortSignal.timeout(ASK_FOR_MS)),
    }),
    consoleRoute(ports, {
      method: 'POST',
      path: '/channels/{code}/webhook',
      role: 'admin',
      summary:
        'Tells a messenger how its events come, as `channel set` does: posted here, or fetched (then it posts nowhere)',
      params: codeParams,
      answer: inspectionSchema,
      async act({ params: { code = '' }, note }) {
        const { mode } = of(code);
        if (mode === 'page') throw consoleError('console_nothing_there', undefined);
        const signal = AbortSignal.timeout(ASK_FOR_MS);
        await messengers.register(code, signal);
        await note('channel_set', { channel: code });
        return await messengers.inspect(code, signal);
      },
    }),
  ];
}
