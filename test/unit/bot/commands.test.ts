import { expect, test } from 'vitest';
import { MAX_ATTRIBUTES_CHARS } from '../../../runtime-shim/bot/run/apply-writes.ts';
import { shimError } from '../../../runtime-shim/errors.ts';
import { useSandbox } from '../../support/sandbox-under-test.ts';
import { begun, botScene, mistakes, said } from '../../support/bot-scene.ts';

const text = (value: string): unknown => ({ type: 'send_text', text: value });
const run = (file: string): unknown => ({ type: 'run_javascript', file });

test('send_text, send_image and send_file with macros', async () => {
  const scene = await botScene([
    {
      code: 'start',
      commands: [
        text('Здравствуйте, {{ $name }}! {{$нет}}{{ &$нет }}.'),
        { type: 'send_image', url: 'https://example.com/map.png', caption: 'Для {{ $name }}' },
        { type: 'send_file', url: 'https://example.com/a.mp4', name: 'a.mp4', kind: 'video', size: 5 },
        { type: 'send_file', url: 'https://example.com/a.pdf' },
      ],
    },
  ]);
  const result = await scene.say('привет');
  expect(said(result)).toEqual([
    'Здравствуйте, Анна! .',
    '<image https://example.com/map.png> Для Анна',
    '<video https://example.com/a.mp4>',
    '<file https://example.com/a.pdf>',
  ]);
  expect(result.says[2]?.content.attachments).toEqual([
    { type: 'video', url: 'https://example.com/a.mp4', name: 'a.mp4', size: 5 },
  ]);
});

test('a text that macros make empty, or a link that is none, is not sent and named with its place; the script goes on', async () => {
  const scene = await botScene([
    {
      code: 'start',
      commands: [text('{{ $nothing }}'), { type: 'send_image', url: 'javascript:alert(1)' }, text('дальше')],
    },
  ]);
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['дальше']);
  expect(mistakes(result)).toEqual([
    expect.stringMatching(/^message_invalid bot\.json:\d+:\d+ text must not be empty$/),
    expect.stringMatching(
      /^message_invalid bot\.json:\d+:\d+ attachments\.0\.url must be an absolute http: or https: URL$/,
    ),
  ]);
});

test('status and tags', async () => {
  const scene = await botScene([
    {
      code: 'start',
      commands: [
        { type: 'set_lead_status', status: 3 },
        { type: 'add_lead_tags', tags: ['a', 'b', 'a'] },
        { type: 'remove_lead_tags', tags: ['a', 'c'] },
        { type: 'add_lead_tags', tags: ['d'] },
      ],
    },
  ]);
  const { lead } = await scene.say('привет');
  expect(lead).toMatchObject({ status: 3, tags: ['b', 'd'] });
});

test('tags that do not fit are refused, with the place of their command and in both languages', async () => {
  const scene = await botScene([
    { code: 'start', commands: [{ type: 'add_lead_tags', tags: ['ещё'] }, text('дальше')] },
  ]);
  const tags = ['х'.repeat(MAX_ATTRIBUTES_CHARS)];
  scene.lead = { ...scene.lead, tags };
  const { lead, reports, says } = await scene.say('привет');
  expect(lead.tags).toEqual(tags);
  expect(says).toEqual([]);
  const { code, text: words } = shimError('script_attributes_full', { limit: MAX_ATTRIBUTES_CHARS });
  expect(reports.at(-1)).toMatchObject({
    cause: { code: 'not_performed' },
    error: { code, message: words.en, ru: words.ru },
  });
});

test('run_sentence runs the other script and comes back; stop ends them all', async () => {
  const scene = await botScene([
    {
      code: 'start',
      commands: [
        { type: 'run_sentence', script: 'a' },
        text('после a'),
        { type: 'run_sentence', script: 'b' },
        text('никогда'),
      ],
    },
    { code: 'a', commands: [text('a')] },
    {
      code: 'b',
      commands: [text('b'), { type: 'stop' }, text('никогда')],
      menu: [{ code: '1', caption: 'нет', script: 'a' }],
    },
  ]);
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['a', 'после a', 'b']);
  expect(begun(result)).toEqual([
    'start: новый лид',
    'a: команда run_sentence скрипта "start"',
    'b: команда run_sentence скрипта "start"',
  ]);
});

test('value_input waits, also inside a script that another one ran, and goes on behind itself', async () => {
  const scene = await botScene([
    { code: 'start', commands: [{ type: 'run_sentence', script: 'ask' }, text('{{ $client }}, {{ $city }}: спасибо')] },
    {
      code: 'ask',
      commands: [
        { type: 'value_input', text: 'Как вас зовут?', attribute: 'client' },
        { type: 'value_input', text: '{{ $client }}, где вы?', attribute: 'city' },
      ],
    },
  ]);
  expect(said(await scene.say('привет'))).toEqual(['Как вас зовут?']);
  expect(said(await scene.say('Пётр'))).toEqual(['Пётр, где вы?']);
  const end = await scene.say({ attachments: [{ type: 'image', url: 'https://example.com/here.png' }] });
  expect(said(end)).toEqual(['Пётр, https://example.com/here.png: спасибо']);
  expect(end.lead.position.waiting).toBeNull();
});

test('forward_to_operator and return_to_bot: later commands still run, and the wish comes behind all that was said', async () => {
  const scene = await botScene([
    {
      code: 'start',
      commands: [
        { type: 'return_to_bot' },
        {
          type: 'forward_to_operator',
          group: 'Поддержка {{ $город }}',
          reserve: ['{{ $нет }}', 'Дежурные'],
          ignoreOffline: true,
          reason: ' Оплата, {{ $город }} {{ $нет }}',
        },
        text('Сейчас придёт оператор'),
        { type: 'forward_to_operator' },
      ],
    },
  ]);
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['Сейчас придёт оператор']);
  expect(result.requests).toEqual([
    { type: 'ReturnRequested', scriptType: 'standard' },
    {
      type: 'TransferRequested',
      group: 'Поддержка',
      reserve: ['Дежурные'],
      ignoreOffline: true,
      reason: 'Оплата,',
      scriptType: 'standard',
      script: 'start',
    },
  ]);
});

test('a wish carries the type of the script that asks, also when an ordinary script asks for it', async () => {
  const scene = await botScene([
    { code: 'start', commands: [text('Здравствуйте')] },
    { code: 'back', type: 'return', commands: [{ type: 'run_sentence', script: 'inner' }] },
    { code: 'inner', commands: [{ type: 'return_to_bot' }] },
  ]);
  const run = { kind: 'script' as const, cause: { code: 'operator_command' as const }, duringTransfer: true };
  const back = await scene.play({ ...run, script: { type: 'return' } });
  expect(back.requests).toEqual([{ type: 'ReturnRequested', scriptType: 'return' }]);
  // Started by a plugin, it may be what a special script left behind by bot.run: the plugin decides by what it knows.
  const inner = await scene.play({ ...run, script: { code: 'inner' } });
  expect(inner.requests).toEqual([{ type: 'ReturnRequested' }]);
});

test('scripts that run each other in a circle end after a few turns, and their names and the command are told', async () => {
  const scene = await botScene([
    { code: 'start', commands: [text('круг'), { type: 'run_sentence', script: 'again' }] },
    { code: 'again', commands: [{ type: 'run_sentence', script: 'start' }] },
  ]);
  const result = await scene.say('привет');
  expect(said(result)).toEqual(Array.from({ length: 5 }, () => 'круг'));
  expect(mistakes(result)).toEqual([
    expect.stringMatching(
      /^script_loop bot\.json:[1-9]\d*:\d+ scripts run each other in a circle, start → again → start: it was ended after 5 turns$/,
    ),
  ]);
});

test('a circle by bot.run is told at the line of the call; scripts run often by one another are none', async () => {
  const scene = await botScene(
    [
      {
        code: 'start',
        commands: [...Array.from({ length: 20 }, () => ({ type: 'run_sentence', script: 'part' })), run('a.js')],
      },
      { code: 'part', commands: [text('часть')] },
      { code: 'b', commands: [run('b.js')] },
    ],
    {
      sandbox: useSandbox(),
      files: {
        'a.js': "bot.run({ script_code: 'b' })",
        'b.js': "bot.sendMessage('b');\n\n  bot.run({ script_code: 'b' })",
      },
    },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual([...Array.from({ length: 20 }, () => 'часть'), ...Array.from({ length: 5 }, () => 'b')]);
  expect(mistakes(result)).toEqual([expect.stringMatching(/^script_loop b\.js:3:\d+ .* b → b: /)]);
});

test('a circle with a question in it has no end of its own: each answer begins anew', async () => {
  const ask = { type: 'value_input', text: 'Ещё?', attribute: 'more' };
  const scene = await botScene([{ code: 'start', commands: [ask, { type: 'run_sentence', script: 'start' }] }]);
  await scene.say('привет');
  for (let turn = 0; turn < 12; turn += 1) expect(said(await scene.say('да'))).toEqual(['Ещё?']);
});

test('a script without commands that runs itself ends too', async () => {
  const scene = await botScene([{ code: 'start', commands: [{ type: 'run_sentence', script: 'start' }] }]);
  expect(mistakes(await scene.say('привет'))).toHaveLength(1);
});

test('a script of type «Возврат» that an operator asked for warns when it leaves the dialog with the operator', async () => {
  const question = { type: 'value_input', text: 'Всё ли решено?', attribute: 'ok' };
  const back = { type: 'return_to_bot' };
  const warnings = async (commands: readonly unknown[], code: 'operator_command' | 'returned'): Promise<string[]> => {
    const scene = await botScene([{ code: 'start' }, { code: 'end', type: 'return', commands }]);
    const result = await scene.play({
      kind: 'script',
      script: { type: 'return' },
      cause: { code },
      duringTransfer: true,
    });
    return result.reports.flatMap((report) =>
      report.kind === 'remark' && report.level === 'warn' ? [report.text] : [],
    );
  };
  const warning =
    'скрипт «end» типа «Возврат», который вызвал оператор, закончился без return_to_bot: диалог остался у оператора, бот молчит';
  expect(await warnings([text('Снова бот')], 'operator_command')).toEqual([warning]);
  expect(await warnings([question, back], 'operator_command')).toEqual([warning]);
  expect(await warnings([{ ...back, condition: '' }, text('Снова бот')], 'operator_command')).toEqual([]);
  expect(await warnings([{ type: 'run_sentence', script: 'start' }, back], 'operator_command')).toEqual([]);
  // After an operator has closed the dialog it is the bot's already.
  expect(await warnings([text('Снова бот')], 'returned')).toEqual([]);
});
