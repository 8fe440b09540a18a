import type { AbuseCases } from '../abuse-case.ts';

/** The other side: what the host answers, libraries and snippets. */
export const cases: AbuseCases = {
  'host-answers-giant': {
    tries: 'a host function that answers too much',
    code: 'return livetex.hasOnlineOperators();',
    ends: ['script_result_too_large'],
    run: { call: async () => JSON.stringify('x'.repeat(5_000_000)) },
  },
  'host-answers-nonsense': {
    tries: 'a host function that answers what is not JSON',
    code: 'return livetex.hasOnlineOperators();',
    ends: ['script_error', 'script_host_failed', 'ok'],
    run: { call: async () => '}{' },
  },
  'host-fails': {
    tries: 'a host function that fails with a path of the machine in its words',
    code: 'livetex.hasOnlineOperators();',
    ends: ['script_host_failed'],
    run: {
      call: async () => {
        throw Object.assign(new Error(`ENOENT: ${process.cwd()}`), { code: 'ENOENT' });
      },
    },
  },
  'host-never-answers': {
    tries: 'a host call that is never answered',
    code: 'return livetex.hasOnlineOperators();',
    ends: ['script_deadline'],
    run: { call: async () => await new Promise(() => undefined) },
  },
  'library-async': {
    tries: 'a library that goes on after the end',
    code: `require("Business.Late");
return 1;`,
    ends: ['script_async'],
    run: {
      libraries: {
        'Business.Late': { file: 'late.js', code: 'Promise.resolve().then(() => lead.setAttr("late", "1"));' },
      },
    },
  },
  'library-attacks': {
    tries: 'a library that attacks the script that loads it',
    code: `require("Business.Evil");
lead.setAttr("a", "b");
return lead.getAttr("a") + typeof lead.setAttr + Object.keys(lead.getAllAttr());`,
    ends: ['ok'],
    returns: 'bfunctiona',
    run: {
      libraries: {
        'Business.Evil': {
          file: 'evil.js',
          code: 'lead = null; globalThis.lead = null; lead.setAttr = null; Array.prototype.map = null; Object.prototype.toJSON = () => 1; JSON.stringify = null; delete globalThis.lead; this.bot = null;',
        },
      },
    },
  },
  'library-caller': {
    tries: 'a library that looks at its caller',
    code: 'return require("Business.Spy")();',
    ends: ['ok'],
    returns: null,
    run: {
      libraries: {
        'Business.Spy': {
          file: 'spy.js',
          code: 'module.exports = function f() { return f.caller === null ? 1 : null; };',
        },
      },
    },
  },
  'library-close': {
    tries: 'a library whose text closes our function',
    code: 'require("Business.Close");',
    ends: ['script_syntax'],
    run: { libraries: { 'Business.Close': { file: 'close.js', code: '}); while (true) {} (function () {' } } },
  },
  'library-exports-proxy': {
    tries: 'a library whose exports are a Proxy without end: whether it exports anything must not be asked of it',
    code: 'return typeof require("Business.Trap");',
    ends: ['ok', 'script_timeout'],
    returns: 'object',
    run: {
      libraries: {
        'Business.Trap': {
          file: 'trap.js',
          code: 'module.exports = new Proxy({}, { ownKeys() { for (;;); }, get() { for (;;); }, getOwnPropertyDescriptor() { for (;;); } });',
        },
      },
    },
  },
  'library-longest': {
    tries: 'the largest library there may be, asked for by a thousand names',
    code: 'let sum = 0; for (let i = 0; i < 1000; i += 1) sum += require("Business.Big").length; try { require("Business." + "x".repeat(1000000)); } catch (e) { return [sum, e.message.length < 1000]; }',
    ends: ['ok'],
    returns: [520_000_000, true],
    run: { libraries: { 'Business.Big': { file: 'big.js', code: `module.exports = '${'x'.repeat(520_000)}';` } } },
  },
  'library-endless': {
    tries: 'a library without end',
    code: 'require("Business.Loop");',
    ends: ['script_timeout'],
    run: { libraries: { 'Business.Loop': { file: 'loop.js', code: 'for (;;);' } } },
  },
  'snippet-bomb': {
    tries: 'snippets that double each other',
    code: "snippet('Business.N9');",
    ends: ['script_argument'],
    says: /longer/,
    run: {
      libraries: Object.fromEntries(
        Array.from({ length: 10 }, (_, n) => [
          `Business.N${n}`,
          { file: `n${n}.js`, code: n === 0 ? 'x;'.repeat(100) : `snippet('Business.N${n - 1}');`.repeat(30) },
        ]),
      ),
    },
  },
  'snippet-circle': {
    tries: 'snippets that contain each other',
    code: "snippet('Business.A');",
    ends: ['script_argument'],
    says: /deep/,
    run: {
      libraries: {
        'Business.A': { file: 'a.js', code: "snippet('Business.B')" },
        'Business.B': { file: 'b.js', code: "snippet('Business.A')" },
      },
    },
  },
  'snippet-host': {
    tries: 'a snippet with a path',
    code: "snippet('../../../etc/passwd');",
    ends: ['script_library_missing'],
  },
};
