import { type Catalogue, NO_TEXT, same, type Text } from '../../../plugin/contract/text.ts';

/** The rule that stands behind all that is said about asynchronous code. */
const synchronous = (en: string, ru: string): Text => ({
  en: `the platform runs scripts synchronously: ${en}`,
  ru: `платформа выполняет скрипты синхронно: ${ru}`,
});

const STAY_EMPTY = { en: 'stay empty', ru: 'остаться пустым' };
const ALWAYS_NO = { en: 'stay "нет"', ru: 'так и остаться «нет»' };
/** What a macro shows, by the sign before its name, and what becomes of it when nothing sets that. */
export const NEVER_SET = {
  $: { of: { en: 'an attribute', ru: 'атрибут' }, may: STAY_EMPTY },
  '&$': { of: { en: 'a part of memory', ru: 'в памяти' }, may: STAY_EMPTY },
  '#': { of: { en: 'a tag', ru: 'тег' }, may: ALWAYS_NO },
  '@': { of: { en: 'a context', ru: 'контекст' }, may: ALWAYS_NO },
} as const;

/** What `check` says about scripts, conditions and `bot.json`. */
export const CHECK_TEXTS = {
  // Asynchronous code.
  asyncFunction: synchronous('an async function would never end its work', 'асинхронная функция не закончит работу'),
  awaitNotNeeded: synchronous(
    'await is not needed, calls return their value',
    'await не нужен, вызовы сами возвращают значение',
  ),
  nobodyWaits: synchronous('nothing waits for a promise', 'промиса никто не ждёт'),
  thenNotNeeded: synchronous(
    'the call returns its value itself: take .then away',
    'уберите .then, вызов сам возвращает значение',
  ),
  noTimer: (name: string): Text => synchronous(`there is no ${name}`, `${name} здесь нет`),

  // Names.
  unknownScript: (name: string, guess: Text): Text => ({
    en: `there is no script "${name}" in this bot${guess.en}`,
    ru: `скрипта "${name}" в этом боте нет${guess.ru}`,
  }),
  unknownLibrary: (name: string, guess: Text): Text => ({
    en: `there is no library "${name}"${guess.en}`,
    ru: `библиотеки "${name}" нет${guess.ru}`,
  }),
  unsupported: (call: string): Text => ({
    en: `${call} works on the platform only: here it ends with script_unsupported`,
    ru: `${call} работает только на платформе: здесь это ошибка script_unsupported`,
  }),
  unknownFunction: (library: string, name: string, guess: Text): Text => ({
    en: `the library "${library}" has no "${name}"${guess.en}`,
    ru: `в библиотеке "${library}" нет "${name}"${guess.ru}`,
  }),
  exportsNothing: (library: string, name: string): Text => ({
    en: `the library "${library}" exports nothing, so it has no "${name}": write module.exports = { ${name}: … } in it`,
    ru: `библиотека "${library}" ничего не экспортирует, и "${name}" в ней нет: напишите в ней module.exports = { ${name}: … }`,
  }),
  unknownName: (name: string, guess: Text): Text => ({
    en: `there is no name "${name}" here${guess.en}`,
    ru: `имени "${name}" здесь нет${guess.ru}`,
  }),
  unknownMember: (owner: Text, name: string, guess: Text): Text => ({
    en: `${owner.en} has no "${name}"${guess.en}`,
    ru: `у ${owner.ru} нет "${name}"${guess.ru}`,
  }),
  isConst: (name: string): Text => ({
    en: `"${name}" is a const: it cannot be given another value`,
    ru: `"${name}" объявлено через const: другое значение ему не присвоить`,
  }),
  usedBeforeDeclared: (name: string): Text => ({
    en: `"${name}" is used before it is declared`,
    ru: `"${name}" используется раньше, чем объявлено`,
  }),

  // Owners of a member; in Russian in the genitive.
  aText: { en: 'a text', ru: 'текста' },
  aNumber: { en: 'a number', ru: 'числа' },
  aList: { en: 'a list', ru: 'списка' },
  aDate: { en: 'a date', ru: 'даты' },
  whatReturns: (call: string): Text => ({ en: `what ${call} returns`, ru: `того, что возвращает ${call},` }),

  // Arguments.
  doesNotTake: (call: string, shown: string, takes: Text | undefined): Text => ({
    en: `${call} does not take ${shown}${takes === undefined ? '' : `; it takes ${takes.en}`}`,
    ru: `${call} не принимает ${shown}${takes === undefined ? '' : `; он принимает ${takes.ru}`}`,
  }),
  argumentCount: (call: string, expected: string, got: string): Text => ({
    en: `${call} takes ${expected} argument(s), here are ${got}`,
    ru: `${call} принимает аргументов: ${expected}, а здесь ${got}`,
  }),
  valueMissing: (call: string, key: string): Text => ({
    en: `${call}: the value of "${key}" is missing; null deletes it`,
    ru: `${call}: у "${key}" нет значения; null удаляет атрибут`,
  }),
  keyEmpty: (call: string): Text => ({
    en: `${call}: the name must not be empty`,
    ru: `${call}: имя не может быть пустым`,
  }),
  keySystem: (call: string, key: string): Text => ({
    en: `${call}: "${key}" is a system attribute, which scripts do not write this way; the attributes of LiveTex are set with lead.setLiveTexAttr`,
    ru: `${call}: "${key}" — системный атрибут, так скрипты его не пишут; атрибуты LiveTex задаёт lead.setLiveTexAttr`,
  }),
  unknownKey: (call: string, key: string, guess: Text, known: string): Text => ({
    en: `${call}: unknown key "${key}"${guess.en}; it knows ${known}`,
    ru: `${call}: неизвестный ключ "${key}"${guess.ru}; есть: ${known}`,
  }),
  valueForJson: (call: string, key: string, got: Text): Text => ({
    en: `${call}: the value of "${key}" is ${got.en}; lead.setJsonAttr keeps objects and lists`,
    ru: `${call}: значение "${key}" — ${got.ru}; объекты и списки записывает lead.setJsonAttr`,
  }),
  keyBlank: (call: string): Text => ({
    en: `${call}: a name of spaces only: the operator sees none`,
    ru: `${call}: имя из одних пробелов: оператор его не увидит`,
  }),
  valueRefused: (call: string, key: string, got: Text): Text => ({
    en: `${call}: the value of "${key}" is ${got.en}; give a text, a number, true, false or null`,
    ru: `${call}: значение "${key}" — ${got.ru}; нужны текст, число, true, false или null`,
  }),
  momentRefused: (call: string, got: string): Text => ({
    en: `${call}: run_at is a time such as "2027-01-15 09:30:00", not "${got}"`,
    ru: `${call}: run_at — время вида "2027-01-15 09:30:00", а не "${got}"`,
  }),
  refusedObject: { en: 'an object', ru: 'объект' },
  refusedList: { en: 'a list', ru: 'список' },
  refusedFunction: { en: 'a function', ru: 'функция' },
  refusedExpression: { en: 'an expression', ru: 'регулярное выражение' },

  // Members of the platform's objects.
  notCalled: (name: string): Text => ({
    en: `${name} without "()" is the function itself and always counts as true: write ${name}()`,
    ru: `${name} без скобок — сама функция, это всегда «да»: напишите ${name}()`,
  }),
  doesNothing: (name: string): Text => ({
    en: `${name} without "()" does nothing: write ${name}(…)`,
    ru: `${name} без скобок ничего не делает: напишите ${name}(…)`,
  }),
  assignedTest: (name: string): Text => ({
    en: `one "=" gives ${name} a value, which is always the same here: "==" compares`,
    ru: `один знак "=" записывает значение в ${name}, и оно здесь всегда одно и то же: сравнивает "=="`,
  }),
  notKept: (written: string, instead: string | undefined): Text => ({
    en: `${written} = … keeps nothing${instead === undefined ? '' : `: write ${instead}`}`,
    ru: `${written} = … ничего не записывает${instead === undefined ? '' : `: напишите ${instead}`}`,
  }),
  callAssigned: {
    en: 'what a call returns cannot be given a value: "==" compares, lead.setAttr writes',
    ru: 'тому, что вернул вызов, нельзя присвоить значение: сравнивает "==", записывает lead.setAttr',
  },
  otherName: (name: string, instead: Text): Text => ({
    en: `there is no name "${name}" here: ${instead.en}`,
    ru: `имени "${name}" здесь нет: ${instead.ru}`,
  }),

  // Messages.
  messageEmpty: {
    en: 'bot.sendMessage: a message needs a text, buttons or an attachment',
    ru: 'bot.sendMessage: сообщению нужен текст, кнопки или вложение',
  },
  textTooLong: (length: number, limit: number): Text => ({
    en: `a text of ${length} characters: messengers take ${limit}`,
    ru: `в тексте ${length} знаков, а мессенджеры принимают ${limit}`,
  }),
  buttonsWithoutText: {
    en: 'buttons without a text above them: messengers do not show them',
    ru: 'кнопки без текста над ними: мессенджеры их не показывают',
  },
  menuWithoutText: {
    en: 'a menu without a text above it: messengers do not show it',
    ru: 'меню без текста над ним: мессенджеры его не показывают',
  },
  noAddress: (address: string): Text => ({
    en: `"${address}" is no address: write it whole, from https://`,
    ru: `"${address}" — не адрес: напишите его целиком, начиная с https://`,
  }),
  noFileAddress: (address: string): Text => ({
    en: `"${address}" is no address of a file: write it whole, from https://`,
    ru: `"${address}" — не адрес файла: напишите его целиком, начиная с https://`,
  }),

  // Conditions.
  conditionWithoutReturn: {
    en: 'the condition returns nothing, so it never passes: write "return …"',
    ru: 'условие ничего не возвращает и поэтому никогда не пропускает: напишите "return …"',
  },
  conditionNeverTrue: {
    en: 'only true passes, and what this condition returns never is: compare it ("=== \'да\'"), or write "!!(…)"',
    ru: 'пропускает только true, а это условие его не возвращает: сравните ("=== \'да\'") или напишите "!!(…)"',
  },

  // `bot.json`.
  noMacro: (whole: string, guess: string | undefined): Text => {
    const question =
      guess === undefined
        ? NO_TEXT
        : { en: ` (did you mean "{{ $${guess} }}"?)`, ru: ` (может быть, "{{ $${guess} }}"?)` };
    return {
      en: `"${whole}" is no macro: nothing stands in its place${question.en}`,
      ru: `"${whole}" — не макрос: на его месте будет пусто${question.ru}`,
    };
  },
  macroBroken: (whole: string, key: string): Text => ({
    en: `"${whole}" is no macro and stays in the text as it is: write "{{ $${key} }}"`,
    ru: `"${whole}" — не макрос и останется в тексте как есть: напишите "{{ $${key} }}"`,
  }),
  macroNeverSet: ({ of, may }: { of: Text; may: Text }, key: string, whole: string, guess: Text): Text => ({
    en: `nothing in this bot sets ${of.en} "${key}"${guess.en}: "${whole}" may ${may.en}`,
    ru: `${of.ru} "${key}" в этом боте ничто не задаёт${guess.ru}: "${whole}" может ${may.ru}`,
  }),
  attributeNeverSet: (name: string, guess: Text): Text => ({
    en: `nothing in this bot sets an attribute "${name}"${guess.en}`,
    ru: `атрибут "${name}" в этом боте ничто не задаёт${guess.ru}`,
  }),
  scriptUnreached: {
    en: 'nothing of this bot leads to this script: no menu, no route, no other script',
    ru: 'ничто в этом боте не ведёт к этому скрипту: ни меню, ни маршрут, ни другой скрипт',
  },
  returnKeepsDialog: {
    en: 'after /bot only return_to_bot, or livetex.returnToBot(), gives the dialog back: without it the dialog stays with the operator',
    ru: 'после /bot диалог возвращает только return_to_bot или livetex.returnToBot(): без них он останется у оператора',
  },
  typeTwice: (type: string, first: string): Text => ({
    en: `of the scripts of the type "${type}" the first one counts, "${first}": this one never runs by its type`,
    ru: `из скриптов типа "${type}" считается первый, "${first}": этот по своему типу не запустится`,
  }),
  fileUnused: {
    en: 'no command and no endpoint of bot.json names this file: it never runs',
    ru: 'ни одна команда и ни один вызов (endpoints) в bot.json не называет этот файл: он никогда не выполняется',
  },
  circle: (names: string): Text => ({
    en: `the scripts run each other in a circle without a way out: ${names}`,
    ru: `скрипты запускают друг друга по кругу без выхода: ${names}`,
  }),
  runsItself: {
    en: 'the script runs itself, without a way out',
    ru: 'скрипт запускает сам себя без выхода',
  },
  routeSlashes: (inside: string): Text => ({
    en: `the expression stands in bot.json without slashes and flags: "${inside}"; now only a text with "/" fits`,
    ru: `в bot.json выражение пишут без косых черт и флагов: "${inside}"; сейчас подойдёт только текст с "/"`,
  }),
  routeUnreachable: (name: string): Text => ({
    en: `whatever fits here fits the route "${name}" before it: this one never acts`,
    ru: `всё, что сюда подходит, забирает маршрут "${name}" выше: этот никогда не сработает`,
  }),
} satisfies Catalogue;

const A_NAME: Text = { en: 'the name as a text', ru: 'имя текстом' };
const A_TEXT: Text = { en: 'a text', ru: 'текст' };
const WORDS: Text = { en: 'a list of texts, or a text with commas', ru: 'список текстов или текст через запятую' };
const A_NAME_AND_VALUE: Text = {
  en: 'the name as a text, and a text, number, true, false or null',
  ru: 'имя текстом и текст, число, true, false или null',
};

/** What methods of the platform take, for the author. What is not here is told without it. */
export const TAKES: Readonly<Record<string, Text>> = {
  setLiveTexAttr: {
    en: 'a name and a text, number, true, false or null; or an object of these',
    ru: 'имя и текст, число, true, false или null — или объект из них',
  },
  setAllLiveTexAttrs: {
    en: 'an object of texts, numbers, true, false and null',
    ru: 'объект из текстов, чисел, true, false и null',
  },
  sendMessage: {
    en: 'a text, rows of buttons [[{ text, callback_data }]], a list of files [{ type, url }]',
    ru: 'текст, ряды кнопок [[{ text, callback_data }]], список файлов [{ type, url }]',
  },
  setLiveTexHiddenAttr: A_NAME_AND_VALUE,
  run: same('{ script_code: "…" }'),
  scheduleJob: same('{ script_code: "…", run_after_sec: 60 }'),
  getAttr: A_NAME,
  setAttr: A_NAME_AND_VALUE,
  setContext: A_NAME_AND_VALUE,
  isAttrExist: A_NAME,
  issetAttr: A_NAME,
  deleteAttr: A_NAME,
  getIntAttr: A_NAME,
  getFloatAttr: A_NAME,
  getBoolAttr: A_NAME,
  getJsonAttr: A_NAME,
  setJsonAttr: { en: 'the name as a text, and any value', ru: 'имя текстом и любое значение' },
  getContext: A_NAME,
  isContextExist: A_NAME,
  deleteContext: A_NAME,
  getData: A_NAME,
  addTag: A_TEXT,
  setTag: A_TEXT,
  deleteTag: A_TEXT,
  getTag: A_TEXT,
  isTagExist: A_TEXT,
  issetTag: A_TEXT,
  addTags: WORDS,
  deleteTags: WORDS,
  deleteAttrs: WORDS,
  deleteContexts: WORDS,
  setStatus: { en: 'a name or a number', ru: 'имя или номер' },
  setStatusById: { en: 'a number', ru: 'номер' },
  setStatusByName: { en: 'a name as a text', ru: 'имя текстом' },
  setData: { en: '"name" and a text: the platform keeps the rest', ru: '"name" и текст: остальное знает платформа' },
  setForwarded: same('true, false, 1, 0'),
  notifyOperator: { en: 'a text or a number', ru: 'текст или число' },
  transferToOperator: {
    en: 'a group (a name or a number) or { group, reserve, ignoreOffline, reason }',
    ru: 'группу (имя или номер) или { group, reserve, ignoreOffline, reason }',
  },
  leaveMessage: {
    en: 'a group (a name or a number) or { group, reason }',
    ru: 'группу (имя или номер) или { group, reason }',
  },
  hasOnlineOperators: { en: 'a group: its name or number', ru: 'группу: имя или номер' },
  hasFreeOperators: { en: 'a group: its name or number', ru: 'группу: имя или номер' },
  find: {
    en: "the table's code, columns ['a'], conditions [['a', '=', 1]], an order [['a', 'desc']], how many, from which one",
    ru: "код таблицы, столбцы ['a'], условия [['a', '=', 1]], порядок [['a', 'desc']], сколько, с какой",
  },
  findLeads: {
    en: "columns ['id'], conditions [['name', '=', 'a']], an order [['id', 'desc']], how many, from which one",
    ru: "столбцы ['id'], условия [['name', '=', 'a']], порядок [['id', 'desc']], сколько, с какого",
  },
  createItem: { en: "the table's code and { column: value }", ru: 'код таблицы и { столбец: значение }' },
  updateItem: {
    en: "the table's code, the row's id, { column: value }",
    ru: 'код таблицы, id строки и { столбец: значение }',
  },
  deleteItem: { en: "the table's code and the row's id", ru: 'код таблицы и id строки' },
};

const REQUESTS: Text = { en: 'api.getJson(address) asks a server', ru: 'сервер спрашивает api.getJson(адрес)' };
const MESSAGES: Text = { en: 'bot.sendMessage(text) writes to the lead', ru: 'лиду пишет bot.sendMessage(текст)' };

/** What scripts have in place of names that authors know from browsers. */
export const INSTEAD: Readonly<Record<string, Text>> = {
  fetch: REQUESTS,
  axios: REQUESTS,
  XMLHttpRequest: REQUESTS,
  alert: MESSAGES,
  prompt: { en: 'the command value_input asks the lead', ru: 'лида спрашивает команда value_input' },
  confirm: { en: 'the command value_input asks the lead', ru: 'лида спрашивает команда value_input' },
  localStorage: { en: 'lead.setAttr(name, value) keeps it', ru: 'запоминает lead.setAttr(имя, значение)' },
};
