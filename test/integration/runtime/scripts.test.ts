import { afterAll, expect, test } from 'vitest';
import { begun, botScene, mistakes, said } from '../../support/bot-scene.ts';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';

/**
 * The interpreter on the real sandbox: what an author's JavaScript reads, writes, asks for, and how it fails. The wall clock
 * is far behind: on a loaded machine an endless loop must still end by its CPU time.
 */
const sandbox = createSandbox({ cpuMs: 300, wallMs: 50_000, memoryMb: 32, runners: 1, spares: 0 }, {});
afterAll(() => sandbox.close());

const js = (file: string, condition?: string): unknown => ({
  type: 'run_javascript',
  file,
  ...(condition === undefined ? {} : { condition }),
});
const text = (value: string, condition?: string): unknown => ({
  type: 'send_text',
  text: value,
  ...(condition === undefined ? {} : { condition }),
});

test('a script writes attributes of all kinds, tags, the bot and the memory; the next command sees them', async () => {
  const scene = await botScene(
    [
      {
        code: 'start',
        commands: [js('a.js'), text('{{ $phone }} {{ $vip }} {{ $order }} {{ &$step }}'), js('b.js')],
      },
    ],
    {
      sandbox,
      files: {
        'a.js': `attr = 1; // an undeclared name, as in the wild
lead.setAttr('phone', '+7').setAttr('vip', true).setJsonAttr('order', { n: 705 });
lead.addTag('новый');
bot.setAttr('count', 1);
memory.setAttr('step', 'два');
bot.sendMessage('из a ' + bot.getWebhookPayload().message.text);`,
        'b.js': `lead.deleteAttr('phone');
bot.sendMessage([memory.getAttr('step'), bot.getAttr('count'), lead.getAttr('phone'), lead.isTagExist('новый'),
  lead.getData('name'), lead.getChannelCode(), leadId].join(' '));`,
      },
    },
  );
  const result = await scene.say('привет');
  expect(mistakes(result)).toEqual([]);
  expect(said(result)).toEqual(['из a привет', '+7 да {"n":705} два', 'два 1  true Анна telegram 7']);
  expect(result.lead.attributes).toEqual({
    vip: { kind: 'text', value: 'true' },
    order: { kind: 'json', value: '{"n":705}' },
  });
  expect(result.lead.tags).toEqual(['новый']);
  expect([...result.botWrites]).toEqual([['count', '1']]);
});

test('a script that fails commits nothing of itself; what came before stands, the rest of the script is left out', async () => {
  const scene = await botScene(
    [
      {
        code: 'start',
        commands: [js('good.js'), { type: 'run_sentence', script: 'bad' }, text('вызвавший идёт дальше')],
      },
      {
        code: 'bad',
        commands: [js('bad.js'), text('никогда'), { type: 'forward_to_operator' }],
        menu: [{ code: '1', caption: 'нет', script: 'bad' }],
      },
    ],
    {
      sandbox,
      files: {
        'good.js': `lead.setAttr('a', '1'); bot.sendMessage('раньше');`,
        'bad.js': `lead.setAttr('b', '2');\nbot.sendMessage('никогда');\n  lead.nothing();\n`,
      },
    },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['раньше', 'вызвавший идёт дальше']);
  expect(Object.keys(result.lead.attributes)).toEqual(['a']);
  expect(result.requests).toEqual([]);
  expect(mistakes(result)).toEqual([
    expect.stringMatching(/^script_error bad\.js:3:8 .*lead\.nothing is not a function/),
  ]);
});

test('an endless script is stopped and reported, and the bot goes on', async () => {
  const scene = await botScene(
    [
      { code: 'start', commands: [js('loop.js')] },
      { code: 'f', type: 'fallback', commands: [text('я здесь')] },
    ],
    { sandbox, files: { 'loop.js': 'for (;;) {}' } },
  );
  expect(mistakes(await scene.say('привет'))).toEqual([expect.stringMatching(/^script_timeout loop\.js/)]);
  expect(said(await scene.say('ты тут?'))).toEqual(['я здесь']);
});

test('conditions: only true passes, an empty one does, a failing one does not and is reported with its place', async () => {
  const scene = await botScene(
    [
      {
        code: 'start',
        commands: [
          text('пусто', '  '),
          text('true', 'return lead.getData("name") === "Анна"'),
          text('1', 'return 1'),
          text('ничего', 'lead.getData("name")'),
          text('ошибка', '  nope.x()'),
          text('конец'),
        ],
        menu: [
          { code: '1', caption: 'видно', script: 'start' },
          { code: '2', caption: 'скрыто', script: 'start', condition: 'return false' },
        ],
      },
    ],
    { sandbox },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['пусто', 'true', 'конец [видно]']);
  expect(mistakes(result)).toEqual([
    expect.stringMatching(
      /^script_error bot\.json:\d+:\d+ .*nope is not defined \(line 1, column 3 of the condition\)$/,
    ),
  ]);
  // An item that was not shown cannot be chosen.
  expect(begun(await scene.say('2'))).toEqual([]);
});

test('a condition only answers: what it writes or sends is not kept', async () => {
  const scene = await botScene(
    [{ code: 'start', commands: [text('a', 'lead.setAttr("x", "1"); bot.sendMessage("нет"); return true')] }],
    { sandbox },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['a']);
  expect(result.lead.attributes).toEqual({});
});

test('bot.run runs when the script has ended, menu included; several in order; an unknown code is named', async () => {
  const scene = await botScene(
    [
      {
        code: 'start',
        commands: [js('run.js'), text('сначала конец')],
        menu: [{ code: '1', caption: 'меню', script: 'a' }],
      },
      { code: 'a', commands: [text('a')] },
      { code: 'b', commands: [text('b')] },
    ],
    {
      sandbox,
      files: {
        'run.js': `bot.run({ script_code: 'a' }); bot.run({ script_code: 'nope' }); bot.runScriptByCodeForLead('b', leadId);
bot.runScriptByCodeForLead('b', 12345);`,
      },
    },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['сначала конец [меню]', 'a', 'b']);
  expect(begun(result).map((line) => line.split(':')[0])).toEqual(['start', 'a', 'b']);
  expect(mistakes(result)).toEqual([
    'script_unknown run.js:1:36 there is no script "nope" in this bot; known: start, a, b',
  ]);
  expect(result.runsForOthers).toEqual([{ leadId: '12345', code: 'b', call: 'bot.runScriptByCodeForLead' }]);
});

test('bot.stop ends everything under way but what the script had asked to run before', async () => {
  const scene = await botScene(
    [
      { code: 'start', commands: [{ type: 'run_sentence', script: 'a' }, text('никогда')] },
      { code: 'a', commands: [js('stop.js'), text('никогда')] },
      { code: 'b', commands: [text('b')] },
    ],
    {
      sandbox,
      files: {
        'stop.js': `lead.setAttr('kept', '1'); bot.run({ script_code: 'b' }); bot.stop(); lead.setAttr('x', '1');`,
      },
    },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['b']);
  expect(Object.keys(result.lead.attributes)).toEqual(['kept']);
});

test('memory lives through a question and no longer', async () => {
  const scene = await botScene(
    [
      {
        code: 'start',
        commands: [js('set.js'), { type: 'value_input', text: 'Имя?', attribute: 'client' }, text('[{{ &$m }}]')],
      },
      { code: 'f', type: 'fallback', commands: [text('[{{ &$m }}]')] },
    ],
    { sandbox, files: { 'set.js': `memory.setAttr('m', 'помню');` } },
  );
  await scene.say('привет');
  expect(said(await scene.say('Пётр'))).toEqual(['[помню]']);
  expect(said(await scene.say('ещё'))).toEqual(['[]']);
});

test('libraries by require and snippet', async () => {
  const scene = await botScene([{ code: 'start', commands: [js('a.js')] }], {
    sandbox,
    files: {
      'a.js': `snippet('Business.Orders.Prefix');\nbot.sendMessage(prefix + require('Business.Orders.Format').number(705));`,
      'libraries/Business.Orders.Prefix.js': `var prefix = 'Заказ ';`,
      'libraries/Business.Orders.Format.js': `module.exports = { number: function (n) { return '№' + n; } };`,
    },
  });
  const result = await scene.say('привет');
  expect(mistakes(result)).toEqual([]);
  expect(said(result)).toEqual(['Заказ №705']);
});

test('lead.setForwarded flips the flag', async () => {
  const scene = await botScene([{ code: 'start', commands: [js('a.js')] }], {
    sandbox,
    files: { 'a.js': 'lead.setForwarded(true);' },
  });
  expect((await scene.say('привет')).forwarded).toBe(true);
});

test('buttons of a script in a channel without buttons become text', async () => {
  const scene = await botScene([{ code: 'start', commands: [js('a.js')] }], {
    sandbox,
    channel: 'umnico',
    files: {
      'a.js': `bot.sendMessage('Да?', [[{ text: 'Да', callback_data: 'yes' }, { text: 'Нет', callback_data: 'no' }]]);`,
    },
  });
  expect(said(await scene.say('привет'))).toEqual(['Да?\nyes Да\nno Нет']);
});

test('a route with groups or quantifiers runs in the sandbox; a catastrophic one is stopped and the next ones are tried', async () => {
  const scene = await botScene(
    [
      { code: 'start' },
      { code: 'bad', commands: [text('никогда')] },
      { code: 'number', commands: [text('номер')] },
      { code: 'plain', commands: [text('просто')] },
      { code: 'f', type: 'fallback', commands: [text('не понял')] },
    ],
    {
      sandbox,
      routes: [
        { name: 'плохой', regex: '^(а+)+$', script: 'bad' },
        { regex: '^\\d{3,}$', script: 'number' },
        { regex: 'просто', script: 'plain' },
        { regex: 'после.*', script: 'number' },
      ],
    },
  );
  await scene.say('привет');
  expect(said(await scene.say('705'))).toEqual(['номер']);
  expect(said(await scene.say('ПРОСТО'))).toEqual(['просто']);
  expect(said(await scene.say('после всего'))).toEqual(['номер']);
  const result = await scene.say(`${'а'.repeat(60)} просто`);
  expect(said(result)).toEqual(['просто']);
  expect(mistakes(result)).toEqual([
    expect.stringMatching(/^script_timeout bot\.json:\d+:\d+ .*"\^\(а\+\)\+\$" took too long/),
  ]);
  expect(said(await scene.say('что-то'))).toEqual(['не понял']);
});
