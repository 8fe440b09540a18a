import { afterAll, describe, expect, test } from 'vitest';
import { LIVETEX_ATTRS_KEY, LIVETEX_HIDDEN_ATTRS_KEY } from '../../../plugin/contract/attributes.ts';
import { same } from '../../../plugin/contract/text.ts';
import { ATTRIBUTE_MESSAGES } from '../../../plugin/guest/livetex-attributes.guest.ts';
import { createScriptRunner, scriptRun } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

const { lead } = scriptRun('');
const withAttrs = (attrs: Record<string, string | number | boolean>) => ({
  lead: { ...lead, systemAttributes: { [LIVETEX_ATTRS_KEY]: attrs } },
});

async function writtenBy(code: string, attrs: Record<string, string | number | boolean> = {}): Promise<unknown> {
  const result = await scripts.run(code, withAttrs(attrs));
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.writes.systemAttributes[LIVETEX_ATTRS_KEY];
}

test.each([
  ['a line end in a key', "'a\\nb', 1", 'attr_key_invalid', 'a string with a line end'],
  ['a line separator in a key', "'a\\u2028b', 1", 'attr_key_invalid', 'a string with a line end'],
  ['NUL in a key', "'a\\u0000b', 1", 'attr_key_invalid', 'a string with a NUL character'],
  ['half of a pair in a key', "{ 'a\\ud800': 1 }", 'attr_key_invalid', 'a string with half of a surrogate pair'],
  ['NUL in a value', "{ ok: 1, a: 'x\\u0000' }", 'attr_value_invalid', 'a string with a NUL character'],
  ['half of a pair in a value', "'a', '\\udc00x'", 'attr_value_invalid', 'a string with half of a surrogate pair'],
  ['a tampered String', "(String.prototype.includes = () => false, 'a\\nb'), 1", 'attr_key_invalid', 'a line end'],
])('%s is refused, and nothing is written', async (_what, args, code, got) => {
  const failure = await scripts.failure(`lead.setLiveTexAttr(${args})`);
  expect(failure).toContain(`${code}: `);
  expect(failure).toContain(got);
});

test('hidden attributes are kept apart, with methods and mistakes of their own', async () => {
  const result = await scripts.run(`
    lead.setLiveTexHiddenAttr({ utm: 'vk', old: 1 }).setLiveTexHiddenAttr('old', null).setLiveTexAttr('тема', 'Оплата');
    return [lead.getLiveTexHiddenAttr('utm'), lead.getLiveTexAttr('utm'), lead.getAllLiveTexHiddenAttrs()];`);
  expect(result).toMatchObject({
    ok: true,
    returned: ['vk', null, { utm: 'vk' }],
    writes: {
      systemAttributes: { [LIVETEX_ATTRS_KEY]: { тема: 'Оплата' }, [LIVETEX_HIDDEN_ATTRS_KEY]: { utm: 'vk' } },
    },
  });
  const all = await scripts.run('lead.setAllLiveTexHiddenAttrs({ a: true });');
  expect(all).toMatchObject({ writes: { systemAttributes: { [LIVETEX_HIDDEN_ATTRS_KEY]: { a: true } } } });
  expect(await scripts.failure('lead.setAllLiveTexHiddenAttrs(7)')).toContain('lead.setAllLiveTexHiddenAttrs');
});

test('what is only removed may have any key, and a value may have lines', async () => {
  expect(await writtenBy("lead.setLiveTexAttr('a\\nb', null).setLiveTexAttr('c', 'x\\ny')", { 'a\nb': 1 })).toEqual({
    c: 'x\ny',
  });
});

test('a message repeats only the beginning of a long key', async () => {
  const failure = await scripts.failure("lead.setLiveTexAttr('k'.repeat(900_000), {})");
  expect(failure.length).toBeLessThan(400);
});

test('the example of the platform’s documentation, word for word', async () => {
  const code = "attr = {\n    'номер_заявки': 705,\n    'имя_заявки': 'Test',\n};\nlead.setLiveTexAttr(attr);";
  const result = await scripts.run(code);
  expect(result).toMatchObject({
    ok: true,
    writes: { systemAttributes: { sys_livetex_attrs: { номер_заявки: 705, имя_заявки: 'Test' } }, attributes: {} },
  });
});

describe('lead.setLiveTexAttr', () => {
  test('merges, keeps the kind of a value, and null removes', async () => {
    expect(await writtenBy("lead.setLiveTexAttr({ b: 2.5, c: true, d: 'x', a: null })", { a: 1, z: 'old' })).toEqual({
      z: 'old',
      b: 2.5,
      c: true,
      d: 'x',
    });
  });

  test('takes one key and its value, and gives lead for a chain', async () => {
    expect(
      await writtenBy("lead.setLiveTexAttr('a', 1).setLiveTexAttr('b', 'x').setLiveTexAttr('z', null)", { z: 1 }),
    ).toEqual({
      a: 1,
      b: 'x',
    });
  });

  test('the last word wins, and what was written is read back', async () => {
    const code = `
      lead.setLiveTexAttr({ a: 1 }); lead.setLiveTexAttr('a', 'two');
      return [lead.getLiveTexAttr('a'), lead.getLiveTexAttr('z'), lead.getLiveTexAttr('none'), lead.getAllLiveTexAttrs(), lead.getAttr('sys_livetex_attrs')];`;
    expect(await scripts.returned(code, withAttrs({ z: 5 }))).toEqual([
      'two',
      5,
      null,
      { z: 5, a: 'two' },
      '{"z":5,"a":"two"}',
    ]);
  });

  test('an object without a prototype, frozen or made by JSON will do', async () => {
    expect(
      await writtenBy(
        'const o = Object.create(null); o.a = 1; lead.setLiveTexAttr(Object.freeze(o)).setLiveTexAttr(JSON.parse(\'{"b":2}\'))',
      ),
    ).toEqual({
      a: 1,
      b: 2,
    });
  });

  test('an empty object changes nothing', async () => {
    expect(await writtenBy('lead.setLiveTexAttr({})', { a: 1 })).toEqual({ a: 1 });
  });

  test('a key __proto__ is data', async () => {
    const code =
      "lead.setLiveTexAttr('__proto__', 'x'); return [lead.getLiveTexAttr('__proto__'), Object.keys(lead.getAllLiveTexAttrs()), ({}).x];";
    expect(await scripts.returned(code)).toEqual(['x', ['__proto__'], null]);
  });
});

test('lead.setAllLiveTexAttrs replaces everything; {} clears', async () => {
  expect(await writtenBy("lead.setAllLiveTexAttrs({ b: 1, c: null }).setLiveTexAttr('d', 2)", { a: 1 })).toEqual({
    b: 1,
    d: 2,
  });
  expect(await writtenBy('lead.setAllLiveTexAttrs({})', { a: 1 })).toEqual({});
});

test('getAllLiveTexAttrs gives a copy', async () => {
  expect(
    await scripts.returned('lead.getAllLiveTexAttrs().a = 9; return lead.getAllLiveTexAttrs();', withAttrs({ a: 1 })),
  ).toEqual({ a: 1 });
});

const value = (got: string) => ATTRIBUTE_MESSAGES.attr_value_invalid({ key: 'k', got: same(got) }).en;
const key = (got: string) => ATTRIBUTE_MESSAGES.attr_key_invalid({ got: same(got) }).en;
const argument = (got: string, method = 'lead.setLiveTexAttr') =>
  ATTRIBUTE_MESSAGES.attr_argument_invalid({ method, got: same(got) }).en;

describe('an error names the key and what it got, and nothing is written', () => {
  test.each([
    ['{ k: {} }', value('an object')],
    ['{ k: [1] }', value('an array')],
    ['{ k: () => 1 }', value('a function')],
    ["{ k: Symbol('s') }", value('a symbol')],
    ['{ k: 1n }', value('a bigint')],
    ['{ k: NaN }', value('NaN')],
    ['{ k: Infinity }', value('Infinity')],
    ['{ k: -Infinity }', value('-Infinity')],
    ['{ k: undefined }', value('undefined')],
    ['{ k: new Date() }', value('an object')],
    ['{ get k() { return 1; } }', value('a getter')],
    ["'k'", value('undefined')],
    ["'k', {}", value('an object')],
    ["'', 1", key('an empty string')],
    ["{ '': 1 }", key('an empty string')],
    ["{ [Symbol('s')]: 1 }", key('a symbol')],
    ['5, 1', key('a number')],
    ['', argument('nothing')],
    ['null', argument('null')],
    ['undefined', argument('undefined')],
    ['[1, 2]', argument('an array')],
    ['42', argument('a number')],
    ['() => 1', argument('a function')],
    ['new Map([[1, 2]])', argument('an object of a class')],
    ['new (class A { k = 1; })()', argument('an object of a class')],
    ['new Proxy({}, { ownKeys() { throw 1; } })', argument('a Proxy that cannot be read')],
  ])('lead.setLiveTexAttr(%s)', async (given, words) => {
    const code = `lead.setLiveTexAttr('old', 1);\ntry { lead.setLiveTexAttr(${given}); } catch (e) { console.log(e.code, e.message); }\nreturn lead.getAllLiveTexAttrs();`;
    const result = await scripts.run(code);
    expect(result.log[0]?.text).toMatch(/^attr_(?:key|value|argument)_invalid /);
    expect(result.log[0]?.text).toContain(words);
    expect(result).toMatchObject({ ok: true, returned: { old: 1 } });
  });

  test('a script that takes the names of the language for itself spoils nothing of ours', async () => {
    const code = `lead.setAttr('n', '-7.9');
      Object = Math = Number = Reflect = Array = JSON = String = null;
      lead.setLiveTexAttr({ a: 1 }); livetex.transferToOperator();
      return [lead.getLiveTexAttr('a'), lead.getIntAttr('n')];`;
    expect(await scripts.run(code)).toMatchObject({
      ok: true,
      returned: [1, -7],
      actions: [{ type: 'plugin', action: { action: 'transferToOperator' } }],
    });
  });

  test('one wrong value spoils the whole call', async () => {
    const code = 'try { lead.setLiveTexAttr({ a: 1, k: [] }); } catch (e) {}\nreturn lead.getAllLiveTexAttrs();';
    expect(await scripts.returned(code)).toEqual({});
  });

  test('lead.setAllLiveTexAttrs keeps what was there', async () => {
    const code =
      "try { lead.setAllLiveTexAttrs('a'); } catch (e) { console.log(e.message); }\nreturn lead.getAllLiveTexAttrs();";
    const result = await scripts.run(code, withAttrs({ a: 1 }));
    expect(result).toMatchObject({
      returned: { a: 1 },
      log: [{ text: argument('a string', 'lead.setAllLiveTexAttrs') }],
    });
  });

  test('at the line of the call', async () => {
    expect(await scripts.failure('var a = 1;\n\n  lead.setLiveTexAttr({ k: [] });')).toBe(
      `attr_value_invalid: ${value('an array')} @3:8`,
    );
    expect(await scripts.failure('lead.getLiveTexAttr()')).toBe(`attr_key_invalid: ${key('undefined')} @1:6`);
  });
});
