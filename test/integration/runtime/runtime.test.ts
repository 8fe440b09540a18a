import { expect, test } from 'vitest';
import type { LeadRef } from '../../../plugin/contract/lead.ts';
import { createTestClock } from '../../support/test-clock.ts';
import { startRuntime } from '../../support/start-runtime.ts';
import { tinyPlugin } from './tiny-plugin.ts';

const LEAD: LeadRef = { botId: 'test', channel: 'telegram', externalId: '1' };
const text = (value: string): unknown => ({ type: 'send_text', text: value });

test('a message goes through bot and plugin: the lead first, then the bot, then the wish, each event once', async () => {
  const tiny = tinyPlugin();
  const runtime = await startRuntime(
    { scripts: [{ code: 'start', commands: [text('Здравствуйте!'), { type: 'forward_to_operator' }, text('Зову.')] }] },
    { plugins: [tiny.factory] },
  );
  const { id } = await runtime.receive({
    channel: 'telegram',
    externalId: '1',
    id: 'm1',
    name: 'Анна',
    text: 'привет',
  });
  await runtime.receive({ channel: 'telegram', externalId: '1', id: 'm1', text: 'привет' });
  await runtime.idle();
  expect(id).toBe('m1');
  expect(tiny.events.map((event) => [event.type, event.id])).toEqual([
    ['LeadMessage', 'message:m1'],
    ['BotMessage', 'message:m1:0'],
    ['BotMessage', 'message:m1:1'],
    ['TransferRequested', 'message:m1:r0'],
  ]);
  expect(await runtime.chat()).toEqual(['lead: привет', 'bot: Здравствуйте!', 'bot: Зову.']);
  expect((await runtime.lead('telegram', '1'))?.lead).toMatchObject({ name: 'Анна', botId: 'test' });
});

test('what was done is told once, after it is stored', async () => {
  const tiny = tinyPlugin();
  const runtime = await startRuntime(
    {
      scripts: [{ code: 'start', commands: [{ type: 'run_javascript', file: 'a.js' }, text('да')] }],
      files: { 'a.js': `console.log('раз'); lead.setAttr('a', 'б');` },
    },
    { plugins: [tiny.factory] },
  );
  await runtime.say('привет');
  const seen = runtime.activities.map((activity) =>
    activity.kind === 'message'
      ? `${activity.message.from}: ${activity.message.text ?? ''}`
      : activity.kind === 'script'
        ? `${activity.script} ${activity.file ?? ''} ${JSON.stringify(activity.attributes ?? null)} ${activity.log.map((line) => line.text).join()}`
        : activity.kind,
  );
  expect(seen).toEqual(['lead: привет', 'start  null ', 'start a.js {"a":"б"} раз', 'bot: да']);
});

test('what a plugin knows beforehand goes with each script; one that fails to say it is asked as ever', async () => {
  const tiny = tinyPlugin();
  const runtime = await startRuntime(
    {
      scripts: [{ code: 'start', commands: [{ type: 'run_javascript', file: 'a.js' }] }],
      routes: [{ regex: '.*', script: 'start' }],
      files: { 'a.js': `lead.setAttr('a', JSON.stringify([tiny.ask('раз'), tiny.ask('два').args]));` },
    },
    { plugins: [tiny.factory] },
  );
  const answered = async () => {
    await runtime.say('привет');
    return JSON.parse(String((await runtime.lead('telegram', '1'))?.attributes['a'])) as unknown;
  };
  tiny.known = () => [{ name: 'ask', args: { value: 'раз' }, value: 'известно', forMs: 60_000 }];
  expect(await answered()).toEqual(['известно', { value: 'два' }]);
  tiny.known = () => {
    throw new Error('the plugin does not know what it knows');
  };
  expect(await answered()).toEqual([{ lead: 'test:telegram:1', args: { value: 'раз' } }, { value: 'два' }]);
});

test('a message to a lead whose operator has the dialog is not delivered, and an activity says so', async () => {
  const tiny = tinyPlugin();
  const runtime = await startRuntime(
    {
      scripts: [
        { code: 'start', commands: [text('бот говорит')] },
        { code: 'info', commands: [text('работаем 9–18')] },
      ],
      routes: [{ regex: '^часы$', script: 'info', actsDuringTransfer: true }],
    },
    { plugins: [tiny.factory] },
  );
  await runtime.say('привет');
  tiny.mode = 'operator';
  await runtime.say('бот?');
  await runtime.say('часы');
  await tiny
    .host()
    .runScript(LEAD, { id: 'r1', script: { code: 'start' }, cause: 'operator_timeout', duringTransfer: false });
  await runtime.idle();
  expect(await runtime.chat()).toEqual([
    'lead: привет',
    'bot: бот говорит',
    'lead: бот?',
    'lead: часы',
    'bot: работаем 9–18',
  ]);
  expect(runtime.activities.filter((activity) => activity.kind === 'suppressed')).toMatchObject([
    { text: 'бот говорит' },
  ]);
  expect(tiny.events.filter((event) => event.type === 'LeadMessage')).toHaveLength(3);
});

test('a failing script still passes the lead’s message on, and the author reads where it failed', async () => {
  const tiny = tinyPlugin();
  const runtime = await startRuntime(
    {
      scripts: [{ code: 'start', commands: [{ type: 'run_javascript', file: 'a.js' }] }],
      files: { 'a.js': '\n  boom();' },
    },
    { plugins: [tiny.factory] },
  );
  await runtime.say('привет');
  expect(tiny.events).toMatchObject([
    { type: 'LeadMessage' },
    { type: 'BotStumbled', kind: 'script_error', script: 'start' },
  ]);
  const failed = runtime.activities.find((activity) => activity.kind === 'script' && activity.error !== undefined);
  expect(failed).toMatchObject({ error: { code: 'script_error', file: 'a.js', line: 2, column: 3 } });
});

test('a commit that fails leaves nothing behind and is tried again: nothing twice, nothing lost', async () => {
  const tiny = tinyPlugin();
  tiny.failures = 2;
  const runtime = await startRuntime(
    { scripts: [{ code: 'start', commands: [{ type: 'add_lead_tags', tags: ['новый'] }, text('Здравствуйте!')] }] },
    { plugins: [tiny.factory], random: () => 0 },
  );
  const retried = new Promise<void>((resolve) => {
    runtime.onActivity((activity) => {
      if (activity.kind === 'message' && activity.message.from === 'bot') resolve();
    });
  });
  await runtime.receive({ channel: 'telegram', externalId: '1', text: 'привет' });
  await retried;
  expect(await runtime.chat()).toEqual(['lead: привет', 'bot: Здравствуйте!']);
  expect(tiny.events.map((event) => event.type)).toEqual(['LeadMessage', 'BotMessage']);
  expect((await runtime.lead('telegram', '1'))?.lead.tags).toEqual(['новый']);
});

test('a scenario that cannot be run is given up after five tries; the lead’s message itself is passed on, and the next one too', async () => {
  const tiny = tinyPlugin();
  tiny.dialogFailures = 5;
  const clock = createTestClock();
  const runtime = await startRuntime(
    { scripts: [{ code: 'start', commands: [text('Здравствуйте!')] }] },
    { plugins: [tiny.factory], clock },
  );
  await runtime.receive({ channel: 'telegram', externalId: '1', text: 'привет' });
  await runtime.receive({ channel: 'telegram', externalId: '1', text: 'ау' });
  for (let tries = 0; tries < 5; tries += 1) {
    await runtime.idle();
    await clock.advance(10 * 60_000);
  }
  await runtime.idle();
  expect(tiny.events.map((event) => event.type)).toEqual(['LeadMessage', 'BotStumbled', 'LeadMessage', 'BotMessage']);
  expect(await runtime.chat()).toEqual(['lead: привет', 'lead: ау', 'bot: Здравствуйте!']);
  expect(
    runtime.activities.find((activity) => activity.kind === 'script' && activity.error !== undefined),
  ).toMatchObject({
    error: { code: 'internal', message: 'the plugin does not know now' },
  });
});

test('the host ports: deliver once per id, run a script once per id, flag, attributes, scripts, log', async () => {
  const tiny = tinyPlugin();
  const runtime = await startRuntime(
    {
      scripts: [
        { code: 'start', commands: [{ type: 'run_javascript', file: 'a.js' }] },
        { code: 'back', type: 'Возврат', commands: [text('Снова бот')] },
      ],
      files: { 'a.js': `lead.setLiveTexAttr ? 0 : 0; lead.setAttr('x', '1');` },
    },
    { plugins: [tiny.factory] },
  );
  await runtime.receive({ channel: 'telegram', externalId: '1', name: 'Анна', text: 'привет' });
  await runtime.idle();
  const host = tiny.host();
  for (const id of ['d1', 'd1', 'd2'])
    await host.deliver(LEAD, { id, at: 5, kind: 'text', text: id, operator: 'Олег' });
  await host.deliver(LEAD, { id: 'd3', at: 6, kind: 'notice', text: 'Оператор вернул диалог боту' });
  await host.deliver(LEAD, {
    id: 'd4',
    at: 7,
    kind: 'file',
    attachment: { type: 'file', url: 'https://example.com/a' },
  });
  for (const id of ['r1', 'r1']) {
    await host.runScript(LEAD, { id, script: { type: 'return' }, cause: 'returned', duringTransfer: false });
  }
  await host.setForwarded(LEAD, { id: 'f1', forwarded: true });
  host.authorLog?.(LEAD, { level: 'warn', text: 'LiveTex не отвечает' });
  await runtime.idle();
  expect(await runtime.chat()).toEqual([
    'lead: привет',
    'operator Олег: d1',
    'operator Олег: d2',
    'notice: Оператор вернул диалог боту',
    'operator: <https://example.com/a>',
    'bot: Снова бот',
  ]);
  expect((await runtime.lead('telegram', '1'))?.dialog.forwarded).toBe(true);
  expect(await host.attributes.get(LEAD)).toEqual({
    name: 'Анна',
    attributes: {},
    hiddenAttributes: {},
    tags: [],
  });
  expect(await host.attributes.get({ ...LEAD, externalId: 'nobody' })).toEqual({
    attributes: {},
    hiddenAttributes: {},
    tags: [],
  });
  expect(await host.hasScript(LEAD, { type: 'return' })).toBe(true);
  expect(await host.hasScript(LEAD, { type: 'no_operators' })).toBe(false);
  expect(runtime.activities).toContainEqual(
    expect.objectContaining({ kind: 'author_log', level: 'warn', text: 'LiveTex не отвечает' }),
  );
  expect(runtime.activities.find((activity) => activity.kind === 'script' && activity.script === 'back')).toMatchObject(
    {
      cause: 'диалог вернулся боту',
    },
  );
});

test('a script calls the plugin and asks it for things; the answers decide what runs', async () => {
  const tiny = tinyPlugin();
  tiny.afterScript = [
    { do: 'run', script: { type: 'transfer_online' } },
    { do: 'event', event: 'ReturnRequested' },
  ];
  const runtime = await startRuntime(
    {
      scripts: [
        { code: 'start', commands: [{ type: 'run_javascript', file: 'a.js' }] },
        { code: 'on', type: 'transfer_online', commands: [text('онлайн')] },
      ],
      files: { 'a.js': `bot.sendMessage(tiny.ask(5).lead); tiny.wish({ a: 1 }); tiny.wish('b');` },
    },
    { plugins: [tiny.factory] },
  );
  await runtime.say('привет');
  expect(await runtime.chat()).toEqual(['lead: привет', 'bot: test:telegram:1', 'bot: онлайн']);
  expect(tiny.actions).toEqual([{ a: 1 }, 'b']);
  expect(tiny.events.at(-1)?.type).toBe('ReturnRequested');
});

test('a script may run a script of another lead, in that lead’s own order', async () => {
  const runtime = await startRuntime({
    scripts: [
      { code: 'start', commands: [{ type: 'run_javascript', file: 'id.js' }] },
      { code: 'hello', commands: [text('Вам письмо')] },
      { code: 'f', type: 'fallback', commands: [{ type: 'run_javascript', file: 'send.js' }] },
    ],
    files: {
      'id.js': `bot.setAttr('id' + lead.getData('identification'), leadId);`,
      'send.js': `bot.runScriptByCodeForLead('hello', bot.getAttr('id2')); bot.runScriptByCodeForLead('hello', 5);`,
    },
  });
  await runtime.say('привет', '1');
  await runtime.say('привет', '2');
  await runtime.say('письмо', '1');
  expect(await runtime.chat('2')).toEqual(['lead: привет', 'bot: Вам письмо']);
  expect(await runtime.chat('1')).toEqual(['lead: привет', 'lead: письмо']);
});

test('without a plugin the transfer commands set and clear the flag', async () => {
  const runtime = await startRuntime({
    scripts: [
      { code: 'start', commands: [{ type: 'forward_to_operator' }] },
      { code: 'back', commands: [{ type: 'return_to_bot' }] },
    ],
    routes: [{ regex: '^бот$', script: 'back' }],
  });
  await runtime.say('привет');
  expect((await runtime.lead('telegram', '1'))?.dialog).toMatchObject({ mode: 'bot', forwarded: true });
  await runtime.say('бот');
  expect((await runtime.lead('telegram', '1'))?.dialog).toMatchObject({ mode: 'bot', forwarded: false });
});

test('with a plugin they leave the flag to it: an operator has the dialog once the transfer has succeeded', async () => {
  const tiny = tinyPlugin();
  const scripts = [{ code: 'start', commands: [{ type: 'forward_to_operator' }] }];
  const runtime = await startRuntime({ scripts }, { plugins: [tiny.factory] });
  await runtime.say('привет');
  expect(tiny.events.map(({ type }) => type)).toEqual(['LeadMessage', 'TransferRequested']);
  expect((await runtime.lead('telegram', '1'))?.dialog).toMatchObject({ mode: 'bot', forwarded: false });
});

test('many leads at once, each in its own order', async () => {
  const tiny = tinyPlugin();
  const runtime = await startRuntime(
    {
      scripts: [
        { code: 'start', commands: [text('1')] },
        { code: 'f', type: 'fallback', commands: [text('ещё')] },
      ],
    },
    { plugins: [tiny.factory] },
  );
  const leads = Array.from({ length: 50 }, (_, index) => String(index));
  await Promise.all(
    leads.map(async (externalId) => {
      for (const word of ['a', 'b', 'c']) await runtime.receive({ channel: 'telegram', externalId, text: word });
    }),
  );
  await runtime.idle();
  for (const externalId of leads) {
    const said = tiny.events.flatMap((event) =>
      event.type === 'LeadMessage' && event.lead.externalId === externalId ? [event.content.text] : [],
    );
    expect(said).toEqual(['a', 'b', 'c']);
    expect((await runtime.chat(externalId)).filter((line) => line.startsWith('bot'))).toEqual([
      'bot: 1',
      'bot: ещё',
      'bot: ещё',
    ]);
  }
  expect(await runtime.leads({ limit: 100 })).toHaveLength(50);
});

test('a runtime that is closing takes no messages', async () => {
  const runtime = await startRuntime({ scripts: [{ code: 'start' }] });
  await runtime.close();
  await expect(runtime.receive({ channel: 'telegram', externalId: '1', text: 'a' })).rejects.toMatchObject({
    code: 'runtime_closed',
  });
});
