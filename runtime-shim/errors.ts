/** The error catalogue of the runtime shim: what a bot's author or a maintainer may meet. Explained in `docs/errors.md`. */
import { type ErrorRow, errorsFrom } from '../plugin/contract/coded-error.ts';
import { joined, type Text } from '../plugin/contract/text.ts';

function row<Facts>(value: ErrorRow<Facts>): ErrorRow<Facts> {
  return value;
}

export const SHIM_ERRORS = {
  script_syntax: row({ fault: 'script', retryable: false, message: (facts: { detail: Text }) => facts.detail }),
  script_error: row({ fault: 'script', retryable: false, message: (facts: { detail: Text }) => facts.detail }),
  script_timeout: row({
    fault: 'script',
    retryable: false,
    message: (facts: { cpuMs: number }) => ({
      en: `the script used more than ${facts.cpuMs} ms of CPU time and was stopped: look for a loop that never ends`,
      ru: `скрипт занял больше ${facts.cpuMs} мс времени процессора и остановлен: ищите цикл без конца`,
    }),
  }),
  script_deadline: row({
    fault: 'script',
    retryable: false,
    message: (facts: { wallMs: number }) => ({
      en: `the script did not end within ${facts.wallMs} ms and was stopped`,
      ru: `скрипт не закончился за ${facts.wallMs} мс и остановлен`,
    }),
  }),
  script_memory: row({
    fault: 'script',
    retryable: false,
    message: (facts: { memoryMb: number }) => ({
      en: `the script used more than ${facts.memoryMb} MiB of memory and was stopped`,
      ru: `скрипт занял больше ${facts.memoryMb} МиБ памяти и остановлен`,
    }),
  }),
  script_crashed: row({
    fault: 'script',
    retryable: false,
    message: () => ({
      en: 'the script ended the process that ran it, where no other script was, and was stopped',
      ru: 'скрипт обрушил процесс, в котором шёл один, без других скриптов, и остановлен',
    }),
  }),
  script_host_calls: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number; what: Text }) => ({
      en: `the script made more than ${facts.limit} ${facts.what.en} and was stopped`,
      ru: `скрипт сделал больше ${facts.limit} ${facts.what.ru} и остановлен`,
    }),
  }),
  script_result_too_large: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) => ({
      en: `what the script returned, wrote or sent is larger than ${facts.limit} characters`,
      ru: `скрипт вернул, записал или отправил больше ${facts.limit} знаков`,
    }),
  }),
  script_attributes_full: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) => ({
      en: `the attributes that are kept for a lead or a bot would together be larger than ${facts.limit} characters: delete what is not needed any more`,
      ru: `атрибуты, которые хранятся для лида или бота, вместе заняли бы больше ${facts.limit} знаков: удалите ненужные`,
    }),
  }),
  script_async: row({
    fault: 'script',
    retryable: false,
    message: () => ({
      en: 'a promise of the script was rejected and nobody caught it: the platform runs scripts synchronously, without async, await or timers',
      ru: 'промис скрипта закончился ошибкой, и никто её не поймал: платформа выполняет скрипты синхронно, без async, await и таймеров',
    }),
  }),
  script_argument: row({ fault: 'script', retryable: false, message: (facts: { detail: Text }) => facts.detail }),
  /** A part of the platform that the shim does not have (`bot.runTriggerByCodeForLead`). */
  script_unsupported: row({ fault: 'script', retryable: false, message: (facts: { detail: Text }) => facts.detail }),
  script_schedule_full: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) => ({
      en: `${facts.limit} runs are scheduled for this lead already: take some away with bot.removeScheduledJobs`,
      ru: `у этого лида уже запланировано запусков: ${facts.limit}; уберите лишние через bot.removeScheduledJobs`,
    }),
  }),
  /** `setting`: what an entry of `api.allow` would be. */
  api_not_allowed: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { address: string; setting: string }) => ({
      en: `scripts may not ask ${facts.address}: add ${facts.setting} to "allow" of "api" in the configuration`,
      ru: `скриптам нельзя обращаться к ${facts.address}: добавьте ${facts.setting} в "allow" раздела "api" в настройках`,
    }),
  }),
  api_no_stub: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { method: string; address: string }) => ({
      en: `nothing answers ${facts.method} ${facts.address}: add it to stubs.json of the bot folder, or let requests out with --live`,
      ru: `на ${facts.method} ${facts.address} ответить нечем: добавьте ответ в stubs.json папки бота или выпустите запросы наружу через --live`,
    }),
  }),
  /** A host function failed with an error that has no code of a catalogue: its words may hold anything, so they stay on the host. */
  script_host_failed: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { call: string }) => ({
      en: `the platform could not perform ${facts.call}`,
      ru: `платформа не смогла выполнить ${facts.call}`,
    }),
  }),
  script_library_missing: row({
    fault: 'script',
    retryable: false,
    message: (facts: { name: string; known: Text }) => ({
      en: `there is no library "${facts.name}"; known: ${facts.known.en}`,
      ru: `библиотеки "${facts.name}" нет; есть: ${facts.known.ru}`,
    }),
  }),
  script_unknown: row({
    fault: 'script',
    retryable: false,
    message: (facts: { script: string; known: Text }) => ({
      en: `there is no script "${facts.script}" in this bot; known: ${facts.known.en}`,
      ru: `скрипта "${facts.script}" в этом боте нет; есть: ${facts.known.ru}`,
    }),
  }),
  script_loop: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number } | { turns: number; circle: string }) =>
      'limit' in facts
        ? {
            en: `one message ran more than ${facts.limit} scripts or commands: scripts call each other in a circle`,
            ru: `одно сообщение запустило больше ${facts.limit} скриптов и команд: скрипты зовут друг друга по кругу`,
          }
        : {
            en: `scripts run each other in a circle, ${facts.circle}: it was ended after ${facts.turns} turns`,
            ru: `скрипты запускают друг друга по кругу, ${facts.circle}: круг остановлен, оборотов: ${facts.turns}`,
          },
  }),
  script_output_full: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) => ({
      en: `one message made the bot say, log, keep and start more than ${facts.limit} characters: the rest was not done`,
      ru: `одно сообщение заставило бота сказать, записать, сохранить и запустить больше ${facts.limit} знаков: остальное не сделано`,
    }),
  }),
  /** The job is not tried with the bot any more: it ran out of time, or ended its process, each time. */
  script_given_up: row({
    fault: 'script',
    retryable: false,
    message: (facts: { tries: number }) => ({
      en: `the bot did not get to an end with this message in ${facts.tries} tries: the message is passed on without it`,
      ru: `бот не справился с этим сообщением, попыток: ${facts.tries}; сообщение передано дальше без него`,
    }),
  }),
  lead_quota_full: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) => ({
      en: `within an hour more than ${facts.limit} characters were stored for this lead: its bot says nothing until the hour is over`,
      ru: `за час для этого лида сохранено больше ${facts.limit} знаков: бот молчит до конца часа`,
    }),
  }),
  bot_quota_full: row({
    fault: 'script',
    retryable: false,
    message: (facts: { limit: number }) => ({
      en: `within an hour more than ${facts.limit} characters were stored for this bot: it says nothing until the hour is over`,
      ru: `за час для этого бота сохранено больше ${facts.limit} знаков: он молчит до конца часа`,
    }),
  }),
  lead_messages_full: row({
    fault: 'setup',
    retryable: true,
    message: (facts: { limit: number }) => ({
      en: `within an hour this lead has written more than ${facts.limit} characters: nothing more of it is taken until the hour is over`,
      ru: `за час лид написал больше ${facts.limit} знаков: до конца часа от него больше ничего не принимается`,
    }),
  }),
  sandbox_busy: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { botId: string; waiting: number }) => ({
      en: `the bot "${facts.botId}" already has ${facts.waiting} scripts waiting for a free runner`,
      ru: `у бота "${facts.botId}" уже ждут свободного процесса скрипты: ${facts.waiting}`,
    }),
  }),
  sandbox_killed: row({
    fault: 'internal',
    retryable: true,
    message: () => ({
      en: 'the process that ran the script was ended, from outside or because of another script in it; nothing of this run was kept',
      ru: 'процесс, в котором шёл скрипт, завершён снаружи или из-за другого скрипта в нём; от этого запуска ничего не сохранено',
    }),
  }),
  sandbox_closed: row({
    fault: 'internal',
    retryable: true,
    message: () => ({
      en: 'the sandbox is closed',
      ru: 'песочница закрыта',
    }),
  }),
  sandbox_unavailable: row({
    fault: 'internal',
    retryable: true,
    message: (facts: { reason: string }) => ({
      en: `the script could not be run now and will be tried again: ${facts.reason}`,
      ru: `скрипт сейчас не запустить, попытка повторится: ${facts.reason}`,
    }),
  }),
  runtime_closed: row({
    fault: 'internal',
    retryable: true,
    message: () => ({
      en: 'the runtime is closing and takes no more messages: send it again',
      ru: 'сервер останавливается и новых сообщений не берёт: отправьте сообщение ещё раз',
    }),
  }),
  http_unprotected: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { host: string }) => ({
      en: `http.host "${facts.host}" can be reached from other machines: set http.apiToken, or bind to 127.0.0.1`,
      ru: `http.host "${facts.host}" доступен другим машинам: задайте http.apiToken или слушайте 127.0.0.1`,
    }),
  }),
  channel_bot_unknown: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { channel: string; bot: string; known: readonly string[] }) => ({
      en: `the channel "${facts.channel}" is to serve the bot "${facts.bot}", which is not run here; known: ${facts.known.join(', ')}`,
      ru: `канал "${facts.channel}" должен вести бота "${facts.bot}", а его здесь нет; есть: ${facts.known.join(', ')}`,
    }),
  }),
  bot_twice: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { id: string; folders: readonly string[] }) => ({
      en: `two bot folders have the bot "${facts.id}": ${facts.folders.join(', ')}`,
      ru: `бот "${facts.id}" лежит в двух папках: ${facts.folders.join(', ')}`,
    }),
  }),
  bot_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { folder: string; problems: readonly Text[] }) => ({
      en: `the bot folder "${facts.folder}" has ${facts.problems.length} problem(s):\n${facts.problems.map((line) => `  ${line.en}`).join('\n')}`,
      ru: `в папке бота "${facts.folder}" ошибок: ${facts.problems.length}\n${facts.problems.map((line) => `  ${line.ru}`).join('\n')}`,
    }),
  }),
  message_invalid: row({
    fault: 'setup',
    retryable: false,
    message: (facts: { problems: readonly Text[] }) => joined(facts.problems, '; '),
  }),
} as const;

export type ShimErrorCode = keyof typeof SHIM_ERRORS;
export const shimError = errorsFrom(SHIM_ERRORS);
