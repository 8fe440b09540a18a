import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'walks everything that can be reached, looking for a reference of isolated-vm',
  code: `const seen = new Set();
const found = [];
const todo = [globalThis, lead, bot, memory, console, require, snippet, livetex];
while (todo.length > 0 && seen.size < 20000) {
  const value = todo.pop();
  if ((typeof value !== "object" && typeof value !== "function") || value === null || seen.has(value)) continue;
  seen.add(value);
  for (const key of Reflect.ownKeys(value)) {
    if (/^(applySync|applySyncPromise|applyIgnored|derefInto|copySync|compileScript)$/.test(String(key))) found.push(String(key));
    const d = Reflect.getOwnPropertyDescriptor(value, key);
    if (d !== undefined) todo.push(d.value, d.get, d.set);
  }
  todo.push(Reflect.getPrototypeOf(value));
}
return found;`,
  ends: ['ok'],
  returns: [],
};
