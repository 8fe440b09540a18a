/** All commands, in the order of `--help`. */
import { type CommandSpec, type OptionSpec, SIMULATE_PORT } from './command.ts';
import { failedReport } from './run/run-report.ts';

const CONFIG: OptionSpec = {
  name: 'config',
  value: 'FILE',
  help: 'the configuration file (docs/configuration.md)',
  required: true,
};

const LIVE: OptionSpec = {
  name: 'live',
  help: 'let requests of scripts out that stubs.json does not answer',
};

const BOT: OptionSpec = { name: 'bot', value: 'ID', help: 'whose lead (default: the first bot of the configuration)' };

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'simulate',
    summary: 'run a bot with a local LiveTex and show its dialogs',
    about: [
      'Runs the bot folder in the real sandbox with the plugin against a LiveTex emulator, with a page on which you are',
      'both lead and operator, and prints what happens. The main example plays one demonstration dialog first.',
      'It stays up until Ctrl+C. With --config the notices, headers, time-outs and limits are those of the file; storage, http',
      'and what belongs to the real LiveTex (token, baseUrl, webhook, bots) are left aside, and its variables may be unset.',
    ],
    positionals: [{ name: 'botFolder', required: false, help: 'a folder with bot.json (default: the main example)' }],
    options: [
      { name: 'port', value: 'N', port: true, help: `where to listen (default ${SIMULATE_PORT}, 0: any free port)` },
      { name: 'data', value: 'DIR', help: 'keep the state in this folder (default: in memory)' },
      { name: 'config', value: 'FILE', help: 'take the bot and its settings from a configuration of serve' },
      LIVE,
      { name: 'no-open', help: 'do not open a browser' },
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
    summary: 'run one script file once and show what it did',
    about: [
      'Runs the file once in the real sandbox, with the plugin, against a local LiveTex in this process.',
      'If the file lies in a bot folder (bot.json), the other scripts and libraries of that bot are there too.',
    ],
    positionals: [{ name: 'script.js', required: true, help: 'the script file' }],
    options: [
      {
        name: 'operators',
        value: 'STATE',
        oneOf: ['online', 'offline', 'unreachable'],
        help: 'online, offline or unreachable: LiveTex does not answer (default online)',
      },
      { name: 'lead', value: 'FILE', help: 'JSON: the lead that the script sees (docs/configuration.md)' },
      LIVE,
    ],
    failure: (error) => failedReport({ ...error, line: null, column: null }),
    examples: ['metabot-livetex run номер_заявки.js', 'metabot-livetex run перевод.js --operators offline --json'],
    load: async () => (await import('./commands/run.ts')).run,
  },
  {
    name: 'check',
    summary: 'check the scripts of a bot folder',
    about: [
      'Reports what an editor with the typings would: unknown methods, wrong argument types; and what only the whole bot',
      'can tell: unknown script codes and libraries, async code that the platform does not run. Types need TypeScript,',
      'beside the bot or beside this package.',
    ],
    positionals: [{ name: 'botFolder', required: true, help: 'a folder with bot.json' }],
    options: [],
    examples: ['metabot-livetex check my-bot'],
    load: async () => (await import('./commands/check.ts')).check,
  },
  {
    name: 'replay',
    summary: 'play a recorded dialog against a bot and show what differs',
    about: [
      'The page of "simulate" saves a dialog as a small JSON file. This plays it again against the bot as it is now, with',
      'a local LiveTex in this process, and prints what the lead saw, scripts, their errors and the header line by line: -',
      'was recorded, + is new. A test of the bot.',
    ],
    positionals: [{ name: 'file', required: true, help: 'the saved scenario' }],
    options: [
      { name: 'bot', value: 'FOLDER', help: 'the bot folder (default: where the file lies, or above)' },
      { name: 'config', value: 'FILE', help: 'the settings that it was recorded with: the file of simulate --config' },
      { name: 'update', help: 'write down what happens now as what is expected' },
      LIVE,
    ],
    examples: [
      'metabot-livetex replay my-bot/scenarios/transfer.json',
      'metabot-livetex replay transfer.json --bot my-bot',
    ],
    load: async () => (await import('./commands/replay.ts')).replay,
  },
  {
    name: 'serve',
    summary: 'run a bot against LiveTex',
    about: [
      'Runs the bot of the configuration file against LiveTex (or any baseUrl) until SIGTERM or Ctrl+C, which end what',
      'is under way and lose nothing; a second signal ends at once. A binding with "webhook" registers it at the start.',
      'SIGHUP reads the file and the bot folder again: bindings, logLevel and the bot change at once, all else needs a restart.',
      'Logs are JSON lines on stderr. With --hold, after a backup was put back, it only stores what comes in: look with "outbox',
      'list --waiting", drop what was done before, then begin with "outbox release".',
    ],
    positionals: [],
    options: [
      CONFIG,
      { name: 'check', help: 'only check the file and the bot, and end' },
      { name: 'hold', help: 'send nothing and run no script before "outbox release"' },
    ],
    examples: ['metabot-livetex serve --config livetex.json', 'metabot-livetex serve --check --config livetex.json'],
    load: async () => (await import('./commands/serve.ts')).serve,
  },
  {
    name: 'webhook',
    summary: 'register the webhook at LiveTex, or show what is registered',
    about: ['Works through the API of LiveTex, so the token of the binding must be right.'],
    positionals: [{ name: 'set|show', required: true, oneOf: ['set', 'show'], help: 'what to do' }],
    options: [CONFIG, { name: 'binding', value: 'ID', help: 'only this binding (default: every one)' }],
    examples: [
      'metabot-livetex webhook set --config livetex.json',
      'metabot-livetex webhook show --config livetex.json',
    ],
    load: async () => (await import('./commands/webhook.ts')).webhook,
  },
  {
    name: 'doctor',
    summary: 'look whether operators can be reached, and whether their answers arrive',
    about: [
      'Checks each binding: access key, version, groups, somebody online, the webhook at LiveTex, our own address as LiveTex',
      'would reach it (HTTPS, the end of the certificate, a wrong key is refused), the clock, the last event, the queue, the disk.',
      'Each check that fails says what to do; then the exit code is 1. Asks the running server where there is one. Sends no message.',
    ],
    positionals: [],
    options: [CONFIG, { name: 'binding', value: 'ID', help: 'only this binding (default: every one)' }],
    examples: ['metabot-livetex doctor --config livetex.json'],
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  {
    name: 'emulator',
    summary: 'run the local LiveTex alone',
    about: ['A LiveTex for development in a process of its own, until Ctrl+C. Prints its address and its token.'],
    positionals: [],
    options: [
      { name: 'port', value: 'N', port: true, help: 'where to listen (default 0: any free port)' },
      { name: 'token', value: 'T', help: 'the access key it accepts (default: a random one)' },
    ],
    examples: ['metabot-livetex emulator --port 9100 --token secret'],
    load: async () => (await import('./commands/emulator.ts')).emulator,
  },
  {
    name: 'outbox',
    summary: 'list, retry, resend or drop what could not be delivered',
    about: [
      'Shows messages that are stuck (tried again for now) and dead (given up), and acts on one of them or on all.',
      'retry: a stuck message, and a queue that is held back, is tried at once instead of when its time comes.',
      'After a backup was put back: "list --waiting" shows everything that would be sent or done, "drop --before" forgets what',
      'was stored before a time, and "release" lets a server begin that was started with --hold.',
      'Works beside a running server and on the data of a stopped one.',
    ],
    positionals: [
      {
        name: 'list|retry|resend|drop|release',
        required: true,
        oneOf: ['list', 'retry', 'resend', 'drop', 'release'],
        help: 'what to do',
      },
      {
        name: 'id',
        required: false,
        help: 'the number that "list" shows, or "all" (retry: the stuck ones; resend and drop: the dead ones)',
      },
    ],
    options: [
      CONFIG,
      { name: 'waiting', help: 'list: everything that waits, not only what is stuck or dead' },
      {
        name: 'before',
        value: 'TIME',
        help: "list --waiting, drop: what was stored before, such as 2027-01-15T09:30 (this machine's time zone, or with Z)",
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
    summary: "show one lead's dialog: state, attributes, history, what waits",
    about: ['Works beside a running server and on the data of a stopped one.'],
    positionals: [
      { name: 'show', required: true, oneOf: ['show'], help: 'what to do' },
      { name: 'channel', required: true, help: "the channel's code, such as telegram" },
      { name: 'lead', required: true, help: "the lead's id in that channel" },
    ],
    options: [CONFIG, BOT, { name: 'last', value: 'N', help: 'how many messages (default 20)' }],
    examples: ['metabot-livetex dialog show telegram 12345 --config livetex.json'],
    load: async () => (await import('./commands/dialog.ts')).dialog,
  },
  {
    name: 'lead',
    summary: 'show everything that is kept of one lead, or forget it',
    about: [
      'export: one JSON document on stdout with the lead, its attributes, transcript, author log, and what waits for it.',
      'forget: deletes all of that for good, from what waits and from what was given up too. LiveTex keeps its own archive.',
      'Works beside a running server and on the data of a stopped one.',
    ],
    positionals: [
      { name: 'export|forget', required: true, oneOf: ['export', 'forget'], help: 'what to do' },
      { name: 'channel', required: true, help: "the channel's code, such as telegram" },
      { name: 'lead', required: true, help: "the lead's id in that channel" },
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
    summary: 'prepare, check, back up or move the stored data',
    about: [
      'migrate: brings the storage of the configuration to this version, as every start does.',
      'copy: copies a stopped SQLite data folder into the PostgreSQL schema of the configuration. May be interrupted and run',
      'again; the folder is marked as moved afterwards, so that nothing is sent twice.',
      'check: looks whether the data keep their own rules. Changes nothing and may run beside servers.',
      'backup: copies the data of a running or a stopped server on SQLite into one file. For PostgreSQL take pg_dump.',
      'restore: puts such a file into a data folder that has no data yet. Then start with "serve --hold".',
    ],
    positionals: [
      {
        name: 'migrate|copy|check|backup|restore',
        required: true,
        oneOf: ['migrate', 'copy', 'check', 'backup', 'restore'],
        help: 'what to do',
      },
      { name: 'path', required: false, help: 'copy: the data folder to copy from; backup, restore: the file' },
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
