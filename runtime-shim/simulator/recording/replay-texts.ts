import type { DialogMode } from '../../../plugin/contract/dialog.ts';
import type { Catalogue, Text } from '../../../plugin/contract/text.ts';

const STATUSES: Readonly<Record<string, string>> = {
  online: 'в сети',
  pause: 'на паузе',
  away: 'отошёл',
  offline: 'не в сети',
};

/** Modes of a dialog. In English they are codes. */
export const MODE_TEXTS: Readonly<Record<DialogMode, Text>> = {
  bot: { en: 'bot', ru: 'у бота' },
  transferring: { en: 'transferring', ru: 'переводится' },
  waiting: { en: 'waiting', ru: 'ждёт оператора' },
  operator: { en: 'operator', ru: 'у оператора' },
};

/** What is said about a dialog that went another way than it was recorded. */
export const REPLAY_TEXTS = {
  // What differs.
  sees: { en: 'what the lead sees', ru: 'что видит лид' },
  scripts: { en: 'scripts', ru: 'скрипты' },
  errors: { en: 'errors of scripts', ru: 'ошибки скриптов' },
  mode: { en: 'mode of the dialog', ru: 'состояние диалога' },
  header: { en: "attributes in the operator's header", ru: 'атрибуты в заголовке у оператора' },
  deed: { en: 'this could not be done', ru: 'сделать это не удалось' },
  head: (step: number, deed: Text, what: Text): Text => ({
    en: `step ${step}, ${deed.en}: ${what.en}`,
    ru: `шаг ${step}, ${deed.ru}: ${what.ru}`,
  }),

  // Who said it.
  bot: { en: 'bot', ru: 'бот' },
  operator: { en: 'operator', ru: 'оператор' },
  notice: { en: 'notice', ru: 'уведомление' },

  // What was done.
  leadSays: (text: string): Text => ({ en: `the lead says "${text}"`, ru: `лид пишет «${text}»` }),
  operatorIs: (name: string, status: string): Text => ({
    en: `operator ${name} is ${status}`,
    ru: `оператор ${name} ${STATUSES[status] ?? status}`,
  }),
  operatorAnswers: (name: string, text: string): Text => ({
    en: `operator ${name} answers "${text}"`,
    ru: `оператор ${name} отвечает «${text}»`,
  }),
  operatorSends: (name: string, file: string): Text => ({
    en: `operator ${name} sends ${file}`,
    ru: `оператор ${name} отправляет ${file}`,
  }),
  operatorHandsOver: (name: string, to: string): Text => ({
    en: `operator ${name} hands over to ${to}`,
    ru: `оператор ${name} передаёт диалог: ${to}`,
  }),
  operatorReads: (name: string): Text => ({ en: `operator ${name} reads`, ru: `оператор ${name} читает` }),
  operatorCloses: (name: string): Text => ({
    en: `operator ${name} closes the dialog`,
    ru: `оператор ${name} закрывает диалог`,
  }),
  timePasses: (seconds: number): Text => ({ en: `${seconds} s go by`, ru: `прошло ${seconds} с` }),
  liveTexWaits: { en: 'LiveTex asks to wait', ru: 'LiveTex просит подождать' },
} satisfies Catalogue;
