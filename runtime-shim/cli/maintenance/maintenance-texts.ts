import { type Catalogue, russianCount, type Text } from '../../../plugin/contract/text.ts';

/** What the commands of whoever runs a server say: `outbox`, `dialog`, `storage`, `webhook`. */
export const MAINTENANCE_TEXTS = {
  // Things that were not found; in Russian in the nominative.
  lead: (id: string, channel: string): Text => ({
    en: `lead "${id}" in the channel "${channel}"`,
    ru: `лид "${id}" в канале "${channel}"`,
  }),
  deadMessage: (id: number): Text => ({
    en: `dead message ${id} (a stuck one is tried again by itself: "retry" tries it at once)`,
    ru: `мёртвое сообщение ${id} (застрявшее отправится само, сразу — через "retry")`,
  }),
  waitingMessage: (id: number): Text => ({
    en: `waiting message ${id} (a dead one comes back with "resend")`,
    ru: `ожидающее сообщение ${id} (мёртвое возвращают через "resend")`,
  }),
  message: (id: number): Text => ({ en: `message ${id} in the outbox`, ru: `сообщение ${id} среди недоставленных` }),

  // Wrong usage.
  lastNumber: (most: number, given: string): Text => ({
    en: `--last must be a number from 1 to ${most}, got "${given}"`,
    ru: `--last: нужно число от 1 до ${most}, а стоит "${given}"`,
  }),
  numberMissing: (action: string): Text => ({
    en: `${action}: the number of a message, or "all", is missing`,
    ru: `${action}: не хватает номера сообщения или "all"`,
  }),
  numberWrong: (action: string, given: string): Text => ({
    en: `${action}: a number or "all" is needed, got "${given}"`,
    ru: `${action}: нужен номер или "all", а стоит "${given}"`,
  }),
  missing: (action: string, what: Text): Text => ({
    en: `${action}: ${what.en} is missing`,
    ru: `${action}: не хватает: ${what.ru}`,
  }),
  sqliteOnly: (action: string, instead: Text): Text => ({
    en: `${action}: is for data folders of SQLite; on PostgreSQL take ${instead.en}`,
    ru: `${action}: только для папок данных SQLite; для PostgreSQL есть ${instead.ru}`,
  }),
  restoreWith: { en: 'pg_restore or psql', ru: 'pg_restore или psql' },
  waitingBelongs: { en: '--waiting belongs to list', ru: '--waiting бывает только у list' },
  beforeBelongs: {
    en: '--before belongs to drop and to list --waiting',
    ru: '--before бывает только у drop и у list --waiting',
  },
  beforeTime: (given: string): Text => ({
    en: `--before must be a time such as 2027-01-15T09:30 or 2027-01-15T09:30:00Z, got "${given}"`,
    ru: `--before: нужно время вроде 2027-01-15T09:30 или 2027-01-15T09:30:00Z, а стоит "${given}"`,
  }),
  copyToPostgres: {
    en: 'copy: "storage" in the configuration must be a postgres:// URL',
    ru: 'copy: в настройках "storage" должен быть адрес postgres://',
  },
  noChannel: {
    en: 'the configuration has no "channels"',
    ru: 'в настройках нет "channels"',
  },
  unknownChannel: (code: string, hint: Text, known: string): Text => ({
    en: `there is no channel "${code}" in the configuration${hint.en}; known: ${known}`,
    ru: `канала "${code}" в настройках нет${hint.ru}; есть: ${known}`,
  }),
  channelOfPages: (path: string): Text => ({
    en: `pages of this server at ${path}`,
    ru: `страницы этого сервера: ${path}`,
  }),
  channelPolled: {
    en: 'the messenger posts nowhere: it is polled',
    ru: 'мессенджер никуда не шлёт события: сервер забирает их сам',
  },
  channelNowhere: {
    en: 'the messenger posts nowhere yet',
    ru: 'мессенджер пока никуда не шлёт события',
  },
  channelPosts: (url: string): Text => ({
    en: `the messenger posts to ${url}`,
    ru: `мессенджер шлёт события на ${url}`,
  }),
  noBinding: {
    en: 'the configuration has no binding in "livetex"',
    ru: 'в настройках нет ни одной привязки в "livetex"',
  },
  unknownBinding: (id: string, guess: Text, known: string): Text => ({
    en: `--binding: there is no binding "${id}"${guess.en}; known: ${known}`,
    ru: `--binding: привязки "${id}" нет${guess.ru}; есть: ${known}`,
  }),

  // dialog
  noName: { en: 'no name', ru: 'без имени' },
  state: ({ mode, transfer, operator, binding }: DialogWords): Text => ({
    en: `mode ${mode}, transfer ${transfer}${operator === undefined ? '' : `, operator ${operator}`}, binding ${binding || 'none'}`,
    ru: `состояние ${mode}, перевод ${transfer}${operator === undefined ? '' : `, оператор ${operator}`}, привязка ${binding || 'нет'}`,
  }),
  forwarded: { en: 'forwarded to an operator', ru: 'переведён на оператора' },
  tags: (tags: string): Text => ({ en: `tags ${tags}`, ru: `теги ${tags}` }),
  history: { en: 'History', ru: 'Переписка' },
  earlier: (count: number): Text => ({ en: `(${count} earlier)`, ru: `(ещё ${count} раньше)` }),
  waiting: { en: 'Waiting', ru: 'Ждёт отправки' },
  nothing: { en: 'nothing', ru: 'ничего' },
  held: (reason: string): Text => ({
    en: `, the queue is held back (${reason})`,
    ru: `, очередь придержана (${reason})`,
  }),

  // doctor
  failed: { en: 'FAILED', ru: 'ОШИБКА' },
  // outbox
  stuck: { en: 'stuck', ru: 'застряло' },
  dead: { en: 'dead', ru: 'мёртвое' },
  waits: { en: 'waiting', ru: 'ждёт' },
  tries: (count: number): Text => ({
    en: count === 1 ? ', 1 try' : `, ${count} tries`,
    ru: `, ${russianCount(count, 'попытка', 'попытки', 'попыток')}`,
  }),
  since: (time: string): Text => ({ en: ` since ${time}`, ru: ` с ${time}` }),
  behind: (count: string): Text => ({ en: `, ${count} behind it`, ru: `, за ним ждут: ${count}` }),
  heldUntil: (queue: string, time: string, reason: string, jobs: number): Text => ({
    en: `${queue} is held back until ${time} (${reason}), ${jobs} waiting`,
    ru: `${queue} придержана до ${time} (${reason}), ждут: ${jobs}`,
  }),
  wasHeldUntil: (queue: string, time: string, reason: string, jobs: number): Text => ({
    en: `${queue} was held back until ${time} (${reason}), ${jobs} waiting to be tried`,
    ru: `${queue} была придержана до ${time} (${reason}), ждут попытки: ${jobs}`,
  }),
  theseAreFirst: (stuck: number, dead: number): Text => ({
    en: `… these are the first; in all ${stuck} stuck, ${dead} dead`,
    ru: `… это первые; всего застряло: ${stuck}, мёртвых: ${dead}`,
  }),
  andMore: { en: '… and more', ru: '… и другие' },
  nextTry: (time: string): Text => ({ en: `, next try ${time}`, ru: `, следующая попытка ${time}` }),
  beingTried: { en: ', being tried', ru: ', отправляется' },
  nothingWaits: { en: 'Nothing waits.', ru: 'Ничего не ждёт.' },
  nothingStuck: (waiting: number): Text => ({
    en: `Nothing is stuck or dead; ${waiting} on the way.`,
    ru: `Ничего не застряло и не умерло; в пути: ${waiting}.`,
  }),
  putBack: (count: number, running: boolean): Text => ({
    en: `${count} put back into the queue${running ? '' : ', for the next start of the server'}`,
    ru: `вернулось в очередь: ${count}${running ? '' : ', уйдёт при следующем запуске сервера'}`,
  }),
  triedAtOnce: (count: number, running: boolean): Text => ({
    en: `${count} tried at once${running ? '' : ', for the next start of the server'}`,
    ru: `отправляется сразу: ${count}${running ? '' : ', при следующем запуске сервера'}`,
  }),
  underWay: (count: number): Text => ({
    en: `; ${count} are being tried this moment and stay: start with "serve --hold" to drop those too`,
    ru: `; ${count} отправляются прямо сейчас и остались: чтобы убрать и их, запустите "serve --hold"`,
  }),
  released: { en: 'The server works now.', ru: 'Сервер работает.' },
  stored: (time: string): Text => ({ en: `stored ${time}`, ru: `сохранено ${time}` }),
  dropped: (count: number): Text => ({ en: `${count} dropped`, ru: `убрано: ${count}` }),

  // lead
  forgotten: (id: string, channel: string, entries: number): Text => ({
    en: `Forgotten: the lead "${id}" in the channel "${channel}" (${entries} entries).`,
    ru: `Забыт: лид "${id}" в канале "${channel}" (записей: ${entries}).`,
  }),
  archive: (binding: string, userId: string): Text => ({
    en: `LiveTex keeps its own archive: binding "${binding}", user id ${userId}. Only LiveTex can delete it there.`,
    ru: `У LiveTex остаётся свой архив: привязка "${binding}", id пользователя ${userId}. Удалить там может только LiveTex.`,
  }),
  notTouched: {
    en: 'Backups, logs of this server, and what scripts sent elsewhere or keep in attributes of the bot are not touched.',
    ru: 'Резервные копии, журналы этого сервера и то, что скрипты отправили наружу или хранят в атрибутах бота, не тронуты.',
  },

  // storage
  upToDate: (driver: string): Text => ({
    en: `Storage (${driver}) is up to date.`,
    ru: `Хранилище (${driver}) приведено к этой версии.`,
  }),
  progress: (table: string, copied: number, total: number): Text => ({
    en: `${table}: ${copied} of ${total}`,
    ru: `${table}: ${copied} из ${total}`,
  }),
  stopped: {
    en: 'Stopped. Run the same command again to go on.',
    ru: 'Остановлено. Чтобы продолжить, выполните ту же команду снова.',
  },
  backup: { en: 'the backup', ru: 'копия' },
  backedUp: (file: string, bytes: number, time: string): Text => ({
    en: `Backed up to ${file}: ${bytes} bytes, as of ${time}.`,
    ru: `Копия в ${file}: ${bytes} байт, на ${time}.`,
  }),
  notNoted: (problem: Text): Text => ({
    en: `The backup is good, but "doctor" and the numbers will not know of it: its time could not be left beside the data (${problem.en}).`,
    ru: `Копия исправна, но "doctor" и числа о ней не узнают: её время не удалось оставить рядом с данными (${problem.ru}).`,
  }),
  putInto: (folder: string, bytes: number, time: string): Text => ({
    en: `Put into ${folder}: ${bytes} bytes, as of ${time}. What waits in it may have been sent since. Next:`,
    ru: `Положено в ${folder}: ${bytes} байт, на ${time}. Ожидающее в копии могло с тех пор уйти. Дальше:`,
  }),
  doneAlready: (folder: string): Text => ({
    en: `Done already: ${folder} was copied by an earlier run. Start the server on the database.`,
    ru: `Уже сделано: ${folder} скопирована раньше. Запускайте сервер на базе данных.`,
  }),
  copied: { en: 'Copied:', ru: 'Скопировано:' },
  moved: (folder: string): Text => ({
    en: `The folder ${folder} is marked as moved; start the server on the database.`,
    ru: `Папка ${folder} помечена как перенесённая; запускайте сервер на базе данных.`,
  }),
  nothingWrong: { en: 'Nothing is wrong.', ru: 'Всё в порядке.' },
  nodes: (count: number): Text => ({
    en: count === 1 ? '1 node is at work.' : `${count} nodes are at work.`,
    ru: `Работает ${russianCount(count, 'узел', 'узла', 'узлов')}.`,
  }),

  // webhook
  postsTo: (url: string): Text => ({
    en: `LiveTex posts to ${url === '' ? '(nothing: no webhook is registered)' : url}`,
    ru: url === '' ? 'вебхук в LiveTex не поставлен' : `LiveTex отправляет на ${url}`,
  }),
  webhookRemoved: {
    en: 'operators’ answers wait at LiveTex for a day. A server that runs with this configuration sets it again (webhook.keep)',
    ru: 'ответы операторов ждут в LiveTex сутки. Работающий сервер с этими настройками поставит вебхук снова (webhook.keep)',
  },
  webhookKept: {
    en: "LiveTex has kept it: remove it in LiveTex's own settings",
    ru: 'LiveTex его оставил: уберите его в настройках самого LiveTex',
  },
  otherUrl: (url: string): Text => ({
    en: `the configuration has ${url}: run "metabot-livetex webhook set"`,
    ru: `в настройках стоит ${url}: выполните "metabot-livetex webhook set"`,
  }),
} satisfies Catalogue;

interface DialogWords {
  readonly mode: string;
  readonly transfer: number;
  readonly operator: string | undefined;
  /** Empty: none. */
  readonly binding: string;
}
