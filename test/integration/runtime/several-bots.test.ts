import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createLiveTexPlugin } from '../../../plugin/index.ts';
import { createRuntime, type Runtime } from '../../../runtime-shim/runtime/index.ts';
import { temporaryFolder } from '../../support/command.ts';
import { useEmulator } from '../../support/emulator.ts';

const OPERATORS = [{ id: 'anna', firstName: 'Анна', status: 'online' as const }];

function botOf(id: string, timeZone?: string): string {
  const commands = [
    { type: 'run_javascript', file: 'hours.js' },
    { type: 'send_text', text: `Это ${id}, {{ $часы }}` },
    { type: 'forward_to_operator' },
  ];
  const back = { code: 'back', type: 'return', commands: [{ type: 'send_text', text: `${id} снова здесь` }] };
  return JSON.stringify({
    id,
    ...(timeZone === undefined ? {} : { timeZone }),
    scripts: [{ code: 'start', commands }, ...(id === 'shop' ? [back] : [])],
  });
}

async function folders(bots: Readonly<Record<string, string>>): Promise<string[]> {
  const root = await temporaryFolder();
  const all: string[] = [];
  for (const [name, bot] of Object.entries(bots)) {
    const folder = join(root, name);
    await mkdir(folder);
    await writeFile(join(folder, 'bot.json'), bot);
    await writeFile(join(folder, 'hours.js'), "lead.setAttr('часы', String(new Date(0).getHours()));");
    all.push(folder);
  }
  return all;
}

async function say({ url }: Runtime, path: string, text: string): Promise<number> {
  const response = await fetch(`${url}${path}/channels/telegram/leads/1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  return response.status;
}

async function texts({ url }: Runtime, path: string): Promise<Array<string | undefined>> {
  const response = await fetch(`${url}${path}/channels/telegram/leads/1/messages`);
  const { messages } = (await response.json()) as { messages: Array<{ from: string; text?: string }> };
  return messages.filter(({ from }) => from !== 'lead').map(({ text }) => text);
}

test('two bots in one runtime: each has its leads, scripts, time zone and binding; addresses without a bot mean the first', async () => {
  const [first, second] = [await useEmulator({ operators: OPERATORS }), await useEmulator({ operators: OPERATORS })];
  const bot = await folders({ a: botOf('support', 'Asia/Tokyo'), b: botOf('shop', 'Europe/London') });
  const runtime = await createRuntime({
    bot,
    http: { port: 0 },
    sandbox: { runners: 1, spares: 0 },
    plugins: [
      (host, storage) =>
        createLiveTexPlugin({
          storage,
          host,
          bindings: [
            { id: 'one', token: first.token, baseUrl: first.url, bots: ['support'] },
            { id: 'two', token: second.token, baseUrl: second.url, bots: ['shop'] },
          ],
        }),
    ],
  });
  onTestFinished(() => runtime.close());
  await runtime.start();
  expect(runtime.bots.map(({ botId }) => botId)).toEqual(['support', 'shop']);
  // The same lead of the same channel in both: two dialogs.
  expect(await say(runtime, '/api', 'Есть кто?')).toBe(202);
  expect(await say(runtime, '/api/bots/shop', 'А у вас?')).toBe(202);
  expect(await say(runtime, '/api/bots/nobody', 'Ау')).toBe(404);
  await first.dialogs.when('support:telegram:1', ({ selections }) => selections > 0);
  await second.dialogs.when('shop:telegram:1', ({ selections }) => selections > 0);
  await runtime.idle();
  expect(await texts(runtime, '/api')).toEqual(['Это support, 9', 'Диалог переведён на оператора']);
  expect(await texts(runtime, '/api/bots/support')).toEqual(await texts(runtime, '/api'));
  expect(await texts(runtime, '/api/bots/shop')).toEqual(['Это shop, 1', 'Диалог переведён на оператора']);
  expect([first.dialogs.get('shop:telegram:1'), second.dialogs.get('support:telegram:1')]).toEqual([
    undefined,
    undefined,
  ]);

  const lanes = await fetch(`${runtime.url}/metrics`).then((response) => response.text());
  expect(lanes).toContain('metabot_scripts_total{outcome="ok"} 2');
  expect((await fetch(`${runtime.url}/readyz`)).status).toBe(503);
  const openapi = await fetch(`${runtime.url}/openapi.json`).then((response) => response.text());
  expect(openapi).toContain('/api/bots/{botId}/channels/{channel}/leads/{externalId}/messages');
});

test('two folders with one bot are refused, and every broken folder is named', async () => {
  const twice = await folders({ a: botOf('support'), b: botOf('support') });
  await expect(createRuntime({ bot: twice })).rejects.toMatchObject({
    code: 'bot_twice',
    message: `two bot folders have the bot "support": ${twice.join(', ')}`,
  });
  const broken = await folders({ a: botOf('support'), b: '{}' });
  await expect(createRuntime({ bot: broken })).rejects.toMatchObject({
    code: 'bot_invalid',
    facts: { folder: broken[1] },
  });
  const both = await folders({ a: '{', b: '{}' });
  const [one = '', other = ''] = both;
  const told = await createRuntime({ bot: both }).catch((error: unknown) => String(error));
  expect(told).toContain(`${one}: bot.json`);
  expect(told).toContain(`${other}: bot.json`);
});

test('a folder that is read again changes its own bot only', async () => {
  const bot = await folders({ a: botOf('support'), b: botOf('shop') });
  const runtime = await createRuntime({ bot, http: { port: 0 }, sandbox: { runners: 1, spares: 0 } });
  onTestFinished(() => runtime.close());
  await runtime.start();
  await writeFile(join(bot[1] ?? '', 'bot.json'), botOf('shop').replace('Это shop', 'Это новый shop'));
  await writeFile(join(bot[0] ?? '', 'bot.json'), '{');
  expect((await runtime.reload()).length).toBeGreaterThan(0);
  await say(runtime, '/api', 'Раз');
  await say(runtime, '/api/bots/shop', 'Два');
  await runtime.idle();
  expect((await texts(runtime, '/api'))[0]).toMatch(/^Это support/);
  expect((await texts(runtime, '/api/bots/shop'))[0]).toMatch(/^Это новый shop/);
});
