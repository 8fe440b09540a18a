/** All commands, in the order of `--help`: first those of a bot's author. */
import { type CommandSpec, type OptionSpec, SIMULATE_PORT } from './command.ts';
import { failedReport } from './run/run-report.ts';
import { CONFIG, SERVER_COMMANDS } from './server-commands.ts';

const LIVE: OptionSpec = {
  name: 'live',
  help: {
    en: 'let requests of scripts out that stubs.json does not answer',
    ru: 'выпускать наружу запросы скриптов, на которые нет ответа в stubs.json',
  },
};

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'new',
    summary: { en: 'make a folder with a small bot to begin with', ru: 'сделать папку с небольшим ботом для начала' },
    about: {
      en: [
        'A copy of the main example: menu, question, operator, return, library and a recorded dialog. It passes check and',
        'replay at once, and an editor completes bot.json and the scripts. The folder must be new or empty.',
      ].join('\n'),
      ru: [
        'Копия главного примера: меню, вопрос, оператор, возврат, библиотека и записанный диалог. Проходит check и replay',
        'сразу, а редактор подсказывает в bot.json и в скриптах. Папка должна быть новой или пустой.',
      ].join('\n'),
    },
    positionals: [
      {
        name: 'folder',
        required: true,
        help: {
          en: 'the folder to make; its name becomes the id of the bot',
          ru: 'папка, которую сделать; её имя станет кодом бота',
        },
      },
    ],
    options: [],
    examples: ['metabot-livetex new my-bot', 'metabot-livetex simulate my-bot'],
    load: async () => (await import('./commands/new.ts')).newBot,
  },
  {
    name: 'simulate',
    summary: {
      en: 'run a bot with a local LiveTex and show its dialogs',
      ru: 'запустить бота с учебным LiveTex и показать его диалоги',
    },
    about: {
      en: [
        'Runs the bot folder in the real sandbox with the plugin against a LiveTex emulator, with a page on which you are',
        'both lead and operator, and prints what happens. The main example plays one demonstration dialog first.',
        'It stays up until Ctrl+C. With --config the notices, headers, time-outs and limits are those of the file; storage, http',
        'and what belongs to the real LiveTex (token, baseUrl, webhook, bots) are left aside, and its variables may be unset.',
      ].join('\n'),
      ru: [
        'Запускает папку бота в настоящей песочнице с плагином и эмулятором LiveTex; на странице вы и лид, и оператор,',
        'а здесь печатается всё, что происходит. Главный пример сначала сам проигрывает один диалог. Работает до Ctrl+C.',
        'С --config уведомления, заголовки, сроки и пределы берутся из файла; storage, http и всё, что относится к настоящему',
        'LiveTex (token, baseUrl, webhook, bots), не используется, и переменные для них можно не задавать.',
      ].join('\n'),
    },
    positionals: [
      {
        name: 'botFolder',
        required: false,
        help: {
          en: 'a folder with bot.json (default: the main example)',
          ru: 'папка с bot.json (по умолчанию — главный пример)',
        },
      },
    ],
    options: [
      {
        name: 'port',
        value: 'N',
        port: true,
        help: {
          en: `where to listen (default ${SIMULATE_PORT}, 0: any free port)`,
          ru: `порт (по умолчанию ${SIMULATE_PORT}, 0 — любой свободный)`,
        },
      },
      {
        name: 'data',
        value: 'DIR',
        help: {
          en: 'keep the state in this folder (default: in memory)',
          ru: 'хранить состояние в этой папке (по умолчанию — в памяти)',
        },
      },
      {
        name: 'config',
        value: 'FILE',
        help: {
          en: 'take the bot and its settings from a configuration of serve',
          ru: 'взять бота и его настройки из файла для serve',
        },
      },
      LIVE,
      { name: 'no-open', help: { en: 'do not open a browser', ru: 'не открывать браузер' } },
    ],
    examples: [
      'metabot-livetex simulate',
      'metabot-livetex simulate my-bot --port 9000 --data ./data',
      'metabot-livetex simulate --config livetex.json',
    ],
    load: async () => (await import('./commands/simulate.ts')).simulate,
  },
  {
    name: 'run',
    summary: {
      en: 'run one script file once and show what it did',
      ru: 'выполнить один файл скрипта и показать, что он сделал',
    },
    about: {
      en: [
        'Runs the file once in the real sandbox, with the plugin, against a local LiveTex in this process.',
        'If the file lies in a bot folder (bot.json), the other scripts and libraries of that bot are there too.',
      ].join('\n'),
      ru: [
        'Выполняет файл один раз в настоящей песочнице, с плагином и учебным LiveTex в этом же процессе.',
        'Если файл лежит в папке бота (с bot.json), ему доступны и другие скрипты и библиотеки этого бота.',
      ].join('\n'),
    },
    positionals: [{ name: 'script.js', required: true, help: { en: 'the script file', ru: 'файл скрипта' } }],
    options: [
      {
        name: 'operators',
        value: 'STATE',
        oneOf: ['online', 'offline', 'unreachable'],
        help: {
          en: 'online, offline or unreachable: LiveTex does not answer (default online)',
          ru: 'online — в сети, offline — не в сети, unreachable — LiveTex не отвечает (по умолчанию online)',
        },
      },
      {
        name: 'lead',
        value: 'FILE',
        help: {
          en: 'JSON: the lead that the script sees (docs/configuration.md)',
          ru: 'JSON: лид, которого видит скрипт (docs/configuration.ru.md)',
        },
      },
      LIVE,
    ],
    failure: (error) => failedReport({ ...error, line: null, column: null }),
    examples: ['metabot-livetex run номер_заявки.js', 'metabot-livetex run перевод.js --operators offline --json'],
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'check',
    summary: { en: 'check the scripts of a bot folder', ru: 'проверить скрипты папки бота' },
    about: {
      en: [
        'Reports what an editor with the typings would: unknown methods, wrong argument types; and what only the whole bot',
        'can tell: unknown script codes and libraries, async code that the platform does not run. Types need TypeScript,',
        'beside the bot or beside this package.',
      ].join('\n'),
      ru: [
        'Находит то же, что редактор с подсказками: неизвестные методы, неверные аргументы, — и то, что видно только по всему',
        'боту: неизвестные коды скриптов и библиотеки, асинхронный код, который платформа не выполняет. Для типов нужен',
        'TypeScript рядом с ботом или с этим пакетом.',
      ].join('\n'),
    },
    positionals: [
      { name: 'botFolder', required: true, help: { en: 'a folder with bot.json', ru: 'папка с bot.json' } },
    ],
    options: [
      {
        name: 'watch',
        help: {
          en: 'check again whenever a file is saved, until Ctrl+C: for the task of an editor',
          ru: 'проверять снова после каждого сохранения, до Ctrl+C: для задачи в редакторе',
        },
      },
    ],
    examples: ['metabot-livetex check my-bot', 'metabot-livetex check my-bot --watch'],
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'replay',
    summary: {
      en: 'play a recorded dialog against a bot and show what differs',
      ru: 'проиграть записанный диалог и показать, что изменилось',
    },
    about: {
      en: [
        'The page of "simulate" saves a dialog as a small JSON file. This plays it again against the bot as it is now, with',
        'a local LiveTex in this process, and prints what the lead saw, scripts, their errors and the header line by line: -',
        'was recorded, + is new. A test of the bot.',
      ].join('\n'),
      ru: [
        'Страница "simulate" сохраняет диалог в небольшой файл JSON. Эта команда проигрывает его с ботом, каков он сейчас, и с',
        'учебным LiveTex в этом же процессе и построчно показывает, что видел лид, скрипты, их ошибки и заголовок: - было',
        'записано, + появилось. Это тест бота.',
      ].join('\n'),
    },
    positionals: [
      { name: 'file', required: true, help: { en: 'the saved scenario', ru: 'сохранённая запись диалога' } },
    ],
    options: [
      {
        name: 'bot',
        value: 'FOLDER',
        help: {
          en: 'the bot folder (default: where the file lies, or above)',
          ru: 'папка бота (по умолчанию — где лежит файл или выше)',
        },
      },
      {
        name: 'config',
        value: 'FILE',
        help: {
          en: 'the settings that it was recorded with: the file of simulate --config',
          ru: 'настройки, с которыми диалог записан: файл для simulate --config',
        },
      },
      {
        name: 'update',
        help: {
          en: 'write down what happens now as what is expected',
          ru: 'записать то, что происходит теперь, как ожидаемое',
        },
      },
      LIVE,
    ],
    examples: [
      'metabot-livetex replay my-bot/scenarios/transfer.json',
      'metabot-livetex replay transfer.json --bot my-bot',
    ],
    load: async () => (await import('./commands/replay.ts')).replay,
  },
  {
    name: 'report',
    summary: {
      en: 'show the figures of transfers to operators, or list them as CSV',
      ru: 'показать цифры переводов на операторов или выписать их в CSV',
    },
    about: {
      en: [
        'How many transfers, what became of them, how long leads waited, by group, operator, weekday and hour.',
        "Days are those of this machine's time zone (TZ), the last one included. Works beside a running server and on the data of a stopped one.",
      ].join('\n'),
      ru: [
        'Сколько было переводов, чем они закончились, сколько ждали лиды — по группам, операторам, дням недели и часам.',
        'Дни — по часовому поясу этой машины (TZ), последний включительно. Работает и рядом с запущенным сервером, и на данных остановленного.',
      ].join('\n'),
    },
    positionals: [],
    options: [
      CONFIG,
      {
        name: 'from',
        value: 'DATE',
        help: {
          en: 'first day, such as 2027-01-01 (default: 30 days)',
          ru: 'первый день, например 2027-01-01 (по умолчанию — 30 дней)',
        },
      },
      {
        name: 'to',
        value: 'DATE',
        help: { en: 'last day (default: today)', ru: 'последний день (по умолчанию — сегодня)' },
      },
      {
        name: 'csv',
        help: { en: 'one line a transfer, as CSV (RFC 4180)', ru: 'по строке на перевод, CSV (RFC 4180)' },
      },
    ],
    examples: [
      'metabot-livetex report --config livetex.json',
      'metabot-livetex report --config livetex.json --from 2027-01-01 --to 2027-01-31 --csv > transfers.csv',
    ],
    load: async () => (await import('./commands/report.ts')).report,
  },
  ...SERVER_COMMANDS,
];
