import { afterAll, expect, onTestFinished, test, vi } from 'vitest';
import { MAX_TURN_CHARS } from '../../../runtime-shim/bot/run/play.ts';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { begun, botScene, mistakes, said } from '../../support/bot-scene.ts';
import { sharedSandbox } from '../../support/shared-sandbox.ts';
import { createSkippingClock } from '../../support/test-clock.ts';
import { startRuntime } from '../../support/start-runtime.ts';

/** What a stranger's message, or a bot that was made for it, does to the server around the scripts. */
const sandbox = createSandbox({ runners: 1, spares: 0, wallMs: 30_000 });
afterAll(() => sandbox.close());

const text = (value: string): unknown => ({ type: 'send_text', text: value });
const js = (file: string): unknown => ({ type: 'run_javascript', file });
const LIBRARY = 'libraries/Business.A.B.js';

test.each([
  ['a snippet that there is', "оператор snippet('Business.A.B')"],
  ['a snippet that there is not', "оператор snippet('Business.No.Such')"],
  [
    'the rest of a message behind a quote in the library',
    `оператор snippet("Business.A.B"); lead.setAttr('a','b'); //`,
  ],
  ['the end of a text and of a loop', `оператор"; } lead.setAttr('a', 'b'); return 0; //`],
  ['line separators and a closed comment', `оператор \u2028*/lead.setAttr('a','b')/*\u2029 snippet('Business.A.B')`],
  ['a template and a placeholder', 'оператор ${lead.setAttr("a","b")} $& $1 {{ $name }} `snippet(`Business.A.B`)`'],
])('a lead’s text is held against routes as data: %s', async (_, message) => {
  const scene = await botScene(
    [
      { code: 'start', commands: [text('да')] },
      { code: 'desk', commands: [text('зову')] },
      { code: 'other', type: 'fallback', commands: [text('не понял')] },
    ],
    {
      routes: [{ regex: '^(оператор)(.|\\s)*$', script: 'desk' }],
      sandbox,
      files: { [LIBRARY]: `// "\nmodule.exports = 1;` },
    },
  );
  await scene.say('привет');
  const result = await scene.say(message);
  expect(mistakes(result)).toEqual([]);
  expect(said(result)).toEqual(['зову']);
  expect(scene.lead.attributes).toEqual({});
});

test.each([
  ['dots', '.'.repeat(999)],
  ['classes', '[^я]'.repeat(249)],
  ['letters that nearly fit', `${'а'.repeat(990)}б`],
  ['alternatives that nearly fit', `${'аааааааааб|'.repeat(90)}в`],
])('five hundred routes of %s take little of the server, and the last one is still found', async (_, regex) => {
  const asked: unknown[] = [];
  const scripts = [
    { code: 'start', commands: [text('да')] },
    { code: 'desk', commands: [text('зову')] },
  ];
  const routes = [...Array.from({ length: 499 }, () => ({ regex: `${regex}$`, script: 'start' })), DESK_ROUTE];
  const scene = await botScene(scripts, {
    routes,
    // Answers as the sandbox would, and keeps what it was asked to try.
    sandbox: {
      ...sandbox,
      run: (run) => {
        asked.push(run.args['sources']);
        const sources = run.args['sources'] as string[];
        return Promise.resolve({ ...ENDED, returned: sources.indexOf(DESK_ROUTE.regex) });
      },
    },
  });
  await scene.say('привет');
  expect(said(await scene.say('а'.repeat(4_000)))).toEqual(['зову']);
  expect(asked).toHaveLength(1);
  expect((asked[0] as string[]).length).toBeGreaterThan(400);
});

const DESK_ROUTE = { regex: 'а|оператор', script: 'desk' };
const ENDED = {
  ok: true as const,
  writes: { attributes: {}, systemAttributes: {}, tags: { add: [], remove: [] }, contexts: {}, bot: {}, memory: {} },
  actions: [],
  log: [],
  usage: { cpuMs: 0, wallMs: 0, hostCalls: 0 },
};

test('reports of one message stay small, however many unknown scripts it asks for and however many there are', async () => {
  const scripts = [
    { code: 'start', commands: Array.from({ length: 50 }, () => js('a.js')) },
    ...Array.from({ length: 1_990 }, (_, index) => ({ code: `script_number_${index}` })),
  ];
  const scene = await botScene(scripts, {
    sandbox,
    files: { 'a.js': "for (let i = 0; i < 200; i += 1) bot.run({ script_code: 'no_such_' + i });" },
  });
  const result = await scene.say('привет');
  expect(JSON.stringify(result.reports).length).toBeLessThan(MAX_TURN_CHARS * 1.2);
  expect(mistakes(result)[0]).toMatch(/known: start, script_number_0, .* and 19\d\d more$/);
});

test.each([
  ['texts', "for (let i = 0; i < 9; i += 1) bot.sendMessage('х'.repeat(99000));", 500_000],
  ['attributes written again and again', "for (let i = 0; i < 3; i += 1) lead.setAttr('a' + i, 'х'.repeat(300000));"],
  ['an attribute of the bot', "bot.setAttr('a', 'х'.repeat(900000));"],
  ['runs for other leads', "for (let i = 0; i < 99; i += 1) bot.runScriptByCodeForLead('start', '5'.repeat(9000));"],
])('what one message has stored has an end: %s', async (_, code, limit = 4_000_000) => {
  const scene = await botScene([{ code: 'start', commands: Array.from({ length: 90 }, () => js('a.js')) }], {
    sandbox,
    files: { 'a.js': code },
  });
  const result = await scene.say('привет');
  expect(mistakes(result).at(-1)).toMatch(new RegExp(`^script_output_full .*more than ${limit} characters`));
  expect(result.chars).toBeLessThan(limit + 1_100_000);
});

test('a menu of long captions is refused with its place, not put together', async () => {
  const menu = Array.from({ length: 100 }, (_, index) => ({
    code: String(index),
    caption: '{{ $a }}'.repeat(120),
    script: 'start',
  }));
  const scene = await botScene([{ code: 'start', commands: [js('a.js'), text('меню')], menu }], {
    sandbox,
    files: { 'a.js': "lead.setAttr('a', 'х'.repeat(980000));" },
  });
  expect(mistakes(await scene.say('привет'))[0]).toMatch(/^message_invalid bot\.json:\d+:\d+ buttons\.0\.0\.text /);
});

test('an answer counts as an attribute: what does not fit is told and not kept', async () => {
  const scene = await botScene(
    [{ code: 'start', commands: [js('a.js'), { type: 'value_input', text: '?', attribute: 'b' }, text('дальше')] }],
    { sandbox, files: { 'a.js': "lead.setAttr('a', 'х'.repeat(990000));" } },
  );
  await scene.say('привет');
  const result = await scene.say('у'.repeat(20_000));
  expect(mistakes(result)).toEqual([expect.stringMatching(/^script_attributes_full /)]);
  expect(said(result)).toEqual(['дальше']);
  expect(Object.keys(scene.lead.attributes)).toEqual(['a']);
});

test('conditions of menus are steps of their message', async () => {
  const menu = Array.from({ length: 100 }, (_, index) => ({
    code: String(index),
    caption: 'x',
    script: 'start',
    condition: 'return false',
  }));
  const scene = await botScene(
    [
      { code: 'start', commands: Array.from({ length: 5 }, () => ({ type: 'run_sentence', script: 'b' })) },
      { code: 'b', commands: [text('b')], menu },
    ],
    { sandbox },
  );
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['b', 'b', 'b']);
  expect(mistakes(result)).toEqual([expect.stringMatching(/^script_loop /)]);
});

test.each([
  ['a script that never comes back', [js('a.js')]],
  ['a condition that never comes back', [{ ...(text('x') as object), condition: 'return true' }]],
])('%s ends with the time of its message, and what was said before stands', async (_, commands) => {
  const time = new AbortController();
  const scene = await botScene([{ code: 'start', commands: [text('сначала'), ...commands, text('никогда')] }], {
    files: { 'a.js': '1' },
    sandbox: {
      ...sandbox,
      run: () => {
        time.abort();
        return Promise.withResolvers<never>().promise;
      },
    },
  });
  scene.signal = time.signal;
  const result = await scene.say('привет');
  expect(said(result)).toEqual(['сначала']);
  expect(mistakes(result)).toEqual([expect.stringMatching(/^script_deadline .*30000 ms/)]);
  expect(begun(result)).toEqual(['start: новый лид']);
});

test('the next script of a message gets what the ones before have left of its time', async () => {
  const real = performance.now.bind(performance);
  let later = 0;
  const now = vi.spyOn(performance, 'now').mockImplementation(() => real() + later);
  onTestFinished(() => now.mockRestore());
  const given: number[] = [];
  const scene = await botScene([{ code: 'start', commands: [js('a.js'), js('a.js')] }], {
    files: { 'a.js': '1' },
    sandbox: {
      ...sandbox,
      run: async (script) => {
        given.push(script.withinMs ?? Infinity);
        const result = await sandbox.run(script);
        later += 29_000;
        return result;
      },
    },
  });
  await scene.say('привет');
  expect(given).toHaveLength(2);
  expect(given[0]).toBeGreaterThan(29_000);
  expect(given[1]).toBeLessThanOrEqual(1_000);
});

test('a message whose menu outlasts its time ends once, cleanly, and the lead’s next message is answered', async () => {
  const clock = createSkippingClock();
  const slow = Array.from({ length: 100 }, (_, index) => ({
    code: String(index),
    caption: 'x',
    script: 'start',
    condition: 'for (const until = Date.now() + 700; Date.now() < until; ); return true',
  }));
  const runtime = await startRuntime(
    {
      scripts: [
        { code: 'start', commands: [text('да')] },
        { code: 'slow', commands: [text('меню')], menu: slow },
      ],
      routes: [
        { regex: '^медленно$', script: 'slow' },
        { regex: '^ещё$', script: 'start' },
      ],
    },
    { clock },
  );
  await runtime.say('привет');
  await runtime.receive({ channel: 'telegram', externalId: '1', text: 'медленно' });
  const done = runtime.idle();
  // Its time runs from its own beginning.
  await expect.poll(() => sharedSandbox().stats().running).toBe(1);
  clock.skip(31_000);
  await done;
  await runtime.say('ещё');
  expect(await runtime.chat()).toEqual([
    'lead: привет',
    'bot: да',
    'lead: медленно',
    'bot: меню',
    'lead: ещё',
    'bot: да',
  ]);
  const errors = runtime.activities.flatMap((activity) =>
    activity.kind === 'script' && activity.error !== undefined ? [activity.error.code] : [],
  );
  expect(errors).toEqual(['script_deadline']);
});
