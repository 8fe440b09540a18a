import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'an error made while V8 formats another one, whose stack V8 would write itself, with frames of ours',
  code: String.raw`const inner = [];
const spy = () => { inner.push(new Error("inner").stack); return "x"; };
class E extends Error { get name() { return spy(); } get message() { return spy(); } }
const trap = new Proxy(Error.prototype, { get: (t, k) => { spy(); return t[k]; }, getPrototypeOf: () => { spy(); return null; }, getOwnPropertyDescriptor: () => { spy(); } });
const made = [new E(), Object.setPrototypeOf(new Error("a"), trap), Object.defineProperty(new Error("b"), "message", { get: spy })];
for (const o of [new Proxy({}, { get: spy, getOwnPropertyDescriptor: spy }), { get name() { return spy(); } }]) { try { Error.captureStackTrace(o); made.push(o); } catch (e) {} }
const stacks = made.map((e) => e.stack);
try { lead.setAttr("a", made[0]); throw made[0]; } catch (e) { stacks.push(e.stack); }
return [...stacks, ...inner].filter((text) => /metabot|platform|native|anonymous/.test(text));`,
  ends: ['ok'],
  returns: [],
};
