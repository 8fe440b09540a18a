import { ASKS } from './words.ts';

/** Answers with a number that it counts in the lead's attributes: a run that is lost or done twice shows in the numbers. */
const ANSWER = `
const number = Number(lead.getAttr('answers') || 0) + 1;
lead.setAttr('answers', number);
bot.sendMessage('бот ' + number);
`;
const HEADER = `lead.setLiveTexAttr({ ответов: Number(lead.getAttr('answers') || 0) });`;

const answer = { type: 'run_javascript', file: 'answer.js' };

/** The bot folder's files. */
export const BOT_FILES: Readonly<Record<string, string>> = {
  'bot.json': JSON.stringify({
    id: 'support',
    scripts: [
      { code: 'start', commands: [answer] },
      { code: 'lost', type: 'fallback', commands: [answer] },
      {
        code: 'operator',
        commands: [answer, { type: 'run_javascript', file: 'header.js' }, { type: 'forward_to_operator' }],
      },
      { code: 'back', type: 'return', commands: [answer] },
    ],
    routes: [{ regex: ASKS, script: 'operator' }],
  }),
  'answer.js': ANSWER,
  'header.js': HEADER,
};
