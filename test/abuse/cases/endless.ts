import type { AbuseCases } from '../abuse-case.ts';

/** Loops, recursion and iterators that never end. */
export const cases: AbuseCases = {
  'catch-loop': {
    tries: 'catching whatever ends a loop, and looping again',
    code: 'for (;;) { try { for (;;); } catch (e) {} finally { continue; } }',
    ends: ['script_timeout'],
  },
  'date-loop': {
    tries: 'dates and formats for ever',
    code: 'for (;;) new Date().toLocaleString("ru", { timeZone: "Asia/Tokyo" });',
    ends: ['script_timeout', 'script_memory'],
  },
  'disposal-loop': {
    tries: '`DisposableStack` that is never done',
    code: String.raw`const stack = new DisposableStack();
stack.defer(() => { for (;;); });
stack.dispose();`,
    ends: ['script_timeout'],
  },
  'endless-for': {
    tries: 'a loop with nothing in it, which V8 compiles to a jump',
    code: 'for (;;);',
    ends: ['script_timeout'],
  },
  'endless-loop': {
    tries: 'a loop without end',
    code: 'while (true) {}',
    ends: ['script_timeout'],
  },
  'endless-recursion': {
    tries: 'calls without end',
    code: `function f() { f(); }
f();`,
    ends: ['script_error'],
    says: /Maximum call stack/,
  },
  'finally-loop': {
    tries: '`finally` that never lets go',
    code: 'try { return 1; } finally { for (;;); }',
    ends: ['script_timeout'],
  },
  'generator-endless': {
    tries: 'a generator without end, spread',
    code: 'return [...(function* () { for (;;) yield 1; })()].length;',
    ends: ['script_timeout', 'script_memory'],
  },
  'iterator-endless': {
    tries: 'an iterator that never ends, destructured',
    code: `const it = { [Symbol.iterator]: () => ({ next: () => ({ done: false, value: 1 }) }) };
const [...all] = it;`,
    ends: ['script_timeout', 'script_memory'],
  },
  'iterator-helpers': {
    tries: 'iterator helpers that never find anything',
    code: String.raw`function* n() { for (;;) yield 1; }
return n().map((x) => x + 1).filter(() => false).flatMap((x) => [x]).take(1).toArray();`,
    ends: ['script_timeout'],
  },
  'iterator-reduce': {
    tries: '`Iterator.from` of what has no end',
    code: String.raw`return Iterator.from({ next: () => ({ done: false, value: [1, 2, 3] }) }).flatMap((x) => x).reduce((a, b) => a + b);`,
    ends: ['script_timeout', 'script_memory'],
  },
  'proxy-loop': {
    tries: 'a Proxy whose traps call each other for ever',
    code: `const p = new Proxy({}, { get: (t, k, r) => { for (;;) r[k + "x"]; } });
return p.a;`,
    ends: ['script_timeout', 'script_error', 'script_memory'],
  },
  'recursion-doubling': {
    tries: 'recursion that starts again from `finally`',
    code: `function f() { try { f(); } finally { f(); } }
f();`,
    ends: ['script_timeout', 'script_error'],
  },
  'sort-comparator': {
    tries: 'a comparator without end',
    code: 'return [3, 2, 1].sort(() => { for (;;); });',
    ends: ['script_timeout'],
  },
  'stop-caught': {
    tries: 'going on after bot.stop()',
    code: `lead.setAttr("a", "1");
try { bot.stop(); } catch (e) {}
try { lead.setAttr("b", "2"); } catch (e) {}
try { bot.sendMessage("x"); } catch (e) {}
return "went on";`,
    ends: ['ok'],
    returns: null,
    check: (result) => {
      if (!result.ok || 'b' in result.writes.attributes || result.actions.length !== 1)
        throw new Error(JSON.stringify(result));
    },
  },
  'stop-loop': {
    tries: 'looping after bot.stop()',
    code: `try { bot.stop(); } catch (e) {}
for (;;);`,
    ends: ['script_timeout'],
  },
  'typed-array-sort': {
    tries: 'sorting with a comparator that never agrees',
    code: `const a = new Uint8Array(1e6);
for (;;) a.sort(() => Math.random() - 0.5);`,
    ends: ['script_timeout'],
  },
};
