import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`Map`, `WeakMap` and `Set` replaced',
  code: `for (const T of [Map, WeakMap, Set, WeakSet]) for (const k of ["get", "set", "has", "add", "delete"]) T.prototype[k] = () => { throw new Error("caught"); };
try { lead.setAttr("", 1); } catch (e) { throw e; }`,
  ends: ['script_argument'],
};
