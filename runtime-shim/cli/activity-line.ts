/** What happens in a runtime, as lines of a terminal. */
import { MODE_TEXTS } from '../simulator/recording/replay-texts.ts';
import { type Catalogue, type Language, type Text, wordsFor } from '../../plugin/contract/text.ts';
import type { Activity } from '../../plugin/contract/host.ts';
import { userIdOf } from '../../plugin/contract/lead.ts';
import type { RuntimeActivity, TranscriptMessage } from '../runtime/contract.ts';
import type { ScriptError } from '../sandbox/contract.ts';
import { type Colour, type Terminal, coloured, printable, printableField, printableJson } from './terminal.ts';

/** One line: who, what, and about whom. */
export interface ActivityLine {
  readonly at: number;
  readonly who: string;
  readonly text: string;
  readonly colour: Colour;
  /** LiveTex's user id of the lead, when it is about one. */
  readonly lead?: string;
}

/** Words of the second column have at most `WHO_WIDTH` characters. */
export const ACTIVITY_TEXTS = {
  lead: { en: 'lead', ru: 'лид' },
  bot: { en: 'bot', ru: 'бот' },
  operator: { en: 'operator', ru: 'оператор' },
  notice: { en: 'notice', ru: 'сервис' },
  silent: { en: 'silent', ru: 'молчит' },
  log: { en: 'log', ru: 'журнал' },
  script: { en: 'script', ru: 'скрипт' },
  set: { en: 'set', ru: 'атрибуты' },
  error: { en: 'error', ru: 'ошибка' },
  dialog: { en: 'dialog', ru: 'диалог' },
  retry: { en: 'retry', ru: 'повтор' },
  givenUp: { en: 'given up', ru: 'отказ' },
  desk: { en: 'desk', ru: 'пульт' },
  ms: { en: 'ms', ru: 'мс' },
  noAnswer: { en: 'no answer', ru: 'нет ответа' },
  endpoint: (alias: string): Text => ({ en: `endpoint ${alias}`, ru: `вызов ${alias}` }),
  notSent: (text: string): Text => ({
    en: `an operator has the dialog, not sent: ${text}`,
    ru: `диалог у оператора, не отправлено: ${text}`,
  }),
  readAgain: { en: 'the bot folder was read again', ru: 'папка бота прочитана заново' },
  hasProblems: {
    en: 'the bot folder has problems, the last good one stays in force',
    ru: 'в папке бота ошибки, работает последний исправный вариант',
  },
} satisfies Catalogue;

const WHO_COLOURS: Readonly<Record<TranscriptMessage['from'], Colour>> = {
  lead: 'cyan',
  bot: 'green',
  operator: 'magenta',
  notice: 'yellow',
};

/** The lines of one activity; none for what would only repeat another line. */
export function activityLines(activity: RuntimeActivity, language: Language): ActivityLine[] {
  switch (activity.kind) {
    case 'message': {
      const { message, at } = activity;
      const name =
        message.from === 'operator' && message.operator !== undefined ? `${printableField(message.operator)}: ` : '';
      const text = `${name}${messageText(message)}`;
      return [
        {
          at,
          who: ACTIVITY_TEXTS[message.from][language],
          text,
          colour: WHO_COLOURS[message.from],
          lead: userIdOf(activity.lead),
        },
      ];
    }
    case 'script':
      return scriptLines(activity, language);
    case 'request': {
      const { at, method, host, path, status, ms, stub, error } = activity;
      const end = `${status ?? ACTIVITY_TEXTS.noAnswer[language]}${stub ? ' (stubs.json)' : ''}, ${ms} ${ACTIVITY_TEXTS.ms[language]}${error === undefined ? '' : ` (${error})`}`;
      const text = `${method} ${host}${printableField(path)}: ${end}`;
      return [
        {
          at,
          who: 'api',
          text,
          colour: error === undefined ? 'blue' : 'red',
          ...(activity.lead === undefined ? {} : { lead: userIdOf(activity.lead) }),
        },
      ];
    }
    case 'endpoint':
      return endpointLines(activity, language);
    case 'suppressed':
      return [
        {
          at: activity.at,
          who: ACTIVITY_TEXTS.silent[language],
          text: ACTIVITY_TEXTS.notSent(activity.text)[language],
          colour: 'dim',
          lead: userIdOf(activity.lead),
        },
      ];
    case 'author_log':
      return [
        {
          at: activity.at,
          who: ACTIVITY_TEXTS.log[language],
          text: activity.text,
          colour: levelColour(activity.level),
          lead: userIdOf(activity.lead),
        },
      ];
    case 'bot_reloaded': {
      if (activity.problems.length === 0) {
        return [
          {
            at: activity.at,
            who: ACTIVITY_TEXTS.bot[language],
            text: ACTIVITY_TEXTS.readAgain[language],
            colour: 'dim',
          },
        ];
      }
      const problems = wordsFor(language, activity.problems, activity.ru);
      const text = `${ACTIVITY_TEXTS.hasProblems[language]}:\n${problems.join('\n')}`;
      return [{ at: activity.at, who: ACTIVITY_TEXTS.bot[language], text, colour: 'red' }];
    }
    case 'plugin':
      return pluginLines(activity.activity, language);
  }
}

type ScriptActivity = Extract<RuntimeActivity, { kind: 'script' }>;

function scriptLines(
  { at, lead, script, file, log, error, usage, attributes }: ScriptActivity,
  language: Language,
): ActivityLine[] {
  const common = { at, lead: userIdOf(lead) };
  const name = file === undefined ? script : `${script}, ${file}`;
  const time = usage === undefined ? '' : ` (${usage.wallMs.toFixed(1)} ${ACTIVITY_TEXTS.ms[language]})`;
  const lines: ActivityLine[] = [];
  if (file !== undefined || error !== undefined) {
    lines.push({ ...common, who: ACTIVITY_TEXTS.script[language], text: `${name}${time}`, colour: 'blue' });
  }
  for (const line of log)
    lines.push({ ...common, who: ACTIVITY_TEXTS.log[language], text: line.text, colour: levelColour(line.level) });
  if (attributes !== undefined && Object.keys(attributes).length > 0) {
    lines.push({ ...common, who: ACTIVITY_TEXTS.set[language], text: printableJson(attributes), colour: 'blue' });
  }
  if (error !== undefined) lines.push({ ...common, ...errorLine(error, language) });
  return lines;
}

function endpointLines(
  { at, alias, log, usage, error }: Extract<RuntimeActivity, { kind: 'endpoint' }>,
  language: Language,
): ActivityLine[] {
  const text = `${ACTIVITY_TEXTS.endpoint(alias)[language]} (${usage.wallMs.toFixed(1)} ${ACTIVITY_TEXTS.ms[language]})`;
  const lines: ActivityLine[] = [{ at, who: ACTIVITY_TEXTS.script[language], text, colour: 'blue' }];
  for (const line of log)
    lines.push({ at, who: ACTIVITY_TEXTS.log[language], text: line.text, colour: levelColour(line.level) });
  if (error !== undefined) lines.push({ at, ...errorLine(error, language) });
  return lines;
}

function errorLine(error: ScriptError, language: Language): Omit<ActivityLine, 'at'> {
  const place = error.line === null ? error.file : `${error.file}:${error.line}:${error.column ?? 1}`;
  const message = wordsFor(language, error.message, error.ru);
  return { who: ACTIVITY_TEXTS.error[language], text: `${message} (${error.code}, ${place})`, colour: 'red' };
}

function pluginLines(activity: Activity, language: Language): ActivityLine[] {
  const { at } = activity;
  switch (activity.kind) {
    case 'livetex_request': {
      const { method, status, error, request, userId } = activity;
      const lead = userId === undefined ? {} : { lead: userId };
      if (error !== undefined) {
        return [
          {
            at,
            who: 'LiveTex',
            text: `${method}: ${status ?? ACTIVITY_TEXTS.noAnswer[language]} (${error})`,
            colour: 'red',
            ...lead,
          },
        ];
      }
      // Mirrored messages repeat what the dialog shows already; asking for operators is in the choice that follows.
      if (method !== 'selectDestination') return [];
      return [{ at, who: 'LiveTex', text: `${method} ${attributesIn(request)}`.trimEnd(), colour: 'blue', ...lead }];
    }
    case 'mode':
      return [
        {
          at,
          who: ACTIVITY_TEXTS.dialog[language],
          text: `${MODE_TEXTS[activity.from][language]} → ${MODE_TEXTS[activity.to][language]} (${activity.cause})`,
          colour: 'dim',
          lead: activity.userId,
        },
      ];
    case 'retry':
      return [
        {
          at,
          who: ACTIVITY_TEXTS.retry[language],
          text: printableField(`${activity.lane}: ${activity.error}`),
          colour: 'yellow',
        },
      ];
    case 'dead':
      return [
        {
          at,
          who: ACTIVITY_TEXTS.givenUp[language],
          text: printableField(`${activity.lane}: ${activity.error}`),
          colour: 'red',
        },
      ];
    case 'webhook':
      return [];
  }
}

function attributesIn(request: unknown): string {
  if (typeof request !== 'object' || request === null || !('attributes' in request)) return '';
  return printableJson(request.attributes);
}

function levelColour(level: string): Colour {
  return level === 'error' ? 'red' : level === 'warn' ? 'yellow' : 'dim';
}

function messageText({ text, buttons, attachments }: TranscriptMessage): string {
  const parts = [
    ...(attachments ?? []).map(({ type, url }) => `[${type}] ${printableField(url)}`),
    ...(text === undefined ? [] : [text]),
    ...(buttons ?? []).map((row) => row.map((button) => `[${printableField(button.text)}]`).join(' ')),
  ];
  return parts.join('\n');
}

/** Widest `who`, for the second column. */
const WHO_WIDTH = 8;

/** A line as it is printed: time, who, text; further lines of the text below the first. */
export function formatLine(line: ActivityLine, terminal: Pick<Terminal, 'colour'>): string {
  const time = new Date(line.at).toTimeString().slice(0, 8);
  const margin = ' '.repeat(time.length + WHO_WIDTH + 4);
  const text = printable(line.text).replaceAll('\n', `\n${margin}`);
  return `${coloured(terminal, 'dim', time)}  ${coloured(terminal, line.colour, line.who.padEnd(WHO_WIDTH))}  ${text}`;
}
