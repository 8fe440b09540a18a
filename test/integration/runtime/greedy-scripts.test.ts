import { afterAll, expect, test } from 'vitest';
import { MAX_ATTRIBUTES_CHARS } from '../../../runtime-shim/bot/run/apply-writes.ts';
import { MAX_SAYS } from '../../../runtime-shim/bot/run/play.ts';
import { MAX_RUNS_FOR_OTHERS } from '../../../runtime-shim/runtime/output-quota.ts';
import { createSandbox } from '../../../runtime-shim/sandbox/index.ts';
import { botScene, mistakes, said } from '../../support/bot-scene.ts';
import { startRuntime } from '../../support/start-runtime.ts';

/** Scripts that stay within the limits of one run, and would fill the server by many. */
const sandbox = createSandbox({ runners: 1, spares: 0, wallMs: 30_000 });
afterAll(() => sandbox.close());

/** A thousand scripts of two leads, one after the other, on a busy machine, ms. */
const SLOW_MS = 240_000;

const js = (file: string): unknown => ({ type: 'run_javascript', file });

test.each([
  ['attributes', "lead.setAttr('a' + Math.random(), 'x'.repeat(300000))"],
  ['tags', "for (let i = 0; i < 1900; i += 1) lead.addTag('x'.repeat(80) + Math.random())"],
  ['the bot', "bot.setAttr('a' + Math.random(), 'x'.repeat(300000))"],
])('what a script adds with every message has an end: %s', async (_, code) => {
  const scene = await botScene([{ code: 'start', commands: [js('a.js'), { type: 'send_text', text: 'да' }] }], {
    routes: [{ regex: '.*', script: 'start' }],
    sandbox,
    files: { 'a.js': code },
  });
  const ends: string[] = [];
  for (let message = 0; message < 5; message += 1) ends.push(...mistakes(await scene.say('ещё')));
  expect(ends.length).toBeGreaterThan(0);
  expect(new Set(ends.map((end) => end.split(' ')[0]))).toEqual(new Set(['script_attributes_full']));
  expect(JSON.stringify([scene.lead, scene.botAttributes]).length).toBeLessThan(MAX_ATTRIBUTES_CHARS * 1.1);
});

test('what is full can be emptied', async () => {
  const scene = await botScene([{ code: 'start', commands: [js('fill.js'), js('empty.js'), js('fill.js')] }], {
    sandbox,
    files: {
      'fill.js': "for (let i = 0; i < 3; i += 1) lead.setAttr('a' + i, 'x'.repeat(330000));",
      'empty.js': "lead.deleteAttrs(['a0', 'a1', 'a2']);",
    },
  });
  expect(mistakes(await scene.say('привет'))).toEqual([]);
});

test('scripts that call each other cannot say more together than a message may set off', async () => {
  const scene = await botScene([{ code: 'start', commands: [js('a.js')] }], {
    sandbox,
    files: {
      'a.js':
        "for (let i = 0; i < 190; i += 1) { bot.sendMessage('x'); console.log('y'.repeat(1000)); } bot.run({ script_code: 'start' });",
    },
  });
  const result = await scene.say('привет');
  expect(said(result)).toHaveLength(MAX_SAYS);
  expect(mistakes(result)).toEqual([expect.stringMatching(/^script_host_calls .*more than 200 messages/)]);
  const logged = result.reports.flatMap((report) => (report.kind === 'script' ? report.log : []));
  expect(logged.at(-1)?.text).toMatch(/the rest is left out/);
  expect(logged.reduce((chars, { text }) => chars + text.length, 0)).toBeLessThan(401_000);
});

test(
  'leads whose scripts start each other come to an end',
  async () => {
    const runtime = await startRuntime({
      scripts: [
        { code: 'start', commands: [js('remember.js')] },
        { code: 'again', commands: [js('again.js')] },
      ],
      routes: [{ regex: 'давай', script: 'again' }],
      files: {
        'remember.js': "bot.setAttr(lead.getData('identification'), leadId);",
        'again.js': `var other = lead.getData('identification') === '1' ? '2' : '1';
bot.runScriptByCodeForLead('again', bot.getAttr(other));
bot.runScriptByCodeForLead('again', bot.getAttr(other));`,
      },
    });
    await runtime.say('привет', '1');
    await runtime.say('привет', '2');
    const before = runtime.activities.length;
    await runtime.say('давай', '1');
    const begun = runtime.activities
      .slice(before)
      .filter((activity) => activity.kind === 'script' && activity.cause.includes('другого лида'));
    expect(begun.length).toBeGreaterThan(0);
    expect(begun.length).toBeLessThanOrEqual(MAX_RUNS_FOR_OTHERS);
  },
  SLOW_MS,
);
