/** «Каналы»: the messengers and chats: how each is, what it says itself, its webhook, and how one is put and removed. */
import { z } from 'zod';
import { codeOf } from '../../../plugin/contract/coded-error.ts';
import type { Readiness } from '../../../plugin/contract/plugin.ts';
import type { Json, Storage } from '../../../plugin/storage/contract.ts';
import { channelQueue } from '../../channels/channel-records.ts';
import type { Route } from '../../http/routes.ts';
import type { ConsolePlugin, MessengerFacts, Messengers } from '../console-ports.ts';
import { consoleError } from '../console-errors.ts';
import { consoleRoute, Refusal, type RoutePorts } from '../console-route.ts';
import {
  inspectionSchema,
  messengerListSchema,
  messengerSchema,
  type MessengerView,
} from '../records/messenger-records.ts';

/** Our choice: a messenger that has not answered by then is not asked on while a person waits. */
const ASK_FOR_MS = 20_000;
/** Dialogs counted before a removal. Our choice: "more than 1,000" is warning enough. */
const COUNTED_DIALOGS = 1_000;
const PAGE = 200;

const codeParams = z.object({ code: z.string() });
const putSchema = z.strictObject({
  /** As in the configuration file. Secrets that are left out stay as they are; `null` takes one away. */
  channel: z.looseObject({}),
  /** That of the channel as it was read; 0: a new one. */
  version: z.int().nonnegative(),
  /** The new token is of the same bot: for MAX, whose tokens do not tell. */
  sameBot: z.boolean().optional(),
});

export interface MessengerRoutesOptions {
  readonly messengers: Messengers;
  readonly storage: Storage;
  readonly ready: () => Promise<Readiness>;
  readonly plugin: () => Pick<ConsolePlugin, 'openDialogs'>;
  readonly bots: () => readonly string[];
}

export function messengerRoutes(ports: RoutePorts, options: MessengerRoutesOptions): Route[] {
  const { messengers, storage, ready, plugin, bots } = options;
  const shown = async (): Promise<MessengerView[]> => {
    const [list, { channels: states = {} }, stats, pauses] = await Promise.all([
      messengers.list(),
      ready(),
      storage.stats(),
      storage.read((tx) => tx.listPauses()),
    ]);
    return list.map((one) => {
      const queue = channelQueue(one.code);
      const pause = pauses.find((held) => held.queue === queue);
      return {
        ...one,
        ready: states[one.code]?.ready ?? true,
        reasons: [...(states[one.code]?.reasons ?? [])],
        waiting: stats.find((held) => held.queue === queue)?.jobs ?? 0,
        paused: pause === undefined ? null : { until: pause.until, reason: pause.reason },
      };
    });
  };
  const find = async (code: string): Promise<MessengerView | undefined> =>
    (await shown()).find((one) => one.code === code);
  /** One that can be asked. */
  const of = async (code: string): Promise<MessengerFacts> => {
    const found = (await messengers.list()).find((one) => one.code === code);
    if (found?.state !== 'active' && found?.state !== 'rests') throw nothing();
    return found;
  };
  return [
    consoleRoute(ports, {
      method: 'GET',
      path: '/channels',
      role: 'viewer',
      summary: 'The messengers and chats that leads write from, with their state, without their secrets',
      answer: messengerListSchema,
      act: async () => ({
        channels: await shown(),
        changeable: messengers.isChangeable,
        sealed: messengers.isSealed,
        bots: bots(),
      }),
    }),
    consoleRoute(ports, {
      method: 'PUT',
      path: '/channels/{code}',
      role: 'admin',
      summary: 'Adds a channel, or changes it if it is still the one that was read',
      params: codeParams,
      body: putSchema,
      answer: z.object({ channel: messengerSchema }),
      async act({ params: { code = '' }, body: { channel, version, sameBot = false }, note }) {
        if (!messengers.isChangeable) throw nothing();
        const before = await find(code);
        try {
          await messengers.put(code, channel, { version, sameBot });
        } catch (error) {
          if (codeOf(error) !== 'channel_changed') throw error;
          throw new Refusal(error, { current: (await find(code)) ?? null });
        }
        const after = await find(code);
        if (after === undefined) throw nothing();
        await note(version === 0 ? 'channel_added' : 'channel_changed', {
          channel: code,
          keys: changedKeys(version === 0 ? undefined : before, after, channel),
        });
        return { channel: after };
      },
    }),
    consoleRoute(ports, {
      method: 'DELETE',
      path: '/channels/{code}',
      role: 'admin',
      summary:
        'Removes a channel: it takes and sends nothing more, its open dialogs go back to the bot, and what waits for its leads rests',
      params: codeParams,
      // `left`: the messenger did not answer, and may go on posting here.
      answer: z.object({ ok: z.literal(true), webhook: z.enum(['removed', 'none', 'left']) }),
      async act({ params: { code = '' }, note }) {
        const webhook = await messengers.remove(code);
        if (webhook === undefined) throw nothing();
        await note('channel_removed', { channel: code });
        return { ok: true, webhook };
      },
    }),
    consoleRoute(ports, {
      method: 'GET',
      path: '/channels/{code}/open',
      role: 'viewer',
      summary: 'How many dialogs of a channel an operator has, or is to get, and what waits for its leads',
      params: codeParams,
      answer: z.object({ dialogs: z.int(), more: z.boolean(), waiting: z.int() }),
      async act({ params: { code = '' } }) {
        let dialogs = 0;
        for (let after: string | undefined; dialogs < COUNTED_DIALOGS;) {
          const page = await plugin().openDialogs({ limit: PAGE, ...(after === undefined ? {} : { after }) });
          dialogs += page.filter(({ lead }) => lead.channel === code).length;
          after = page.at(-1)?.id;
          if (page.length < PAGE) break;
        }
        const waiting = (await storage.stats()).find(({ queue }) => queue === channelQueue(code))?.jobs ?? 0;
        return { dialogs: Math.min(dialogs, COUNTED_DIALOGS), more: dialogs >= COUNTED_DIALOGS, waiting };
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
        await messengers.inspect((await of(code)).code, AbortSignal.timeout(ASK_FOR_MS)),
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
        const { mode } = await of(code);
        if (mode === 'page') throw nothing();
        const signal = AbortSignal.timeout(ASK_FOR_MS);
        await messengers.register(code, signal);
        await note('channel_set', { channel: code });
        return await messengers.inspect(code, signal);
      },
    }),
  ];
}

function nothing(): Error {
  return consoleError('console_nothing_there', undefined);
}

/** The names of what was changed; of secrets too, but never what they are. */
function changedKeys(
  before: MessengerView | undefined,
  after: MessengerView,
  given: Readonly<Record<string, unknown>>,
): Json {
  const secrets = [...new Set([...after.secrets, ...(before?.secrets ?? [])])].filter(
    (key) => given[key] !== undefined,
  );
  if (before === undefined) return secrets;
  const one = flat(before);
  const other = flat(after);
  const keys = Object.keys({ ...one, ...other });
  return [...keys.filter((key) => JSON.stringify(one[key]) !== JSON.stringify(other[key])), ...secrets];
}

function flat({ kind, mode, bot, state, settings }: MessengerView): Readonly<Record<string, unknown>> {
  return { kind, mode, bot, rests: state === 'rests', ...settings };
}
