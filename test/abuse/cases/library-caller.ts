import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
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
};
