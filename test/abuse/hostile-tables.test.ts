/** What scripts ask of tables and endpoints is done by the server itself: nobody else waits for it, and it has an end. */
import { expect, onTestFinished, test } from 'vitest';
import { openStorage, type Storage, systemClock } from '../../plugin/storage/index.ts';
import { MAX_ATTRIBUTES_CHARS } from '../../runtime-shim/bot/run/apply-writes.ts';
import { MAX_RUNS_FOR_OTHERS } from '../../runtime-shim/runtime/output-quota.ts';
import { botFolder } from '../support/bot-folder.ts';
import { startRuntime } from '../support/start-runtime.ts';
import { MAX_BLOCK_MS, shortestBlock } from './loop-watch.ts';

/** A full table of the longest rows, all of which fit nearly any pattern of this letter. */
const ROWS = Array.from({ length: 1_000 }, (_, n) => ({ a: 'a'.repeat(1_900), n, s: { deep: 'b'.repeat(20) } }));
/** A script that tells how its work ended: the code of its error, or `ok`. */
const ends = (work: string): string => `try { ${work} } catch (error) { return error.code; } return 'ok';`;

/** What each does, the script, and what it returns. */
const ATTACKS: Readonly<Record<string, readonly [script: string, returns: unknown]>> = {
  'wildcards by the hundred': [ends(`table.find('t', ['n'], [['a', 'like', '%' + 'a%'.repeat(900) + 'b']])`), 'ok'],
  'a long pattern that is begun anew at each character': [
    ends(`table.find('t', ['n'], [['a', 'like', '%' + 'a'.repeat(950) + 'b']])`),
    'script_host_calls',
  ],
  'a pattern longer than any row': [
    ends(`table.find('t', ['n'], [['a', 'ilike', 'a'.repeat(900000)]])`),
    'script_argument',
  ],
  'a thousand values in fifty conditions': [
    ends(`var v = []; for (var i = 0; i < 1000; i += 1) v.push('x' + i);
      var w = []; for (i = 0; i < 50; i += 1) w.push(['n', 'not in', v]);
      table.find('t', ['n'], w)`),
    'script_argument',
  ],
  'a thousand values in one condition, again and again': [
    `var v = []; for (var i = 0; i < 1000; i += 1) v.push('x' + i);
     for (i = 0; i < 20; i += 1) table.find('t', ['n'], [['s', 'not in', v]], [], 1); return 'ok';`,
    'ok',
  ],
  'structures to be compared': [
    ends(`var w = []; for (var i = 0; i < 50; i += 1) w.push(['s', '<>', 'x']);
      for (i = 0; i < 2; i += 1) table.find('t', ['n'], w)`),
    'script_host_calls',
  ],
  'the same column to sort by ten times': [
    `var o = []; for (var i = 0; i < 10; i += 1) o.push([i % 2 ? 'a' : 's', 'desc']); return table.find('t', ['n'], [], o, 1)[0].n;`,
    0,
  ],
  'all rows, for an expression that none fits': [`return table.find('t', ['n'], [['n', 'regexp', '^x']]).length;`, 0],
  'questions without end': [ends(`for (;;) table.find('t', ['n'], [['a', '=', 'b']])`), 'script_host_calls'],
  'a row that is one giant list': [
    ends(`var a = []; for (var i = 0; i < 400000; i += 1) a.push(0); table.createItem('t', { a: a })`),
    'script_result_too_large',
  ],
  'a full table that grows': [
    ends(`for (var i = 0; i < 60; i += 1) table.createItem('t', { a: 'a'.repeat(1900) })`),
    'script_host_calls',
  ],
  'a full table that is emptied, and filled anew': [
    `for (var i = 1; i < 100; i += 1) table.deleteItem('t', i); return table.createItem('t', { a: 'c'.repeat(1900) }).a.length;`,
    1_900,
  ],
  'names of prototypes as columns': [
    `table.createItem('p', { a: 1 }); return JSON.stringify(table.find('p', ['constructor', 'toString', '__proto__', 'a']));`,
    '[{"constructor":null,"toString":null,"__proto__":null,"a":1}]',
  ],
  'names of prototypes beside an expression': [
    `table.createItem('q', { a: 1 });
     return JSON.stringify([table.find('q', ['constructor', 'a'], [['a', 'regexp', '1']]), table.find('q', ['a'], [['toString', 'not regexp', 'x']])]);`,
    '[[{"constructor":null,"a":1}],[]]',
  ],
  'tables by the hundred': [
    ends(`for (var i = 0; i < 300; i += 1) table.createItem('new' + i, {})`),
    'script_host_calls',
  ],
  'names of tables that nobody wrote to': [
    `for (var i = 0; i < 900; i += 1) table.find('none' + i); return 'ok';`,
    'ok',
  ],
};

/** Sixteen scripts, some of which run for seconds, on a busy machine, ms. */
const SLOW_MS = 240_000;

const js = (script: string): unknown => ({
  code: script,
  commands: [{ type: 'run_javascript', file: `${script}.js` }],
});

/** A runtime whose endpoints are these scripts. */
async function endpointRuntime(
  scripts: readonly string[],
  more: Readonly<Record<string, string>> = {},
  storage: Storage | 'memory:' = 'memory:',
) {
  const folder = await botFolder(
    {
      id: 'test',
      scripts: [{ code: 'start' }, js('again')],
      endpoints: scripts.map((_, index) => ({ alias: `e${index}`, file: `e${index}.js` })),
    },
    { ...Object.fromEntries(scripts.map((text, index) => [`e${index}.js`, text])), 'again.js': '', ...more },
  );
  const runtime = await startRuntime(folder, { storage, sandbox: { cpuMs: 20_000, wallMs: 30_000 } });
  const call = (index: number, body: object = {}) => runtime.call(`e${index}`, body);
  return Object.assign(runtime, { ask: call });
}

test('a table holds nobody up, and what is asked of it has an end', { timeout: SLOW_MS }, async () => {
  const attacks = Object.entries(ATTACKS);
  const runtime = await endpointRuntime(
    attacks.map(([, [script]]) => script),
    { 'tables/t.json': JSON.stringify(ROWS) },
  );
  for (const [index, [name, [, returns]]] of attacks.entries()) {
    const answers: unknown[] = [];
    const block = await shortestBlock(async () => answers.push(await runtime.ask(index)));
    expect.soft(block, name).toBeLessThan(MAX_BLOCK_MS);
    for (const answer of answers) expect.soft(answer, name).toEqual({ status: 200, body: returns });
  }
});

test('what endpoints keep of the bot has an end, and so has what one call sets off', async () => {
  const storage = await openStorage('memory:', { clock: systemClock });
  onTestFinished(() => storage.close());
  const scripts = [
    `for (var i = 0; i < 3; i += 1) bot.setAttr('a' + Math.random(), 'x'.repeat(300000));`,
    `for (var i = 0; i < 10; i += 1) bot.runScriptByCodeForLead('again', request.json.lead);`,
    `return JSON.stringify(bot.getAllAttr()).length;`,
    `return [Object.keys(request.json), typeof {}.polluted, typeof request.json.polluted, typeof request.json.constructor, typeof lead];`,
  ];
  const runtime = await endpointRuntime(scripts, {}, storage);
  await runtime.say('привет');
  expect((await runtime.ask(0)).status).toBe(200);
  expect(await runtime.ask(0)).toMatchObject({ status: 500, body: { error: { code: 'script_attributes_full' } } });
  expect((await runtime.ask(2)).body).toBeLessThan(MAX_ATTRIBUTES_CHARS);

  // What a caller sends is data, whatever it is called.
  const sent = JSON.parse(
    '{"__proto__": {"polluted": 1}, "constructor": {"prototype": 5}, "lead": "x", "toJSON": 7}',
  ) as object;
  expect(await runtime.ask(3, { ...sent, script_request_params: sent })).toEqual({
    status: 200,
    body: [['__proto__', 'constructor', 'lead', 'toJSON'], 'undefined', 'undefined', 'object', 'undefined'],
  });

  // As much as one message of a lead sets off, and the runs share it.
  const enqueued: unknown[] = [];
  const transaction = storage.transaction.bind(storage);
  storage.transaction = (work) =>
    transaction((tx) => {
      const enqueue = tx.enqueue.bind(tx);
      tx.enqueue = (jobs) => {
        enqueued.push(...jobs.map(({ payload }) => payload));
        return enqueue(jobs);
      };
      return work(tx);
    });
  const lead = (await runtime.lead('telegram', '1'))?.lead.id;
  expect(await runtime.ask(1, { lead })).toEqual({ status: 200, body: null });
  const each = { kind: 'script', mayStart: MAX_RUNS_FOR_OTHERS / 10 - 1 };
  expect(enqueued.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => expect.objectContaining(each)));
});
