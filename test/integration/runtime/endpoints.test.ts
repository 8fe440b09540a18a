import { expect, test } from 'vitest';
import { botFolder } from '../../support/bot-folder.ts';
import { type StartedRuntime, startRuntime } from '../../support/start-runtime.ts';

const TOKEN = 'a-token-of-the-tests-17';

const FILES = {
  'echo.js': `return { got: request.json, lead: typeof lead, leadId: leadId };`,
  'write.js': `
    bot.setAttr('счёт', Number(bot.getAttr('счёт') || 0) + 1);
    if (request.json.fail) throw new Error('нарочно');
    return bot.getAttr('счёт');`,
  'say.js': `bot.sendMessage('Заказ ' + request.json.order + ' готов'); lead.setAttr('заказ', request.json.order); return lead.getData('name');`,
  'start_for.js': `bot.runScriptByCodeForLead('ready', request.json.lead); return true;`,
  'nobody.js': `bot.sendMessage('кому?');`,
  'begin.js': `
    var all = [bot.getAttr('номер'), bot.getAttr('город'), bot.issetAttr('номер')];
    if (request.json.write) bot.setAttr('номер', 8).deleteAttr('город');
    if (request.json.remove) bot.deleteAttr('номер');
    if (typeof lead !== 'undefined') bot.sendMessage(JSON.stringify(bot.getAllAttr()));
    return all;`,
  'stop.js': `bot.setAttr('остановлен', 'да'); bot.stop();`,
};

async function endpointBot(): Promise<
  StartedRuntime & { ask: (alias: string, body?: unknown, token?: string) => Promise<[number, unknown]> }
> {
  const folder = await botFolder(
    {
      id: 'shop',
      attributes: { номер: 7, город: 'Тверь' },
      scripts: [
        {
          code: 'start',
          commands: [
            { type: 'value_input', text: 'Как вас зовут?', attribute: 'имя' },
            { type: 'send_text', text: 'Ага, {{ $имя }}' },
          ],
        },
        { code: 'ready', commands: [{ type: 'send_text', text: 'Готово' }] },
      ],
      endpoints: Object.keys(FILES).map((file) => ({ alias: file.replace('.js', ''), file })),
    },
    FILES,
  );
  const runtime = await startRuntime(folder, { http: { port: 0, apiToken: TOKEN } });
  const ask = async (alias: string, body?: unknown, token = TOKEN): Promise<[number, unknown]> => {
    const response = await fetch(`${runtime.url}/api/v1/bots/shop/call/${alias}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return [response.status, await response.json()];
  };
  return Object.assign(runtime, { ask });
}

async function numberOf(runtime: StartedRuntime): Promise<number> {
  return Number((await runtime.lead('telegram', '1'))?.lead.id);
}

test('what a script returns is the answer, what was sent is its request.json, and a failure keeps nothing', async () => {
  const { ask: call } = await endpointBot();
  expect(await call('echo', { script_request_params: { order: 7 } })).toEqual([
    200,
    { got: { order: 7 }, lead: 'undefined', leadId: null },
  ]);
  expect(await call('echo', { order: 8 })).toEqual([200, { got: { order: 8 }, lead: 'undefined', leadId: null }]);
  expect(await call('echo')).toEqual([200, { got: {}, lead: 'undefined', leadId: null }]);
  expect(await call('stop')).toEqual([200, null]);
  // One that fails keeps nothing, and its caller reads code, words and place without a stack.
  expect(await call('write', {})).toEqual([200, '1']);
  expect(await call('write', { fail: true })).toEqual([
    500,
    { error: { code: 'script_error', message: 'Error: нарочно (write.js:3:34)' } },
  ]);
  expect(await call('write', {})).toEqual([200, '2']);
  expect((await call('nobody'))[1]).toMatchObject({
    error: { code: 'script_argument', message: expect.stringContaining('there is no lead here') },
  });
});

test('for a lead it says, writes, and leaves the question open; for nobody it starts scripts of leads', async () => {
  const runtime = await endpointBot();
  await runtime.say('привет');
  expect(await runtime.ask('say', { script_request_params: { order: 705 }, lead_id: await numberOf(runtime) })).toEqual(
    [200, null],
  );
  expect(await runtime.chat()).toEqual(['lead: привет', 'bot: Как вас зовут?', 'bot: Заказ 705 готов']);
  expect((await runtime.lead('telegram', '1'))?.attributes).toEqual({ заказ: '705' });
  await runtime.say('Анна');
  expect((await runtime.chat()).at(-1)).toBe('bot: Ага, Анна');
  // Called for nobody, it starts scripts of leads that it names.
  const lead = await numberOf(runtime);
  expect(await runtime.ask('start_for', { lead })).toEqual([200, true]);
  await runtime.idle();
  expect((await runtime.chat()).at(-1)).toBe('bot: Готово');
  const [status, body] = await runtime.ask('start_for', { lead: 5 });
  expect([status, body]).toMatchObject([500, { error: { message: expect.stringContaining('there is no lead 5') } }]);
});

test('the bot begins with the attributes of its folder: what scripts write wins, and what they delete is again as there', async () => {
  const runtime = await endpointBot();
  expect(await runtime.ask('begin', { write: 1 })).toEqual([200, ['7', 'Тверь', true]]);
  expect(await runtime.ask('begin', { remove: 1 })).toEqual([200, ['8', 'Тверь', true]]);
  await runtime.say('привет');
  expect(await runtime.ask('begin', { lead_id: await numberOf(runtime) })).toEqual([200, ['7', 'Тверь', true]]);
  expect((await runtime.chat()).at(-1)).toBe('bot: {"номер":"7","город":"Тверь"}');
});

const REFUSED = [
  ['echo', '{', 400, 'bad_request'],
  ['echo', '[]', 400, 'bad_request'],
  ['echo', { lead_id: -1 }, 400, 'bad_request'],
  ['echo', { lead_id: 'x' }, 400, 'bad_request'],
  ['echo', { lead_id: 12_345 }, 404, 'not_found'],
  ['nothing', {}, 404, 'not_found'],
  ['__proto__', {}, 404, 'not_found'],
  ['echo', JSON.stringify({ a: 'x'.repeat(300_000) }), 413, 'too_large'],
] as const;

test('a wrong call is refused with its reason, and nobody is served without the token or for another bot', async () => {
  const runtime = await endpointBot();
  for (const [alias, body, status, code] of REFUSED) {
    expect(await runtime.ask(alias, body)).toMatchObject([status, { error: { code } }]);
  }
  expect(await runtime.ask('echo', {}, 'a-wrong-token-of-tests')).toMatchObject([
    401,
    { error: { code: 'unauthorised' } },
  ]);
  const none = await fetch(`${runtime.url}/api/v1/bots/shop/call/echo`, { method: 'POST' });
  expect(none.status).toBe(401);
  const other = await fetch(`${runtime.url}/api/v1/bots/other/call/echo`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(other.status).toBe(404);
});
