/** What may be wrong with a community of VK, and what to do. */
import { type Check, failedCheck } from '../../../plugin/contract/plugin.ts';
import type { Text } from '../../../plugin/contract/text.ts';

/** A server of the community's Callback API. */
interface Server {
  readonly url: string;
  readonly status: string;
}

const ADVICE = {
  set: { en: 'metabot-livetex channel set puts it right', ru: 'исправит metabot-livetex channel set' },
  rights: {
    en: "make a new access key in the community's settings, with these rights",
    ru: 'создайте в настройках сообщества новый ключ доступа с этими правами',
  },
  reach: {
    en: 'the server must run when channel set is called, and be reached from outside; then call channel set again',
    ru: 'во время channel set сервер должен работать и быть доступен снаружи; потом повторите channel set',
  },
  code: {
    en: 'take the string from the community\'s settings of the Callback API as "confirmation"',
    ru: 'возьмите строку из настроек Callback API сообщества в "confirmation"',
  },
} as const satisfies Readonly<Record<string, Text>>;

export function rightsCheck(missing: readonly string[]): Check {
  if (missing.length === 0) return { name: 'rights', ok: true };
  const list = missing.join(', ');
  return failedCheck('rights', { en: `the token may not: ${list}`, ru: `у токена нет прав: ${list}` }, ADVICE.rights);
}

export function addressCheck(ours: Server | undefined, wanted: string): Check {
  const name = 'webhook';
  if (ours?.url !== wanted) {
    const problem = { en: `VK does not post to ${wanted}`, ru: `VK не шлёт на ${wanted}` };
    return failedCheck(name, problem, ADVICE.set);
  }
  if (ours.status !== 'failed' && ours.status !== 'unconfigured') return { name, ok: true };
  const problem = { en: 'VK was not answered with the confirmation', ru: 'VK не получил подтверждение адреса' };
  return failedCheck(name, problem, ADVICE.reach);
}

export function strayCheck(registered: string | null): Check {
  const name = 'webhook';
  if (registered === null) return { name, ok: true };
  const problem = {
    en: 'it is polled, but VK posts here as well',
    ru: 'канал опрашивается, но VK шлёт события и сюда',
  };
  return failedCheck(name, problem, ADVICE.set);
}

export function longPollCheck(isEnabled: boolean): Check {
  if (isEnabled) return { name: 'longPoll', ok: true };
  const problem = { en: 'Long Poll is switched off in the community', ru: 'в сообществе выключен Long Poll' };
  return failedCheck('longPoll', problem, ADVICE.set);
}

export function confirmationCheck(isSame: boolean): Check {
  if (isSame) return { name: 'confirmation', ok: true };
  const problem = { en: '"confirmation" is not what VK wants to hear', ru: '"confirmation" — не то, чего ждёт VK' };
  return failedCheck('confirmation', problem, ADVICE.code);
}
