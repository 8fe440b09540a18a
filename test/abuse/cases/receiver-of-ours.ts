import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'our functions called as methods of what the script made, to catch what they return or write to',
  code: String.raw`const seen = [];
const trap = new Proxy({}, { get(t, k) { seen.push(k); return () => trap; }, set(t, k) { seen.push(k); return true; }, has(t, k) { seen.push(k); return true; } });
for (const o of [lead, bot, memory, console, livetex]) for (const k of Object.keys(o)) { if (k === "stop") continue; try { o[k].call(trap, "a", "b"); } catch (e) { if (typeof e.code !== "string") seen.push(String(e)); } }
return seen;`,
  ends: ['ok'],
  returns: [],
  run: { call: async () => 'true' },
};
