import type { AbuseCases } from '../abuse-case.ts';

/** What a script returns. */
export const cases: AbuseCases = {
  'json-stringify-deep': {
    tries: 'an object nested a million deep as the answer',
    code: `let o = {};
for (let i = 0; i < 1e6; i += 1) o = { o };
return o;`,
    ends: ['script_timeout', 'script_error', 'script_memory'],
  },
  'return-bigint': {
    tries: 'a BigInt as the answer',
    code: 'return 1n;',
    ends: ['script_error'],
    says: /BigInt/,
  },
  'return-circular': {
    tries: 'a circular answer',
    code: `const o = {};
o.o = o;
return o;`,
    ends: ['script_error'],
    says: /circular/,
  },
  'return-deep': {
    tries: 'an answer nested five thousand deep, which a walk on the host has no stack for',
    code: String.raw`let o = [];
for (let i = 0; i < 5000; i += 1) o = [o];
return o;`,
    ends: ['script_error'],
    says: /nested too deeply|call stack/,
  },
  'return-giant': {
    tries: 'an answer of a hundred million characters',
    code: 'return "x".repeat(1e8);',
    ends: ['script_result_too_large', 'script_memory'],
  },
  'return-looping-getter': {
    tries: 'an answer with a getter that never ends',
    code: 'return { get a() { for (;;); } };',
    ends: ['script_timeout'],
  },
  'return-looping-tojson': {
    tries: 'an answer with a `toJSON` that never ends',
    code: 'return { toJSON() { for (;;); } };',
    ends: ['script_timeout'],
  },
  'return-promise-subclass': {
    tries: 'a promise that hides its kind',
    code: `class P extends Promise {}
const p = P.resolve(1);
Object.setPrototypeOf(p, Object.prototype);
return p;`,
    ends: ['script_async'],
  },
  'return-proxy': {
    tries: 'a Proxy of endless keys as the answer',
    code: 'return new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (v, i) => "k" + i), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) });',
    ends: ['script_timeout', 'script_result_too_large', 'script_memory', 'ok', 'script_error'],
  },
  'return-symbol': {
    tries: 'a symbol as the answer',
    code: 'return Symbol("s");',
    ends: ['ok'],
    returns: null,
  },
  'return-thenable': {
    tries: 'an object with a `then` is only data',
    code: 'return { then: "x", a: 1 };',
    ends: ['ok'],
    returns: JSON.parse('{"then":"x","a":1}'),
  },
  'return-thenable-loop': {
    tries: 'a `then` that never ends is never called',
    code: 'return { then() { for (;;); } };',
    ends: ['ok'],
    returns: {},
  },
  'return-throwing-getter': {
    tries: 'an answer with a getter that throws undefined',
    code: 'return { get a() { throw undefined; } };',
    ends: ['script_error'],
  },
  'return-tojson-writes': {
    tries: 'a `toJSON` that goes on writing while the answer is made',
    code: 'return { toJSON() { lead.setAttr("late", "1"); return 1; } };',
    ends: ['ok', 'script_async'],
  },
};
