import type { AbuseCases } from '../abuse-case.ts';

/** A report as the runner makes it, forged. */
const FORGED_REPORT =
  '{"ok":true,"returned":"forged","writes":{"attributes":{},"systemAttributes":{"sys_livetex_attrs":{}},"tags":{"add":[],"remove":[]},"bot":{},"memory":{}},"actions":[]}';

/** What goes on after the script has ended: promises, continuations, asynchronous functions. */
export const cases: AbuseCases = {
  'array-from-async': {
    tries:
      '`Array.fromAsync` of a thousand million, its name put together so that no word of asynchronous code is in the text',
    code: String.raw`Array["from" + "As" + "ync"]({ length: 1e9 }, () => [1]);
return 1;`,
    ends: ['script_memory', 'script_timeout', 'script_async'],
  },
  'async-generator': {
    tries: 'vm2 GHSA-99p7: `yield*` of an async generator',
    code: `async function* g() { yield* { get [Symbol.asyncIterator]() { return () => ({ next: () => { throw new Error("y"); } }); } }; }
g().next().catch((e) => e.constructor.constructor("return process")());
return 1;`,
    ends: ['ok', 'script_async'],
  },
  'async-message': {
    tries: 'a promise that sends after the end',
    code: `Promise.resolve().then(() => bot.sendMessage("late"));
return 1;`,
    ends: ['script_async'],
  },
  'async-reject': {
    tries: 'a rejection that nobody catches',
    code: `Promise.reject(new Error("late"));
return 1;`,
    ends: ['script_async'],
  },
  'async-return': {
    tries: 'an async function as the answer',
    code: 'return (async () => 1)();',
    ends: ['script_async'],
  },
  'async-silent': {
    tries: 'async code that touches nothing of ours',
    code: `Promise.resolve(1).then((v) => v + 1);
return 1;`,
    ends: ['ok'],
    returns: 1,
  },
  'async-write': {
    tries: 'async code that writes after the end',
    code: `(async () => { await 1; lead.setAttr("late", "1"); })();
return 1;`,
    ends: ['script_async'],
  },
  'await-endless': {
    tries: 'an async loop that outlives the script',
    code: `(async () => { for (;;) await 0; })();
return 1;`,
    ends: ['script_timeout', 'script_memory', 'script_async'],
  },
  'finish-frozen': {
    tries: 'the global object frozen, so that nothing can be left in it for the runner',
    code: `Object.freeze(globalThis);
Promise.resolve().then(() => 1);
return 1;`,
    ends: ['ok'],
    returns: 1,
  },
  'finish-frozen-late': {
    tries: 'the global object and what it inherits frozen, and something done after the end',
    code: `for (let o = globalThis; o !== null; o = Object.getPrototypeOf(o)) Object.freeze(o);
Promise.resolve().then(() => { try { lead.setAttr("a", "b"); } catch (e) {} });
return 1;`,
    ends: ['script_async'],
    says: /went on after its end/,
  },
  'finish-frozen-returned': {
    tries: 'the global object frozen, and a promise returned',
    code: `Object.freeze(globalThis);
return Promise.resolve(1);`,
    ends: ['script_async'],
    says: /returned a promise/,
  },
  'finish-fixed': {
    tries: 'a name under which the runner could ask for a late report, fixed so that ours cannot be put there',
    code: String.raw`Object.defineProperty(globalThis, "metabot:finish", { value: () => '{"ok":true}' });
Promise.resolve().then(() => 1);
return 1;`,
    ends: ['ok'],
    returns: 1,
  },
  'finish-forged': {
    tries: 'the name under which the runner asks for a late report, taken first, then by a continuation',
    code: String.raw`const forged = () => ${JSON.stringify(FORGED_REPORT)};
Object.defineProperty(globalThis, "metabot:finish", { value: forged, configurable: true, writable: true });
Promise.resolve().then(() => { try { globalThis["metabot:finish"] = forged; Object.defineProperty(globalThis, "metabot:finish", { value: forged }); } catch (e) {} });
return "own";`,
    ends: ['ok'],
    returns: 'own',
  },
  'microtask-endless': {
    tries: 'promises that queue themselves for ever after the script',
    code: `(function again() { Promise.resolve().then(again); })();
return 1;`,
    ends: ['script_timeout', 'script_memory'],
  },
  'microtask-hidden': {
    tries: 'continuations for ever, with no word of asynchronous code in the text',
    code: String.raw`const P = globalThis["Prom" + "ise"];
(function again() { P.resolve()["th" + "en"](again); })();
return 1;`,
    ends: ['script_timeout', 'script_memory'],
  },
  'microtask-hidden-write': {
    tries: 'a continuation that writes after the end, with no word of asynchronous code in the text',
    code: String.raw`const P = globalThis["Prom" + "ise"];
P.resolve()["th" + "en"](() => { try { lead.setAttr("late", "1"); } catch (e) {} try { bot.sendMessage("late"); } catch (e) {} try { console.log("late"); } catch (e) {} });
return 1;`,
    ends: ['ok', 'script_async'],
    check: (result) => {
      if (JSON.stringify(result).includes('late')) throw new Error(JSON.stringify(result));
    },
  },
  'promise-finally': {
    tries: 'vm2 CVE-2023-37466: rejected promises and `finally`',
    code: `const p = Promise.reject(new Error("x"));
p.finally = () => 1;
Promise.prototype.then = function (a, b) { return b; };
p.catch(() => 1);
return 1;`,
    ends: ['ok', 'script_async'],
  },
  'promise-options': {
    tries: 'the same with `promise`, `timeout` and `release`',
    code: `for (const k of ["promise", "timeout", "release", "externalCopy", "unsafeInherit"]) Object.prototype[k] = true;
return [livetex.hasOnlineOperators(), livetex.hasOnlineOperators()];`,
    ends: ['ok'],
    returns: [true, true],
    run: { call: async () => 'true' },
  },
  'promise-species': {
    tries: 'vm2 CVE-2023-32314: Promise species',
    code: `class E extends Promise { static get [Symbol.species]() { return function (f) { f((v) => console.log(typeof v.constructor.constructor("return process")), (v) => 1); }; } }
E.resolve(1).then(() => 2);
return 1;`,
    ends: ['ok', 'script_async'],
  },
  'promise-then-poisoned': {
    tries: '`Promise.prototype.then` replaced',
    code: `Promise.prototype.then = function () { for (;;); };
Promise.prototype.constructor = function () { for (;;); };
return livetex.hasOnlineOperators();`,
    ends: ['ok'],
    returns: true,
    run: { call: async () => 'true' },
  },
  'reject-hidden': {
    tries: 'a rejection with endless getters, with no word of asynchronous code in the text',
    code: String.raw`globalThis["Prom" + "ise"].reject({ get message() { for (;;); }, get stack() { for (;;); } });
return 1;`,
    ends: ['script_timeout', 'script_async', 'ok'],
  },
  'reject-looping': {
    tries:
      'a rejected promise that carries an Error with endless getters: read by isolated-vm itself, outside every time-out',
    code: `const e = new Error("x");
for (const k of ["message", "stack", "name"]) Object.defineProperty(e, k, { get() { for (;;); } });
Promise.reject(e);`,
    ends: ['script_timeout', 'script_async'],
  },
};
