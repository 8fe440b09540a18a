import { describe, expect, it } from 'vitest';
import { Streams } from '../../../runtime-shim/simulator/http/stream.ts';
import { Journal } from '../../../runtime-shim/simulator/model/journal.ts';
import { realClock } from '../../support/test-clock.ts';
import { useRoutes } from './routes-server.ts';

interface Event {
  readonly id: string;
  readonly event: string;
  readonly data: { readonly seq: number; readonly changes: ReadonlyArray<readonly unknown[]> };
}

async function start(): Promise<{
  journal: Journal;
  streams: Streams;
  listen: (lastEventId?: string) => Promise<Listening>;
}> {
  const journal = new Journal(realClock);
  const streams = new Streams(journal, realClock, 'epoch');
  const origin = await useRoutes([
    (request, response) => {
      streams.serve(request, response);
      return true;
    },
  ]);
  return { journal, streams, listen: async (lastEventId) => await listen(origin, lastEventId) };
}

interface Listening {
  readonly next: () => Promise<Event>;
  readonly ended: () => Promise<boolean>;
}

async function listen(origin: string, lastEventId: string | undefined): Promise<Listening> {
  const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  const response = await fetch(origin, { headers });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error('a stream has a body');
  let text = '';
  return {
    next: async () => {
      for (;;) {
        const match = /^(?:[^\n]*\n\n)*?id: ([^\n]*)\nevent: ([^\n]*)\ndata: ([^\n]*)\n\n/u.exec(text);
        if (match !== null) {
          text = text.slice(match[0].length);
          const [, id = '', event = '', data = ''] = match;
          return { id, event, data: JSON.parse(data) as Event['data'] };
        }
        const { done, value } = await reader.read();
        if (done) throw new Error('the stream ended');
        text += value;
      }
    },
    ended: async () => (await reader.read().catch(() => ({ done: true }))).done,
  };
}

describe('the stream', () => {
  it('begins with everything and goes on with every change', async () => {
    const { journal, listen } = await start();
    journal.put('fault', 'slow', { name: 'slow', on: true });
    const listening = await listen();
    expect(await listening.next()).toMatchObject({
      id: 'epoch-1',
      event: 'snapshot',
      data: { changes: [['fault', 'slow', { on: true }]] },
    });
    journal.put('fault', 'slow', { name: 'slow', on: false });
    expect(await listening.next()).toMatchObject({ id: 'epoch-2', event: 'changes' });
  });

  it('gives a page that comes back what it missed, and one of another time everything', async () => {
    const { journal, listen } = await start();
    for (const name of ['slow', 'down', 'rate_limit'] as const) {
      journal.put('fault', name, { name, on: true });
      journal.flush();
    }
    expect(await (await listen('epoch-2')).next()).toMatchObject({
      id: 'epoch-3',
      event: 'changes',
      data: { changes: [['fault', 'rate_limit', {}]] },
    });
    for (const id of ['older-2', 'epoch-99', 'epoch-x', 'nonsense']) {
      const { event, data } = await (await listen(id)).next();
      expect({ id, event, count: data.changes.length }).toEqual({ id, event: 'snapshot', count: 3 });
    }
  });

  it('keeps line breaks of messages inside one event', async () => {
    const { journal, listen } = await start();
    const text = 'раз\n\ndata: два\r\nid: 7\u2028три';
    journal.put('message', 'u#1', { userId: 'u', seq: 1, from: 'lead', text, at: 1 });
    expect((await (await listen()).next()).data.changes).toEqual([
      ['message', 'u#1', { userId: 'u', seq: 1, from: 'lead', text, at: 1 }],
    ]);
  });

  it('tells what is pending before it is closed, so that a page knows of the restart that closes it', async () => {
    const { journal, streams, listen } = await start();
    const listening = await listen();
    await listening.next();
    journal.put('fault', 'slow', { name: 'slow', on: true });
    streams.close();
    expect(await listening.next()).toMatchObject({ event: 'changes', data: { changes: [['fault', 'slow', {}]] } });
    expect(await listening.ended()).toBe(true);
  });

  it('ends when it is closed, and forgets pages that went', async () => {
    const { journal, streams, listen } = await start();
    journal.put('fault', 'slow', { name: 'slow', on: true });
    const listening = await listen();
    await listening.next();
    expect(streams.count).toBe(1);
    streams.close();
    expect(await listening.ended()).toBe(true);
    await expect.poll(() => streams.count).toBe(0);
  });
});
