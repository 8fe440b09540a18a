import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'the name under which the runner asks for a late report, fixed so that ours cannot be put there',
  code: String.raw`Object.defineProperty(globalThis, "metabot:finish", { value: () => '{"ok":true}' });
Promise.resolve().then(() => 1);
return 1;`,
  ends: ['script_async'],
};
