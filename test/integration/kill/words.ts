/** The language of the stories: by these words in a lead's text bot and operators know what the lead wants. */
export const ASKS = 'оператор';
/** The operator reads, answers and closes at once. */
export const HASTY = 'на минуту';
export const ASKS_OTHER = 'другой';
export const SAYS_BYE = 'пока';
/** Said without waiting for the transfer: the bot may still answer, nobody else does. */
export const IMPATIENT = 'скорее';

export const LEAD_HEADER = 'L';
export const BOT_HEADER = 'B';

export const ANNA = 'Анна';
export const BORIS = 'Борис';

export const NOTICES = {
  transferred: 'Диалог переведён на оператора',
  connected: (operator: string): string => `Оператор ${operator} подключился к диалогу`,
  returned: 'Оператор вернул диалог боту',
} as const;

/** What an operator says to a lead's text. */
export function replyTo(text: string): string {
  return `на «${text}»`;
}
