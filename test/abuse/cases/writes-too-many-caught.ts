import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'the same with every refusal caught',
  code: String.raw`let refused = 0;
for (let i = 0; i < 10050; i += 1) { try { memory.setAttr(i.toString(36), ""); } catch (e) { refused += 1; } }
return refused;`,
  ends: ['ok', 'script_timeout'],
  check: (result) => {
    if (result.ok && (result.returned !== 50 || Object.keys(result.writes.memory).length !== 10_000))
      throw new Error('counted wrongly');
  },
};
