import type { Text } from '../../plugin/contract/text.ts';
import type { CommandSpec, OptionSpec, PositionalSpec } from './command.ts';

export const CONFIG: OptionSpec = {
  name: 'config',
  value: 'FILE',
  help: {
    en: 'the configuration file (docs/configuration.md)',
    ru: 'файл настроек (docs/configuration.ru.md)',
  },
  required: true,
};

const BOT: OptionSpec = {
  name: 'bot',
  value: 'ID',
  help: {
    en: 'whose lead (default: the first bot of the configuration)',
    ru: 'чей лид (по умолчанию — первого бота настроек)',
  },
};

const BINDING: OptionSpec = {
  name: 'binding',
  value: 'ID',
  help: { en: 'only this binding (default: every one)', ru: 'только эта привязка (по умолчанию — все)' },
};

const WHAT_TO_DO: Text = { en: 'what to do', ru: 'что сделать' };

const CHANNEL: PositionalSpec = {
  name: 'channel',
  required: true,
  help: { en: "the channel's code, such as telegram", ru: 'код канала, например telegram' },
};

const LEAD: PositionalSpec = {
  name: 'lead',
  required: true,
  help: { en: "the lead's id in that channel", ru: 'id лида в этом канале' },
};

/** The commands of whoever runs a server, in the order of `--help`. */
export const SERVER_COMMANDS: readonly CommandSpec[] = [
  {
    name: 'serve',
    summary: { en: 'run a bot against LiveTex', ru: 'запустить бота с LiveTex' },
    about: {
      en: [
        'Runs the bot of the configuration file against LiveTex (or any baseUrl) until SIGTERM or Ctrl+C, which end what',
        'is under way and lose nothing; a second signal ends at once. A binding with "webhook" registers it at the start.',
        'SIGHUP reads the file and the bot folder again: bindings, logLevel and the bot change at once, all else needs a restart.',
        'Logs are JSON lines on stderr. With --hold, after a backup was put back, it only stores what comes in: look with "outbox',
        'list --waiting", drop what was done before, then begin with "outbox release".',
      ].join('\n'),
      ru: [
        'Запускает бота из файла настроек с LiveTex (или с любым baseUrl) до SIGTERM или Ctrl+C: начатое доделывается, ничего не',
        'теряется; второй сигнал заканчивает сразу. Для привязок с "webhook" вебхук ставится при запуске.',
        'SIGHUP читает файл и папку бота заново: привязки, logLevel и бот меняются сразу, остальное — после перезапуска. Журнал —',
        'строки JSON в stderr, на английском. С --hold, после возврата резервной копии, всё входящее только сохраняется:',
        'посмотрите "outbox list --waiting", уберите уже сделанное и начните через "outbox release".',
      ].join('\n'),
    },
    positionals: [],
    options: [
      CONFIG,
      {
        name: 'check',
        help: { en: 'only check the file and the bot, and end', ru: 'только проверить файл и бота и закончить' },
      },
      {
        name: 'hold',
        help: {
          en: 'send nothing and run no script before "outbox release"',
          ru: 'до "outbox release" ничего не отправлять и не выполнять',
        },
      },
    ],
    examples: ['metabot-livetex serve --config livetex.json', 'metabot-livetex serve --check --config livetex.json'],
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    name: 'webhook',
    summary: {
      en: 'register the webhook at LiveTex, show what is registered, or remove it',
      ru: 'поставить вебхук в LiveTex, показать, какой там стоит, или убрать его',
    },
    about: {
      en: 'Works through the API of LiveTex, so the token of the binding must be right.',
      ru: 'Работает через API LiveTex, поэтому токен привязки должен быть верным.',
    },
    positionals: [
      {
        name: 'set|show|remove',
        required: true,
        oneOf: ['set', 'show', 'remove'],
        help: WHAT_TO_DO,
      },
    ],
    options: [CONFIG, BINDING],
    examples: [
      'metabot-livetex webhook set --config livetex.json',
      'metabot-livetex webhook show --config livetex.json',
      'metabot-livetex webhook remove --config livetex.json --binding trial',
    ],
    load: async () => (await import('./commands/webhook.ts')).webhook,
  },
  {
    name: 'channel',
    summary: {
      en: 'register a messenger, show what it knows, or check it',
      ru: 'подключить мессенджер, показать, что он знает, или проверить его',
    },
    about: {
      en: [
        'set: has the messenger post to this server ("mode": "webhook"), or to nobody ("mode": "poll"), and reads it back. Needed',
        'once, and after a change of mode, secret or http.publicUrl: a server changes nothing there when it starts.',
        "show: the bot's name there, and where the messenger posts to. check: whether that is right, and what to do if it is not;",
        'then the exit code is 1. Sends no message.',
      ].join('\n'),
      ru: [
        'set: мессенджер начинает слать события на этот сервер ("mode": "webhook") или никуда ("mode": "poll"), и это проверяется.',
        'Нужна один раз и после смены mode, secret или http.publicUrl: при запуске сервер там ничего не меняет.',
        'show: как бот там называется и куда мессенджер шлёт события. check: всё ли верно, и что делать, если нет; тогда код',
        'выхода 1. Сообщений не отправляет.',
      ].join('\n'),
    },
    positionals: [
      {
        name: 'set|show|check',
        required: true,
        oneOf: ['set', 'show', 'check'],
        help: { en: 'what to do', ru: 'что сделать' },
      },
      {
        name: 'code',
        required: true,
        help: { en: 'the channel\'s code, a key of "channels"', ru: 'код канала — ключ в "channels"' },
      },
    ],
    options: [CONFIG],
    examples: [
      'metabot-livetex channel set telegram --config livetex.json',
      'metabot-livetex channel check telegram --config livetex.json',
    ],
    load: async () => (await import('./commands/channel.ts')).channel,
  },
  {
    name: 'doctor',
    summary: {
      en: 'look whether operators can be reached, and whether their answers arrive',
      ru: 'проверить, доступны ли операторы и доходят ли их ответы',
    },
    about: {
      en: [
        'Checks each binding: access key, version, groups, somebody online, the webhook at LiveTex, our own address as LiveTex',
        'would reach it (HTTPS, the end of the certificate, a wrong key is refused), the clock, the last event, the queue, the disk.',
        'Each check that fails says what to do; then the exit code is 1. Asks the running server where there is one. Sends no message.',
      ].join('\n'),
      ru: [
        'Проверяет каждую привязку: ключ доступа, версию, группы, есть ли кто в сети, вебхук в LiveTex, наш адрес глазами',
        'LiveTex (HTTPS, срок сертификата, чужой ключ не принят), часы, последнее событие, очередь, диск. К каждой неудаче',
        'сказано, что делать; тогда код выхода 1. Спрашивает запущенный сервер, если он есть. Сообщений не отправляет.',
      ].join('\n'),
    },
    positionals: [],
    options: [CONFIG, BINDING],
    examples: ['metabot-livetex doctor --config livetex.json'],
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'emulator',
    summary: { en: 'run the local LiveTex alone', ru: 'запустить только учебный LiveTex' },
    about: {
      en: 'A LiveTex for development in a process of its own, until Ctrl+C. Prints its address and its token.',
      ru: 'LiveTex для разработки в отдельном процессе, до Ctrl+C. Печатает свой адрес и токен.',
    },
    positionals: [],
    options: [
      {
        name: 'port',
        value: 'N',
        port: true,
        help: {
          en: 'where to listen (default 0: any free port)',
          ru: 'порт (по умолчанию 0 — любой свободный)',
        },
      },
      {
        name: 'token',
        value: 'T',
        help: {
          en: 'the access key it accepts (default: a random one)',
          ru: 'ключ доступа, который он принимает (по умолчанию — случайный)',
        },
      },
    ],
    examples: ['metabot-livetex emulator --port 9100 --token secret'],
    load: async () => (await import('./commands/emulator.ts')).emulator,
  },
  {
    name: 'outbox',
    summary: {
      en: 'list, retry, resend or drop what could not be delivered',
      ru: 'показать, поторопить, отправить снова или убрать недоставленное',
    },
    about: {
      en: [
        'Shows messages that are stuck (tried again for now) and dead (given up), and acts on one of them or on all.',
        'retry: a stuck message, and a queue that is held back, is tried at once instead of when its time comes.',
        'After a backup was put back: "list --waiting" shows everything that would be sent or done, "drop --before" forgets what',
        'was stored before a time, and "release" lets a server begin that was started with --hold.',
        'Works beside a running server and on the data of a stopped one.',
      ].join('\n'),
      ru: [
        'Показывает сообщения, которые застряли (попытки продолжаются) и мёртвые (от доставки отказались), и делает что-то с',
        'одним из них или со всеми. retry: застрявшее сообщение и придержанная очередь пробуются сразу, а не когда придёт',
        'время. После возврата резервной копии: "list --waiting" показывает всё, что было бы отправлено или сделано, "drop',
        '--before" забывает сохранённое раньше времени, "release" пускает сервер, запущенный с --hold. Работает и рядом с запущенным сервером, и на данных остановленного.',
      ].join('\n'),
    },
    positionals: [
      {
        name: 'list|retry|resend|drop|release',
        required: true,
        oneOf: ['list', 'retry', 'resend', 'drop', 'release'],
        help: WHAT_TO_DO,
      },
      {
        name: 'id',
        required: false,
        help: {
          en: 'the number that "list" shows, or "all" (retry: the stuck ones; resend and drop: the dead ones)',
          ru: 'номер, который показывает "list", или "all" (для retry — все застрявшие, для resend и drop — все мёртвые)',
        },
      },
    ],
    options: [
      CONFIG,
      {
        name: 'waiting',
        help: {
          en: 'list: everything that waits, not only what is stuck or dead',
          ru: 'для list: всё, что ждёт, а не только застрявшее и мёртвое',
        },
      },
      {
        name: 'before',
        value: 'TIME',
        help: {
          en: "list --waiting, drop: what was stored before, such as 2027-01-15T09:30 (this machine's time zone, or with Z)",
          ru: 'для list --waiting и drop: сохранённое раньше, например 2027-01-15T09:30 (пояс этой машины или с Z)',
        },
      },
    ],
    examples: [
      'metabot-livetex outbox list --config livetex.json',
      'metabot-livetex outbox drop --before 2027-01-15T09:30 --config livetex.json',
      'metabot-livetex outbox retry all --config livetex.json',
      'metabot-livetex outbox resend 17 --config livetex.json',
    ],
    load: async () => (await import('./commands/outbox.ts')).outbox,
  },
  {
    name: 'dialog',
    summary: {
      en: "show one lead's dialog: state, attributes, history, what waits",
      ru: 'показать диалог лида: состояние, атрибуты, переписку, что ждёт',
    },
    about: {
      en: 'Works beside a running server and on the data of a stopped one.',
      ru: 'Работает и рядом с запущенным сервером, и на данных остановленного.',
    },
    positionals: [{ name: 'show', required: true, oneOf: ['show'], help: WHAT_TO_DO }, CHANNEL, LEAD],
    options: [
      CONFIG,
      BOT,
      {
        name: 'last',
        value: 'N',
        help: { en: 'how many messages (default 20)', ru: 'сколько сообщений (по умолчанию 20)' },
      },
    ],
    examples: ['metabot-livetex dialog show telegram 12345 --config livetex.json'],
    load: async () => (await import('./commands/dialog.ts')).dialog,
  },
  {
    name: 'lead',
    summary: {
      en: 'show everything that is kept of one lead, or forget it',
      ru: 'показать всё, что хранится о лиде, или забыть его',
    },
    about: {
      en: [
        'export: one JSON document on stdout with the lead, its attributes, transcript, author log, and what waits for it.',
        'forget: deletes all of that for good, from what waits and from what was given up too. LiveTex keeps its own archive.',
        'Works beside a running server and on the data of a stopped one.',
      ].join('\n'),
      ru: [
        'export: один документ JSON в stdout — лид, его атрибуты, переписка, журнал автора и всё, что его ждёт.',
        'forget: удаляет всё это насовсем, в том числе из ожидающего и из недоставленного. У LiveTex остаётся свой архив.',
        'Работает и рядом с запущенным сервером, и на данных остановленного.',
      ].join('\n'),
    },
    positionals: [
      {
        name: 'export|forget',
        required: true,
        oneOf: ['export', 'forget'],
        help: WHAT_TO_DO,
      },
      CHANNEL,
      LEAD,
    ],
    options: [CONFIG, BOT],
    examples: [
      'metabot-livetex lead export telegram 12345 --config livetex.json > lead.json',
      'metabot-livetex lead forget telegram 12345 --config livetex.json',
    ],
    load: async () => (await import('./commands/lead.ts')).lead,
  },
  {
    name: 'storage',
    summary: {
      en: 'prepare, check, back up or move the stored data',
      ru: 'подготовить, проверить, сохранить копию или перенести данные',
    },
    about: {
      en: [
        'migrate: brings the storage of the configuration to this version, as every start does.',
        'copy: copies a stopped SQLite data folder into the PostgreSQL schema of the configuration. May be interrupted and run',
        'again; the folder is marked as moved afterwards, so that nothing is sent twice.',
        'check: looks whether the data keep their own rules. Changes nothing and may run beside servers.',
        'backup: copies the data of a running or a stopped server on SQLite into one file. For PostgreSQL take pg_dump.',
        'restore: puts such a file into a data folder that has no data yet. Then start with "serve --hold".',
      ].join('\n'),
      ru: [
        'migrate: приводит хранилище из настроек к этой версии, как при каждом запуске.',
        'copy: копирует папку данных SQLite остановленного сервера в схему PostgreSQL из настроек. Можно прервать и запустить',
        'снова; потом папка помечена как перенесённая, чтобы ничего не отправилось дважды.',
        'check: смотрит, соблюдают ли данные свои правила. Ничего не меняет, может работать рядом с серверами.',
        'backup: копирует данные работающего или остановленного сервера на SQLite в один файл. Для PostgreSQL есть pg_dump.',
        'restore: кладёт такой файл в папку, где данных ещё нет. Потом запускайте "serve --hold".',
      ].join('\n'),
    },
    positionals: [
      {
        name: 'migrate|copy|check|backup|restore',
        required: true,
        oneOf: ['migrate', 'copy', 'check', 'backup', 'restore'],
        help: WHAT_TO_DO,
      },
      {
        name: 'path',
        required: false,
        help: {
          en: 'copy: the data folder to copy from; backup, restore: the file',
          ru: 'для copy — папка данных, откуда копировать; для backup и restore — файл',
        },
      },
    ],
    options: [CONFIG],
    examples: [
      'metabot-livetex storage migrate --config livetex.json',
      'metabot-livetex storage copy ./data --config livetex-postgres.json',
      'metabot-livetex storage backup /backups/livetex.db --config livetex.json',
    ],
    load: async () => (await import('./commands/storage.ts')).storage,
  },
];
