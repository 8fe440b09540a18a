import type { AbuseCases } from '../abuse-case.ts';

/** One call of the language that takes for ever, which no API of V8 or isolated-vm stops. */
export const cases: AbuseCases = {
  'array-from-huge': {
    tries: '`Array.from` with a length of 2^32',
    code: 'return Array.from({ length: 2 ** 32 - 1 }).length;',
    ends: ['script_timeout', 'script_memory', 'script_error'],
  },
  'bigint-power': {
    tries: 'a BigInt power, which no API stops',
    code: 'return String(10n ** (10n ** 9n)).length;',
    ends: ['script_timeout', 'script_memory', 'script_error'],
  },
  'bigint-product': {
    tries: 'products of huge BigInts',
    code: `let a = 3n ** 2000000n;
for (;;) a = (a * a) % (7n ** 1900000n);`,
    ends: ['script_timeout', 'script_memory'],
  },
  'bigint-to-string': {
    tries: 'a huge BigInt as decimal text',
    code: 'return (1n << 60000000n).toString().length;',
    ends: ['script_timeout', 'script_memory', 'script_error', 'ok'],
  },
  'function-nested': {
    tries: '`new Function` with a hundred thousand brackets',
    code: 'return new Function("return " + "(".repeat(1e5) + "1" + ")".repeat(1e5))();',
    ends: ['script_error', 'ok'],
  },
  'giant-repeat': {
    tries: 'strings as long as V8 allows',
    code: `let s = "x".repeat(2 ** 28);
for (;;) s = (s + "y").split("").reverse().join("");`,
    ends: ['script_timeout', 'script_memory', 'script_error'],
  },
  'giant-replace': {
    tries: 'a replacement of 2^27 characters, which no API stops',
    code: 'return "a".repeat(2 ** 27).replace(/a/g, "bb").length;',
    ends: ['script_timeout', 'script_memory', 'script_error'],
  },
  'includes-holey': {
    tries: '`includes` over holes',
    code: `const a = [];
a.length = 2 ** 32 - 1;
return a.includes(1);`,
    ends: ['script_timeout', 'ok'],
  },
  'index-of-holey': {
    tries: '`indexOf` over four thousand million holes, which no API stops',
    code: `const a = [];
a.length = 2 ** 32 - 1;
return a.indexOf(1);`,
    ends: ['script_timeout'],
  },
  'join-giant': {
    tries: 'joining 2^28 empty places',
    code: 'return Array(2 ** 28).join("x").length;',
    ends: ['script_timeout', 'script_memory', 'script_error', 'ok'],
  },
  'locale-compare': {
    tries: 'collation of long texts for ever',
    code: `const a = "é".repeat(1e5);
for (;;) a.localeCompare(a + "e", "ru");`,
    ends: ['script_timeout', 'script_memory'],
  },
  'normalize-giant': {
    tries: 'Unicode normalisation of a long text',
    code: String.raw`let s = "\u1e9b\u0323".repeat(2 ** 22);
for (;;) s.normalize("NFKD");`,
    ends: ['script_timeout', 'script_memory'],
  },
  'regexp-backtracking': {
    tries: 'a regular expression that backtracks exponentially',
    code: 'return /^(a+)+$/.test("a".repeat(60) + "!");',
    ends: ['script_timeout'],
  },
  'regexp-giant': {
    tries: 'a regular expression of ten million characters',
    code: 'return new RegExp("(a|b)*".repeat(2e6)).test("c");',
    ends: ['script_timeout', 'script_error', 'script_memory'],
  },
  'regexp-lookbehind': {
    tries: 'backtracking in a look-behind',
    code: String.raw`return /(?<=^(\w+\s?)+)#/.test("a ".repeat(5000));`,
    ends: ['script_timeout', 'ok'],
  },
  'regexp-set-notation': {
    tries: 'backtracking over a character class of the `v` flag',
    code: String.raw`return /^(?:[\p{L}--[q]]+)+$/v.test("a".repeat(60) + "!");`,
    ends: ['script_timeout'],
  },
  'spread-huge': {
    tries: 'millions of arguments',
    code: 'return Math.max(...new Array(1e8).fill(1));',
    ends: ['script_timeout', 'script_memory', 'script_error'],
  },
  'string-raw-giant': {
    tries: '`String.raw` with two thousand million parts',
    code: String.raw`return String.raw({ raw: { length: 2 ** 31 } }).length;`,
    ends: ['script_timeout', 'script_memory', 'script_error'],
  },
};
