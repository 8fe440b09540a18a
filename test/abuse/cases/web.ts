import type { AbuseCases } from '../abuse-case.ts';

/** The parts of a browser, and what `console` draws: giant input, endless structures, and prototypes changed before their first use. */
export const cases: AbuseCases = {
  'web-random-endless': {
    tries: 'random numbers for ever',
    code: 'for (;;) crypto.getRandomValues(new Uint8Array(65536));',
    ends: ['script_host_calls'],
  },
  'web-random-caught': {
    tries: 'more random numbers than there are, refused and asked for again and again',
    code: 'for (;;) try { crypto.getRandomValues(new Uint32Array(16384)); } catch (e) {}',
    ends: ['script_timeout'],
  },
  'web-random-giant': {
    tries: 'an array of half a gigabyte, and one that lies about its length',
    code: `const said = [];
const small = new Uint8Array(4);
Object.defineProperty(small, "length", { get: () => 2 ** 40 });
for (const make of [() => new Uint8Array(2 ** 29), () => new Proxy(new Uint8Array(8), {}), () => ({ length: 1e9, __proto__: Uint8Array.prototype })]) {
  try { crypto.getRandomValues(make()); said.push("filled"); } catch (e) { said.push("refused"); }
}
return [said, crypto.getRandomValues(small) === small];`,
    ends: ['ok', 'script_memory'],
    returns: [['refused', 'refused', 'refused'], true],
  },
  'web-random-setters': {
    tries: 'setters and `valueOf` that catch random numbers, in another script’s hands they would be secrets',
    code: `const caught = [];
String.prototype.charCodeAt = function () { caught.push("charCodeAt"); return 0; };
Object.defineProperty(Object.prototype, "0", { set() { caught.push("set"); }, configurable: true });
const id = crypto.randomUUID();
return [caught, id.length];`,
    ends: ['ok'],
    returns: [[], 36],
  },
  'console-table-million': {
    tries: 'a table of a million rows, and one of a million columns',
    code: `console.table(Array.from({ length: 1e5 }, (_, i) => ({ i })));
console.table([Object.fromEntries(Array.from({ length: 1e5 }, (_, i) => ["c" + i, i]))]);
console.table(new Proxy([], { get: (t, k) => (k === "length" ? 2 ** 53 - 1 : undefined) }));
return 1;`,
    ends: ['ok', 'script_timeout', 'script_memory', 'script_error'],
  },
  'console-groups-endless': {
    tries: 'groups within groups, timers and counters with endless labels',
    code: `for (let i = 0; i < 1e5; i += 1) { console.group("g" + i); console.time("t" + i); console.count("c".repeat(100) + i); }
console.log("deep");
return 1;`,
    ends: ['ok', 'script_timeout', 'script_memory', 'script_argument'],
  },
  'console-label-giant': {
    tries: 'a label of ten million characters, counted again and again',
    code: `const label = "x".repeat(1e7);
for (let i = 0; i < 1000; i += 1) { console.count(label); console.time(label); console.timeEnd(label); console.group(label); }
return 1;`,
    ends: ['ok', 'script_timeout', 'script_memory'],
  },
  'web-base64-giant': {
    tries: 'base64 of ten million characters, over and over',
    code: 'let t = "x".repeat(1e7); for (;;) t = btoa(t);',
    ends: ['script_timeout', 'script_memory', 'script_error'],
  },
  'web-decoder-giant': {
    tries: 'decoding and encoding for ever',
    code: 'const t = "ы".repeat(1e6); const a = []; for (;;) a.push(new TextDecoder().decode(new TextEncoder().encode(t + a.length)));',
    ends: ['script_timeout', 'script_memory', 'script_error'],
  },
  'web-url-giant': {
    tries: 'addresses of millions of parts',
    code: `for (;;) new URL("http://a.b/" + "../x/".repeat(1e6) + "?" + "a=b&".repeat(1e5)).searchParams.sort();`,
    ends: ['script_timeout', 'script_memory'],
  },
  'web-url-hosts': {
    tries: 'hosts that take the tables of names long to read',
    code: `for (;;) try { new URL("http://" + "ы".repeat(2e5) + ".xn--" + "a".repeat(2e5)); } catch (e) {}`,
    ends: ['script_timeout', 'script_memory'],
  },
  'web-clone-deep': {
    tries: 'copies of what is a million deep, a million wide, in a circle, or behind endless getters',
    code: `const said = [];
let deep = {}; for (let i = 0; i < 1e5; i += 1) deep = { deep };
const circle = {}; circle.circle = [circle, new Map([[circle, circle]])];
for (const make of [() => deep, () => circle, () => ({ get a() { throw new Error("mine"); } }), () => new Proxy({}, { ownKeys: () => { throw new Error("trap"); } })]) {
  try { const copy = structuredClone(make()); said.push(typeof copy); } catch (e) { said.push("threw"); }
}
return said.length;`,
    ends: ['ok', 'script_timeout', 'script_memory'],
    returns: 4,
  },
  'web-clone-endless': {
    tries: 'a getter that makes the next object, for ever',
    code: 'const next = () => ({ get a() { return next(); } }); try { structuredClone(next()); } catch (e) { return 1; }',
    ends: ['ok', 'script_timeout', 'script_memory'],
    returns: 1,
  },
  'web-poisoned-first': {
    tries: 'prototypes changed before the first `URL` is asked for, to reach the host through what is loaded then',
    code: String.raw`const seen = [];
for (const k of ["applySync", "apply", "call", "then", "get", "idna"]) Object.defineProperty(Object.prototype, k, { get() { seen.push(typeof this); return undefined; }, set() {}, configurable: true });
Function.prototype.call = Function.prototype.apply = function (...args) { for (const a of args) if (a && typeof a.applySync === "function") seen.push("host"); };
try { new URL("http://ы.рф"); } catch (e) {}
try { structuredClone({ a: 1 }); } catch (e) {}
return seen.includes("host");`,
    ends: ['ok', 'script_error', 'script_timeout'],
    returns: false,
  },
  'web-traps': {
    tries: 'a Proxy in the place of every argument',
    code: `const trap = new Proxy(function () {}, { get: (t, k) => (k === Symbol.toPrimitive ? () => { throw new Error("mine"); } : trap), has: () => true, ownKeys: () => { throw new Error("mine"); }, getPrototypeOf: () => { throw new Error("mine"); } });
const said = [];
for (const use of [() => new URL(trap), () => new URLSearchParams(trap), () => atob(trap), () => btoa(trap), () => new TextDecoder(trap), () => new TextEncoder().encode(trap), () => structuredClone(trap), () => crypto.getRandomValues(trap), () => Symbol.for(trap), () => console.table(trap), () => console.dir(trap), () => console.time(trap), () => console.group(trap)]) {
  try { use(); said.push("ok"); } catch (e) { said.push("threw"); }
}
return said.length;`,
    ends: ['ok', 'script_timeout'],
    returns: 13,
  },
  'web-idna-giant': {
    tries: 'a name of half a million letters that must become Punycode, and one of ASCII that is said to be Punycode',
    code: 'const ends = []; for (const name of ["ы".repeat(500000), "xn--" + "a".repeat(500000)]) { try { new URL("http://" + name + ".рф/"); ends.push("ok"); } catch (e) { ends.push(e.message.length < 300); } } return ends.length;',
    ends: ['ok', 'script_timeout', 'script_memory'],
    returns: 2,
  },
  'web-parameters-flood': {
    tries: 'an address whose every parameter is written anew with each change',
    code: 'const u = new URL("http://a/?" + "x=1&".repeat(100000)); for (let i = 0; ; i += 1) { u.searchParams.append("a", i); u.searchParams.sort(); }',
    ends: ['script_timeout', 'script_memory'],
  },
  'web-frozen': {
    tries: 'everything frozen that there is, and then a mistake: it is told as any other',
    code: 'for (const key of Object.getOwnPropertyNames(globalThis)) { try { Object.freeze(globalThis[key]); Object.freeze(globalThis[key].prototype); } catch (e) {} } Object.freeze(globalThis); new URL("http://ы.рф"); lead.setAttr("a", "b"); throw new Error("mine " + lead.getAttr("a"));',
    ends: ['script_error'],
    says: /^Error: mine b$/,
  },
  'web-symbols-endless': {
    tries: 'registered symbols for ever, which V8 keeps for the whole isolate',
    code: 'for (let i = 0; ; i += 1) Symbol.for("x".repeat(500) + i);',
    ends: ['script_memory', 'script_timeout'],
  },
  'web-symbols-poisoned': {
    tries: 'the registry of symbols reached through changed prototypes',
    code: String.raw`const seen = [];
for (const k of ["a", "__proto__x", "constructor"]) Object.defineProperty(Object.prototype, k, { get() { seen.push(k); return 7; }, set() { seen.push(k); }, configurable: true });
String.prototype.concat = () => "forged";
return [typeof Symbol.for("a"), Symbol.keyFor(Symbol.for("constructor")), seen];`,
    ends: ['ok'],
    returns: ['symbol', 'constructor', []],
  },
};
