import type { AbuseCases } from '../abuse-case.ts';

/** The text of a script. */
export const cases: AbuseCases = {
  'source-await': {
    tries: '`await` where there is no async function',
    code: 'await 1;',
    ends: ['script_syntax'],
  },
  'source-brackets': {
    tries: 'two hundred thousand brackets',
    code: 'PADDING',
    ends: ['script_syntax', 'script_error', 'ok'],
    run: { code: `return ${'('.repeat(200_000)}1${')'.repeat(200_000)};` },
  },
  'source-close': {
    tries: 'a text that closes our function',
    code: '}); while (true) {} (function () {',
    ends: ['script_syntax'],
  },
  'source-close-call': {
    tries: 'a text that closes our function and calls with arguments',
    code: 'return 1 }), true); globalThis.x = 1; ((function () {',
    ends: ['script_syntax'],
  },
  'source-close-comment': {
    tries: 'a text that opens a comment over our last line',
    code: 'return 1; /*',
    ends: ['script_syntax'],
  },
  'source-close-template': {
    tries: 'a text that opens a template over our last line',
    code: 'return `',
    ends: ['script_syntax'],
  },
  'source-giant': {
    tries: 'a script of just over a million characters',
    code: `return 1;
//PADDING`,
    ends: ['script_argument'],
    run: { code: `return 1;//${'x'.repeat(1_000_001)}` },
  },
  'source-hashbang': {
    tries: 'a hashbang line',
    code: `#!/bin/sh
return 1;`,
    ends: ['script_syntax'],
  },
  'source-html-comment': {
    tries: 'HTML-like comments, which sloppy mode still has',
    code: `<!-- x
--> y
return 1;`,
    ends: ['ok'],
    returns: 1,
  },
  'source-line-separator': {
    tries: 'U+2028 and U+2029, which end lines',
    code: 'var a = 1;\u2028var b = 2;\u2029foo.bar',
    ends: ['script_error'],
    says: /foo/,
    check: (result) => {
      if (result.ok || result.error.line !== 3) throw new Error(JSON.stringify(result));
    },
  },
  'source-nul': {
    tries: 'a NUL character in the text',
    code: 'return "a\u0000b".length;',
    ends: ['ok'],
    returns: 3,
  },
  'source-strict': {
    tries: '`use strict` at the top, with code that strict mode refuses',
    code: `'use strict';
x = 1;`,
    ends: ['script_error'],
    says: /x is not defined/,
  },
  'source-super': {
    tries: '`super` and `new.target` outside a class',
    code: 'return super.x;',
    ends: ['script_syntax'],
  },
  'source-surrogate': {
    tries: 'half a surrogate pair in the text',
    code: 'return "\ud83d".length + "\ude00".length;',
    ends: ['ok', 'script_syntax'],
  },
  'source-url': {
    tries: 'a forged source name',
    code: `//# sourceURL=/etc/passwd
foo.bar
//# sourceMappingURL=file:///etc/passwd`,
    ends: ['script_error'],
    check: (result) => {
      if (result.ok || result.error.line !== 2) throw new Error(JSON.stringify(result));
    },
  },
};
