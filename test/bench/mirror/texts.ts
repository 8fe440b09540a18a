import { BOT_ID, leadNumber } from '../webhooks/event.ts';
import type { PlatformEvent } from '../../../plugin/contract/events.ts';

/** Requests in flight at one time, for ours and for undici alone. */
export const IN_FLIGHT = 32;
export const TOKEN = 'token-of-the-benchmark';
export const HEADER = '👤 Пользователь';

export function textOf(number: number): string {
  return `Здравствуйте! Когда приедет мой заказ № ${number}? Я жду его с понедельника.`;
}

/** The `number`-th message: leads take turns. */
export function leadMessage(number: number, leads: number): PlatformEvent {
  const lead = leadNumber(number % leads);
  return { type: 'LeadMessage', id: `m-${process.pid}-${number}`, lead, at: 1, content: { text: textOf(number) } };
}

/** The request that mirrors it. */
export function requestBody(number: number, leads: number): string {
  const user = `${BOT_ID}:telegram:${number % leads}`;
  return JSON.stringify({ user_id: user, text: `${HEADER}\n${textOf(number)}` });
}
