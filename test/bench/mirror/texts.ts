import { BOT_ID, leadNumber } from '../webhooks/event.ts';
import type { PlatformEvent } from '../../../plugin/contract/events.ts';

/** Requests in flight at one time, for ours and for undici alone. */
export const IN_FLIGHT = 32;
export const TOKEN = 'token-of-the-benchmark';
export const HEADER = '👤 Пользователь';

function textOf(number: number): string {
  return `Здравствуйте! Когда приедет мой заказ № ${number}? Я жду его с понедельника.`;
}

/** Steps through the leads, so that neighbours in time are not neighbours in storage. A prime: all leads get their turn. */
const STRIDE = 7_919;

function leadOf(number: number, leads: number): number {
  return (number * STRIDE) % leads;
}

/** The `number`-th message: leads take turns. */
export function leadMessage(number: number, leads: number): PlatformEvent {
  const lead = leadNumber(leadOf(number, leads));
  return { type: 'LeadMessage', id: `m-${process.pid}-${number}`, lead, at: 1, content: { text: textOf(number) } };
}

/** The request that mirrors it. */
export function requestBody(number: number, leads: number): string {
  const user = `${BOT_ID}:telegram:${leadOf(number, leads)}`;
  return JSON.stringify({ user_id: user, text: `${HEADER}\n${textOf(number)}` });
}
