import type { AbuseCases } from '../abuse-case.ts';

/** What a script throws. */
export const cases: AbuseCases = {
  'suppressed-errors': {
    tries: 'errors that suppress each other a thousand deep',
    code: String.raw`let e = new Error("0");
for (let i = 0; i < 1e3; i += 1) e = new SuppressedError(new Error("x", { cause: e }), e, "both");
throw e;`,
    ends: ['script_error'],
    says: /SuppressedError: both/,
  },
  'throw-bigint': {
    tries: 'a BigInt',
    code: 'throw 10n;',
    ends: ['script_error'],
  },
  'throw-circular': {
    tries: 'a circular object',
    code: `const o = { name: "o" };
o.self = o;
throw o;`,
    ends: ['script_error'],
    says: /circular/,
  },
  'throw-foreign-code': {
    tries: 'an error that pretends to be one of ours',
    code: 'throw Object.assign(new Error("x"), { code: "sandbox_killed", fault: "internal" });',
    ends: ['script_error'],
  },
  'throw-function': {
    tries: 'a function with a hostile `toString`',
    code: `const f = () => 1;
f.toString = () => { for (;;); };
throw f;`,
    ends: ['script_error'],
  },
  'throw-getter-chain': {
    tries: 'errors as causes of each other',
    code: `const a = new Error("a");
const b = new Error("b", { cause: a });
a.cause = b;
throw new AggregateError([a, b, a], "many", { cause: b });`,
    ends: ['script_error'],
    says: /AggregateError: many/,
  },
  'throw-giant-message': {
    tries: 'an Error with a message of a hundred million characters',
    code: 'throw new Error("x".repeat(1e8));',
    ends: ['script_timeout', 'script_error', 'script_memory'],
    check: (result) => {
      if (!result.ok && result.error.message.length > 3_000) throw new Error('the message is not cut');
    },
  },
  'throw-looping-message': {
    tries: 'an Error whose `message` never answers',
    code: `const e = new Error("x");
Object.defineProperty(e, "message", { get() { for (;;); } });
throw e;`,
    ends: ['script_timeout'],
  },
  'throw-looping-name': {
    tries: 'a class of errors whose `name` never answers',
    code: `class E extends Error { get name() { for (;;); } }
throw new E("x");`,
    ends: ['script_timeout'],
  },
  'throw-looping-stack': {
    tries: 'an Error whose `stack` never answers',
    code: `const e = new Error("x");
Object.defineProperty(e, "stack", { get() { for (;;); } });
throw e;`,
    ends: ['script_timeout'],
  },
  'throw-null': {
    tries: '`null`',
    code: 'throw null;',
    ends: ['script_error'],
    says: /null/,
  },
  'throw-proxy': {
    tries: 'a Proxy that answers every question with a loop',
    code: 'throw new Proxy(new Error("x"), { get() { for (;;); }, getPrototypeOf() { return Error.prototype; } });',
    ends: ['script_timeout', 'script_error'],
  },
  'throw-revoked': {
    tries: 'a revoked Proxy',
    code: `const { proxy, revoke } = Proxy.revocable({}, {});
revoke();
throw proxy;`,
    ends: ['script_error'],
  },
  'throw-stop-lookalike': {
    tries: 'an object without a prototype, like the signal of bot.stop()',
    code: `lead.setAttr("a", "b");
throw Object.create(null);`,
    ends: ['script_error'],
  },
  'throw-symbol': {
    tries: 'a symbol, which has no text',
    code: 'throw Symbol("s");',
    ends: ['script_error'],
    says: /Symbol/,
  },
  'throw-undefined': {
    tries: '`undefined`',
    code: 'throw undefined;',
    ends: ['script_error'],
    says: /undefined/,
  },
};
