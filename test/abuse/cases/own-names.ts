import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'the names that the runner used before the script',
  code: 'return Reflect.ownKeys(globalThis).filter((name) => String(name).includes(":") || String(name).includes("metabot"));',
  ends: ['ok'],
  returns: [],
};
