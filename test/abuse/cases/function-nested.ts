import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`new Function` with a hundred thousand brackets',
  code: 'return new Function("return " + "(".repeat(1e5) + "1" + ")".repeat(1e5))();',
  ends: ['script_error', 'ok'],
};
