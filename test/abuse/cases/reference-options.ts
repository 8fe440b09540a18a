import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'isolated-vm CVE-2021-21413 and its kin: options read through the prototype chain',
  code: `Object.prototype.result = { reference: true };
Object.prototype.reference = true;
Object.prototype.arguments = { reference: true };
Object.prototype.copy = true;
const got = livetex.hasOnlineOperators();
console.log("x");
return typeof got;`,
  ends: ['ok'],
  returns: 'boolean',
  run: { call: async () => 'true' },
};
