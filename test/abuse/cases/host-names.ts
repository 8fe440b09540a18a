import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'the names of a Node process',
  code: 'return ["process", "module", "exports", "global", "Buffer", "setTimeout", "setInterval", "setImmediate", "queueMicrotask", "fetch", "XMLHttpRequest", "WebAssembly", "SharedArrayBuffer", "Atomics", "FinalizationRegistry", "WeakRef", "performance", "structuredClone", "ivm"].filter((name) => name in globalThis);',
  ends: ['ok'],
  returns: [],
};
