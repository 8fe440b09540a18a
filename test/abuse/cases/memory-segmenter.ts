import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'segments of a long text',
  code: `const a = [];
for (;;) a.push([...new Intl.Segmenter("ru", { granularity: "word" }).segment("слово ".repeat(1000))]);`,
  ends: ['script_memory', 'script_timeout'],
};
