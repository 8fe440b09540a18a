import { afterAll, describe, expect, test } from 'vitest';
import { createScriptRunner } from '../../support/sandbox-under-test.ts';

const scripts = createScriptRunner();
afterAll(() => scripts.close());

describe('base64', () => {
  test.each([
    ["btoa('')", ''],
    ["btoa('a')", 'YQ=='],
    ["btoa('ab')", 'YWI='],
    ["btoa('abc\\u00ff')", 'YWJj/w=='],
    ['btoa(705)', 'NzA1'],
    ["atob('YWJj/w==')", 'abcÿ'],
    ["atob(' Y W\\nI=\\t')", 'ab'],
    ["atob('YWI')", 'ab'],
    ["atob('YR')", 'a'],
    ["atob('')", ''],
    ["atob(btoa('x'.repeat(100001))) === 'x'.repeat(100001)", true],
  ])('%s', async (code, value) => {
    expect(await scripts.returned(`return ${code};`)).toBe(value);
  });

  test.each(["atob('YWI==')", "atob('Y')", "atob('YQ=')", "atob('Y=Q=')", "atob('Y-Q_')", "atob('====')", "btoa('ы')"])(
    'refuses %s',
    async (code) => {
      expect(await scripts.failure(code)).toMatch(/^script_argument: (?:atob|btoa).*@1:1$/);
    },
  );

  test('agrees with the host', async () => {
    const bytes = Array.from({ length: 256 }, (_, code) => code);
    const code = 'return [btoa(String.fromCharCode(...bytes)), Array.from(atob(text), (c) => c.charCodeAt(0))];';
    const text = Buffer.from(bytes).toString('base64');
    expect(await scripts.returned(code, { args: { bytes, text } })).toEqual([text, bytes]);
  });
});

describe('crypto', () => {
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  test('makes identifiers that no other run makes', async () => {
    const code = 'return Array.from({ length: 100 }, () => crypto.randomUUID());';
    const made = (await Promise.all(Array.from({ length: 8 }, () => scripts.returned(code)))).flat() as string[];
    expect(made.every((id) => UUID.test(id))).toBe(true);
    expect(new Set(made).size).toBe(800);
  });

  test('fills every type of whole numbers, and gives the array back', async () => {
    const code = `
      return [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, BigInt64Array, BigUint64Array]
        .map((Type) => {
          // Of 8,000 random bytes one value is missing once in 10¹¹ times.
          const array = new Type(8000);
          const back = crypto.getRandomValues(array);
          const bytes = new Uint8Array(array.buffer);
          return [back === array, new Set(bytes).size];
        });`;
    expect(await scripts.returned(code)).toEqual(Array.from({ length: 9 }, () => [true, 256]));
  });

  test('fills a part of a buffer and nothing beside it', async () => {
    const code = `
      const all = new Uint8Array(64);
      crypto.getRandomValues(new Uint8Array(all.buffer, 16, 32));
      return [all.slice(0, 16).some(Boolean), all.slice(16, 48).some(Boolean), all.slice(48).some(Boolean)];`;
    expect(await scripts.returned(code)).toEqual([false, true, false]);
  });

  test.each([
    ['new Float64Array(2)', 'takes an array of whole numbers such as Uint8Array'],
    ['[1, 2]', 'takes an array of whole numbers such as Uint8Array, got an array'],
    ['new Proxy(new Uint8Array(2), {})', 'takes an array of whole numbers'],
    ['new Uint8Array(65537)', 'gives at most 65536 bytes at a time'],
    ['new BigInt64Array(8193)', 'gives at most 65536 bytes at a time'],
  ])('refuses %s', async (array, words) => {
    expect(await scripts.failure(`crypto.getRandomValues(${array})`)).toContain(words);
  });

  test('has an end in one run', async () => {
    const code = 'const array = new Uint8Array(65536); for (let n = 0; ; n += 1) crypto.getRandomValues(array);';
    expect(await scripts.failure(code)).toContain('script_host_calls: the script asked for more random numbers');
  });
});

describe('URL', () => {
  test('reads and writes addresses', async () => {
    const code = `
      const url = new URL('../б?в=1#г', 'https://user:pw@EXAMPLE.com:8443/a/b/c');
      url.searchParams.append('ещё', '1 2&3');
      return [url.href, url.host, url.origin, [...url.searchParams.keys()], URL.canParse('http://'), new URLSearchParams({ a: 1 }).toString()];`;
    expect(await scripts.returned(code)).toEqual([
      'https://user:pw@example.com:8443/a/%D0%B1?%D0%B2=1&%D0%B5%D1%89%D1%91=1+2%263#%D0%B3',
      'example.com:8443',
      'https://example.com:8443',
      ['в', 'ещё'],
      false,
      'a=1',
    ]);
  });

  test.each([
    'https://пример.рф/',
    'https://BÜCHER.de',
    'https://xn--e1afmkfd.xn--p1ai',
    'https://a%C3%A4.b',
    'http://[::1]:80/',
    'http://0x7f.1/',
  ])('has the same host as Node for %s', async (address) => {
    expect(await scripts.returned(`return new URL(${JSON.stringify(address)}).host;`)).toBe(new URL(address).host);
  });

  test('says what is no address, at the line of the author', async () => {
    expect(await scripts.failure("\n  new URL('нет')")).toBe('script_error: TypeError: Invalid URL: нет @2:3');
  });

  test('is there under a name that is put together', async () => {
    expect(await scripts.returned("return new globalThis['U' + 'RL']('http://ё.рф/ы').href;")).toBe(
      new URL('http://ё.рф/ы').href,
    );
  });

  test('may be given another value, as any name of the language', async () => {
    expect(await scripts.returned('URL = 5; return [URL, typeof URLSearchParams];')).toEqual([5, 'function']);
  });
});

describe('TextEncoder and TextDecoder', () => {
  test('go between text and bytes', async () => {
    const code = `
      const bytes = new TextEncoder().encode('Привет, 😀\\ud800');
      return [Array.from(bytes), new TextDecoder().decode(bytes), new TextDecoder('windows-1251').decode(new Uint8Array([207, 240]))];`;
    const text = 'Привет, 😀�';
    expect(await scripts.returned(code)).toEqual([Array.from(new TextEncoder().encode(text)), text, 'Пр']);
  });

  test('refuse what they cannot do', async () => {
    expect(await scripts.failure("new TextDecoder('sjis')")).toBe(
      'script_error: RangeError: TextDecoder: the encoding "shift_jis" is not there; utf-8, utf-16 and those with one byte a character are @1:1',
    );
    expect(await scripts.failure("new TextDecoder('нет')")).toMatch(/^script_error: RangeError: .*@1:1$/);
    expect(await scripts.failure("new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255]))")).toBe(
      'script_error: TypeError: Input is not well-formed utf8 @1:43',
    );
  });
});

describe('structuredClone', () => {
  test('copies what JSON cannot', async () => {
    const code = `
      const value = { map: new Map([[1, { a: [1] }]]), set: new Set(['x']), at: new Date(5), re: /a/gi, big: 5n, bytes: new Uint8Array([1, 2]), no: undefined };
      value.self = value;
      const copy = structuredClone(value);
      return [copy !== value, copy.self === copy, copy.map.get(1).a[0], copy.map.get(1) !== value.map.get(1), copy.set.has('x'),
        copy.at.getTime(), String(copy.re), String(copy.big), [...copy.bytes], 'no' in copy];`;
    expect(await scripts.returned(code)).toEqual([true, true, 1, true, true, 5, '/a/gi', '5', [1, 2], true]);
  });

  test('refuses functions and nothing', async () => {
    expect(await scripts.failure('structuredClone(() => 1)')).toContain('TypeError: unable to serialize function');
    expect(await scripts.failure('structuredClone()')).toContain('structuredClone takes a value, got nothing');
  });
});

test('self is the global object', async () => {
  expect(await scripts.returned('return [self === globalThis, self.self === self, typeof window];')).toEqual([
    true,
    true,
    'undefined',
  ]);
});

test.each([
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'requestAnimationFrame',
  'requestIdleCallback',
])('%s says that the platform is synchronous', async (name) => {
  expect(await scripts.failure(`\n  ${name}(() => lead.addTag('x'), 1)`)).toBe(
    `script_async: ${name}: the platform runs scripts synchronously and ends them at once, so there are no timers; call the function itself @2:3`,
  );
});

test('stopping a timer that was never begun does nothing', async () => {
  expect(await scripts.returned('clearTimeout(); clearInterval(5); clearImmediate(null); return 1;')).toBe(1);
});

test('nothing of it is seen by a script that lists the global object', async () => {
  expect(
    await scripts.returned('const seen = []; for (const name in globalThis) seen.push(name); return seen;'),
  ).toEqual([]);
});
