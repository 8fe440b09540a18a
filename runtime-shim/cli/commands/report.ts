import type { TransferEnd } from '../../../plugin/contract/dialog.ts';
import type { Catalogue, Language, Text } from '../../../plugin/contract/text.ts';
import type {
  TransferFigures,
  TransferOutcome,
  TransferReport,
  Waits,
} from '../../../plugin/contract/transfer-record.ts';
import { type CommandWork, EXIT_DONE } from '../command.ts';
import { cliError } from '../errors.ts';
import { CSV_HEADER, csvLine } from '../maintenance/transfers-csv.ts';
import { openMaintenance } from '../maintenance/open-maintenance.ts';
import { coloured, printableField, printableJson, type Terminal } from '../terminal.ts';

/** What is reported without dates, days. */
const DEFAULT_DAYS = 30;
/** Records of one page. */
const PAGE = 500;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** `report`: the figures of transfers as tables, or the transfers as CSV. */
export const report: CommandWork = async ({ terminal, arguments: { values, switches }, language, json, cwd, env }) => {
  const range = rangeOf(values['from'], values['to']);
  const maintenance = await openMaintenance(values['config'] ?? '', cwd, env);
  try {
    if (switches.has('csv')) {
      terminal.out(`${CSV_HEADER}\r`);
      for (let after: string | undefined; ;) {
        const page = await maintenance.transfers({ ...range, limit: PAGE, ...(after === undefined ? {} : { after }) });
        for (const record of page) terminal.out(`${csvLine(record)}\r`);
        if (page.length < PAGE) return EXIT_DONE;
        after = page.at(-1)?.id;
      }
    }
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const figures = await maintenance.report({ ...range, timeZone });
    terminal.out(json ? printableJson(figures) : reportText(figures, terminal, language));
    return EXIT_DONE;
  } finally {
    await maintenance.close();
  }
};

/** Whole days by this machine's clock, the last one included. @throws cli_usage */
function rangeOf(from: string | undefined, to: string | undefined): { from: number; to: number } {
  const today = new Date();
  const last = to === undefined ? dayOf(today.getFullYear(), today.getMonth(), today.getDate()) : dateOf('--to', to);
  const first =
    from === undefined
      ? dayOf(last.getFullYear(), last.getMonth(), last.getDate() - DEFAULT_DAYS + 1)
      : dateOf('--from', from);
  if (first > last) throw cliError('cli_usage', { problems: [REPORT_TEXTS.wrongOrder] });
  return {
    from: first.getTime(),
    to: dayOf(last.getFullYear(), last.getMonth(), last.getDate() + 1).getTime(),
  };
}

function dayOf(year: number, month: number, day: number): Date {
  return new Date(year, month, day);
}

/** @throws cli_usage */
function dateOf(option: string, given: string): Date {
  const [, year = '', month = '', day = ''] = DATE.exec(given) ?? [];
  const date = dayOf(Number(year), Number(month) - 1, Number(day));
  // 2027-02-30 would be the second of March.
  if (year !== '' && date.getMonth() === Number(month) - 1 && date.getDate() === Number(day)) return date;
  throw cliError('cli_usage', { problems: [REPORT_TEXTS.date(option, given)] });
}

function reportText(figures: TransferReport, terminal: Terminal, language: Language): string {
  const say = (text: Text): string => text[language];
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const row = (name: string, value: string | number): string => `  ${name.padEnd(NAME_WIDTH)} ${value}`;
  const heading = (text: Text): string => coloured(terminal, 'bold', say(text));
  const day = (at: number): string => new Date(at).toLocaleDateString(language === 'ru' ? 'ru-RU' : 'en-CA');
  const counts = (list: readonly number[], nameOf: (index: number) => string): string[] => {
    const most = Math.max(1, ...list);
    const bar = (value: number): string => '█'.repeat(Math.ceil((value / most) * BAR_WIDTH));
    return list.flatMap((value, index) =>
      value === 0 ? [] : [row(nameOf(index), `${String(value).padStart(6)} ${bar(value)}`)],
    );
  };
  const parts = (list: TransferReport['byGroup']): string[] =>
    list.map((part) => row(printableField(part.name ?? say(REPORT_TEXTS.nobody)), partText(part, language)));
  const { outcomes, endedBy, nobodyOnline, abandoned, messages } = figures;
  const ends = Object.entries(endedBy).filter(([, value]) => value > 0) as Array<[TransferEnd, number]>;
  const lines = [
    heading(REPORT_TEXTS.title(day(figures.from), day(figures.to - 1), figures.timeZone)),
    row(say(REPORT_TEXTS.transfers), figures.transfers),
    ...(Object.entries(outcomes) as Array<[TransferOutcome, number]>).map(([name, value]) =>
      row(`  ${say(OUTCOMES[name])}`, value),
    ),
    row(say(REPORT_TEXTS.nobodyOnline), `${nobodyOnline.count} (${percent(nobodyOnline.share)})`),
    row(say(REPORT_TEXTS.abandoned), `${abandoned.count} (${percent(abandoned.share)})`),
    row(say(REPORT_TEXTS.waiting), waitText(figures.waiting, language)),
    row(say(REPORT_TEXTS.firstAnswer), waitText(figures.firstAnswer, language)),
    row(say(REPORT_TEXTS.messages), `${messages.lead} / ${messages.operator}`),
  ];
  if (figures.transfers === 0) return lines.slice(0, 2).join('\n');
  return [
    ...lines,
    ...(ends.length === 0
      ? []
      : [heading(REPORT_TEXTS.endedBy), ...ends.map(([name, value]) => row(say(ENDS[name]), value))]),
    heading(REPORT_TEXTS.byGroup),
    ...parts(figures.byGroup),
    heading(REPORT_TEXTS.byOperator),
    ...parts(figures.byOperator),
    heading(REPORT_TEXTS.byWeekday),
    ...counts(figures.byWeekday, (index) => WEEKDAYS[language][index] ?? ''),
    heading(REPORT_TEXTS.byHour),
    ...counts(figures.byHour, (hour) => `${String(hour).padStart(2, '0')}:00`),
  ].join('\n');
}

/** Characters of a name in a table, and of the longest bar. */
const NAME_WIDTH = 32;
const BAR_WIDTH = 30;

function partText({ transfers, outcomes, waiting, firstAnswer }: TransferFigures, language: Language): string {
  const { of, wait, answer } = REPORT_TEXTS;
  return `${of(transfers, outcomes.answered)[language]}; ${wait[language]} ${waitText(waiting, language)}; ${answer[language]} ${waitText(firstAnswer, language)}`;
}

function waitText({ count, median, p90 }: Waits, language: Language): string {
  if (count === 0 || median === null || p90 === null) return '—';
  return REPORT_TEXTS.waits(duration(median, language), duration(p90, language))[language];
}

const UNITS: Readonly<Record<Language, readonly [string, string, string]>> = {
  en: ['h', 'min', 's'],
  ru: ['ч', 'мин', 'с'],
};

function duration(ms: number, language: Language): string {
  const [hours, minutes, seconds] = UNITS[language];
  const all = Math.round(ms / 1_000);
  if (all < 60) return `${all} ${seconds}`;
  if (all < 3_600) return `${Math.floor(all / 60)} ${minutes} ${all % 60} ${seconds}`;
  return `${Math.floor(all / 3_600)} ${hours} ${Math.floor((all % 3_600) / 60)} ${minutes}`;
}

const WEEKDAYS: Readonly<Record<Language, readonly string[]>> = {
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  ru: ['понедельник', 'вторник', 'среда', 'четверг', 'пятница', 'суббота', 'воскресенье'],
};

const OUTCOMES: Readonly<Record<TransferOutcome, Text>> = {
  answered: { en: 'answered by an operator', ru: 'оператор ответил' },
  unanswered: { en: 'opened, but not answered', ru: 'открыли, но не ответили' },
  abandoned: { en: 'ended before anybody opened it', ru: 'закончились, пока никто не открыл' },
  refused: { en: 'LiveTex did not take it', ru: 'LiveTex не принял' },
  no_operators: { en: 'nobody online, the bot went on', ru: 'никого онлайн, ответил бот' },
  open: { en: 'under way', ru: 'ещё идут' },
};

const ENDS: Readonly<Record<TransferEnd, Text>> = {
  operator: { en: 'the operator', ru: 'оператор' },
  lead: { en: 'the lead left', ru: 'лид ушёл сам' },
  script: { en: 'the bot took it back', ru: 'бот забрал диалог' },
  pickup_timeout: { en: 'nobody opened it in time', ru: 'никто не открыл вовремя' },
  reply_timeout: { en: 'the operator was silent', ru: 'оператор молчал' },
  refused: { en: 'LiveTex did not take it', ru: 'LiveTex не принял' },
};

const REPORT_TEXTS = {
  title: (from: string, to: string, zone: string): Text => ({
    en: `Transfers from ${from} to ${to} (${zone})`,
    ru: `Переводы с ${from} по ${to} (${zone})`,
  }),
  transfers: { en: 'transfers', ru: 'переводов' },
  nobodyOnline: { en: 'nobody was online', ru: 'никого не было онлайн' },
  abandoned: { en: 'abandoned', ru: 'не дождались оператора' },
  waiting: { en: 'waited for an operator', ru: 'ждали оператора' },
  firstAnswer: { en: 'waited for the first answer', ru: 'ждали первого ответа' },
  messages: { en: 'messages of leads / operators', ru: 'сообщений лидов / операторов' },
  waits: (median: string, p90: string): Text => ({
    en: `half ≤ ${median}, 90 % ≤ ${p90}`,
    ru: `половина ≤ ${median}, 90 % ≤ ${p90}`,
  }),
  of: (transfers: number, answered: number): Text => ({
    en: `${transfers}, answered ${answered}`,
    ru: `${transfers}, с ответом ${answered}`,
  }),
  wait: { en: 'waiting:', ru: 'ожидание:' },
  answer: { en: 'first answer:', ru: 'первый ответ:' },
  nobody: { en: '(none)', ru: '(нет)' },
  endedBy: { en: 'Who ended them', ru: 'Кто закончил' },
  byGroup: { en: 'By group', ru: 'По группам' },
  byOperator: { en: 'By operator', ru: 'По операторам' },
  byWeekday: { en: 'By weekday', ru: 'По дням недели' },
  byHour: { en: 'By hour', ru: 'По часам' },
  wrongOrder: { en: '--from must not be later than --to', ru: '--from не может быть позже --to' },
  date: (option: string, given: string): Text => ({
    en: `${option} must be a date such as 2027-01-15, got "${given}"`,
    ru: `${option}: нужна дата вроде 2027-01-15, а стоит "${given}"`,
  }),
} satisfies Catalogue;
