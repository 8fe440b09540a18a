import type { AbuseCase } from '../abuse-case.ts';

export const abuse: AbuseCase = {
  tries: 'messages for ever, with every refusal caught',
  code: `for (let i = 0; i < 1e4; i += 1) { try { bot.sendMessage("x"); } catch (e) {} }
return 1;`,
  ends: ['ok'],
  returns: 1,
  check: (result) => {
    if (!result.ok || result.actions.length > 200) throw new Error('too many actions');
  },
};
