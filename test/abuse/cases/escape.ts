import type { AbuseCases } from '../abuse-case.ts';

/** Ways out: published attacks on other sandboxes, and what shows something of the host. */
export const cases: AbuseCases = {
  'array-constructor-index': {
    tries: "n8n: a host index read with a name of the script's choice",
    code: 'return ["constructor", "__proto__", "toString", "hasOwnProperty", "prototype"].map((key) => [lead.getAttr(key), lead.getData(key), bot.getAttr(key), memory.getAttr(key), lead.isTagExist(key), lead.getLiveTexAttr(key)]).flat().filter((v) => v !== null && v !== false);',
    ends: ['ok'],
    returns: [],
  },
  'callback-from-ours': {
    tries: 'a callback that our code calls: who called?',
    code: `let seen = "nobody";
try { lead.setJsonAttr("a", { toJSON: function t() { seen = String(t.caller); return 1; } }); } catch (e) { seen = "error"; }
return seen;`,
    ends: ['ok'],
    returns: 'null',
  },
  'callee-caller': {
    tries: '`arguments.callee.caller` of our functions',
    code: `function f() { return String(arguments.callee.caller); }
let seen;
const o = { get text() { seen = f.caller; return "a"; }, callback_data: "b" };
bot.sendMessage("x", [[o]]);
return [typeof seen, seen === null];`,
    ends: ['ok'],
    returns: ['object', true],
  },
  'capture-stack-trace': {
    tries: '`Error.captureStackTrace` on our own objects',
    code: `const o = {};
Error.captureStackTrace(o);
return typeof o.stack + (o.stack.includes("metabot") ? " leaks" : "");`,
    ends: ['ok'],
    returns: 'string',
  },
  'constructor-constructor': {
    tries: "the classical way out of vm2 and of naive sandboxes: a function made by another function's constructor",
    code: `const f = lead.setAttr.constructor.constructor;
return [typeof f("return this.process")(), typeof f("return this.require.main")(), f("return this")() === globalThis];`,
    ends: ['ok'],
    returns: ['undefined', 'undefined', true],
  },
  'debugger-statement': {
    tries: '`debugger` must not stop anything',
    code: `debugger;
return 1;`,
    ends: ['ok'],
    returns: 1,
  },
  'function-text': {
    tries: 'the text of our functions, which is published and may be read, but names nothing of the host',
    code: String.raw`const said = [];
for (const o of [lead, bot, memory, console, livetex, { require, snippet }]) for (const k of Object.keys(o)) said.push(Function.prototype.toString.call(o[k]));
return said;`,
    ends: ['ok'],
  },
  'host-names': {
    tries: 'the names of a Node process',
    code: 'return ["process", "module", "exports", "global", "Buffer", "fetch", "XMLHttpRequest", "WebAssembly", "SharedArrayBuffer", "Atomics", "FinalizationRegistry", "WeakRef", "performance", "Temporal", "ivm"].filter((name) => name in globalThis);',
    ends: ['ok'],
    returns: [],
  },
  'import-dynamic': {
    tries: '`import()` of a Node module',
    code: `import("node:fs").then((fs) => fs.readFileSync("/etc/passwd"));
return 1;`,
    ends: ['script_async', 'ok'],
  },
  'import-meta': {
    tries: '`import.meta`',
    code: 'return import.meta.url;',
    ends: ['script_syntax'],
  },
  'inspect-custom': {
    tries: 'vm2 GHSA-g644: functions that a host inspector would call',
    code: `console.log({ [Symbol.for("nodejs.util.inspect.custom")]: (depth, opts, inspect) => inspect.constructor("return process")() });
return 1;`,
    ends: ['ok'],
    returns: 1,
  },
  'lookup-getter': {
    tries: 'vm2: `__lookupGetter__` on what the host gave',
    code: 'return [lead.__lookupGetter__("__proto__") === Object.prototype.__lookupGetter__("__proto__"), typeof livetex.__lookupGetter__("x")];',
    ends: ['ok'],
    returns: [true, 'undefined'],
  },
  'prepare-stack-trace': {
    tries: 'vm2: `Error.prepareStackTrace` hands out call sites',
    code: `Error.prepareStackTrace = (error, sites) => sites;
return typeof new Error("x").stack;`,
    ends: ['ok'],
    returns: 'string',
  },
  'prepare-stack-trace-define': {
    tries: 'the same with defineProperty',
    code: 'Object.defineProperty(Error, "prepareStackTrace", { value: (e, s) => s });',
    ends: ['script_error'],
    says: /Cannot redefine/,
  },
  'proxy-get-own': {
    tries: 'SandboxJS: Function through `getOwnPropertyDescriptor` of a native',
    code: `const d = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(lead.getAttr), "constructor");
return typeof d.value("return typeof process")();`,
    ends: ['ok'],
    returns: 'string',
  },
  'reference-hunt': {
    tries: 'walks everything that can be reached, looking for a reference of isolated-vm',
    code: `const seen = new Set();
const found = [];
const todo = [globalThis, lead, bot, memory, console, require, snippet, livetex];
while (todo.length > 0 && seen.size < 20000) {
  const value = todo.pop();
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue;
  seen.add(value);
  for (const key of Reflect.ownKeys(value)) {
    if (/^(applySync|applySyncPromise|applyIgnored|derefInto|copySync|compileScript)$/.test(String(key))) found.push(String(key));
    const d = Reflect.getOwnPropertyDescriptor(value, key);
    if (d !== undefined) todo.push(d.value, d.get, d.set);
  }
  todo.push(Reflect.getPrototypeOf(value));
}
return found;`,
    ends: ['ok'],
    returns: [],
  },
  'reference-options': {
    tries: 'isolated-vm CVE-2021-21413 and its kin: options read through the prototype chain',
    code: `Object.prototype.result = { reference: true };
Object.prototype.reference = true;
Object.prototype.arguments = { reference: true };
Object.prototype.copy = true;
const got = livetex.hasOnlineOperators();
console.log("x");
return typeof got;`,
    ends: ['ok'],
    returns: 'boolean',
    run: { call: async () => 'true' },
  },
  'require-host': {
    tries: 'Flowise: a helper that loads more than it should',
    code: `const said = [];
for (const name of ["fs", "node:fs", "child_process", "../../../etc/passwd", "/etc/passwd", "constructor", "__proto__", "toString"]) { try { require(name); said.push(name); } catch (e) { if (e.code !== "script_library_missing") said.push(e.code); } }
return said;`,
    ends: ['ok'],
    returns: [],
  },
  'stack-text': {
    tries: 'what the stack says of the host',
    code: 'try { lead.setAttr(1); } catch (e) { return e.stack; }',
    ends: ['ok'],
    check: (result) => {
      if (!result.ok || /metabot|platform|node:|isolated/.test(JSON.stringify(result.returned)))
        throw new Error(JSON.stringify(result));
    },
  },
  'stack-trace-limit': {
    tries: 'a stack without end',
    code: `Error.stackTraceLimit = Infinity;
function f(n) { if (n > 0) return f(n - 1); throw new Error("deep"); }
f(5000);`,
    ends: ['script_error'],
    says: /deep/,
  },
  'stack-while-formatting': {
    tries: 'an error made while V8 formats another one, whose stack V8 would write itself, with frames of ours',
    code: String.raw`const inner = [];
const spy = () => { inner.push(new Error("inner").stack); return "x"; };
class E extends Error { get name() { return spy(); } get message() { return spy(); } }
const trap = new Proxy(Error.prototype, { get: (t, k) => { spy(); return t[k]; }, getPrototypeOf: () => { spy(); return null; }, getOwnPropertyDescriptor: () => { spy(); } });
const made = [new E(), Object.setPrototypeOf(new Error("a"), trap), Object.defineProperty(new Error("b"), "message", { get: spy })];
for (const o of [new Proxy({}, { get: spy, getOwnPropertyDescriptor: spy }), { get name() { return spy(); } }]) { try { Error.captureStackTrace(o); made.push(o); } catch (e) {} }
const stacks = made.map((e) => e.stack);
try { lead.setAttr("a", made[0]); throw made[0]; } catch (e) { stacks.push(e.stack); }
return [...stacks, ...inner].filter((text) => /metabot|platform|native|anonymous/.test(text));`,
    ends: ['ok'],
    returns: [],
  },
  'symbol-for': {
    tries: 'vm2: symbols shared between realms',
    code: 'return [Symbol.for("nodejs.util.inspect.custom"), Symbol.for("nodejs.util.promisify.custom")].map((s) => { console.log({ [s]: () => { throw 1; } }); return typeof lead[s]; });',
    ends: ['ok'],
    returns: ['undefined', 'undefined'],
  },
};
