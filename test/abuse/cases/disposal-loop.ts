import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: '`DisposableStack` that is never done',
  code: String.raw`const stack = new DisposableStack();
stack.defer(() => { for (;;); });
stack.dispose();`,
  ends: ['script_timeout'],
};
