import { expect, onTestFinished, test } from 'vitest';
import { startRuntime } from '../../support/start-runtime.ts';
import { createTestClock } from '../../support/test-clock.ts';

const SCRIPTS = [{ code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте!' }] }];
const PATH = '/api/channels/telegram/leads/1/messages';

/** Reads a stream of server-sent events piece by piece. */
async function openStream(
  url: string,
  headers: Record<string, string> = {},
): Promise<{ response: Response; next: () => Promise<string | undefined> }> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(url, { headers: { accept: 'text/event-stream', ...headers }, signal: abort.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  return {
    response,
    next: async () => {
      while (!text.includes('\n\n')) {
        const piece = await reader?.read();
        if (piece === undefined || piece.done) return undefined;
        text += piece.value;
      }
      const [event = '', ...rest] = text.split('\n\n');
      text = rest.join('\n\n');
      return event;
    },
  };
}

/** `seq from text` of an event. */
function short(event: string | undefined): string {
  const [id = '', data = ''] = (event ?? '').split('\n');
  const message = JSON.parse(data.replace(/^data: /, '')) as { seq: number; from: string; text: string };
  return `${id.replace('id: ', '')} ${message.from} ${message.text}`;
}

test('a stream gives what is there and then what comes, and ends when the server closes', async () => {
  const runtime = await startRuntime({ scripts: SCRIPTS }, { http: { port: 0 } });
  await runtime.say('привет');
  const { response, next } = await openStream(`${runtime.url}${PATH}`);
  expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  expect([short(await next()), short(await next())]).toEqual(['1 lead привет', '2 bot Здравствуйте!']);
  await runtime.say('ещё');
  expect(short(await next())).toBe('3 lead ещё');
  await runtime.close();
  expect(await next()).toBeUndefined();
});

test('a stream begins behind `after`, or behind what a reconnecting browser saw last', async () => {
  const runtime = await startRuntime({ scripts: SCRIPTS }, { http: { port: 0 } });
  await runtime.say('привет');
  await runtime.say('ещё');
  expect(short(await (await openStream(`${runtime.url}${PATH}?after=1`)).next())).toBe('2 bot Здравствуйте!');
  const again = await openStream(`${runtime.url}${PATH}?after=1`, { 'last-event-id': '2' });
  expect(short(await again.next())).toBe('3 lead ещё');
  expect((await openStream(`${runtime.url}${PATH}`, { 'last-event-id': 'x' })).response.status).toBe(400);
});

test('many readers of one lead, two of another; a reader that leaves takes nothing with it', async () => {
  const runtime = await startRuntime({ scripts: SCRIPTS }, { http: { port: 0 } });
  const readers = await Promise.all(Array.from({ length: 20 }, () => openStream(`${runtime.url}${PATH}`)));
  const other = await openStream(`${runtime.url}/api/channels/telegram/leads/2/messages`);
  await readers[0]?.response.body?.cancel().catch(() => undefined);
  await runtime.say('привет');
  await runtime.say('другой', '2');
  for (const reader of readers.slice(1)) {
    expect([short(await reader.next()), short(await reader.next())]).toEqual(['1 lead привет', '2 bot Здравствуйте!']);
  }
  expect(short(await other.next())).toBe('1 lead другой');
});

test('a silent stream says that it is still there', async () => {
  const clock = createTestClock();
  const runtime = await startRuntime({ scripts: SCRIPTS }, { http: { port: 0 }, clock });
  const { next } = await openStream(`${runtime.url}${PATH}`);
  const event = next();
  await clock.advance(15_000);
  expect(await event).toBe(': still here');
});

test('a reader that never reads makes the server hold one chunk of a long transcript, not all of it', async () => {
  const runtime = await startRuntime({ scripts: SCRIPTS }, { http: { port: 0 } });
  const text = 'x'.repeat(90_000);
  for (let count = 0; count < 60; count += 1) await runtime.receive({ channel: 'telegram', externalId: '1', text });
  await runtime.idle();
  const read: number[] = [];
  const messages = runtime.messages.bind(runtime);
  // Counts what the server reads; everything else is as it is.
  Object.assign(runtime, {
    messages: async (...call: Parameters<typeof messages>) => {
      const lines = await messages(...call);
      read.push(JSON.stringify(lines).length);
      return lines;
    },
  });
  const { next } = await openStream(`${runtime.url}${PATH}`);
  for (let count = 0; count < 60; count += 1) await next();
  expect(read.length).toBeGreaterThan(30);
  expect(Math.max(...read)).toBeLessThan(100_000);
  // One answer has an end too; the next one goes on where it ended.
  const page = (await (await fetch(`${runtime.url}${PATH}`)).json()) as { messages: Array<{ seq: number }> };
  expect(page.messages.length).toBeLessThan(50);
  const rest = (await (await fetch(`${runtime.url}${PATH}?after=${page.messages.length}`)).json()) as typeof page;
  expect(rest.messages[0]?.seq).toBe(page.messages.length + 1);
});
