import { type Catalogue, NO_TEXT, russianCount, type Text } from '../../plugin/contract/text.ts';

/** What the commands say. Texts of `--help` stand with their command (`commands.ts`), errors in `errors.ts`. */
export const CLI_TEXTS = {
  // The program.
  title: {
    en: 'metabot-livetex: a LiveTex operator desk for Metabot24 bots',
    ru: 'metabot-livetex: операторы LiveTex для ботов Metabot24',
  },
  usageLine: (line: string): Text => ({ en: `Usage: ${line}`, ru: `Вызов: ${line}` }),
  programUsage: {
    en: 'Usage: metabot-livetex <command> [options]',
    ru: 'Вызов: metabot-livetex <команда> [параметры]',
  },
  commands: { en: 'Commands:', ru: 'Команды:' },
  arguments: { en: 'Arguments:', ru: 'Аргументы:' },
  options: { en: 'Options:', ru: 'Параметры:' },
  examples: { en: 'Examples:', ru: 'Примеры:' },
  moreHelp: {
    en: '  metabot-livetex <command> --help shows the options of a command, --version the version.',
    ru: '  metabot-livetex <команда> --help — параметры команды, --version — версия.',
  },
  exitCodes: {
    en: 'Exit codes: 0 done, 1 the job failed, 2 wrong usage or configuration.',
    ru: 'Коды выхода: 0 — сделано, 1 — работа не удалась, 2 — неверный вызов или настройки.',
  },
  allCommands: { en: 'All commands: metabot-livetex --help', ru: 'Все команды: metabot-livetex --help' },
  more: (command: string): Text => ({
    en: `More: metabot-livetex ${command} --help`,
    ru: `Подробнее: metabot-livetex ${command} --help`,
  }),
  commandFirst: (given: string): Text => ({
    en: `unknown option ${given}: a command comes first`,
    ru: `неизвестный параметр ${given}: сначала пишут команду`,
  }),
  unexpectedArgument: (given: string): Text => ({
    en: `unexpected argument "${given}"`,
    ru: `лишний аргумент "${given}"`,
  }),
  secondSignal: { en: 'second signal, ending at once', ru: 'второй сигнал, заканчиваю сразу' },
  watchWithJson: {
    en: '--watch prints for an editor: leave --json out',
    ru: '--watch печатает для редактора: уберите --json',
  },
  newBot: (folder: string): Text => ({
    en: `${folder}: a small bot. What next:`,
    ru: `${folder}: небольшой бот. Что дальше:`,
  }),
  nameOfFile: { en: 'a file has that name', ru: 'так называется файл' },
  stopWith: { en: 'Stop with Ctrl+C', ru: 'Остановить — Ctrl+C' },

  // Files; in Russian in the nominative, before what is wrong with them.
  script: { en: 'the script', ru: 'скрипт' },
  recording: { en: 'the scenario', ru: 'запись диалога' },
  leadFile: { en: 'the lead file', ru: 'файл лида' },
  configurationFile: { en: 'the configuration file', ru: 'файл настроек' },
  notRegular: { en: 'not a regular file', ru: 'это не обычный файл' },
  wholeFile: { en: '(the whole file)', ru: '(весь файл)' },
  atPlace: (line: number, column: number, problem: Text): Text => ({
    en: `line ${line}, column ${column}: ${problem.en}`,
    ru: `строка ${line}, столбец ${column}: ${problem.ru}`,
  }),
  keyTwice: (key: string): Text => ({ en: `"${key}" stands twice`, ru: `"${key}" стоит дважды` }),
  unknownKey: (guess: Text): Text => ({ en: `unknown key${guess.en}`, ru: `неизвестный ключ${guess.ru}` }),
  keyElsewhere: {
    en: 'unknown key here: this one belongs to another part',
    ru: 'здесь такого ключа нет: его место в другом разделе',
  },
  unknownBot: (bot: string, known: string): Text => ({
    en: `there is no bot "${bot}" here, only ${known}`,
    ru: `бота "${bot}" здесь нет, есть только ${known}`,
  }),
  noFolder: (folder: string): Text => ({ en: `there is no folder ${folder}`, ru: `папки ${folder} нет` }),
  noCertificate: (path: string): Text => ({
    en: `the file ${path} holds no certificate in PEM form`,
    ru: `в файле ${path} нет сертификата в виде PEM`,
  }),

  // Addresses.
  noPermission: { en: 'no permission', ru: 'нет прав' },
  otherMachine: { en: 'this machine does not have it', ru: 'у этой машины такого нет' },
  noHost: { en: 'there is no such host', ru: 'такого имени нет' },

  // check
  noTypeScript: {
    en: 'TypeScript is not installed, so types were not checked. Install it beside the bot: npm install --save-dev typescript',
    ru: 'TypeScript не установлен, поэтому типы не проверены. Установите его рядом с ботом: npm install --save-dev typescript',
  },
  hint: { en: 'hint', ru: 'подсказка' },
  checked: ({ problems, hints, checked, typescript }: CheckCounts): Text => {
    const by =
      typescript === null
        ? { en: 'without types', ru: 'без типов' }
        : { en: `with TypeScript ${typescript}`, ru: `с TypeScript ${typescript}` };
    const also = hints === 0 ? NO_TEXT : { en: `; ${hints} hint(s)`, ru: `; подсказок: ${hints}` };
    const found =
      problems === 0
        ? { en: 'no problems', ru: 'ошибок нет' }
        : { en: `${problems} problem(s)`, ru: `ошибок: ${problems}` };
    return {
      en: `${found.en} in ${checked} scripts, libraries and conditions, checked ${by.en}${also.en}`,
      ru: `${found.ru}; проверено скриптов, библиотек и условий: ${checked}, ${by.ru}${also.ru}`,
    };
  },

  // run
  librariesOnly: (problem: Text): Text => ({
    en: `the file runs with the libraries only, because ${problem.en}`,
    ru: `файл выполняется только с библиотеками, потому что ${problem.ru}`,
  }),
  leadSees: { en: 'The lead sees', ru: 'Лид видит' },
  attributes: { en: 'Attributes', ru: 'Атрибуты' },
  returned: { en: 'The script returned', ru: 'Скрипт вернул' },
  transfer: { en: 'Transfer', ru: 'Перевод' },
  transferred: {
    en: 'the dialog is with LiveTex, an operator is online',
    ru: 'диалог в LiveTex, оператор в сети',
  },
  no_operators: {
    en: 'no operator is available: the script «Нет доступных операторов» took over',
    ru: 'операторов нет: сработал скрипт «Нет доступных операторов»',
  },
  message_left: {
    en: 'operators have the dialog as a message, the bot goes on until one of them opens it',
    ru: 'диалог у операторов как сообщение, бот отвечает, пока его не откроют',
  },
  queued: {
    en: 'nobody is online and there is no script «Нет доступных операторов»: the first operator who comes gets the dialog',
    ru: 'в сети никого, а скрипта «Нет доступных операторов» нет: диалог достанется первому, кто придёт',
  },
  forOperator: { en: 'for the operator', ru: 'для оператора' },
  log: { en: 'Log', ru: 'Журнал' },
  error: { en: 'Error', ru: 'Ошибка' },
  inSomeFile: (file: string): Text => ({ en: `in ${file}`, ru: `в ${file}` }),
  inFile: (file: string, line: number, column: number | null): Text => ({
    en: `in ${file}, line ${line}${column === null ? '' : `, column ${column}`}`,
    ru: `в ${file}, строка ${line}${column === null ? '' : `, столбец ${column}`}`,
  }),
  done: { en: 'done', ru: 'готово' },
  failed: { en: 'failed', ru: 'не вышло' },
  usage: (cpu: string, wall: string, calls: number, scripts: string | undefined): Text => ({
    en: `${cpu} ms of CPU, ${wall} ms in all, ${calls === 1 ? '1 host call' : `${calls} host calls`}${scripts === undefined ? '' : `, scripts: ${scripts}`}`,
    ru: `${cpu} мс процессора, ${wall} мс всего, ${russianCount(calls, 'вызов', 'вызова', 'вызовов')} платформы${scripts === undefined ? '' : `, скрипты: ${scripts}`}`,
  }),

  // replay
  noBotBeside: {
    en: 'there is no bot.json beside the scenario or above it: name the bot folder with --bot',
    ru: 'рядом с записью и выше нет bot.json: назовите папку бота через --bot',
  },
  settingsMissing: {
    en: 'the dialog was recorded with settings: give the same ones with --config',
    ru: 'диалог записан с настройками: укажите те же через --config',
  },
  recordedAnew: (steps: number, differences: number): Text => ({
    en: `recorded anew: ${steps} step(s), ${differences} difference(s)`,
    ru: `записано заново: ${stepsRu(steps)}, ${differencesRu(differences)}`,
  }),
  replayed: (steps: number, differences: number): Text => {
    const en = `${steps} ${steps === 1 ? 'step' : 'steps'}`;
    return differences === 0
      ? { en: `${en}, all as recorded`, ru: `${stepsRu(steps)}, всё как записано` }
      : { en: `${en}, ${differences} difference(s)`, ru: `${stepsRu(steps)}, ${differencesRu(differences)}` };
  },

  // simulate, emulator, serve
  simulator: (url: string): Text => ({ en: `Simulator: ${url}`, ru: `Симулятор: ${url}` }),
  widget: (url: string): Text => ({ en: `Chat on a site: ${url}`, ru: `Чат на сайте: ${url}` }),
  openAndWrite: (url: string): Text => ({
    en: `Open ${url} and write to the bot. Stop with Ctrl+C`,
    ru: `Откройте ${url} и пишите боту. Остановить — Ctrl+C`,
  }),
  demonstration: (lead: string, operator: string): Text => ({
    en: `A demonstration: ${lead} writes to the bot, operator ${operator} is online.`,
    ru: `Показываем: ${lead} пишет боту, оператор ${operator} в сети.`,
  }),
  onDesk: (name: string, messages: number, header: string): Text => ({
    en: `${name}: ${messages} messages of the bot's dialog, header ${header}`,
    ru: `${name}: ${russianCount(messages, 'сообщение', 'сообщения', 'сообщений')} из диалога с ботом, заголовок ${header}`,
  }),
  demonstrationEnded: (problem: Text): Text => ({
    en: `the demonstration did not end: ${problem.en}`,
    ru: `показ не закончился: ${problem.ru}`,
  }),
  emulator: (url: string): Text => ({ en: `LiveTex emulator: ${url}`, ru: `Эмулятор LiveTex: ${url}` }),
  token: (token: string): Text => ({ en: `Token: ${token}`, ru: `Токен: ${token}` }),
  configurationRight: (bots: string, count: number, bindings: string): Text => ({
    en: `The configuration is right: bot ${bots}, ${count} binding(s) ${bindings}`,
    ru: `Настройки верны: бот ${bots}, привязок: ${count} ${bindings}`,
  }),
  listeningOn: (url: string): Text => ({ en: `Listening on ${url}`, ru: `Слушаем ${url}` }),
} satisfies Catalogue;

interface CheckCounts {
  readonly problems: number;
  readonly hints: number;
  readonly checked: number;
  readonly typescript: string | null;
}

function stepsRu(steps: number): string {
  return russianCount(steps, 'шаг', 'шага', 'шагов');
}

function differencesRu(differences: number): string {
  return russianCount(differences, 'отличие', 'отличия', 'отличий');
}
