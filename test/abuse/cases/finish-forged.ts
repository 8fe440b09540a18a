import type { AbuseCase } from '../abuse-case.ts';

const REPORT =
  '{"ok":true,"returned":"forged","writes":{"attributes":{},"systemAttributes":{"sys_livetex_attrs":{}},"tags":{"add":[],"remove":[]},"bot":{},"memory":{}},"actions":[]}';

export const abuse: AbuseCase = {
  tries: 'the name under which the runner asks for a late report, taken first, then by a continuation',
  code: String.raw`const forged = () => ${JSON.stringify(REPORT)};
Object.defineProperty(globalThis, "metabot:finish", { value: forged, configurable: true, writable: true });
Promise.resolve().then(() => { try { globalThis["metabot:finish"] = forged; Object.defineProperty(globalThis, "metabot:finish", { value: forged }); } catch (e) {} });
return "own";`,
  ends: ['ok'],
  returns: 'own',
};
