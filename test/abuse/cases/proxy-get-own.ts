import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'SandboxJS: Function through `getOwnPropertyDescriptor` of a native',
  code: `const d = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(lead.getAttr), "constructor");
return typeof d.value("return typeof process")();`,
  ends: ['ok'],
  returns: 'string',
};
