import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: "the classical way out of vm2 and of naive sandboxes: a function made by another function's constructor",
  code: `const f = lead.setAttr.constructor.constructor;
return [typeof f("return this.process")(), typeof f("return this.require.main")(), f("return this")() === globalThis];`,
  ends: ['ok'],
  returns: ['undefined', 'undefined', true],
};
