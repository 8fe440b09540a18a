import type { LeadRef } from '../../../plugin/contract/lead.ts';

export const BINDING = 'main';
export const WEBHOOK_KEY = 'webhook-key-of-the-benchmark';
export const BOT_ID = 'support';

/** The benchmark's leads, by number. */
export function leadNumber(number: number): LeadRef {
  return { botId: BOT_ID, channel: 'telegram', externalId: String(number) };
}

/** An operator's text as LiveTex posts it. Ids never repeat: a duplicate would cost less. */
export function operatorText(id: string, lead: number): string {
  return JSON.stringify({
    id,
    type: 'TextMessage',
    webhook_key: WEBHOOK_KEY,
    user_id: `${BOT_ID}:telegram:${lead}`,
    employee: { employee_id: 'e-1', first_name: 'Анна', last_name: 'Котова' },
    timestamp: Date.now(),
    from: 'Employee',
    text: 'Добрый день! Сейчас посмотрю, что с вашим заказом, и сразу отвечу.',
  });
}
