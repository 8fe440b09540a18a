import type { AbuseCases } from '../abuse-case.ts';

/** The language and our own objects changed under our functions. */
export const cases: AbuseCases = {
  'array-index-setter': {
    tries: 'a setter on `Array.prototype[0]`, to catch what our code puts into lists',
    code: `const caught = [];
for (const i of [0, 1, 2]) Object.defineProperty(Array.prototype, i, { set(v) { Reflect.defineProperty(caught, caught.length, { value: typeof v, enumerable: true }); }, configurable: true });
livetex.hasOnlineOperators();
console.log("a", { b: 1 });
bot.sendMessage("x", [[{ text: "a", callback_data: "b" }]]);
lead.setLiveTexAttr({ k: 1 });
return caught.length;`,
    ends: ['ok'],
    returns: 0,
    run: { call: async () => 'true' },
  },
  'collections-poisoned': {
    tries: '`Map`, `WeakMap` and `Set` replaced',
    code: `for (const T of [Map, WeakMap, Set, WeakSet]) for (const k of ["get", "set", "has", "add", "delete"]) T.prototype[k] = () => { throw new Error("caught"); };
try { lead.setAttr("", 1); } catch (e) { throw e; }`,
    ends: ['script_argument'],
  },
  'function-call-poisoned': {
    tries: '`Function.prototype.call`, `apply` and `bind` replaced, to catch what our code calls',
    code: `const caught = [];
for (const k of ["call", "apply", "bind"]) Function.prototype[k] = function (...args) { caught.push(typeof args[0]); return () => 1; };
livetex.hasOnlineOperators();
lead.setAttr("a", "b").getAttr("a");
console.log("a", new Error("x"));
return caught.length;`,
    ends: ['ok'],
    returns: 0,
    run: { call: async () => 'true' },
  },
  'global-proxy': {
    tries: 'a Proxy behind the global object, which then has every name',
    code: String.raw`Object.setPrototypeOf(globalThis, new Proxy({}, { has: () => true, get: () => 7, set: () => true }));
lead.setAttr("a", "b").setLiveTexAttr({ c: 1 });
bot.sendMessage("x");
return [process, lead.getAttr("a"), lead.getLiveTexAttr("c")];`,
    ends: ['ok'],
    returns: [7, 'b', 1],
  },
  'globals-define': {
    tries: 'our names defined anew',
    code: 'Object.defineProperty(globalThis, "lead", { value: 1 });',
    ends: ['script_error'],
  },
  'globals-delete': {
    tries: 'our names deleted',
    code: 'return [delete globalThis.lead, delete lead.setAttr, typeof lead.setAttr];',
    ends: ['ok'],
    returns: [false, false, 'function'],
  },
  'globals-prototype': {
    tries: 'another prototype for our objects',
    code: 'Object.setPrototypeOf(lead, { evil: 1 });',
    ends: ['script_error'],
  },
  'globals-replace': {
    tries: 'other values for our names',
    code: `lead = { setAttr() {} };
var was = typeof lead.getAttr;
bot = console = memory = livetex = require = undefined;
return [was, typeof bot, typeof livetex, typeof require];`,
    ends: ['ok'],
    returns: ['function', 'object', 'object', 'function'],
  },
  'globals-tamper': {
    tries: 'methods of ours replaced, for a later library',
    code: `"use strict";
lead.setLiveTexAttr = () => 1;`,
    ends: ['script_error'],
    says: /read only/,
  },
  'iterator-of-ours': {
    tries: 'an iterator of arrays that catches our own lists, to write a system attribute past the check',
    code: String.raw`const kept = Array.prototype[Symbol.iterator];
const caught = [];
Array.prototype[Symbol.iterator] = function () { caught[caught.length] = this; return kept.call(this); };
lead.getAllAttr();
lead.setLiveTexAttr({ a: 1 });
Array.prototype[Symbol.iterator] = kept;
for (const list of caught) for (const part of list) if (typeof part === "object") part.sys_livetex_attrs = { kind: "text", value: "forged" };
return caught.length;`,
    ends: ['ok'],
    returns: 0,
    check: (result) => {
      if (JSON.stringify(result).includes('forged')) throw new Error(JSON.stringify(result));
    },
  },
  'json-poisoned': {
    tries: '`JSON` replaced',
    code: String.raw`JSON.stringify = () => "{\"ok\":true}";
JSON.parse = () => ({ v: "forged" });
lead.setAttr("a", "b");
return [lead.getAttr("a"), livetex.hasOnlineOperators()];`,
    ends: ['ok'],
    returns: ['b', true],
    run: { call: async () => 'true' },
  },
  'object-setters': {
    tries: 'setters on `Object.prototype` for the names of our records',
    code: `for (const k of ["ok", "code", "message", "value", "kind", "type", "text", "frames", "library", "input", "attributes", "get", "set", "v", "e"]) Object.defineProperty(Object.prototype, k, { get() { return "forged"; }, set() { throw new Error("caught"); }, configurable: true });
lead.setAttr("a", "b");
console.log({ a: 1 });
return lead.getAttr("a") + livetex.hasOnlineOperators();`,
    ends: ['ok', 'script_error'],
    run: { call: async () => 'true' },
  },
  'object-tojson': {
    tries: '`Object.prototype.toJSON`, to change what is stored',
    code: `Object.prototype.toJSON = () => "forged";
Array.prototype.toJSON = () => "forged";
lead.setAttr("a", "b");
lead.setLiveTexAttr({ k: 1 });
bot.sendMessage("x", [[{ text: "a", callback_data: "b" }]]);
livetex.transferToOperator();
return 1;`,
    ends: ['ok'],
    returns: 1,
    check: (result) => {
      const text = JSON.stringify(result);
      if (text.includes('forged') || !text.includes('"k":1')) throw new Error(text);
    },
  },
  'own-functions-taken': {
    tries: 'functions of ours taken from their objects and given other receivers',
    code: `const { setAttr, getAttr } = lead;
setAttr.call(null, "a", "b");
return [getAttr.apply(bot, ["a"]), Reflect.construct === undefined, (() => { try { new setAttr(); return "made"; } catch (e) { return e.constructor === TypeError; } })()];`,
    ends: ['ok'],
    returns: ['b', false, true],
  },
  'own-names': {
    tries: 'the names that the runner used before the script',
    code: 'return Reflect.ownKeys(globalThis).filter((name) => String(name).includes(":") || String(name).includes("metabot"));',
    ends: ['ok'],
    returns: [],
  },
  'receiver-of-ours': {
    tries: 'our functions called as methods of what the script made, to catch what they return or write to',
    code: String.raw`const seen = [];
const trap = new Proxy({}, { get(t, k) { seen.push(k); return () => trap; }, set(t, k) { seen.push(k); return true; }, has(t, k) { seen.push(k); return true; } });
for (const o of [lead, bot, memory, console, livetex]) for (const k of Object.keys(o)) { if (k === "stop") continue; try { o[k].call(trap, "a", "b"); } catch (e) { if (typeof e.code !== "string") seen.push(String(e)); } }
return seen;`,
    ends: ['ok'],
    returns: [],
    run: { call: async () => 'true' },
  },
  'reflect-poisoned': {
    tries: '`Reflect` and `Object` functions replaced',
    code: `for (const k of Object.getOwnPropertyNames(Reflect)) Reflect[k] = () => { throw new Error("caught"); };
for (const k of Object.getOwnPropertyNames(Object)) if (typeof Object[k] === "function" && k !== "prototype") Object[k] = () => { throw new Error("caught"); };
lead.setLiveTexAttr({ a: 1 });
lead.setAttr("b", "c");
return [lead.getLiveTexAttr("a"), lead.getAttr("b")];`,
    ends: ['ok'],
    returns: [1, 'c'],
  },
  'strings-poisoned': {
    tries: 'the methods of strings and regular expressions replaced',
    code: `for (const T of [String, RegExp, Array, Number]) for (const k of Object.getOwnPropertyNames(T.prototype)) if (k !== "constructor" && k !== "length") { try { T.prototype[k] = () => { throw new Error("caught"); }; } catch (e) {} }
Array.prototype[Symbol.iterator] = () => { throw new Error("caught"); };
lead.setAttr("a", 1);
lead.setLiveTexAttr("k", "v");
console.log("x", 1, { a: 1 });
return lead.getIntAttr("a");`,
    ends: ['ok'],
    returns: 1,
  },
  'symbol-has-instance': {
    tries: '`Symbol.hasInstance` and `toPrimitive` on our classes',
    code: `Object.defineProperty(Error, Symbol.hasInstance, { value: () => { throw new Error("caught"); } });
throw { toString() { for (;;); } };`,
    ends: ['script_error'],
  },
  'with-proxy': {
    tries: '`with` over a Proxy that has every name',
    code: `with (new Proxy({}, { has: () => true, get: (t, k) => (k === Symbol.unscopables ? undefined : 7) })) { var y = process; }
return y;`,
    ends: ['ok'],
    returns: null,
  },
};
