import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'functions compiled for ever',
  code: `const a = [];
for (let i = 0; ; i += 1) { const f = new Function("return " + i + "+".repeat(0) + "/*" + "x".repeat(1000) + "*/"); f(); a.push(f); }`,
  ends: ['script_memory', 'script_timeout'],
};
