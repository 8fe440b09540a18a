/** The example of a channel that is not built in: a runtime takes it, and a lead of a stand-in of Viber is served. */
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { ChannelDriver } from '../../../runtime-shim/channels/contract.ts';
import { ROOT } from '../../support/command.ts';
import { json, startHttpServer } from '../../support/http-server.ts';
import { startRuntime } from '../../support/start-runtime.ts';

const TOKEN = 'a-token-of-viber';

test('the example channel takes what its messenger posts, once, answers with buttons, and knows its refusals', async () => {
  const example = pathToFileURL(join(ROOT, 'scripts-examples/host/viber-channel.ts')).href;
  const { viberDriver } = (await import(example)) as {
    readonly viberDriver: (options: { token: string; name: string; baseUrl: string }) => ChannelDriver;
  };
  const statuses = [0];
  const viber = await startHttpServer(() =>
    json({ status: statuses.shift() ?? 0, status_message: 'why', name: 'shop' }),
  );
  const driver = viberDriver({ token: TOKEN, name: 'Магазин', baseUrl: viber.url });
  const menu = [{ code: '1', caption: 'Цены', script: 'prices' }];
  const runtime = await startRuntime(
    {
      scripts: [
        { code: 'start', commands: [{ type: 'send_text', text: 'Здравствуйте, {{ $name }}!' }], menu },
        { code: 'prices', commands: [{ type: 'send_text', text: 'Сто рублей' }] },
      ],
    },
    { http: { port: 0 }, channels: { viber: { driver } } },
  );
  const post = async (event: object, sign = true): Promise<number> => {
    const body = JSON.stringify(event);
    const signature = createHmac('sha256', sign ? TOKEN : 'another')
      .update(body)
      .digest('hex');
    const headers = { 'x-viber-content-signature': signature };
    return (await fetch(`${runtime.url}/webhook/channel/viber`, { method: 'POST', body, headers })).status;
  };
  const said = (token: number, text: string): object => ({
    event: 'message',
    timestamp: 1_780_000_000_000,
    message_token: token,
    sender: { id: 'anna==', name: 'Анна' },
    message: { type: 'text', text },
  });
  expect(await post(said(1, 'привет'), false)).toBe(403);
  expect([await post(said(1, 'привет')), await post(said(1, 'привет')), await post({ event: 'seen' })]).toEqual([
    200, 200, 200,
  ]);
  await runtime.idle();
  await post(said(2, '1'));
  await runtime.idle();
  const sent = viber.requests
    .filter(({ url }) => url === '/send_message')
    .map(({ body }) => JSON.parse(body) as { text: string; keyboard?: { Buttons: Array<{ Text: string }> } });
  expect(sent.map(({ text, keyboard }) => [text, keyboard?.Buttons.map(({ Text }) => Text) ?? []])).toEqual([
    ['Здравствуйте, Анна!', ['Цены']],
    ['Сто рублей', []],
  ]);
  const signal = AbortSignal.timeout(60_000);
  const context = { signal, openLink: () => Promise.reject(new Error('no')) };
  statuses.push(2, 6, 12, 3, 999);
  const outcomes: string[] = [];
  for (let at = 0; at < 5; at += 1) outcomes.push((await driver.send('x', { id: `${at}`, text: 'а' }, context)).is);
  expect(outcomes).toEqual(['not_authorised', 'refused', 'later', 'not_shown', 'unknown']);
});
