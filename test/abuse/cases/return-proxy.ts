import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'a Proxy of endless keys as the answer',
  code: 'return new Proxy({}, { ownKeys: () => Array.from({ length: 1e6 }, (v, i) => "k" + i), getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }) });',
  ends: ['script_timeout', 'script_result_too_large', 'script_memory', 'ok', 'script_error'],
};
