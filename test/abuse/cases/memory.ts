import type { AbuseCases } from '../abuse-case.ts';

/** Memory: the heap, and what lives outside it. */
export const cases: AbuseCases = {
  'eval-giant': {
    tries: '`eval` of a huge text',
    code: 'return eval("1" + "+1".repeat(4e6));',
    ends: ['script_timeout', 'script_error', 'script_memory', 'ok'],
  },
  'json-deep': {
    tries: 'JSON nested a million deep',
    code: 'return JSON.parse("[".repeat(1e6) + "]".repeat(1e6)).length;',
    ends: ['script_timeout', 'script_error', 'script_memory', 'ok'],
  },
  'memory-after-catch': {
    tries: 'going on after V8 refused an allocation',
    code: `for (let i = 0; i < 50; i += 1) { try { new Uint8Array(2 ** 31); } catch (e) {} }
return "alive";`,
    ends: ['script_timeout', 'ok', 'script_memory'],
  },
  'memory-array-from': {
    tries: '`Array.from` with a hundred million objects',
    code: 'return Array.from({ length: 1e8 }, () => ({})).length;',
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-arrays': {
    tries: 'arrays for ever',
    code: `const a = [];
for (;;) a.push(new Array(1000).fill(1.5));`,
    ends: ['script_memory'],
  },
  'memory-arrays-giant': {
    tries: 'giant arrays for ever: over the limit in one step',
    code: `const a = [];
for (;;) a.push(new Array(1_000_000).fill(1.5));`,
    ends: ['script_memory'],
  },
  'memory-bigints': {
    tries: 'BigInts for ever',
    code: `const a = [];
for (let i = 1n; ; i += 1n) a.push(1n << (100000n + i));`,
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-buffer': {
    tries: 'one buffer of a gigabyte',
    code: 'return new Uint8Array(2 ** 30).length;',
    ends: ['script_error', 'script_memory'],
  },
  'memory-buffers': {
    tries: 'buffers for ever',
    code: `const a = [];
for (;;) a.push(new Uint8Array(2 ** 20).fill(1));`,
    ends: ['script_error', 'script_memory'],
  },
  'memory-closures': {
    tries: 'closures for ever',
    code: `const a = [];
for (;;) { const b = new Array(10_000).fill(0); a.push(() => b); }`,
    ends: ['script_memory'],
  },
  'memory-closures-giant': {
    tries: 'closures over giant arrays for ever',
    code: `const a = [];
for (;;) { const b = new Array(1_000_000).fill(0); a.push(() => b); }`,
    ends: ['script_memory'],
  },
  'memory-concat': {
    tries: 'arrays doubled for ever',
    code: `let a = [1, 2, 3];
for (;;) a = a.concat(a);`,
    ends: ['script_memory', 'script_error', 'script_timeout'],
  },
  'memory-error-stacks': {
    tries: 'errors with stacks for ever',
    code: `const a = [];
for (;;) a.push(new Error("x".repeat(100)));`,
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-fill': {
    tries: '`Array(2 ** 27).fill`',
    code: `const a = [];
for (;;) a.push(new Array(2 ** 25).fill(0.5));`,
    ends: ['script_memory', 'script_error', 'script_timeout'],
  },
  'memory-functions': {
    tries: 'functions compiled for ever',
    code: `const a = [];
for (let i = 0; ; i += 1) { const f = new Function("return " + i + "+".repeat(0) + "/*" + "x".repeat(1000) + "*/"); f(); a.push(f); }`,
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-intl': {
    tries: '`Intl` objects, which live outside the heap',
    code: `const a = [];
for (let i = 0; ; i += 1) a.push(new Intl.DateTimeFormat("ru", { timeZone: "Europe/Moscow" }), new Intl.Collator("ru"), new Intl.NumberFormat("ru"));`,
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-keys': {
    tries: 'an object with endless keys',
    code: `const o = {};
for (let i = 0; ; i += 1) o["key" + i] = i;`,
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-map': {
    tries: 'a Map for ever',
    code: `const m = new Map();
for (let i = 0; ; i += 1) m.set({ i }, i);`,
    ends: ['script_memory', 'script_error', 'script_timeout'],
  },
  'memory-regexps': {
    tries: 'regular expressions for ever',
    code: `const a = [];
for (let i = 0; ; i += 1) { const r = new RegExp(("(a|b|c" + i + ")*d").repeat(50)); r.test("abcabc"); a.push(r); }`,
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-resizable': {
    tries: 'resizable buffers, which isolated-vm does not count',
    code: `const a = [];
for (;;) { const b = new ArrayBuffer(1, { maxByteLength: 2 ** 26 }); b.resize(2 ** 26); new Uint8Array(b).fill(1); a.push(b); }`,
    ends: ['script_error', 'script_memory'],
    says: /resize|memory/,
  },
  'memory-resizable-reserved': {
    tries: 'reserving address space with resizable buffers',
    code: `const a = [];
for (let i = 0; i < 1e5; i += 1) a.push(new ArrayBuffer(2 ** 20, { maxByteLength: 2 ** 32 }));`,
    ends: ['script_error', 'script_memory', 'script_timeout', 'ok'],
  },
  'memory-segmenter': {
    tries: 'segments of a long text',
    code: `const a = [];
for (;;) a.push([...new Intl.Segmenter("ru", { granularity: "word" }).segment("слово ".repeat(1000))]);`,
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-strings': {
    tries: 'texts for ever',
    code: `const a = [];
for (let i = 0; ; i += 1) a.push(("x" + i).repeat(1000).split("").join("-"));`,
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-symbols': {
    tries: 'symbols for ever',
    code: `const a = [];
for (let i = 0; ; i += 1) a.push(Symbol("s" + i));`,
    ends: ['script_memory', 'script_timeout'],
  },
  'memory-weak': {
    tries: 'weak maps for ever',
    code: `const w = [];
for (;;) { const m = new WeakMap(); for (let i = 0; i < 1000; i += 1) { const k = {}; m.set(k, new Array(50).fill(i)); w.push(k); } w.push(m); }`,
    ends: ['script_memory', 'script_timeout'],
  },
};
