import { expect, test } from 'vitest';
import type { Text } from '../../../plugin/contract/text.ts';
import { botFolder } from '../../support/bot-folder.ts';
import { type StartedRuntime, startRuntime } from '../../support/start-runtime.ts';
import { temporaryStorageFolder } from '../../support/storage-folder.ts';

const PRODUCTS = [
  { name: 'Чай зелёный', price: 250, stock: 3 },
  { name: 'Чай чёрный', price: 200, stock: 0 },
  { name: 'Кофе', price: 700, stock: 12 },
];

/** A bot whose routes are these scripts. */
async function bot(
  scripts: Readonly<Record<string, string>>,
  tables: Record<string, unknown> = { products: PRODUCTS },
): Promise<string> {
  const codes = Object.keys(scripts);
  const files = Object.fromEntries(codes.map((code) => [`${code}.js`, scripts[code] ?? '']));
  const rows = Object.fromEntries(
    Object.entries(tables).map(([code, value]) => [`tables/${code}.json`, JSON.stringify(value)]),
  );
  return botFolder(
    {
      id: 'shop',
      scripts: [
        { code: 'start' },
        ...codes.map((code) => ({ code, commands: [{ type: 'run_javascript', file: `${code}.js` }] })),
      ],
      routes: codes.map((code) => ({ regex: `^${code}$`, script: code })),
    },
    { ...files, ...rows },
  );
}

const SAY = 'bot.sendMessage(JSON.stringify(result));';

/** What the script `result = …` says. */
async function result(code: string, tables?: Record<string, unknown>): Promise<unknown> {
  const runtime = await startRuntime(await bot({ ask: `${code}\n${SAY}` }, tables), {
    sandbox: { wallMs: 60_000, cpuMs: 20_000 },
  });
  return said(runtime, 'ask');
}

async function said(runtime: StartedRuntime, script: string, lead = '1'): Promise<unknown> {
  if ((await runtime.chat(lead)).length === 0) await runtime.say('привет', lead);
  await runtime.say(script, lead);
  const last = (await runtime.chat(lead)).at(-1) ?? '';
  return last.startsWith('bot: ') ? (JSON.parse(last.slice(5)) as unknown) : errorOf(runtime);
}

function errorOf({ activities }: StartedRuntime): string | undefined {
  return activities
    .flatMap((one) => (one.kind === 'script' && one.error ? [`${one.error.code}: ${one.error.message}`] : []))
    .at(-1);
}

test('find: columns, conditions, order, limit and offset, in the order of insertion unless another is asked for', async () => {
  expect(
    await result(`var result = [
      table.find('products', ['name', 'price'], [['stock', '>', 0]]),
      table.find('products', [], [['name', 'ilike', 'чай%']], [['price', 'asc']]).map(function (row) { return row.id; }),
      table.find('products', ['id'], [], [['price', 'desc']], 2, 1),
      table.find('products', ['name'], [['name', 'IN', ['Кофе', 'Какао']]]),
      table.find('products', ['name'], [['name', 'regexp', '^Чай\\\\s+ч'], ['stock', '=', '0']]),
      table.find('products', ['name'], [['name', 'not regexp', 'Чай']], [], 1),
      table.find('products', { 0: 'name' }, { 0: { 0: 'price', 1: '=', 2: 700 } }),
      table.find('products', ['none'], [['id', '=', 1]]),
    ];`),
  ).toEqual([
    [
      { name: 'Чай зелёный', price: 250 },
      { name: 'Кофе', price: 700 },
    ],
    [2, 1],
    [{ id: 1 }, { id: 2 }],
    [{ name: 'Кофе' }],
    [{ name: 'Чай чёрный' }],
    [{ name: 'Кофе' }],
    [{ name: 'Кофе' }],
    [{ none: null }],
  ]);
});

test('a script sees what it has written, in the order in which rows were made', async () => {
  expect(
    await result(`
      var row = table.createItem('products', { name: 'Какао', price: 300, id: 5 });
      var changed = table.updateItem('products', 2, { stock: 9 });
      var gone = table.deleteItem('products', 1);
      var result = [row.id > 3, row.name, changed, gone, table.updateItem('products', 777, {}), table.deleteItem('products', 777),
        table.find('products', ['name', 'stock'])];`),
  ).toEqual([
    true,
    'Какао',
    { name: 'Чай чёрный', price: 200, stock: 9, id: 2 },
    true,
    null,
    false,
    [
      { name: 'Чай чёрный', stock: 9 },
      { name: 'Кофе', stock: 12 },
      { name: 'Какао', stock: null },
    ],
  ]);
});

const COUNTERS = {
  add: `table.createItem('log', { who: lead.getData('identification') }); var result = table.find('log', ['who']).length; ${SAY}`,
  bad: `table.createItem('log', { who: 'bad' }); table.deleteItem('log', 1); throw new Error('ой');`,
  condition: `var result = table.find('log', ['who']).length; ${SAY}`,
};

test('what a failed script wrote is not kept, and a restart forgets nothing', async () => {
  const storage = `sqlite:${temporaryStorageFolder()}`;
  const folder = await bot(COUNTERS, { log: [{ who: 'seed' }] });
  const first = await startRuntime(folder, { storage });
  expect(await said(first, 'add')).toBe(2);
  expect(await said(first, 'bad')).toContain('script_error');
  expect(await said(first, 'condition')).toBe(2);
  expect(await said(first, 'add', '2')).toBe(3);
  await first.close();
  const second = await startRuntime(folder, { storage });
  expect(await said(second, 'condition', '3')).toBe(3);
});

test('a row that names a lead is shown and forgotten with it; the bot’s own stay', async () => {
  const add = `table.createItem('orders', { lead_id: leadId, n: 1 }); table.createItem('orders', { n: 2 });`;
  const count = `var result = table.find('orders', ['n']).map(function (row) { return row.n; }); ${SAY}`;
  const runtime = await startRuntime(await bot({ add, count }));
  for (const lead of ['1', '2']) {
    await runtime.say('привет', lead);
    await runtime.say('add', lead);
  }
  expect((await runtime.leadData('telegram', '1'))?.tableRows).toMatchObject([{ table: 'orders', row: { n: 1 } }]);
  expect(await runtime.forgetLead('telegram', '1')).toMatchObject({ underWay: false });
  expect(await said(runtime, 'count', '2')).toEqual([2, 1, 2]);
});

test('many leads at once lose no row of each other', async () => {
  const runtime = await startRuntime(await bot(COUNTERS, { log: [] }));
  const leads = Array.from({ length: 20 }, (_, index) => `lead-${index}`);
  for (const externalId of leads) await runtime.receive({ channel: 'telegram', externalId, text: 'привет' });
  for (const externalId of leads) await runtime.receive({ channel: 'telegram', externalId, text: 'add' });
  await runtime.idle();
  expect(await said(runtime, 'condition')).toBe(20);
});

test('a later script of the same message sees what an earlier one wrote', async () => {
  const folder = await botFolder(
    {
      id: 'shop',
      scripts: [
        {
          code: 'start',
          commands: [
            { type: 'run_javascript', file: 'a.js' },
            { type: 'run_javascript', file: 'b.js' },
          ],
        },
      ],
    },
    {
      'a.js': `table.createItem('log', { n: 1 });`,
      'b.js': `var row = table.find('log')[0]; table.updateItem('log', row.id, { n: row.n + 1 }); bot.sendMessage(String(table.find('log')[0].n));`,
    },
  );
  const runtime = await startRuntime(folder);
  await runtime.say('привет');
  expect((await runtime.chat()).at(-1)).toBe('bot: 2');
});

const REFUSED = [
  [`table.find()`, "the table's code must be a non-empty string"],
  [`table.find('a b')`, "a table's code has letters, digits"],
  [`table.find('products', 'name')`, 'the columns must be a list'],
  [`table.find('products', [], [['price']])`, 'condition 1 must be [column, operator, value], got 1 parts'],
  [`table.find('products', [], [['price', '~', 1]])`, 'condition 1 has the operator "~"; known: =, <'],
  [`table.find('products', [], [['price', '=', {}]])`, 'the value of condition 1 must be a string, a number'],
  [`table.find('products', [], [['name', 'regexp', '(']])`, 'the expression of condition 1 is none: ('],
  [`table.find('products', [], [], [['price', 'up']])`, 'part 1 of the order must be [column, "asc"]'],
  [`table.find('products', [], [], [], 10000000)`, 'gives at most 1000 rows, asked for 10000000'],
  [`table.find('products', [], [], [], -1)`, 'the limit must be a whole number from 0'],
  [`table.createItem('products', [1])`, 'takes an object { column: value }, got an array'],
  [`var a = {}; a.a = a; table.createItem('products', a)`, 'the value of "a" cannot be written as JSON'],
  [`table.updateItem('products', 'x', {})`, 'the id must be a number that the table gave'],
  [`for (var n = 0; n < 1100; n += 1) table.deleteItem('products', 1)`, 'the script made more than 1000 calls'],
  [`table.createItem('products', { name: 'x'.repeat(30000) })`, 'is larger than 2000 characters'],
] as const;

test('what cannot be asked is refused in words', async () => {
  const scripts = Object.fromEntries(
    REFUSED.map(([code], index) => [`ask${index}x`, `var result = 1; ${code};\n${SAY}`]),
  );
  // A thousand calls take long on a busy machine.
  const runtime = await startRuntime(await bot(scripts), { sandbox: { wallMs: 60_000, cpuMs: 20_000 } });
  for (const [index, [, words]] of REFUSED.entries()) expect(await said(runtime, `ask${index}x`)).toContain(words);
});

test('a folder’s tables are checked: every mistake with its file and place', async () => {
  const folder = await bot({}, { bad: [{ a: 1 }, 5, { id: 7 }], 'a b': [], notlist: {} });
  const error = (await startRuntime(folder).catch((thrown: unknown) => thrown)) as { facts: { problems: Text[] } };
  expect(error.facts.problems.map(({ en }) => en)).toEqual([
    expect.stringMatching(/^tables\/a b\.json: a table's file is named/),
    expect.stringMatching(/^tables\/bad\.json:1:\d+ \[1\]: must be an object/),
    expect.stringMatching(/^tables\/bad\.json:1:\d+ \[2\]: must not have an "id"/),
    expect.stringMatching(/^tables\/notlist\.json:1:1:? .*list/),
  ]);
});

test('ten thousand rows are looked through, and no more are taken', async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ({ n }));
  expect(
    await result(
      `
      var full = null;
      try { table.createItem('big', { n: -1 }); } catch (error) { full = error.code; }
      var result = [table.find('big', ['n'], [['n', '>=', 9998]]), full];`,
      { big: rows },
    ),
  ).toEqual([[{ n: 9_998 }, { n: 9_999 }], 'script_host_calls']);
});

test('a script finds leads of its bot by columns of the platform', async () => {
  const ask = `lead.setStatus('Клиент').setData('name', 'Ира');`;
  const find = `var result = [bot.findLeads(['name', 'status_name', 'channel_code'], [['status_name', '=', 'Клиент']]),
    bot.findLeads(['identification'], [['identification', 'regexp', '^[12]$']], [['identification', 'desc']], 1, 1), bot.getData('leadsCount'), bot.getData('id')]; ${SAY}`;
  const runtime = await startRuntime(await bot({ ask, find, many: `bot.findLeads([], [], [], 101)` }));
  for (const lead of ['1', '2', '33']) await runtime.say('привет', lead);
  await runtime.say('ask', '2');
  expect(await said(runtime, 'find')).toEqual([
    [{ name: 'Ира', status_name: 'Клиент', channel_code: 'telegram' }],
    [{ identification: '1' }],
    3,
    'shop',
  ]);
  await runtime.say('many');
  expect(errorOf(runtime)).toContain('bot.findLeads gives at most 100 rows, asked for 101');
});
